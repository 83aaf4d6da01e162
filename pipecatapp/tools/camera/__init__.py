"""Takes pictures from a camera and runs the model that describes them."""
