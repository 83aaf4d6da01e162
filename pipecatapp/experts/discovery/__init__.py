"""Which experts exist: on this machine, in Consul, or elsewhere by configuration."""
