"""Models chosen by measurement on this machine."""
