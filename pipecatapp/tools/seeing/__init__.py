"""What the vision tools stand on: the camera, and the model that describes pictures."""
