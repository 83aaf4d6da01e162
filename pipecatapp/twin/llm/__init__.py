"""The language model as a service: streamed answers, completions, prefilling."""
