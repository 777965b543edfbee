"""Import some modules and wait to be ended: the floor of what a program can weigh.

python -m bench.imports MODULE…
"""

import importlib
import signal
import sys

for module in sys.argv[1:]:
    importlib.import_module(module)
sys.stdout.write("imported\n")
sys.stdout.flush()
signal.pause()
