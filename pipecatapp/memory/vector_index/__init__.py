"""Finds facts by their meaning."""
