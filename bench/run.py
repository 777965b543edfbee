"""Measure, and print one table.

python -m bench.run [--only inbound,waves] [--quick]
"""

from __future__ import annotations

import sys

from bench import inbound, report, town


def main() -> None:
    with town.servers_for_a_run() as servers:
        found = list(inbound.figures(servers, quick="--quick" in sys.argv))
    report.show(found)
    for figure in found:
        print(figure)


if __name__ == "__main__":
    main()
