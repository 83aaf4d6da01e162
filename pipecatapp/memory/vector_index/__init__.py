"""The index that finds facts by their meaning."""
