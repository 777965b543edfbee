"""Texts: what somebody meant, and what follows from it."""
