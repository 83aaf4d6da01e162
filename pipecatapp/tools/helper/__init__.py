"""What runs code, SSH and playbooks for an agent that may not: a process beside it on the node."""
