"""A length of time to the faults that a script injects in it, with what each must look like afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tests.soak.relay import Spot


@dataclass(frozen=True)
class Fault:
    """Something that happens to servers or to the prober; times are shares of the whole."""

    name: str
    begins: float
    ends: float
    spots: tuple[Spot, ...] = ()
    manner: str = ""
    slow: float = 0.0
    """Seconds by which the name server is late."""
    prober: str = ""
    """`suspended` or `killed`."""


@dataclass(frozen=True)
class Happened:
    """A fault as it really happened, by the script's own clock."""

    fault: Fault
    start: datetime
    end: datetime


FAULTS: Final = (
    Fault("database stopped", 0.06, 0.13, (("database", "127.20.0.1"),), "closed"),
    Fault("address falls silent", 0.16, 0.23, (("https", "127.50.0.1"),), "mute"),
    Fault("certificate swapped", 0.26, 0.33, (("https", "127.40.0.1"),), "expired"),
    Fault("one address of two killed", 0.36, 0.43, (("pair", "::1"),), "closed"),
    Fault("name server slow", 0.36, 0.43, slow=2.0),
    Fault("prober suspended", 0.47, 0.55, prober="suspended"),
    Fault("whole site stopped", 0.59, 0.66, (("https", "127.30.0.1"), ("database", "127.30.0.1")), "closed"),
    Fault("prober killed", 0.70, 0.74, prober="killed"),
    Fault("database stopped again", 0.78, 0.90, (("database", "127.10.0.1"),), "closed"),
    Fault("prober suspended meanwhile", 0.81, 0.86, prober="suspended"),
)
