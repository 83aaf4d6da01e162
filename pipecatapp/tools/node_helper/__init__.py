"""The helper of a node: tool calls that need rights the agent does not have."""
