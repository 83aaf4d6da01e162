"""What a machine is like before the cluster comes, and how it gets that back."""
