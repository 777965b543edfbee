"""Twilio, and whoever speaks as it does."""
