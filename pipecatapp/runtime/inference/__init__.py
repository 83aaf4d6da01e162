"""Requests to llama-server: the client, slots, sampling, and cached prompt prefixes."""
