"""The code runner's containers: their image, limits and runs."""
