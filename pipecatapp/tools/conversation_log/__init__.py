"""Reads questions about the conversation itself, and answers them from its log."""
