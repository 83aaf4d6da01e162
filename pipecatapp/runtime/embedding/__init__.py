"""Texts as vectors, and classifiers on them."""
