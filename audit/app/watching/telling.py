"""An entry of the log to the line that somebody at a terminal, or in the journal of the system, is told of it."""

from __future__ import annotations

from typing import Final

from audit.analysis.windows import counted, windows
from audit.model.event import Event
from audit.model.measurement import reasoned
from audit.model.message import Message, say

ALWAYS: Final = frozenset(
    {"down", "partial", "prober-trouble", "store-lost", "reload-refused", "alert-failed", "failed", "stood-by"}
)
"""What is told even where nothing shall be told while it goes well."""


def line_of(event: Event) -> Message | None:
    """None for what is told elsewhere already, or to nobody."""
    values = {name: _short(value) for name, value in event.values.items()}

    def value(name: str) -> str:
        return values.get(name, "")

    match event.kind:
        case "started" | "took-over" if value("subjects") == "0":
            return nothing(value("estate"))
        case "started" | "took-over":
            return say("watching {count} subjects of {estate}", count=value("subjects"), estate=value("estate"))
        case "ended":
            return say("the watch ended")
        case "down":
            says = reasoned(value("reason"), value("detail"))
            return say("{subject} is down: {why}", subject=event.subject, why=says)
        case "partial":
            says = reasoned(value("reason"), value("detail"))
            return say("{subject} answers in part: {why}", subject=event.subject, why=says)
        case "up":
            return say("{subject} is up again", subject=event.subject)
        case "flapping":
            return say("{subject} changes to and fro", subject=event.subject)
        case "steady":
            return say("{subject} changes no longer", subject=event.subject)
        case "prober-trouble":
            return say("this prober is in trouble, its failures do not count: {why}", why=value("why"))
        case "prober-well":
            return say("this prober is well again")
        case "clock-step":
            return say("the clock was set by {seconds} s", seconds=value("seconds"))
        case "suspended":
            return say("the watch did not run from {start} to {end}", start=value("from"), end=value("to"))
        case "store-lost":
            return say("nothing can be stored, the watch goes on: {why}", why=value("why"))
        case "store-back":
            return say("what waited is stored again")
        case "reloaded":
            return say("the inventory was read again: {count} subjects, {new} new, {gone} gone",
                       count=value("subjects"), new=value("new"), gone=value("gone"))  # fmt: skip
        case "reload-refused":
            return say("the inventory is not usable; the watch goes on with the one before it")
        case "maintenance-declared" if _had_begun(event):
            return say("maintenance {name} on {subject} from {start} to {end} had begun when it was declared: it does "
                       "not count, unless the same times were declared before", name=value("id"),
                       subject=event.subject, start=value("start"), end=value("end"))  # fmt: skip
        case "maintenance-declared":
            return say("maintenance {name} on {subject} from {start} to {end} is declared", name=value("id"),
                       subject=event.subject, start=value("start"), end=value("end"))  # fmt: skip
        case "maintenance-withdrawn":
            return say("maintenance {name} is withdrawn", name=value("id"))
        case "audit-ended":
            return say("audit {name} ended with exit code {code}", name=event.subject, code=value("exit"))
        case "report-written":
            return say("report {name}: {file}", name=event.subject, file=value("file"))
        case "alert":
            return _alert(value("what"), value("code"), value("channel"), event.subject or value("kind"))
        case "alert-failed":
            return say("no alert reaches {channel}: {why}", channel=event.subject, why=value("why"))
        case "test-alert":
            return say("test alert {code} to {channel}", code=value("code"), channel=event.subject)
        case "acknowledged":
            return say("{code} acknowledged by {by}", code=value("code"), by=value("by"))
        case "expiring":
            return say("{what} {name} of {subject} expires on {date}", what=value("what"), name=value("name"),
                       subject=event.subject, date=value("expires")[:10])  # fmt: skip
        case "failed":
            what = f"{value('what')} {event.subject}".strip()
            return say("{what} failed: {why}", what=what, why=value("why") or value("says"))
        case _:
            return None


def nothing(estate: str) -> Message:
    """What a watch says that has nothing to do."""
    return say("nothing to watch: {estate} has no endpoint; name some under `endpoints:` of its systems", estate=estate)


def _alert(what: str, code: str, channel: str, about: str) -> Message | None:
    """None for one of which nothing is sent: it goes on as a part of another, or its channel is gone."""
    match what:
        case "repeat":
            return say("alert {code} to {channel} again: {subject}", code=code, channel=channel, subject=about)
        case "more":
            return say("alert {code} to {channel}: more fell with {subject}", code=code, channel=channel, subject=about)
        case "resolved":
            return say("alert {code} to {channel}: {subject} is over", code=code, channel=channel, subject=about)
        case "merged" | "dropped":
            return None
        case _:
            return say("alert {code} to {channel}: {subject}", code=code, channel=channel, subject=about)


def _had_begun(event: Event) -> bool:
    found = windows((event,))
    return bool(found) and not counted(found)


def _short(value: object) -> str:
    return "; ".join(map(str, value))[:300] if isinstance(value, list | tuple) else str(value)[:300]
