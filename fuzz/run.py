"""`make fuzz`: both fuzzers one after the other, each for half of the minutes.

What they learn stays in `.fuzz/` and is built upon the next time; an input that fails is kept
there as well, and named. Where the fuzzer cannot be had, this says so and is content.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import seeds

HERE = Path(__file__).parent
KEPT = HERE.parent / ".fuzz"


@dataclass(frozen=True)
class Target:
    name: str
    plant: Callable[[Path], None]
    longest: int  # bytes of an input


TARGETS = (Target("reading", seeds.for_reading, 6000), Target("twiml", seeds.for_twiml, 20_000))


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0.1), default=1.0, show_default=True)
@click.option("--only", type=click.Choice([target.name for target in TARGETS]))
def run(minutes: float, only: str | None) -> None:
    """Fuzz for so many minutes in all."""
    if importlib.util.find_spec("atheris") is None:
        click.echo("Not fuzzed: there is no atheris for this system and this Python.")
        return
    chosen = [target for target in TARGETS if only in (None, target.name)]
    passed = [_is_sound(target, minutes * 60 / len(chosen)) for target in chosen]
    sys.exit(0 if all(passed) else 1)


def _is_sound(target: Target, seconds: float) -> bool:
    """Run one fuzzer and print its figures; if it fails, all that it said."""
    folder = KEPT / target.name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    target.plant(corpus)
    seeds.dictionary(folder / "dictionary")
    command: list[str | Path] = [
        sys.executable,
        HERE / f"{target.name}.py",
        f"-max_total_time={seconds:.0f}",
    ]
    command += [f"-max_len={target.longest}", "-timeout=10", f"-dict={folder / 'dictionary'}"]
    command += [f"-artifact_prefix={folder}/", "-print_final_stats=1", corpus]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    said = done.stdout + done.stderr
    click.echo(f"{target.name}: {_figures(said)}")
    if done.returncode != 0:
        click.echo(said[-5000:], err=True)
    return done.returncode == 0


def _figures(said: str) -> str:
    """Executions, what was reached, and the slowest input, as far as they were told."""
    patterns = {
        "{} inputs": r"number_of_executed_units: (\d+)",
        "{} branches reached": r"cov: (\d+)",
        "slowest {} ms": r"slowest: ([\d.]+) ms",
    }
    found = {shape: re.findall(pattern, said) for shape, pattern in patterns.items()}
    return ", ".join(shape.format(all_of[-1]) for shape, all_of in found.items() if all_of)


if __name__ == "__main__":
    run()
