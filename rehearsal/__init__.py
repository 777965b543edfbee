"""A carrier on this machine, and its phones: try, teach and test a hotline without an account."""
