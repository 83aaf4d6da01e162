"""How tool calls are found, checked, approved, run and audited."""
