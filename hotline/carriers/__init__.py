"""One folder for each kind of carrier: what it says and how it is spoken to."""
