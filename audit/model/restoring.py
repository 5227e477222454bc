"""The record of a drill, or what the inventory declares, to how long it takes to restore a whole copy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from audit.model.backup import BackupState
from audit.model.drilling import RestoreState
from audit.model.estate import Data
from audit.model.facts import Facts
from audit.model.technology import Copy

Basis = Literal["drilled", "estimated", "declared"]
"""Measured as it is; measured of a part or of less, and reckoned up; never measured."""
LONGEST: Final = 1000 * 365.25 * 86400.0
"""Seconds after which nobody counts any more; a duration of more could not be written."""


@dataclass(frozen=True, slots=True)
class RestoreTime:
    """How long a restore takes, and how that is known."""

    took: timedelta
    basis: Basis
    size: int
    rate: float
    """Bytes a second: measured, or as declared before any credit."""
    waits: timedelta = timedelta(0)
    """What of it passes before the first byte can be read."""


def restoring(
    copy: Copy, data: Data, drill: RestoreState | None, credit: float = 0.5, seen: Facts | None = None
) -> RestoreTime | None:
    """The time of a restore of one copy, as a look saw it; None where nobody measured it or declared enough.

    `credit` is what a declared rate is worth. A proven drill goes before what is declared; one that brought back less
    than there is, a part or an earlier state, is reckoned up by bytes. A drill restores what lies ready: the time for
    which cold storage lets wait is added.
    """
    time = _restoring(copy, data, drill, credit)
    waits = waiting(seen)
    return time if time is None or not waits else replace(time, took=time.took + waits, waits=waits)


def waiting(seen: Facts | None) -> timedelta:
    """For how long a restore waits for the first byte, by what a look saw of a copy."""
    return seen.waits if isinstance(seen, BackupState) and seen.has("waits") else timedelta(0)


def _restoring(copy: Copy, data: Data, drill: RestoreState | None, credit: float) -> RestoreTime | None:
    if drill is not None and drill.proven and drill.has("rto"):
        return _measured(data, drill)
    size = data.size if data.size is not None else copy.size
    if not size or not copy.restore_rate or credit <= 0:
        return None
    took = timedelta(seconds=min(size / copy.restore_rate / credit, LONGEST))
    return RestoreTime(took, "declared", size, float(copy.restore_rate))


def _measured(data: Data, drill: RestoreState) -> RestoreTime | None:
    seconds = drill.rto.total_seconds()
    whole = drill.sampled_of if drill.sampled_of is not None else drill.bytes / drill.share
    whole = max(int(whole), drill.bytes, data.size or 0)
    if not drill.bytes and (whole or drill.share < 1):
        return None
    times = whole / drill.bytes if drill.bytes else 1.0
    rate = drill.bytes / seconds if seconds > 0 else 0.0
    basis: Basis = "drilled" if times == 1 else "estimated"
    return RestoreTime(timedelta(seconds=min(seconds * times, LONGEST)), basis, whole, rate)
