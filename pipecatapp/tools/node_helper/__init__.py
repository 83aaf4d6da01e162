"""The helper of a node runs tool calls that need rights the agent does not have."""
