"""Chromium, driven for one conversation behind a proxy of our own."""
