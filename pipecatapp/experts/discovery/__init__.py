"""Finds experts: on this machine, in Consul, or elsewhere as configured."""
