"""What the twin remembers, and how it is put into few words."""
