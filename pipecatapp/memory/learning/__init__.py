"""Learns facts from finished turns."""
