"""Reads durations and times in somebody's words, and says them."""
