"""Chooses models by measurement on this machine."""
