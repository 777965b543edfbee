"""The doctor: what was found, and what it means. Pure; who looks is in `serving`.

`troubles` is the table of all that can be found; `machine`, `carrier`, `people` and `silence` take
what was seen and say what of that table it is.
"""
