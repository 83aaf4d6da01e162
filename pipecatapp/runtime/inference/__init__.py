"""Requests to llama-server: clients, sampling, and cached prompt prefixes."""
