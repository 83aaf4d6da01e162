"""What the ansible tools stand on: the process that runs a playbook, and its report."""
