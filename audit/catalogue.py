"""The folder checks/ with the entry points `haechi.checks` to a catalogue of technologies, probes, drills, rules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from difflib import get_close_matches
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType
from typing import Final

from audit.contract import BadPlugin, Check, Drill, Probe
from audit.model.clean import line
from audit.model.estate import Estate
from audit.model.item import Item, Technology
from audit.model.message import say
from audit.model.policy import LimitTable, Policy, effective
from audit.model.policy_told import Value, told
from audit.model.unfit import Unfit
from audit.world.watchdog import Watchdog

GROUP = "haechi.checks"
LONGEST: Final = timedelta(minutes=1)
"""For the import of all that one package of others holds."""
ENDLESS: Final = "haechi: the import of the package {package} does not end; take it away, or mend it"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is plugged in; passed as an argument, never global."""

    checks: Mapping[str, Check]
    """By id, sorted."""
    probes: Mapping[type[Technology], Probe]
    """By the technology that they look at."""
    technologies: Mapping[type[Technology], Mapping[str, type[Technology]]]
    """Role (Endpoint, Copy, ...) to kind to class."""
    drills: Mapping[type[Technology], Drill] = field(default_factory=lambda: MappingProxyType({}))
    """By the technology that they restore."""

    def pick(self, role: type[Technology], kind: str) -> type[Technology]:
        """The class of a kind; Unfit naming those that exist."""
        known = self.technologies.get(role, {})
        if kind in known:
            return known[kind]
        close = get_close_matches(kind, known, 1)
        if close:
            hint = say("did you mean {close}?", close=repr(close[0]))
        else:
            hint = say("known kinds are {kinds}", kinds=", ".join(sorted(known)))
        raise Unfit(say("unknown kind {kind}", kind=repr(kind)), hint, key="kind")

    @property
    def limits(self) -> Mapping[str, LimitTable]:
        return {name: check.limits for name, check in self.checks.items()}

    @property
    def judged(self) -> Mapping[str, type[Item]]:
        """Each check to what it judges."""
        return {name: check.subject for name, check in self.checks.items()}

    def policy(self, estate: Estate) -> Policy:
        """The effective policy of an estate."""
        return effective(self.limits, {name: check.severity for name, check in self.checks.items()}, estate.policy)

    def policy_told(self, estate: Estate) -> Iterator[Value]:
        """Every value of that policy with where it comes from."""
        severities = {name: check.severity for name, check in self.checks.items()}
        return told(self.policy(estate), estate.policy, self.limits, severities)

    def probe_of(self, technology: type[Technology]) -> Probe | None:
        """The probe of a technology or of the nearest class above it."""
        return next((self.probes[base] for base in technology.__mro__ if base in self.probes), None)

    def drill_of(self, technology: type[Technology]) -> Drill | None:
        """The restore drill of a technology or of the nearest class above it."""
        return next((self.drills[base] for base in technology.__mro__ if base in self.drills), None)


def discover(longest: timedelta = LONGEST) -> Catalogue:
    """Walk everything that is plugged in. BadPlugin when two things claim one name, naming both files.

    A package of others of which the import takes longer ends the program, with its name: `audit.world.watchdog`.
    """
    import checks  # the root of the built-in plugins; third parties come by entry point

    found = _Findings()
    for module in _modules(checks):
        found.take(module, "")
    with Watchdog() as dog:
        for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
            owner = point.dist.name if point.dist is not None else point.name
            with dog.watching(ENDLESS.format(package=line(owner)), longest):
                for module in _modules(point.load()):
                    found.take(module, owner + ":")
    return found.catalogue()


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in sorted(
        pkgutil.walk_packages(getattr(package, "__path__", ()), package.__name__ + "."), key=lambda info: info.name
    ):
        yield importlib.import_module(info.name)


class _Findings:
    """What the walk has collected so far."""

    def __init__(self) -> None:
        self.checks: dict[str, Check] = {}
        self.probes: dict[type[Technology], Probe] = {}
        self.technologies: dict[type[Technology], dict[str, type[Technology]]] = {}
        self.drills: dict[type[Technology], Drill] = {}

    def take(self, module: ModuleType, prefix: str) -> None:
        for value in vars(module).values():
            if isinstance(value, Check) and value.rule.__module__ == module.__name__:
                self.add_check(replace(value, id=prefix + value.id))
            elif isinstance(value, Probe) and value.look.__module__ == module.__name__:
                self.add_probe(replace(value, id=prefix + module.__name__.partition(".")[2] + "." + value.id))
            elif isinstance(value, Drill) and value.restore.__module__ == module.__name__:
                self.add_drill(replace(value, id=prefix + module.__name__.partition(".")[2] + "." + value.id))
            elif isinstance(value, type) and issubclass(value, Technology) and value.__module__ == module.__name__:
                self.add_technology(value)

    def add_check(self, check: Check) -> None:
        other = self.checks.get(check.id)
        if other is not None:
            raise BadPlugin(f"two rules are called {check.id!r}: {other.source} and {check.source}")
        self.checks[check.id] = check

    def add_probe(self, probe: Probe) -> None:
        other = self.probes.get(probe.technology)
        if other is not None:
            raise BadPlugin(f"two probes look at {probe.technology.__name__}: {other.id} and {probe.id}")
        self.probes[probe.technology] = probe

    def add_drill(self, drill: Drill) -> None:
        other = self.drills.get(drill.technology)
        if other is not None:
            raise BadPlugin(f"two drills restore {drill.technology.__name__}: {other.id} and {drill.id}")
        self.drills[drill.technology] = drill

    def add_technology(self, technology: type[Technology]) -> None:
        if not technology.technology:
            return
        kinds = self.technologies.setdefault(technology.role(), {})
        other = kinds.get(technology.technology)
        if other is not None:
            raise BadPlugin(
                f"two technologies are called {technology.technology!r}: {other.__module__} and {technology.__module__}"
            )
        kinds[technology.technology] = technology

    def catalogue(self) -> Catalogue:
        return Catalogue(
            MappingProxyType(dict(sorted(self.checks.items()))),
            MappingProxyType(dict(self.probes)),
            MappingProxyType(
                {role: MappingProxyType(dict(sorted(kinds.items()))) for role, kinds in self.technologies.items()}
            ),
            MappingProxyType(dict(self.drills)),
        )
