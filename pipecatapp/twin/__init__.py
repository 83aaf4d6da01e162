"""The twin: what it is told, what it remembers of a conversation, and how it answers."""
