"""How fast and how light the hotline is, each figure beside its floor in the same run.

`make bench`. Every row is a module with `figures`; `run` puts them into one table. What is
measured is what users meet: the real processes, from outside. See docs/speed.md.
"""
