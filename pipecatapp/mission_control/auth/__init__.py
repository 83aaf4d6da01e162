"""Who may use Mission Control: login sessions, one-time links and API keys."""
