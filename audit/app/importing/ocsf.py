"""Findings in OCSF 1.x to results: compliance findings (2003), vulnerability findings (2002)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from audit.app.importing.result import Item, Results, Verdict, line_of, oldest, refused, version_refused
from audit.model.message import say

COMPLIANCE: Final = 2003
VULNERABILITY: Final = 2002
_STATUS: Final[Mapping[Any, Verdict]] = MappingProxyType(
    {1: Verdict.PASS, 2: Verdict.UNKNOWN, 3: Verdict.FAIL, "Pass": Verdict.PASS, "Fail": Verdict.FAIL}
)
"""A warning (2) is a check without a result, because something was missing."""
_RESOLVED: Final = 4


def ocsf(document: Any, text: str, file: str) -> Results:
    """Every finding; Stop(INVALID) for other classes and versions."""
    findings = document if isinstance(document, list) else [document]
    items, times = [], []
    tool = version = ""
    for number, one in enumerate(findings, 1):
        if not isinstance(one, dict):
            raise refused(file, 1, say("finding {number} is no object", number=number), say("a finding of OCSF"))
        metadata = _part(one, "metadata")
        written = str(metadata.get("version", ""))
        if written.partition(".")[0] != "1":
            raise version_refused(file, line_of(text, f'"{written}"', '"metadata"'), written, "OCSF 1.x")
        product = _part(metadata, "product")
        tool, version = tool or str(product.get("name") or "OCSF"), version or str(product.get("version") or "")
        items.append(_item(one, number, text, file))
        times.append(_time(one))
    return Results(tool or "OCSF", version, oldest(times), tuple(items))


def _item(one: Mapping[str, Any], number: int, text: str, file: str) -> Item:
    kind = one.get("class_uid")
    info = _part(one, "finding_info")
    resources = one.get("resources")
    first = resources[0] if isinstance(resources, list) and resources and isinstance(resources[0], dict) else {}
    about = str(first.get("name") or first.get("uid") or "")
    if kind == COMPLIANCE:
        compliance = _part(one, "compliance")
        name = str(compliance.get("control") or info.get("uid") or info.get("title") or number)
        status = compliance.get("status_id", compliance.get("status"))
        verdict = _STATUS.get(status, Verdict.UNKNOWN) if isinstance(status, int | str) else Verdict.UNKNOWN
        suppressed = one.get("status_id") == 3 and verdict is Verdict.FAIL
        return Item(name, Verdict.UNKNOWN if suppressed else verdict, about)
    if kind == VULNERABILITY:
        name = str(info.get("uid") or info.get("title") or number)
        return Item(name, Verdict.PASS if one.get("status_id") == _RESOLVED else Verdict.FAIL, about)
    row = line_of(text, f'"class_uid": {kind}', f'"class_uid":{kind}', '"class_uid"')
    wrong = say("class {got} is not known", got=repr(kind)[:40])
    raise refused(file, row, wrong, say("expected {right}", right="2003 (compliance), 2002 (vulnerability)"))


def _time(one: Mapping[str, Any]) -> datetime | None:
    """`time` counts milliseconds."""
    written = one.get("time")
    if not isinstance(written, int) or isinstance(written, bool) or not 0 < written < 4_102_444_800_000:
        return None
    return datetime.fromtimestamp(written / 1000, UTC)


def _part(one: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = one.get(key)
    return found if isinstance(found, dict) else {}
