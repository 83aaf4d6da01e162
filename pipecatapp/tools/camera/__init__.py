"""Pictures: where they come from, and the model that describes them."""
