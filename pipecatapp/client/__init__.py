"""Clients of an agent's socket and API, for the command line and the benchmarks."""
