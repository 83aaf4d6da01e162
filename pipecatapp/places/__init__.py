"""Where the agent runs: on its own, or in a cluster."""
