"""One turn: planned, carried out by tools and experts, and answered."""
