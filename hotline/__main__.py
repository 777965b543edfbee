"""`python -m hotline`: the command that is installed under that name, which is wired above this."""

from importlib.metadata import entry_points

(command,) = entry_points(group="console_scripts", name="hotline")
command.load()()
