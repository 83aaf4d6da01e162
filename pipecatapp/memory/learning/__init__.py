"""What of a finished turn becomes a fact."""
