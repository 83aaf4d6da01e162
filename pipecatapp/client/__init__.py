"""How the command line and the benchmarks reach an agent: its socket and its API."""
