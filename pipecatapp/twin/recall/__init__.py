"""Long-term memory's part of a turn: what is recalled, and what is forgotten."""
