"""Command lines in, the time of a whole process out: `haechi --help` has to answer in under 150 ms."""

import statistics
import subprocess
import sys
from time import perf_counter

import pytest

pytestmark = pytest.mark.bench

ROUNDS = 20
LINES = (("-c", "pass"), ("-c", "import click"), ("-m", "audit", "--help"), ("-m", "audit", "--version"))


def spent(words: tuple[str, ...]) -> float:
    started = perf_counter()
    subprocess.run((sys.executable, "-P", *words), stdout=subprocess.DEVNULL, check=True, timeout=30)
    return perf_counter() - started


def test_start() -> None:
    """Rounds are interleaved, so that a busy moment of the machine hits all lines alike."""
    times = [[spent(words) for words in LINES] for _ in range(ROUNDS)]
    print(f"\nstart of a process, {ROUNDS} rounds, milliseconds (median, slowest)")
    for number, words in enumerate(LINES):
        column = [row[number] * 1000 for row in times]
        print(f"  python {' '.join(words):<20} {statistics.median(column):7.1f} {max(column):7.1f}")


COMMANDS = "init validate plan run judge show runs report checks explain schema doctor demo completion".split()


def test_help_of_every_command() -> None:
    print("\nhelp of each command, milliseconds")
    for name in COMMANDS:
        fastest = min(spent(("-m", "audit", name, "--help")) for _ in range(3))
        print(f"  haechi {name:<12} {fastest * 1000:7.1f}")
