"""What people ask to be remembered or forgotten, read by code."""
