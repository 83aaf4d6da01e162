"""Finds tools; checks, approves, runs and audits their calls."""
