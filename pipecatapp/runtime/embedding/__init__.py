"""Sentence embeddings, and a classifier that uses them."""
