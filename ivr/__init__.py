"""Calls that come in and go out: the menu, what is written to the carrier, and what it posts."""
