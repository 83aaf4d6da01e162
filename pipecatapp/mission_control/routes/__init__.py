"""The paths below `/api`, and the login."""
