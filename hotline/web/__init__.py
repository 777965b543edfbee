"""The web server that the carrier calls."""
