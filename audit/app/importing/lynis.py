"""A report of Lynis (`lynis-report.dat`) to its results."""

from __future__ import annotations

from audit.app.importing.result import Item, Results, Verdict, instant, line_of, refused, version_refused
from audit.model.message import say


def lynis(text: str, file: str) -> Results:
    """Warnings and vulnerable packages as what failed, suggestions as remarks; Stop(INVALID) for another version."""
    values: dict[str, str] = {}
    items: list[Item] = []
    for number, written in enumerate(text.splitlines(), 1):
        if not written.strip() or written.lstrip().startswith("#"):
            continue
        key, sign, value = written.partition("=")
        if not sign:
            raise refused(file, number, say("this is no `key=value`"), say("the file lynis-report.dat as it is"))
        name, *rest = value.split("|")
        about = rest[0][:200] if rest else ""
        if key == "warning[]":
            items.append(Item(name, Verdict.FAIL, about))
        elif key == "suggestion[]":
            items.append(Item(name, Verdict.NOTE, about))
        elif key == "vulnerable_package[]":
            items.append(Item(f"package {name}", Verdict.FAIL, about))
        elif key == "tests_skipped":
            items += [Item(one, Verdict.UNKNOWN) for one in value.split("|") if one]
        elif not key.endswith("[]"):
            values[key] = value
    major = values.get("report_version_major", "")
    if major != "1":
        raise version_refused(file, line_of(text, "report_version_major"), major, "report_version_major=1")
    if "lynis_version" not in values:
        raise refused(file, 1, say("no version of Lynis is named"), say("expected {right}", right="lynis_version="))
    ended = values.get("finish", "").strip().lower() == "true"
    if not ended:
        items.append(Item("finish", Verdict.UNKNOWN))
    made = instant(values.get("report_datetime_end") or values.get("report_datetime_start"))
    return Results("Lynis", values["lynis_version"], made, tuple(items), silent=ended)
