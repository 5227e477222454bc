"""A store in, the bundle of sealed runs out; bundles in, the store of a ministry with their runs out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from audit.app.bundled import of_one_past, sent_runs
from audit.app.bundled_measured import tell_days
from audit.app.papers_added import write_new
from audit.app.sealing import signed
from audit.app.sealing_keys import public_keys, secret_key
from audit.inventory.near import near
from audit.model.clean import line
from audit.model.evidence import Run
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.store import open_store
from audit.store.bundling import bundled
from audit.store.bundling_merge import Merged, Sent, merge
from audit.store.bundling_verifier import MOST, Altered, open_bundle, unpack
from audit.store.checkpoint import Checkpoint, Key, read_checkpoint
from audit.store.database import Purpose, open_database
from audit.store.memory import Store
from audit.store.tables import FINDING
from audit.store.trouble import UNREADABLE, damaged, stop_for

INSTITUTION: Final = "institution "


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written."""

    path: Path
    run: str
    """The newest one."""
    checkpoint: Checkpoint
    bytes: int
    runs: tuple[str, ...] = ()
    """All that it holds, the newest first."""


def make(
    store: str,
    *,
    institution: str,
    run: str,
    key: Path,
    output: Path,
    last: int | None = None,
    since: date | None = None,
    measured: bool = False,
) -> Made:
    """Seal a run, write it with all that proves it into a new file; the same store makes the same bytes.

    `last` takes the runs of the same estate before it too, so many in all, `since` those from that day on (UTC); both
    together those that both take. Older runs that tell nothing of the institution are left out. `measured` tells in
    the log what the watch measured, each day that is over, so that it goes along.
    """
    signer = secret_key(key)
    with open_store(store, writing=False) as memory:
        found = memory.run(run)
        if not found.root:
            raise Stop(Exit.USAGE, say("the run {run} is not closed; only a closed run is sealed", run=found.id))
        chosen = (found.id, *_before(memory, found, last, since, sent_runs(store)))
    opened = open_database(store, Purpose.WATCH, writing=False)
    with opened.lock:
        try:
            with opened.engine.connect() as connection:
                named = _named(connection, found.id)
                _known(institution, named - {""})
                if measured:
                    tell_days(store, institution, datetime.now(UTC))
                runs = (found.id, *(one for one in chosen[1:] if institution in _named(connection, one)))
            done = signed(opened, signer, runs)
            lines = (f"{INSTITUTION}{institution}", *(f"run {one}" for one in runs))
            checkpoint = signer.sign(replace(done.checkpoint, more=lines, signatures=()))
            with opened.engine.connect() as connection:
                data = bundled(connection, runs, checkpoint, done.hashes)
            if len(data) > MOST:
                says = say("{count} runs are too much for one bundle; take fewer, `--runs N`", count=len(runs))
                raise Stop(Exit.USAGE, says)
            open_bundle(data)
        except DBAPIError as broken:
            raise stop_for(broken, opened.name) from broken
        except (Altered, *UNREADABLE) as broken:
            says = say("nothing is bundled: {store} was altered; `haechi verify {store}` tells", store=opened.name)
            raise Stop(Exit.STORAGE, says, line(str(broken))) from broken
    if not (output.is_file() and not output.is_symlink() and output.read_bytes() == data):
        write_new(output, data)
    return Made(output, found.id, checkpoint, len(data), runs)


def _before(
    memory: Store, run: Run, last: int | None, since: date | None, sent: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """The closed runs of the same estate before one that are wanted, the newest first."""
    if last is None and since is None:
        return
    first = datetime.combine(since, time(), UTC) if since is not None else None
    older = (
        one.id
        for one in memory.runs()
        if of_one_past(one, run, sent)
        and one.root
        and (one.started, one.id) < (run.started, run.id)
        and (first is None or one.started >= first)
    )
    yield from older if last is None else islice(older, last - 1)


def _named(connection: Connection, run: str) -> set[str]:
    """The institutions that a run tells of."""
    wanted = select(FINDING.c.line).where(FINDING.c.run == run)
    return {str(json.loads(bytes(one))["institution"]) for one in connection.execute(wanted).scalars()}


def _known(institution: str, named: set[str]) -> None:
    if institution not in named:
        close = near(institution, named)
        hint = (
            say("did you mean {close}?", close=repr(close))
            if close
            else say("it tells of {some}", some=", ".join(sorted(named)[:20]))
        )
        raise Stop(Exit.USAGE, say("the run tells nothing of {name}; {hint}", name=repr(line(institution)), hint=hint))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file."""

    path: Path
    merged: Merged | None
    says: Message | None = None
    """Why it was not even read."""
    exit: Exit = Exit.READY


def merge_all(store: str, paths: Sequence[Path], keys: Sequence[str]) -> tuple[Answer, ...]:
    """Verify every bundle, put each into the store, all of it or nothing; one that is refused stops no other."""
    known = public_keys(keys)
    if not known:
        raise Stop(
            Exit.USAGE,
            say("name the keys of the institutions, --key NAME+HASH+BASE64; an unsigned bundle proves nothing"),
        )
    answers: list[Answer] = []
    opened = open_database(store, Purpose.RUN, writing=True)
    with opened.lock:
        for path in paths:
            read = _read(path, known)
            if isinstance(read, Answer):
                answers.append(read)
                continue
            try:
                opened.intact()
                with opened.engine.execution_options(immediate=True).begin() as connection:
                    done = merge(connection, read, datetime.now(UTC))
                opened.intact()
            except DBAPIError as broken:
                raise stop_for(broken, opened.name) from broken
            except UNREADABLE as broken:
                raise damaged(opened.name) from broken
            answers.append(Answer(path, done, exit=Exit.FAILED if done.state == "refused" else Exit.READY))
        opened.engine.dispose()
    return tuple(answers)


def _read(path: Path, keys: Sequence[Key]) -> Sent | Answer:
    try:
        if path.stat().st_size > MOST:
            return Answer(path, None, say("it is too large for a bundle"), Exit.FAILED)
        data = path.read_bytes()
    except OSError as broken:
        return Answer(path, None, say("cannot read {path}: {why}", path=path, why=broken.strerror), Exit.USAGE)
    try:
        bundle = open_bundle(data)
        note = read_checkpoint(bundle.note)
    except (Altered, ValueError) as wrong:
        return Answer(path, None, say("it was altered: {why}", why=line(str(wrong))), Exit.FAILED)
    signed_by = [note.signed_by(key) for key in keys]
    if False in signed_by:
        return Answer(path, None, say("its signature is false"), Exit.FAILED)
    if True not in signed_by:
        return Answer(
            path,
            None,
            say("none of the keys signed it; it says it is of {origin}", origin=note.origin),
            Exit.NOT_VERIFIED,
        )
    institution = next((one.removeprefix(INSTITUTION) for one in note.more if one.startswith(INSTITUTION)), "")
    if not institution or any(f"run {part.head['id']}" not in note.more for part in bundle.runs):
        return Answer(path, None, say("its checkpoint does not say whose run it is"), Exit.FAILED)
    return Sent(bundle, note, institution, _older(data))


def _older(data: bytes) -> dict[int, bytes]:
    return {
        old: bytes.fromhex(root) for old, root, _ in map(json.loads, unpack(data)["consistency.jsonl"].splitlines())
    }
