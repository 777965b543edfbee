"""The shell: what happens to a request, whom it is told to, and what became of that, in rows."""
