"""A log in SARIF 2.1.0 to its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from audit.app.importing.result import Item, Results, Verdict, instant, line_of, oldest, refused, version_refused
from audit.model.message import say

_KINDS: Final[Mapping[str, Verdict]] = MappingProxyType(
    {"pass": Verdict.PASS, "notApplicable": Verdict.NOTE, "informational": Verdict.NOTE}
)


def sarif(document: Any, text: str, file: str) -> Results:
    """Every result of every run; Stop(INVALID) for another version."""
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list) or not document["runs"]:
        raise refused(file, 1, say("this is no SARIF log"), say("expected {right}", right="`version` and `runs`"))
    if document.get("version") != "2.1.0":
        raise version_refused(file, line_of(text, '"version"'), str(document.get("version")), "SARIF 2.1.0")
    items: list[Item] = []
    times, tools, ended = [], [], True
    for number, run in enumerate(document["runs"], 1):
        if not isinstance(run, dict):
            raise refused(file, 1, say("run {number} is no object", number=number), say("a run of SARIF"))
        driver = _part(_part(run, "tool"), "driver")
        tools.append(
            (str(driver.get("name") or "SARIF"), str(driver.get("semanticVersion") or driver.get("version") or ""))
        )
        items += _results(run)
        calls = [one for one in run.get("invocations") or () if isinstance(one, dict)]
        if not calls and not run.get("results"):
            # Neither a result nor a word that it came to its end: it may have been broken off.
            items.append(Item("invocation", Verdict.UNKNOWN, "no `invocations`"))
        ended = ended and bool(calls) and all(one.get("executionSuccessful") is True for one in calls)
        items += [Item("invocation", Verdict.UNKNOWN) for one in calls if one.get("executionSuccessful") is not True]
        times += [instant(one.get("endTimeUtc")) for one in calls]
        # Absent results say that nothing was looked at; an empty list, that nothing was found.
        if not isinstance(run.get("results"), list):
            items.append(Item("results", Verdict.UNKNOWN))
    name, version = tools[0]
    return Results(name, version, oldest(times), tuple(items), silent=ended)


def _results(run: Mapping[str, Any]) -> Iterator[Item]:
    found = run.get("results")
    for one in found if isinstance(found, list) else ():
        if not isinstance(one, dict):
            yield Item("result", Verdict.UNKNOWN)
            continue
        name = str(one.get("ruleId") or _part(one, "rule").get("id") or "result")
        yield Item(name, _verdict(one), str(_part(one, "message").get("text") or "")[:200])


def _verdict(one: Mapping[str, Any]) -> Verdict:
    if one.get("baselineState") == "absent":
        return Verdict.NOTE
    kind = str(one.get("kind") or "fail")
    if kind != "fail":
        return _KINDS.get(kind, Verdict.UNKNOWN)
    if one.get("suppressions"):
        return Verdict.UNKNOWN
    return Verdict.NOTE if one.get("level") in ("note", "none") else Verdict.FAIL


def _part(one: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = one.get(key)
    return found if isinstance(found, dict) else {}
