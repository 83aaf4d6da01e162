"""Voice in and voice out."""
