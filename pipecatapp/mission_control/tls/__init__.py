"""Certificates of the home network: an authority and what it signs."""
