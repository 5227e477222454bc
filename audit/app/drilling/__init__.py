"""What somebody asks to be restored in, the drills of it with their records out."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from audit.app import DEFAULT_STORE, hands
from audit.app.drilling.perform import performed
from audit.app.drilling.preflight import calm, consented, hosts, scratches
from audit.app.drilling_record import Began, ready, record, recorded, tell
from audit.app.past import named
from audit.app.stored import whole
from audit.catalogue import Catalogue, discover
from audit.contract import Drill
from audit.inventory.load import load
from audit.model.drilling import Consent, Promise, RestoreState
from audit.model.estate import Data, Estate, System
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.policy import Policy
from audit.model.technology import Copy
from audit.model.verdict import CannotSee, Reason
from audit.world.drilling.here import answering_here
from audit.world.drilling.namespace import unprivileged
from audit.world.drilling.room import Room, Taken, claimed, make_room, remove_room, sweep
from audit.world.drilling.shop import Shop, Terms
from audit.world.secrets import Secrets
from audit.world.verbs import gated
from audit.world.world import World

_PRECEDENCE: Final = (Exit.INTERRUPTED, Exit.LOCKED, Exit.FAILED, Exit.NOT_VERIFIED, Exit.READY)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One copy that is to be drilled, with what stands around it."""

    copy: Copy
    data: Data
    system: System
    drill: Drill
    consent: Consent


@dataclass(frozen=True, slots=True)
class Drilled:
    """What came of one drill: a record, or the reason why nothing was decided."""

    ref: str
    state: RestoreState | None = None
    unseen: CannotSee | None = None
    left: str = ""
    """A folder that could not be taken away."""
    promise: Promise = field(default_factory=Promise)
    zone: str = "UTC"
    """In which people want to read its times."""

    @property
    def exit(self) -> Exit:
        if self.state is None:
            return Exit.NOT_VERIFIED
        return Exit.READY if self.state.proven else Exit.FAILED


def exit_of(drills: tuple[Drilled, ...]) -> Exit:
    """The exit code of several drills: of the worst of them."""
    return next(code for code in _PRECEDENCE if code is Exit.READY or any(one.exit is code for one in drills))


def drill(
    path: Path,
    subject: str,
    *,
    store: str = DEFAULT_STORE,
    point: str = "",
    share: float | None = None,
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
    on_drilled: Callable[[Drilled], object] | None = None,
) -> tuple[Drilled, ...]:
    """Restore a copy, or all copies with consent below a subject one after the other, into scratch space.

    `point` is the id of a restore point, the newest complete one where it is empty; `share` how much of it is restored
    (0.05 for 5 %), else what the consent says, else the whole. Each record is stored as soon as its drill has ended.

    Stop(USAGE) without consent, scratch space or a drill of that technology; Stop(LOCKED) while another drill has the
    scratch space; Stop(STORAGE) where no record could be written; Stop(INVALID) for a broken inventory.
    """
    known = catalogue or discover()
    estate = whole(load(path, known))
    ref = named(estate, subject)
    chosen = tuple(_chosen(estate, known, ref, datetime.now(UTC)))
    if point and len(chosen) != 1:
        raise Stop(Exit.USAGE, say("--point goes with one copy; {subject} has {count}", subject=ref, count=len(chosen)))
    spaces = scratches(estate)
    if not estate.drills.same_host:
        here = answering_here(hosts(estate))
        if here:
            says = say("a system of the estate answers on this machine, at {host}; drill elsewhere, or write "
                       "`same-host: true` under `drills:`", host=here)  # fmt: skip
            raise Stop(Exit.USAGE, says)
    ready(store)
    policy = known.policy(estate)
    done: list[Drilled] = []
    with _claimed(spaces) as scratch:
        sweep(scratch)
        for one in chosen:
            found = _drilled(one, estate, scratch, policy, store, point, share, world)
            done.append(replace(found, promise=_promised(one.system, policy), zone=estate.about.timezone))
            if on_drilled is not None:
                on_drilled(done[-1])
    return tuple(done)


def standing(path: Path, store: str, catalogue: Catalogue | None = None) -> tuple[Drilled, ...]:
    """Every copy of an inventory with consent or with drills, each with its newest drill."""
    known = catalogue or discover()
    estate = whole(load(path, known))
    policy = known.policy(estate)
    newest: dict[str, RestoreState] = {}
    for state in recorded(store):
        newest[state.copy_ref] = state
    return tuple(
        Drilled(copy.ref, newest.get(copy.ref), promise=_promised(system, policy), zone=estate.about.timezone)
        for _, system in estate.systems()
        for data in system.data
        for copy in data.copies
        if copy.drill is not None or copy.ref in newest
    )


def stored(name: str, store: str) -> RestoreState:
    """A record by its id or an unambiguous beginning of it, by the copy that was restored, or `latest`."""
    found = recorded(store)
    if not found:
        raise Stop(Exit.USAGE, say("no drill is stored there; `haechi drill restore` makes one"))
    if name == "latest":
        return found[-1]
    of_copy = [one for one in found if one.copy_ref == name or one.copy_ref.endswith("/" + name)]
    if of_copy and len({one.copy_ref for one in of_copy}) == 1:
        return of_copy[-1]
    begun = [one for one in found if one.id == name] or [one for one in found if one.id.startswith(name)]
    if len(begun) == 1:
        return begun[0]
    if begun or of_copy:
        raise Stop(Exit.USAGE, say("more than one drill is meant by {name}; write more of it", name=repr(name)))
    raise Stop(Exit.USAGE, say("no drill {name}; `haechi drill list ESTATE` lists them", name=repr(name)))


def _promised(system: System, policy: Policy) -> Promise:
    target = policy.targets[system.grade]
    return Promise(
        rpo=system.rpo if system.rpo is not None else target.rpo,
        rto=system.rto if system.rto is not None else target.rto,
    )


def _chosen(estate: Estate, catalogue: Catalogue, ref: str, now: datetime) -> Iterator[Chosen]:
    item = estate.index[ref] if ref != estate.ref else estate
    found = False
    for _, system in estate.systems():
        for data in system.data:
            for copy in data.copies:
                if not estate.covers(ref, copy.ref) or (copy.drill is None and item is not copy):
                    continue
                drill = catalogue.drill_of(type(copy))
                if drill is None:
                    says = say("{copy}: there is no drill of the kind {kind}", copy=copy.ref, kind=copy.kind)
                    raise Stop(Exit.USAGE, says)
                found = True
                yield Chosen(copy, data, system, drill, consented(copy, estate, now))
    if not found:
        says = say("{subject}: nobody consented to drills of its copies; write `drill:` with `consent` and `until`",
                   subject=ref)  # fmt: skip
        raise Stop(Exit.USAGE, says)


@contextlib.contextmanager
def _claimed(spaces: tuple[Path, ...]) -> Iterator[Path]:
    """The first scratch folder that nobody works in."""
    busy = ""
    for scratch in spaces:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(claimed(scratch))
            except Taken as taken:
                busy = str(taken) or "?"
                continue
            except OSError as broken:
                says = say("{path} is no scratch space: {why}", path=scratch, why=broken.strerror)
                raise Stop(Exit.USAGE, says) from broken
            yield scratch
            return
    raise Stop(Exit.LOCKED, say("another drill works in {path} (process {pid})", path=spaces[0], pid=busy))


def _drilled(
    one: Chosen,
    estate: Estate,
    scratch: Path,
    policy: Policy,
    store: str,
    point: str,
    share: float | None,
    world: Callable[[Estate], World],
) -> Drilled:
    """One drill from its folder to its record; the folder is taken away however it ends."""
    now = datetime.now(UTC)
    began = Began(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}", one.copy.ref, now, one.system.grade)
    turn = len(recorded(store, one.copy.ref))
    try:
        calm(estate)
        terms = Terms(
            verbs=one.drill.verbs,
            user=unprivileged(estate.drills.user),
            most=estate.drills.most,
            ends=time.monotonic() + one.consent.timeout.total_seconds(),
            wanted=point,
            share=share or one.consent.sample or 1.0,
            turn=turn,
            canary=one.data.canary,
        )
    except CannotSee as gap:
        return Drilled(began.ref, unseen=gap)
    brought, unseen, left = None, None, ""
    try:
        room = make_room(scratch, began.id)
    except OSError as broken:
        says = say("{path} is no scratch space: {why}", path=scratch, why=broken.strerror or "?")
        return Drilled(began.ref, unseen=CannotSee(Reason.DENIED, says))
    shop = Shop(gated(world(estate), one.drill.verbs), room, terms, Secrets(Path(estate.root)))
    try:
        brought = performed(one.drill, one.copy, shop)
    except CannotSee as gap:
        unseen = gap
    finally:
        with shop.part("teardown"):
            left = _removed(room)
    if brought is None:
        return Drilled(began.ref, unseen=unseen, left=left)
    state = record(began, datetime.now(UTC), brought, shop.parts, shop.newest, policy)
    tell(store, state)
    return Drilled(began.ref, state, left=left)


def _removed(room: Room) -> str:
    """Take the folder of a drill away; where it is where that was not possible."""
    try:
        remove_room(room)
    except (OSError, ValueError):
        return str(room.outer)
    return ""
