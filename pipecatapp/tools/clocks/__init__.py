"""What the clock stands on: places and their time zones, times of day, and dates."""
