"""The web server, its authentication, and the page."""
