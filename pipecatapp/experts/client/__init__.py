"""Requests to experts: servers, attempts and failover."""
