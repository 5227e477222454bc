"""The canonical lines of findings in, the few parts of each that a comparison of runs asks for out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from audit.model.evidence import Finding
from audit.model.verdict import Severity, Verdict
from audit.store.record import finding_from

_TEXT: Final = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
_ANY: Final = _TEXT.replace(b"([", b"(?:[")
_START: Final = re.compile(
    rb'\{"at":"[^"\\]*","check":%b,"control":%b,"grade":(-?\d+),"institution":%b,"level":' % (_TEXT, _ANY, _TEXT)
)
_LAST: Final = b',"severity":"'
"""Behind it stand texts alone, in which no quotation mark is bare: the last one found is that of the finding itself."""
_END: Final = re.compile(
    rb',"severity":"(\w+)","subject":%b,"system":%b,"unit":%b,"verdict":"([\w-]+)","waiver":(?:null|%b),"where":\['
    % (_TEXT, _TEXT, _ANY, _TEXT)
)
_VERDICTS: Final[Mapping[bytes, Verdict]] = MappingProxyType({one.value.encode(): one for one in Verdict})
_SEVERITIES: Final[Mapping[bytes, Severity]] = MappingProxyType({one.value.encode(): one for one in Severity})


class Brief(NamedTuple):
    """A finding by what it is compared by; the rest of it is read where somebody asks."""

    check: str
    institution: str
    system: str
    subject: str
    verdict: Verdict
    severity: Severity
    grade: int
    waiver: str | None
    line: bytes

    def whole(self) -> Finding:
        """All of it."""
        return finding_from(self.line)


def briefs(lines: Iterable[bytes]) -> Iterator[Brief]:
    """One for each line. What this program did not write ends as it does in `finding_from`."""
    known: dict[bytes, str] = {}
    for line in lines:
        start, end = _START.match(line), _END.match(line, max(line.rfind(_LAST), 0))
        if start is None or end is None:
            yield brief(finding_from(line), line)
            continue
        check, grade, institution = start.groups()
        severity, subject, system, verdict, waiver = end.groups()
        yield Brief(
            known.get(check) or _text(check, known),
            known.get(institution) or _text(institution, known),
            known.get(system) or _text(system, known),
            known.get(subject) or _text(subject, known),
            _VERDICTS[verdict],
            _SEVERITIES[severity],
            int(grade),
            None if waiver is None else _text(waiver, known),
            line,
        )


def brief(finding: Finding, line: bytes) -> Brief:
    """Of a finding that was read already."""
    one = finding
    return Brief(
        one.check, one.institution, one.system, one.subject, one.verdict, one.severity, one.grade, one.waiver, line
    )


def _text(raw: bytes, known: dict[bytes, str]) -> str:
    text = raw.decode("utf-8", "surrogatepass")
    known[raw] = found = str(json.loads(f'"{text}"')) if "\\" in text else text
    return found
