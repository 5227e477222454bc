"""The texts of an inventory become a ruling on whether one of them looks like a secret."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log2
from typing import Any, Final

from audit.contract import Example, Limits, NotApplicable, Ruling, Subject, Verdict, check, ruling, say
from audit.model.estate import Estate
from audit.model.item import Item, Name, Secret
from audit.model.place import Place
from checks.security.samples import institution

_SHAPES: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"
    r"|(?i:\b(?:password|passwd|pwd|secret|token|api[_-]?key)\s*[=:]\s*[^\s{}<>\[\]]{4,})"
    r"|(?i:\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]+:[^\s/@]+@)"
    r"|(?i:\bbearer\s+[\w.~+/-]{16,})"
)
_WORD: Final = re.compile(r"[A-Za-z0-9+/_=-]{32,}")
_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]{32,}(?:[:-][0-9A-Fa-f]+)*")
_RANDOM: Final = 4.3
"""Bits a sign from which a long word looks drawn by chance."""
_SHORTEST: Final = 4


def _letter(text: str) -> str:
    return institution("", f"grade: 1, name: {{en: '{text}'}}")


@check(
    "security.no-secrets",
    control="SEC-08",
    method="F",
    severity="high",
    answers=("NIST SP 800-53r5 IA-5(7)", "NIST SP 800-53r5 SC-28", "ISMS-P 2.7.2"),
    least="declared",
    limits={"secrets": ("0", "0", "0", "0")},
    examples=(
        Example(Verdict.PASS, _letter("Guarantee portal"), "estate"),
        Example(Verdict.PASS, _letter("sha256 " + "0f343b0931126a20" * 4), "estate"),
        Example(Verdict.NOT_APPLICABLE, "{}", "estate"),
        Example(Verdict.FAIL, _letter("password=sesame-street"), "estate"),
        Example(Verdict.FAIL, _letter("postgresql://audit:sesame@db"), "estate"),
        Example(Verdict.FAIL, _letter("q8Zr2LwVx7NpTe4KdYh9Jm3Bc6Fg1Sa5Uo0Xi"), "estate"),
    ),
)  # fmt: skip
def nothing_written_is_a_secret(estate: Subject[Estate], limits: Limits) -> Ruling:
    """No text of the inventory looks like a password, a key or a token.

    Why: an inventory is copied to auditors, ministries and archives; a password in it is known to all of them.

    Fix: change the secret that stands at the named spot, keep it in a file or the environment, refer to it there.
    """
    if next(estate.estate.systems(), None) is None:
        raise NotApplicable(say("the inventory names no system"))
    found = sorted({str(place) for place, text in _texts(estate.estate) if _secret(text)})
    allowed = int(limits.number("secrets"))
    shown = ", ".join(found[:_SHORTEST]) + (", ..." if len(found) > _SHORTEST else "")
    if len(found) > allowed:
        says = say("what looks like a secret stands at {places}", places=shown)
    else:
        says = say("nothing in the inventory looks like a secret")
    measured = say("texts like a secret: {count}", count=len(found))
    return ruling(len(found) <= allowed, measured=measured, required=say("at most {most}", most=allowed), says=says)


def _texts(estate: Estate) -> Iterator[tuple[Place, str]]:
    """Every text with the spot of its key."""
    waiting: list[tuple[Place, Any]] = [(estate.place, estate)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, Item):
            waiting.extend(
                (value.place.of(field.alias or name), getattr(value, name))
                for name, field in type(value).model_fields.items()
                if name not in ("place", "root", "sha256", "id")
            )
        elif isinstance(value, str):
            yield place, value
        elif isinstance(value, Name):
            yield from ((place, text) for text in {value.en, value.ko})
        elif isinstance(value, (tuple, list)):
            waiting.extend((place, one) for one in value)
        elif isinstance(value, dict):
            waiting.extend((place, one) for one in value.values())
        elif isinstance(value, Secret):
            continue


def _secret(text: str) -> bool:
    if len(text) < _SHORTEST:
        return False
    return _SHAPES.search(text) is not None or any(_drawn(word) for word in _WORD.findall(text))


def _drawn(word: str) -> bool:
    """Whether a long word looks like a key: letters of both sizes with digits, each about as often."""
    if _HEXADECIMAL.fullmatch(word) or not (
        re.search("[a-z]", word) and re.search("[A-Z]", word) and re.search("[0-9]", word)
    ):
        return False
    counts = Counter(word).values()
    return -sum(count / len(word) * log2(count / len(word)) for count in counts) >= _RANDOM
