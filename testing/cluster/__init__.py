"""Debian nodes inside one machine, to try the cluster on."""
