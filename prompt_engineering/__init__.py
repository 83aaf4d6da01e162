"""Measures how well the twin decides: on its own cases, and on a public leaderboard's."""
