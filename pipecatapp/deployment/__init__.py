"""Where the agent runs: embedded on one machine, or in a cluster."""
