"""A code or a reference as somebody typed it to the acknowledgements that the watch's log then holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import anyio

from audit.app.watching.letters import Writer
from audit.app.watching.tray import OVER, short_code, texts
from audit.model.event import Event, Kind
from audit.model.exit import Exit, Stop
from audit.model.message import say
from audit.model.watching import Channel
from audit.store.history import open_history

KINDS: Final[tuple[Kind, ...]] = ("alert", "test-alert", "acknowledged", "down", "partial", "up")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One alert that went out and is not over, for all channels that were told of it."""

    code: str
    subject: str
    """The cause, or the channel of a test alert; empty for the watch itself."""
    kind: str
    first: datetime
    last: datetime
    """When it was sent first, when last."""
    channels: tuple[str, ...]
    fallen: tuple[str, ...] = ()
    """What fell with it and is not up again."""
    by: str = ""
    """Who acknowledged it."""
    acknowledged: datetime | None = None


def waiting(store: str) -> tuple[Waiting, ...]:
    """The alerts that are not over, with the test alerts of the last 30 days, the newest last."""
    with open_history(store, watching=False) as history:
        return standing(history.events(kinds=KINDS), datetime.now(UTC))


def standing(log: Iterable[Event], now: datetime) -> tuple[Waiting, ...]:
    """The same of a log: an alert stands as long as a channel was not told that it is over."""
    found: dict[str, Waiting] = {}
    open_at: dict[str, dict[str, str]] = {}
    back: set[str] = set()
    for event in log:
        code, channel = str(event.values.get("code", "")), str(event.values.get("channel", ""))
        if event.kind == "up":
            back.add(event.subject)
        elif event.kind in ("down", "partial"):
            back.discard(event.subject)
        elif event.kind == "acknowledged" and code in found and not found[code].by:
            by = str(event.values.get("by", "")) or "?"
            found[code] = replace(found[code], by=by, acknowledged=event.at)
        elif event.kind == "test-alert":
            found[code] = Waiting(code, event.subject, "test", event.at, event.at, (channel,))
        elif event.kind == "alert":
            key, told = str(event.values.get("key", "")), open_at.setdefault(channel, {})
            told.pop(key, None)
            if event.values.get("what") not in OVER:
                told[key] = code
                found[code] = _seen(found.get(code), event, code, channel)
    codes = {code for told in open_at.values() for code in told.values()}
    for code, one in list(found.items()):
        old = one.kind == "suspended" or (one.kind == "test" and now - one.first > timedelta(days=30))
        if old or (one.kind != "test" and code not in codes):
            del found[code]
    still = (replace(one, fallen=tuple(ref for ref in one.fallen if ref not in back)) for one in found.values())
    return tuple(sorted(still, key=lambda one: one.first))


def acknowledge(word: str, by: str, store: str) -> tuple[Waiting, ...]:
    """Note that somebody takes care of an alert, by its code, or of all alerts of a subject and what is below it.

    What is acknowledged already stays as it is. Stop(USAGE) where nothing that stands goes by that word.
    """
    now = datetime.now(UTC)
    with open_history(store, watching=False) as history:
        known = standing(history.events(kinds=KINDS), now)
        meant = tuple(one for one in known if _meant(one, word))
        if not meant:
            codes = ", ".join(f"{one.code} {one.subject}" for one in known if not one.by)
            nothing = say("no alert waits to be acknowledged") if not codes else say("these wait: {codes}", codes=codes)
            raise Stop(Exit.USAGE, say("no alert goes by {word}; {others}", word=repr(word[:80]), others=nothing))
        events = [
            Event(now, "acknowledged", one.subject, {"code": one.code, "by": by, "sent": one.first.isoformat()})
            for one in meant
            if not one.by
        ]
        history.tell(events)
    return tuple(replace(one, by=by, acknowledged=now) if not one.by else one for one in meant)


def try_channel(path: Path, name: str, store: str) -> str:
    """Send a test alert through one channel of an inventory now, note it in the log. The code to acknowledge it by."""
    import secrets

    from audit.app.stored import whole
    from audit.catalogue import discover
    from audit.inventory.load import load
    from audit.world.messenger import CannotSend, real_messenger

    estate = whole(load(path, discover()))
    channel = _channel(estate.watch.alerts, name)
    code, now = short_code(secrets.token_hex(16)), datetime.now(UTC)
    with open_history(store, watching=False) as history:
        try:
            letter = Writer(estate, channel).test(code, now)
            anyio.run(real_messenger(Path(estate.root)).send, channel, letter)
        except CannotSend as cannot:
            history.tell(
                (Event(now, "alert-failed", name, {"channel": name, "why": str(cannot), "tries": 1, "code": code}),)
            )
            raise Stop(
                Exit.FAILED, say("the channel {channel} did not take it: {why}", channel=name, why=cannot.says)
            ) from cannot
        history.tell((Event(now, "test-alert", name, {"code": code, "channel": name}),))
    return code


def _channel(channels: tuple[Channel, ...], name: str) -> Channel:
    for channel in channels:
        if channel.id == name:
            return channel
    known = ", ".join(channel.id for channel in channels) or say("none")
    raise Stop(Exit.USAGE, say("no channel {channel}; there are: {known}", channel=repr(name[:80]), known=known))


def _meant(one: Waiting, word: str) -> bool:
    bare = word.strip().strip("/")
    if bare.upper() == one.code:
        return True
    refs = (one.subject, *one.fallen) if one.kind != "test" else ()
    return bool(bare) and any(ref == bare or ref.startswith(bare + "/") for ref in refs)


def _seen(before: Waiting | None, event: Event, code: str, channel: str) -> Waiting:
    fallen = texts(event.values.get("fallen"))
    kind = str(event.values.get("kind", ""))
    if before is None:
        return Waiting(code, event.subject, kind, event.at, event.at, (channel,), fallen)
    return replace(before, last=event.at, fallen=fallen, channels=tuple(dict.fromkeys((*before.channels, channel))))
