"""Consul, Nomad and what nodes of a cluster copy from each other."""
