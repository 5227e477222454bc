"""Two runs with the inventories and policies they were judged by to what lies between them beside their findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from audit.analysis.change import Judged
from audit.model.estate import Estate, Waiver, day_ends
from audit.model.evidence import Run
from audit.model.policy import LimitTable, Policy
from audit.model.policy_told import Direction, direction
from audit.model.units import plain


@dataclass(frozen=True, slots=True)
class Ruled:
    """One value of the policy that was another one before."""

    check: str
    """Empty for the target of a grade."""
    name: str
    grade: int | None
    old: str
    new: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Let:
    """A waiver that is new, gone, past its date by now, or changed."""

    how: str
    """`new`, `gone`, `expired` or `changed`."""
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between two runs: where any of it changed, the findings may differ without anything being mended."""

    tool: tuple[str, str] | None
    """Old and new, where they differ."""
    estate: bool
    """Whether a text of the inventory differs."""
    other_estate: bool
    selection: bool
    """Whether another part of the plan was asked."""
    incomplete: tuple[str, ...]
    """The runs that were broken off or out of time."""
    policy: tuple[Ruled, ...]
    waivers: tuple[Let, ...]
    new_checks: tuple[str, ...]
    gone_checks: tuple[str, ...]
    """Checks that judged something in the one run, nothing in the other."""

    @property
    def nothing(self) -> bool:
        parts = (self.tool, self.estate, self.other_estate, self.selection, self.incomplete, self.policy)
        return not any((*parts, self.waivers, self.new_checks, self.gone_checks))


def between(
    old: tuple[Run, Estate, Policy, Iterable[Judged]],
    new: tuple[Run, Estate, Policy, Iterable[Judged]],
    limits: Mapping[str, LimitTable],
) -> Between:
    """What changed; the findings say which checks judged anything."""
    before, after = ({one.check for one in side[3]} for side in (old, new))
    runs = (old[0], new[0])
    return Between(
        tool=(runs[0].tool, runs[1].tool) if runs[0].tool != runs[1].tool else None,
        estate=old[1].sha256 != new[1].sha256,
        other_estate=runs[0].estate_id != runs[1].estate_id,
        selection=runs[0].selection != runs[1].selection,
        incomplete=tuple(run.id for run in runs if run.state != "complete"),
        policy=tuple(_ruled(old[2], new[2], limits)),
        waivers=tuple(_let(old[1], new[1], *(run.at or run.started for run in runs))),
        new_checks=tuple(sorted(after - before)),
        gone_checks=tuple(sorted(before - after)),
    )


def _ruled(old: Policy, new: Policy, limits: Mapping[str, LimitTable]) -> Iterator[Ruled]:
    for grade in sorted(old.targets.keys() & new.targets.keys()):
        for name in ("rto", "rpo"):
            was, now = getattr(old.targets[grade], name), getattr(new.targets[grade], name)
            if was != now:
                yield Ruled("", name, grade, plain(was), plain(now), "stricter" if now < was else "laxer")
    for check in sorted(old.severities.keys() & new.severities.keys()):
        first, second = old.severities[check], new.severities[check]
        if first is not second:
            way: Direction = "stricter" if second.rank < first.rank else "laxer"
            yield Ruled(check, "severity", None, str(first), str(second), way)
        for name in sorted(old.limits.get(check, {}).keys() & new.limits.get(check, {}).keys()):
            for grade, was in sorted(old.limits[check][name].items()):
                now = new.limits[check][name].get(grade, was)
                if was != now:
                    declared = limits.get(check, {}).get(name, ())
                    yield Ruled(check, name, grade, was, now, direction(name, declared, was, now))


def _let(old: Estate, new: Estate, then: datetime, now: datetime) -> Iterator[Let]:
    before = {(one.check, one.on): one for one in old.waivers}
    after = {(one.check, one.on): one for one in new.waivers}
    for key, waiver in sorted(after.items()):
        if key not in before:
            yield Let("new", waiver)
        elif _terms(before[key]) != _terms(waiver):
            yield Let("changed", waiver)
    for key, waiver in sorted(after.items()):
        end = day_ends(waiver.expires, new.about.timezone)
        if now > end and (key not in before or then <= day_ends(before[key].expires, old.about.timezone)):
            yield Let("expired", waiver)
    for key, waiver in sorted(before.items()):
        if key not in after:
            yield Let("gone", waiver)


def _terms(waiver: Waiver) -> tuple[date, str, str | None, str, str]:
    return (waiver.expires, waiver.reason, waiver.compensation, waiver.requested_by, waiver.approved_by)
