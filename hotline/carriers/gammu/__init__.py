"""A USB modem, by way of gammu-smsd: a daemon of its own beside us, spoken to by files alone."""
