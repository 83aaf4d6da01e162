"""Long-term memory, and summaries of conversations."""
