"""The looks of a run at an instant to what drills and switches measured, as far as it still counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from audit.model.drilling import RestoreState
from audit.model.estate import Estate
from audit.model.subject import Looks
from audit.model.switching import SwitchState, counts


@dataclass(frozen=True)
class Proven:
    """What was measured, by the full reference of a copy, of a failover."""

    restores: Mapping[str, RestoreState] = field(default_factory=lambda: MappingProxyType({}))
    switches: Mapping[str, SwitchState] = field(default_factory=lambda: MappingProxyType({}))

    def restored(self, ref: str) -> RestoreState | None:
        """The drill of a copy that counts."""
        return self.restores.get(ref)

    @cached_property
    def took(self) -> Mapping[str, float]:
        """Each failover that was measured to the hours that the switch itself took."""
        return MappingProxyType({ref: hours for ref, one in self.switches.items() if (hours := _took(one)) is not None})


def _took(state: SwitchState) -> float | None:
    for name in ("rto", "outage"):
        if state.has(name):
            return float(getattr(state, name).total_seconds()) / 3600
    return None


def proven(estate: Estate, looks: Looks, at: datetime) -> Proven:
    """What held, and is not past its date: what is older proves nothing, so that what is declared counts again."""
    restores: dict[str, RestoreState] = {}
    switches: dict[str, SwitchState] = {}
    for _, system in estate.systems():
        for data in system.data:
            for copy in data.copies:
                restored = looks.restored(copy.ref)
                if restored is not None and restored.proven and restored.has("rto") and restored.expires >= at:
                    restores[copy.ref] = restored
        for one in system.failover:
            switched = looks.switched(one.ref)
            if switched is not None and counts(switched, one.mode) and switched.expires >= at:
                switches[one.ref] = switched
    return Proven(MappingProxyType(restores), MappingProxyType(switches))
