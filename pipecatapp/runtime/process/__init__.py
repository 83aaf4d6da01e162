"""Child processes: run once, or supervised as jobs."""
