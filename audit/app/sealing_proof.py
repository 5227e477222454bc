"""A sealed store with a checkpoint of it in, the proof of one of its records out, which needs the store no more."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from audit.app.sealing_keys import checkpoint_file
from audit.model.clean import line
from audit.model.evidence import canonical
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.store import open_store
from audit.store.bundling_verifier import Altered
from audit.store.bundling_verifier_signed import PROOF, Proof, open_proof
from audit.store.checkpoint_log import Parts, parts_of, read_log, rows_of, sealed_in
from audit.store.database import Purpose, open_database
from audit.store.merkle import inclusion, root_of
from audit.store.record import unpacked
from audit.store.tables import EVENT, HEAD, OBSERVATION
from audit.store.trouble import UNREADABLE, damaged, stop_for


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which record: an event by its number, else of a run what was found, or seen where no check is named."""

    event: int | None = None
    run: str = "latest"
    subject: str = ""
    check: str = ""


def prove(wanted: Wanted, *, store: str, checkpoint: Path) -> tuple[str, Proof]:
    """The proof (C2SP tlog-proof) with what it says. Stop(FAILED) where the store is not what the checkpoint covers."""
    note = checkpoint_file(checkpoint)
    run = ""
    if wanted.event is None:
        if not wanted.subject:
            raise Stop(
                Exit.USAGE, say("name a record: --event NUMBER, or --on SUBJECT, with --check CHECK for a finding")
            )
        with open_store(store, writing=False) as memory:
            run = memory.run(wanted.run).id
    opened = open_database(store, Purpose.RUN, writing=False)
    if opened.version != HEAD:
        opened.lock.close()
        raise Stop(Exit.USAGE, say("{store} is of an older haechi and has no log; `haechi run` brings it up to date",
                                   store=opened.name))  # fmt: skip
    with opened.lock:
        try:
            with opened.engine.connect() as connection:
                hashes = read_log(connection, note.size).hashes
                if len(hashes) != note.size or root_of(hashes) != note.root:
                    says = say("the log of {store} is not the one under the checkpoint; `haechi verify` tells",
                               store=opened.name)  # fmt: skip
                    raise Stop(Exit.FAILED, says)
                content = _content(connection, wanted, run, note.size)
        except DBAPIError as broken:
            raise stop_for(broken, opened.name) from broken
        except UNREADABLE as broken:
            raise damaged(opened.name) from broken
    place = content["event"][0] - 1
    lines = [f"extra {_text(canonical(content))}", f"index {place}", *map(_text, inclusion(hashes, place)), ""]
    proof = PROOF.decode() + "".join(f"{one}\n" for one in lines) + str(note)
    try:
        return proof, open_proof(proof.encode())
    except Altered as wrong:
        says = say("nothing is proven: {store} was altered; `haechi verify` tells what", store=opened.name)
        raise Stop(Exit.FAILED, says, line(str(wrong))) from wrong


def _content(connection: Connection, wanted: Wanted, run: str, size: int) -> dict[str, Any]:
    if not run:
        return {"event": _event(connection, wanted.event or 0, size)}
    numbers = [seal.number for seal in sealed_in(connection) if run in seal.runs and seal.number <= size]
    if not numbers:
        raise Stop(
            Exit.USAGE, say("the checkpoint does not cover run {run}; `haechi seal` makes one that does", run=run)
        )
    (row,) = [row for row in rows_of(connection) if row["id"] == run]
    parts = parts_of(connection, row)
    place, leaf, more = _found(connection, parts, wanted)
    path = [_text(part) for part in inclusion(parts.hashes(), place)]
    event = _event(connection, numbers[-1], size)
    return {"event": event, "run": run, "leaf": leaf, "place": place, "path": path, **more}


def _event(connection: Connection, number: int, size: int) -> list[Any]:
    columns = (EVENT.c.number, EVENT.c.at, EVENT.c.kind, EVENT.c.subject, EVENT.c.content)
    row = connection.execute(select(*columns).where(EVENT.c.number == number)).first() if number <= size else None
    if row is None:
        says = say("the checkpoint covers no event {number}; it covers 1 to {size}", number=number, size=size)
        raise Stop(Exit.USAGE, says)
    return list(row)


def _found(connection: Connection, parts: Parts, wanted: Wanted) -> tuple[int, str, dict[str, str]]:
    """The place among the leaves of the run, the leaf, what it stands for."""
    before = 1 + len(parts.sources)
    if not wanted.check:
        for number, (subject, seen) in enumerate(parts.sights):
            if subject == wanted.subject:
                content = connection.execute(select(OBSERVATION.c.content).where(OBSERVATION.c.id == seen)).scalar_one()
                return before + number, seen, {"observation": unpacked(bytes(content)).decode("utf-8", "surrogatepass")}
        raise Stop(Exit.USAGE, say("the run saw nothing of {subject}", subject=repr(line(wanted.subject))))
    before += len(parts.sights)
    for number, (_, subject, check, _, written) in enumerate(parts.findings):
        if (subject, check) == (wanted.subject, wanted.check):
            return before + number, written.decode("utf-8", "surrogatepass"), {}
    raise Stop(Exit.USAGE, say("the run found nothing of {check} on {subject}; `haechi show` lists what it found",
                               check=repr(line(wanted.check)), subject=repr(line(wanted.subject))))  # fmt: skip


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
