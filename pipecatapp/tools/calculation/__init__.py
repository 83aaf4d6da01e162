"""What the calculator stands on: sums and units, read from words, worked out and told."""
