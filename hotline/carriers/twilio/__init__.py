"""Twilio, and carriers that speak as it does: client, signatures, forms, TwiML, codes, voices."""
