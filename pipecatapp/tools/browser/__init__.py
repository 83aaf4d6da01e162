"""Chromium with one page per conversation, behind a proxy of the agent."""
