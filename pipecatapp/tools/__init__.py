"""What the twin can do: one file a toolset, the registry that finds them, approvals, the audit."""
