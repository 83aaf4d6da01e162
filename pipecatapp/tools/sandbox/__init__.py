"""What the code runner's containers are made of, and how they are run."""
