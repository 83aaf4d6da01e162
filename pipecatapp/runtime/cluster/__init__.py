"""Clients of Consul and Nomad, and what the nodes of a cluster copy from each other."""
