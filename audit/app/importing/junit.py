"""A report of JUnit in XML to its results."""

from __future__ import annotations

import io
from typing import Any, Final

from audit.app.importing.result import Item, Results, Verdict, instant, oldest, refused
from audit.model.message import say

_ROOTS: Final = ("testsuites", "testsuite")
_DEEPEST: Final = 40
_BAD: Final = ("failure", "error")


def junit(text: str, file: str) -> Results:
    """Every test case; Stop(INVALID) for what is no JUnit, or defines entities."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    items: list[Item] = []
    times, suites, depth = [], [], 0
    try:
        stream = io.BytesIO(text.encode())
        for event, node in ElementTree.iterparse(stream, ("start", "end"), forbid_dtd=True):
            name = str(node.tag).rpartition("}")[2]
            if event == "start":
                if depth == 0 and name not in _ROOTS:
                    wrong = say("this is no JUnit but {got}", got=repr(name[:40]))
                    raise refused(file, 1, wrong, say("expected {right}", right="testsuites, testsuite"))
                depth += 1
                if depth > _DEEPEST:
                    raise refused(file, 1, say("this XML is nested too deeply"), say("export it anew"))
                if name == "testsuite":
                    suites.append(str(node.get("name") or ""))
                    times.append(instant(node.get("timestamp")))
                continue
            depth -= 1
            if name == "testcase":
                items.append(_item(node))
                node.clear()
    except DefusedXmlException as broken:
        raise refused(file, 1, say("this XML defines entities"), say("export it without a document type")) from broken
    except ParseError as broken:
        raise refused(file, broken.position[0], say("this is no XML"), say("export it anew")) from broken
    return Results("JUnit", suites[0][:80] if suites else "", oldest(times), tuple(items))


def _item(node: Any) -> Item:
    inside = {str(one.tag).rpartition("}")[2] for one in node}
    name = ".".join(filter(None, (node.get("classname"), node.get("name")))) or "testcase"
    if inside & set(_BAD):
        return Item(name, Verdict.FAIL)
    skipped = "skipped" in inside or node.get("status") in ("notrun", "disabled", "skipped")
    return Item(name, Verdict.UNKNOWN if skipped else Verdict.PASS)
