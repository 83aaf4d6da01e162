"""SSH connections: targets, known hosts, login and output."""
