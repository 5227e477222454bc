"""A journal of the Chaos Toolkit to its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from audit.app.importing.result import Item, Results, Verdict, line_of, refused, version_refused
from audit.model.message import say

_MADE: Final = ("completed",)


def chaos(document: Any, text: str, file: str) -> Results:
    """Whether the system held, before and after, and whether each step was done; Stop(INVALID) for another version."""
    if not isinstance(document, dict) or not isinstance(document.get("experiment"), dict):
        raise refused(file, 1, say("this is no journal"), say("expected {right}", right="`experiment`, `status`"))
    version = str(document.get("chaoslib-version", ""))
    if version.partition(".")[0] != "1":
        raise version_refused(file, line_of(text, '"chaoslib-version"'), version, "chaoslib 1.x")
    items = (
        Item("status", _status(document)),
        *_states(document),
        *_steps(document, "run"),
        *_steps(document, "rollbacks"),
    )
    title = str(document["experiment"].get("title") or "")[:80]
    return Results(f"Chaos Toolkit: {title}", version, _ended(document), items)


def _status(document: Mapping[str, Any]) -> Verdict:
    if document.get("deviated") is True or document.get("status") == "failed":
        return Verdict.FAIL
    # Interrupted or aborted: nobody knows how it would have ended.
    return Verdict.PASS if document.get("status") in _MADE and document.get("deviated") is False else Verdict.UNKNOWN


def _states(document: Mapping[str, Any]) -> Iterator[Item]:
    """An experiment without a hypothesis shows nothing about the system."""
    states = document.get("steady_states")
    for when in ("before", "after"):
        state = states.get(when) if isinstance(states, dict) else None
        met = state.get("steady_state_met") if isinstance(state, dict) else None
        verdict = Verdict.UNKNOWN if met is None else Verdict.PASS if met is True else Verdict.FAIL
        yield Item(f"steady-state.{when}", verdict)


def _steps(document: Mapping[str, Any], key: str) -> Iterator[Item]:
    steps = document.get(key)
    for step in steps if isinstance(steps, list) else ():
        one = step if isinstance(step, dict) else {}
        activity = one.get("activity")
        name = str(activity.get("name") if isinstance(activity, dict) else "step")
        met = one.get("tolerance_met") is not False
        done = one.get("status") == "succeeded"
        verdict = (
            Verdict.FAIL if not met or one.get("status") == "failed" else Verdict.PASS if done else Verdict.UNKNOWN
        )
        yield Item(f"{key}.{name}", verdict)
    if key == "run" and not steps:
        yield Item("run", Verdict.UNKNOWN)


def _ended(document: Mapping[str, Any]) -> datetime | None:
    """The journal writes UTC without saying so."""
    try:
        found = datetime.fromisoformat(str(document.get("end")))
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
