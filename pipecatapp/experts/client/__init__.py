"""How experts are asked: servers, slots, attempts and failover."""
