"""An estate with its store to what the register and the signatures of people tell a rule, as looks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from audit.app.registering import about
from audit.app.signing import again, kept, signers_of
from audit.model.assent import KIND, Assent, AssentState, read_back, signed_for
from audit.model.estate import Estate
from audit.model.evidence import Observation, Run
from audit.model.exit import Stop
from audit.model.facts import Facts
from audit.model.register import Action, Demand, RegisterState, measures
from audit.model.verdict import Level, Severity
from audit.store.history import History
from audit.store.memory import Store

REGISTER: Final = "register.measures"
"""Stands in an observation where else the id of a probe does."""
SIGNED: Final = "register.signatures"
SEEN: Final[Mapping[str, type[Facts]]] = MappingProxyType({REGISTER: RegisterState, SIGNED: AssentState})
NAMED: Final = 5
TRIED: Final = 10
"""Signatures of one institution that are verified at most, the newest first."""


def told_before(estate: Estate, store: str, memory: Store, history: History, now: datetime) -> tuple[Observation, ...]:
    """Both, as they stand before a run; nothing for what was never written."""
    actions = about(store, estate)
    told = [_look(measures(estate.ref), REGISTER, register_state(actions), now, "haechi actions")] if actions else []
    return (*told, *_signatures(estate, memory, history, now))


def register_state(actions: Iterable[Action]) -> RegisterState:
    """How far measures are, in few words however many there are."""
    pending: dict[tuple[Severity, date | None], list[str]] = defaultdict(list)
    counts: Counter[tuple[Severity, date | None]] = Counter()
    closed: Counter[Severity] = Counter()
    reopened, answering = 0, set[str]()
    for one in actions:
        reopened += one.reopened
        if not one.pending:
            closed[one.origin.severity] += 1
            continue
        answering.update(one.earlier)
        key = one.origin.severity, one.due
        counts[key] += 1
        if counts[key] <= NAMED:
            pending[key].append(f"{one.origin.check} {one.origin.subject}")
    return RegisterState(
        pending=tuple(
            Demand(severity=severity, due=due, count=count, names=tuple(pending[severity, due]))
            for (severity, due), count in sorted(counts.items(), key=lambda one: (one[0][1] or date.max, one[0][0]))
        ),
        closed=dict(sorted(closed.items())),
        reopened=reopened,
        answering=tuple(sorted(answering)),
    )


def _signatures(estate: Estate, memory: Store, history: History, now: datetime) -> Iterator[Observation]:
    """The newest signature that counts for each institution; where none does, the newest of all."""
    stated = [(event.values, one) for event in kept(history.events(kinds=(KIND, "import")))
              if (one := read_back(event.values)) is not None]  # fmt: skip
    if not stated:
        return
    runs = {run.id: run for run in memory.runs() if run.root}
    sound: dict[str, bool] = {}
    signers = _signers(estate)
    for institution in estate.institutions:
        newest = sorted((pair for pair in stated if institution.ref in pair[1].institutions),
                        key=lambda pair: pair[1].signed_at, reverse=True)  # fmt: skip
        found: AssentState | None = None
        for values, one in newest[:TRIED]:
            run = runs.get(one.run)
            if run is None:
                continue
            if run.id not in sound:
                sound[run.id] = not memory.verify(run.id)
            verified = again(values, run, signers)
            if verified is None:
                continue
            state = _state(verified, run, institution.id, "good" if sound[run.id] else "tampered")
            found = found or state
            if state.state == "good" and state.whole:
                found = state
                break
        if found is not None:
            yield _look(signed_for(institution.ref), SIGNED, found, now, f"haechi sign {found.run}")


def _state(assent: Assent, run: Run, institution: str, best: str) -> AssentState:
    state = assent.state if best == "good" else best
    chosen = run.selection
    return AssentState(
        level=Level.ATTESTED,
        run=run.id,
        name=assent.name,
        signer=assent.signer if state == "good" else "",
        signed_at=assent.signed_at,
        state=state,
        whole=run.state == "complete"
        and not (chosen.checks or chosen.areas or chosen.subjects)
        and (not chosen.institutions or institution in chosen.institutions),
    )


def _signers(estate: Estate) -> bytes | None:
    """The list of signers; without one that can be read, what was told when it was signed stands."""
    try:
        return signers_of(estate)
    except Stop:
        return None


def _look(subject: str, probe: str, seen: Facts, now: datetime, source: str) -> Observation:
    return Observation(subject=subject, probe=probe, at=now, took=timedelta(0), seen=seen, source=source)
