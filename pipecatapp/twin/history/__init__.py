"""A conversation: its messages, the prompt that they make, and the file that keeps them."""
