"""Reads requests to remember or forget something."""
