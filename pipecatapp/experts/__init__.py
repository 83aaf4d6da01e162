"""Experts: models with a persona for a domain, to which the twin hands requests."""
