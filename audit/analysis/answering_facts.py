"""A dossier to single facts in words: losses, copies, drills, people, earlier demands, money, waivers, gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from audit.model.dossier import Dossier
from audit.model.message import Message, say
from audit.model.register import State
from audit.model.units import plain
from audit.model.verdict import Verdict

MOST: Final = 10
"""Facts of one kind that are told; the rest is counted."""


def _first(facts: list[Message]) -> Iterator[Message]:
    yield from facts[:MOST]
    if len(facts) > MOST:
        yield say("and {count} more", count=len(facts) - MOST)


def fires(dossier: Dossier) -> Iterator[Message]:
    """The worst losses."""
    yield from _first([
        say("{place}: systems that stop {count}, of them with a failover elsewhere, as declared, {returning}",
            place=loss.hit, count=len(loss.systems), returning=len(loss.returning))
        for loss in dossier.losses if loss.systems
    ])  # fmt: skip


def stuck(dossier: Dossier) -> Iterator[Message]:
    """Systems of grade 1 that some loss stops without a way back."""
    highest = {system.ref for _, system in dossier.estate.systems() if system.grade == 1}
    where: dict[str, str] = {}
    for loss in dossier.losses:
        for ref in loss.systems:
            if ref in highest and ref not in loss.returning:
                where.setdefault(ref, loss.hit)
    facts = [say("{system} stops with {place}", system=ref, place=hit) for ref, hit in sorted(where.items())]
    yield from _first(facts)


def copies(dossier: Dossier) -> Iterator[Message]:
    """Data sets with at most one copy, as declared."""
    yield from _first([
        say("{data}: copies {count}, as declared", data=data.ref, count=len(data.copies))
        for _, system in dossier.estate.systems() for data in system.data if len(data.copies) < 2
    ])  # fmt: skip


def gone(dossier: Dossier) -> Iterator[Message]:
    yield from _first([
        say("{place}: data sets without a copy elsewhere {count}, {bytes} bytes as declared, {unsized} of unknown size",
            place=loss.hit, count=len(loss.data), bytes=f"{loss.bytes_lost:,}", unsized=loss.unsized)
        for loss in dossier.losses if loss.data
    ])  # fmt: skip


def drilled(dossier: Dossier) -> Iterator[Message]:
    yield from _first([
        say("{copy} was restored on {day}, in {took}", copy=drill.copy_ref, day=plain(drill.ended.date()),
            took=plain(drill.rto))
        for drill in dossier.drills
    ])  # fmt: skip
    if not dossier.drills:
        yield say("no copy was ever restored under measurement")


def switched(dossier: Dossier) -> Iterator[Message]:
    yield from _first([
        say("{way} was switched on {day}", way=switch.failover_ref, day=plain(switch.ended.date()))
        for switch in dossier.switches
    ])  # fmt: skip
    if not dossier.switches:
        yield say("no second place ever took over under measurement")


def unpromised(dossier: Dossier) -> Iterator[Message]:
    nobody = [system.ref for _, system in dossier.estate.systems() if system.rto is None]
    if nobody:
        yield say("nobody promised a recovery time for {count} systems", count=len(nobody))


def worst_batteries(dossier: Dossier) -> Iterator[Message]:
    today = dossier.at.date()
    yield from _first([
        say("{battery}: {years} years old, {life} promised", battery=one.ref,
            years=f"{(today - one.installed) / timedelta(days=365.25):.1f}",
            life=plain(one.life) if one.life is not None else "-")
        for site in dossier.estate.sites for one in site.batteries if one.installed is not None
    ])  # fmt: skip


def accountable(dossier: Dossier) -> Iterator[Message]:
    for one in dossier.estate.institutions:
        if one.accountable is not None:
            yield say("{who}: {name}", who=one.ref, name=one.accountable.name)


def unnamed(dossier: Dossier) -> Iterator[Message]:
    for one in dossier.estate.institutions:
        if one.accountable is None:
            yield say("the inventory names nobody who answers for {who}", who=one.ref)


def signatures(dossier: Dossier) -> Iterator[Message]:
    for one in dossier.signatures:
        if one.good:
            yield say("{name} signed for {who} on {day}", name=one.name, who=", ".join(one.institutions),
                      day=plain(one.signed_at.date()))  # fmt: skip


def nobody_signed(dossier: Dossier) -> Iterator[Message]:
    signed = {ref for one in dossier.signatures if one.good for ref in one.institutions}
    left = [one.ref for one in dossier.estate.institutions if one.ref not in signed]
    if left:
        yield say("nobody has signed this run for {who}; `haechi sign` does", who=", ".join(left))


def earlier(dossier: Dossier) -> Iterator[Message]:
    today = dossier.at.date()
    yield from _first([
        say("{id} of {by}, due {due}, open{late}: {says}", id=one.id, by=one.by, due=plain(one.due) if one.due else "-",
            late=say(", overdue") if one.due is not None and one.due < today else "", says=one.says)
        for one in dossier.estate.earlier_findings if one.closed is None
    ])  # fmt: skip
    closed = sum(one.closed is not None for one in dossier.estate.earlier_findings)
    if closed:
        yield say("{count} earlier findings are said to be closed", count=closed)


def unheard(dossier: Dossier) -> Iterator[Message]:
    if not dossier.estate.earlier_findings:
        yield say("the inventory names no findings of earlier audits; add them under `earlier-findings:`")


def overdue(dossier: Dossier) -> Iterator[Message]:
    counts = Counter(action.state for action in dossier.actions)
    if dossier.actions:
        told = ", ".join(f"{state} {counts[state]}" for state in State if counts[state])
        yield say("measures in the register: {counts}", counts=told)
    today = dossier.at.date()
    late = [one for one in dossier.actions if one.state is not State.CLOSED and one.due is not None and one.due < today]
    yield from _first([
        say("{id}, {check} of {subject}: due {due}, {owner}", id=one.id, check=one.origin.check,
            subject=one.origin.subject, due=plain(one.due), owner=one.owner or "-")
        for one in late
    ])  # fmt: skip


def planned(dossier: Dossier) -> Iterator[Message]:
    if not dossier.actions:
        yield say("the register of measures is empty; `haechi actions` keeps it")


def asked_money(dossier: Dossier) -> Iterator[Message]:
    yield from _first([
        say("{id}: needed {needed}, granted {funded}", id=one.id, needed=one.needed, funded=one.funded)
        for one in dossier.estate.budget
    ])  # fmt: skip


def uncosted(dossier: Dossier) -> Iterator[Message]:
    named = {ref.partition("/")[0] for line in dossier.estate.budget for ref in line.of}
    left = [one.ref for one in dossier.estate.institutions if one.ref not in named]
    if left:
        yield say("no line of the budget is named for {who}", who=", ".join(left))


def exposed(dossier: Dossier) -> Iterator[Message]:
    yield from _first([
        say("{place}: {count} applicants an hour", place=loss.hit, count=f"{loss.applicants_per_hour:,.0f}")
        for loss in dossier.losses if loss.applicants_per_hour
    ])  # fmt: skip


def excused(dossier: Dossier) -> Iterator[Message]:
    yield from _first([
        say("{check} of {subject}: approved by {name} until {day}: {reason}", check=one.check, subject=one.on,
            name=one.approved_by, day=plain(one.expires), reason=one.reason)
        for one in dossier.estate.waivers
    ])  # fmt: skip
    if not dossier.estate.waivers:
        yield say("none")


def sealed(dossier: Dossier) -> Iterator[Message]:
    if dossier.run.root:
        yield say("what was seen and found stands under the seal {root}", root=dossier.run.root)


def unknown(dossier: Dossier) -> Iterator[Message]:
    found = [finding for finding in dossier.findings if finding.verdict is Verdict.UNKNOWN]
    reasons = Counter(str(finding.reason) for finding in found)
    for reason, count in reasons.most_common():
        yield say("{count} findings: {reason}", count=count, reason=reason)
    if dossier.not_looked_at:
        yield say("{count} subjects were not looked at, because the run ended before", count=len(dossier.not_looked_at))
