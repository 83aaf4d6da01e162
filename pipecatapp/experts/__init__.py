"""The specialists that the twin can hand a request to."""
