"""Findings of a stored run, or what somebody writes of a measure, to entries of the register."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from audit.app.registering import Registered, clean, meant, registered, somebody, write
from audit.app.seen import verified
from audit.app.stored import stored_estate
from audit.catalogue import Catalogue, discover
from audit.inventory.near import near
from audit.model.estate import Estate
from audit.model.evidence import Finding, Run
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.register import BY_HAND, Action, State
from audit.model.unfit import Unexpected
from audit.model.units import parse_day, parse_money
from audit.model.verdict import Severity, Verdict
from audit.store import open_store

ALL: Final = frozenset(Severity)
FAILED: Final = frozenset((Verdict.FAIL,))


@dataclass(frozen=True, slots=True)
class Born:
    """What a birth came to."""

    new: tuple[str, ...]
    known: tuple[str, ...]
    run: str


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote of a measure; None is what they did not speak of, an empty text takes it away."""

    owner: str | None = None
    due: str | None = None
    budget: str | None = None
    plan: str | None = None
    state: str | None = None
    milestones: Sequence[str] = ()
    """`2026-12-01 Order it`, `[x] 2026-12-01 Order it` once it is done."""
    reached: Mapping[str, str] = field(default_factory=dict)
    """The text of a milestone to the day on which it was reached."""
    earlier: Sequence[str] = ()


def born(
    store: str,
    *,
    by: str,
    run: str = "latest",
    names: Sequence[str] = (),
    severities: Collection[Severity] = ALL,
    verdicts: Collection[Verdict] = FAILED,
    written: Written | None = None,
) -> Born:
    """Measures for findings of a run: of the named fingerprints, else of every one that is so grave.

    `verdicts` says of which. One that has a measure already gets no second one.
    """
    who = somebody(by)
    known = discover()
    with open_store(store, writing=False) as memory:
        found = verified(memory, run)
        findings = memory.findings(found.id)
        estate = stored_estate(memory.sources(found.id), known, found.estate_id)
    if found.state == "running":
        raise Stop(Exit.USAGE, say("the run {run} never ended; judge it first with `haechi judge`", run=found.id))
    there = {one.id for one in registered(store).actions}
    chosen = (
        [_named(findings, name) for name in names]
        if names
        else [one for one in findings if one.verdict in verdicts and one.severity in severities]
    )
    values = told(written) if written is not None else {}
    owners = _owners(estate)
    entries = {
        one.fingerprint: {**_birth(one, found, estate, known, owners), **values, "by": who}
        for one in chosen
        if one.fingerprint not in there
    }
    write(store, entries.items())
    again = tuple(dict.fromkeys(one.fingerprint for one in chosen if one.fingerprint in there))
    return Born(tuple(entries), again, found.id)


def changed(store: str, name: str, *, by: str, written: Written) -> Action:
    """What somebody writes of one measure; the measure as it then stands."""
    who, before = somebody(by), registered(store)
    action = meant(before.actions, name)
    if action.state is State.CLOSED and written.state is not None:
        says = say(
            "{id} is closed by the run {run}; only a run that fails opens it", id=action.id, run=action.closed_by
        )
        raise Stop(Exit.USAGE, says)
    values = told(written, action)
    _check_earlier(store, written.earlier)
    if not values:
        raise Stop(Exit.USAGE, say("nothing to write; name --owner, --due, --budget, --plan, --milestone or --state"))
    return _after(store, action.id, {"what": "changed", "by": who, **values})


def retired(store: str, name: str, *, by: str, reason: str) -> Action:
    """Somebody decides that a measure ends because its subject is no longer there."""
    who, why = somebody(by), clean(reason, "--reason")
    action = meant(registered(store).actions, name)
    if not why:
        raise Stop(Exit.USAGE, say("--reason: expected why it ends with its subject, got nothing"))
    if action.state is State.CLOSED:
        raise Stop(Exit.USAGE, say("{id} is closed already", id=action.id))
    if not action.gone:
        says = say(
            "{subject} is still in the inventory, or no whole run looked since; only what is gone can be retired",
            subject=action.origin.subject,
        )
        raise Stop(Exit.USAGE, says)
    return _after(store, action.id, {"what": "retired", "by": who, "reason": why})


def _check_earlier(store: str, names: Sequence[str]) -> None:
    """Whether the inventory of the latest run names these findings of earlier audits."""
    if not names:
        return
    with open_store(store, writing=False) as memory:
        run = memory.run("latest")
        estate = stored_estate(memory.sources(run.id), discover(), run.estate_id)
    known = [one.id for one in estate.earlier_findings]
    for name in names:
        if name not in known:
            close = near(name, known)
            hint = say("did you mean {close}?", close=close) if close else say("`earlier-findings:` names them")
            raise Stop(Exit.USAGE, say("no earlier finding {name}; {hint}", name=repr(name[:80]), hint=hint))


def _after(store: str, name: str, values: dict[str, Any]) -> Action:
    write(store, [(name, values)])
    after: Registered = registered(store)
    return next(one for one in after.actions if one.id == name)


def told(written: Written, action: Action | None = None) -> dict[str, Any]:
    """The values of an entry; Stop(USAGE) with what would be right."""
    values: dict[str, Any] = {}
    for key in ("owner", "plan"):
        text = getattr(written, key)
        if text is not None:
            values[key] = clean(text, f"--{key}")
    try:
        if written.due is not None:
            values["due"] = parse_day(written.due).isoformat() if written.due else ""
        if written.budget is not None:
            values["budget"] = money(written.budget) if written.budget else ""
        steps = [step(one) for one in written.milestones]
        days = {one.text: one.day.isoformat() for one in action.milestones} if action is not None else {}
        days |= {one["text"]: one["day"] for one in steps}
        steps += [_reached(text, day, days) for text, day in written.reached.items()]
    except Unexpected as wrong:
        raise Stop(Exit.USAGE, say("expected {right}, got {got}", right=wrong.right, got=wrong.got)) from wrong
    if steps:
        values["milestones"] = steps
    if written.earlier:
        values["earlier"] = [clean(one, "--earlier") for one in written.earlier]
    if written.state is not None:
        values["state"] = by_hand(written.state)
    return values


def by_hand(state: str) -> str:
    """A state that somebody may write."""
    if state in BY_HAND:
        return state
    if state == State.CLOSED:
        says = say("nobody closes a measure by hand; write `verify`, then the next run that passes closes it")
        raise Stop(Exit.USAGE, says)
    close = near(state, BY_HAND)
    hint = say("did you mean {close}?", close=close) if close else say("one of {all}", all=", ".join(BY_HAND))
    raise Stop(Exit.USAGE, say("unknown state {state}; {hint}", state=repr(state[:80]), hint=hint))


def money(written: str) -> str:
    """An amount as it is kept: `4500000 KRW`."""
    amount = parse_money(written)
    return f"{amount.amount.normalize():f} {amount.currency}"


def step(written: str) -> dict[str, str]:
    """`2026-12-01 Order it`, with `[x] ` before it once it is done (`[x 2026-11-30] ` says on which day)."""
    rest, done = clean(written, "--milestone").replace("\n", " "), ""
    mark, closing, after = rest.partition("]")
    if (closing and mark in ("[ ", "[x")) or mark.startswith("[x "):
        rest, done = after.strip(), mark[1:].strip()
    day, _, text = rest.partition(" ")
    right = say("a day, then what is done by then, such as `2026-12-01 Order the second line`")
    if not text.strip():
        raise Unexpected(right, repr(written[:80]))
    made = {"day": parse_day(day).isoformat(), "text": text.strip()}
    if done:
        made["done"] = parse_day(done.removeprefix("x").strip() or day).isoformat()
    return made


def _reached(written: str, day: str, days: Mapping[str, str]) -> dict[str, str]:
    """The milestone of that text, or of the only one that begins so, as reached on a day."""
    found = [text for text in days if text == written] or [
        text for text in days if written and text.startswith(written)
    ]
    if len(found) != 1:
        close = near(written, days)
        hint = say("did you mean {close}?", close=repr(close)) if close else say("`haechi actions timeline` tells them")
        raise Stop(Exit.USAGE, say("no milestone {text}; {hint}", text=repr(written[:80]), hint=hint))
    return {"day": days[found[0]], "text": found[0], "done": parse_day(day).isoformat()}


def _named(findings: Sequence[Finding], name: str) -> Finding:
    found = [one for one in findings if one.fingerprint == name] or [
        one for one in findings if len(name) >= 4 and one.fingerprint.startswith(name.lower())
    ]
    if len(found) == 1 and found[0].verdict in (Verdict.FAIL, Verdict.UNKNOWN):
        return found[0]
    if len(found) == 1:
        says = say("{check} on {subject} did not fail in this run", check=found[0].check, subject=found[0].subject)
        raise Stop(Exit.USAGE, says)
    hint = say("more than one begins so") if found else say("`haechi show --format json` tells them")
    raise Stop(Exit.USAGE, say("no finding {name}; {hint}", name=repr(name[:80]), hint=hint))


def _owners(estate: Estate) -> Mapping[str, tuple[str, str]]:
    """Each system and institution to who owns it, who is accountable for it."""
    owners: dict[str, tuple[str, str]] = {}
    for institution in estate.institutions:
        head = institution.accountable.name if institution.accountable is not None else ""
        owners[institution.ref] = (head, head)
        for system in institution.systems:
            owners[system.ref] = (system.owner.name if system.owner is not None else head, head)
    return owners


def _birth(
    one: Finding, run: Run, estate: Estate, known: Catalogue, owners: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    owner, accountable = owners.get(one.system) or owners.get(one.institution) or ("", "")
    check = known.checks.get(one.check)
    return {
        "what": "born",
        "check": one.check,
        "control": one.control,
        "subject": one.subject,
        "institution": one.institution,
        "system": one.system,
        "severity": one.severity.value,
        "grade": one.grade,
        "estate": run.estate_id,
        "zone": estate.about.timezone,
        "run": run.id,
        "since": run.started.isoformat(),
        "verdict": one.verdict.value,
        "least": check.least.word if check is not None else "declared",
        "owner": clean(owner, "owner"),
        "accountable": clean(accountable, "accountable"),
    }
