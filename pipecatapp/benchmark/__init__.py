"""What a turn of conversation took."""
