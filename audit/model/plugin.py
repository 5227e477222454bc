"""What a plugin of Nagios is given in an inventory, what it printed, to its words, its text, its figures."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from audit.model.item import Secret, parse_secret, unmarked
from audit.model.message import say
from audit.model.unfit import Unexpected

_MOST: Final = 100
_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_OURS: Final = re.compile(r"PATH|HOME|TMPDIR|TZ|IFS|ENV|BASH_\w*|LANG|LC_\w*|LD_\w*|PYTHON\w*|PERL\w*")
_SECRET: Final = re.compile(
    r"--?(?!\S*file)\S*(pass(word|wd|phrase)|secret|token|authoriz|credential|api-?key)\S*", re.IGNORECASE
)
_FIGURE: Final = re.compile(
    r"(?:'((?:[^']|''){1,80})'|([^\s='|]{1,80}))="
    r"(-?[0-9.,]{1,40}(?:[eE][-+]?[0-9]{1,3})?)([a-zA-Zµ%]{0,8})(?:;\S*)?(?:\s|$)"
)
_UNITS: Final[Mapping[str, float]] = MappingProxyType(
    {"s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    | {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
)


def parse_command(value: object) -> tuple[str, ...]:
    """The words of a command; a word that would hold a secret is refused."""
    if not isinstance(value, list | tuple) or not value:
        raise Unexpected(say("a command as a list of words such as [check_tcp, -H, 127.0.0.1]"))
    words = tuple(str(word) for word in value)
    if not words[0].strip() or any(sign in word for word in words for sign in "\0\r\n"):
        raise Unexpected(say("words of one line, the name of a plugin first"))
    if any(_SECRET.fullmatch(word) for word in words[1:]):
        raise Unexpected(
            say("no option for a secret; give it as a variable under `secrets`"),
            why=say("everybody on the machine can read the arguments of a command"),
        )
    return words


def parse_variables(value: Any) -> dict[str, Secret]:
    """Names of environment variables to where their secrets are kept."""
    if not isinstance(value, dict):
        raise Unexpected(say("secrets such as {PGPASSWORD: {env: PROBE_PASSWORD}}"), say("something else"))
    found: dict[str, Secret] = {}
    for name, secret in unmarked(value).items():
        if not _VARIABLE.fullmatch(str(name)) or _OURS.fullmatch(str(name)):
            raise Unexpected(
                say("the name of a variable that a plugin reads, such as PGPASSWORD"), repr(str(name)[:80])
            )
        found[str(name)] = parse_secret(secret)
    return found


PluginCommand = Annotated[
    tuple[str, ...],
    BeforeValidator(parse_command),
    WithJsonSchema({"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}),
]
PluginSecrets = Annotated[
    dict[str, Secret],
    BeforeValidator(parse_variables),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "object"}}),
]


def text_of(out: str) -> str:
    """The text of a plugin in one line, without its figures."""
    first = next((line for line in out.splitlines() if line.strip()), "")
    return " ".join(first.partition("|")[0].split())


def read_figures(out: str) -> dict[str, float]:
    """The figures behind the bars of a plugin's output; those in a known unit in seconds or bytes."""
    first, _, rest = out.lstrip().partition("\n")
    # After the first line comes text up to another bar; all that follows this one are figures.
    behind = first.partition("|")[2] + " " + rest.partition("|")[2].replace("\n", " ")
    found: dict[str, float] = {}
    for quoted, bare, written, unit in _FIGURE.findall(behind[:65536]):
        try:
            value = float(written.replace(",", ".")) * _UNITS.get(unit.lower(), 1)
        except ValueError:
            continue
        if math.isfinite(value):
            found.setdefault(" ".join((quoted.replace("''", "'") or bare).split())[:80], value)
        if len(found) >= _MOST:
            break
    return found
