"""The fault suite: the whole hotline is broken on purpose, and then everything is counted."""
