"""References to secrets become their values, and texts become texts without them."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Final
from urllib.parse import quote

from audit.model.item import Secret
from audit.model.message import say
from audit.model.verdict import CannotSee, Reason

HIDDEN: Final = "[hidden]"
_LONGEST: Final = 65_536
_SHORT: Final = 4
_PATTERNS: Final = (
    (re.compile(r"-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"(?<=://)[^\s/@]{1,500}@"), f"{HIDDEN}@"),
    (
        re.compile(
            # Also as the end of a longer name: PGPASSWORD, RESTIC_REST_PASSWORD, AWS_SECRET_ACCESS_KEY.
            r"\b(pass|pwd|\w{0,40}(?:pass(?:word|wd|phrase)|secret|token|api[-_]?key|access_key))(\s*[=:]\s*)"
            r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s,;&'\"]+)",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    # With a digit in it: "Basic authentication" or "Basic Constraints" are no secrets.
    (re.compile(r"\b(bearer|basic)\s+(?=\S{0,500}\d)[A-Za-z0-9+/._~=-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), HIDDEN),
    (re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{20,}", re.IGNORECASE), HIDDEN),
    # A key of BorgBackup goes on for many lines: in a file of its own, or after `key =` in a repository's settings.
    (re.compile(r"\bBORG_KEY [0-9a-f]{16,}(?:\s+[A-Za-z0-9+/=]{16,})*"), HIDDEN),
    (re.compile(r"^([ \t]*key[ \t]*=[ \t]*)\S{16,}(?:\n[ \t]+\S+)*", re.MULTILINE), rf"\1{HIDDEN}"),
)


class Secrets:
    """The secrets of one run: what was revealed is remembered, so that it can be taken out of every text."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: set[str] = set()

    def reveal(self, secret: Secret) -> str:
        """The value. CannotSee(denied) naming the variable or file, never what is in it."""
        value = _variable(secret.name) if secret.source == "env" else _content(self._root / secret.name, secret.name)
        value = value.removesuffix("\n").removesuffix("\r")
        if not value.strip():
            raise CannotSee(Reason.DENIED, say("the secret {secret} is empty", secret=secret))
        if "\0" in value:
            raise CannotSee(Reason.DENIED, say("the secret {secret} is not text", secret=secret))
        self.remember(value)
        return value

    def remember(self, value: str) -> None:
        """Take one more value out of every text from now on, such as a password inside a connection string."""
        self._known.update(_forms(value))

    def forget(self, value: str) -> None:
        """Stop looking for a value that has come to its end, such as a token: a watch gets thousands of them."""
        self._known.difference_update(_forms(value))

    def redact(self, text: str) -> str:
        """The text without any known value, nor anything that looks like a secret."""
        for value in sorted(self._known, key=len, reverse=True):
            if len(value) < _SHORT:
                # A short one would tear words apart: only where it stands alone.
                text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text)
            else:
                text = text.replace(value, HIDDEN)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


def _forms(value: str) -> set[str]:
    """A value, each of its lines, both also as they stand in a URL or in JSON."""
    lines = (value, *value.splitlines())
    written = (form for line in lines for form in (line, quote(line, safe=""), json.dumps(line)[1:-1]))
    return {text for text in written if text.strip()}


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise CannotSee(Reason.DENIED, say("the environment variable {name} is not set", name=name))
    return value


def _content(path: Path, name: str) -> str:
    try:
        # Without O_NONBLOCK a named pipe would hold the run up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as broken:
        raise CannotSee(Reason.DENIED, say("the secret file {name} is not there", name=name)) from broken
    except (OSError, ValueError) as broken:
        raise CannotSee(Reason.DENIED, say("the secret file {name} cannot be read", name=name)) from broken
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > _LONGEST:
            raise CannotSee(Reason.DENIED, say("the secret file {name} is no small ordinary file", name=name))
        if seen.st_mode & 0o077:
            raise CannotSee(
                Reason.DENIED, say("others may read the secret file {name}: run `chmod 600` on it", name=name)
            )
        return os.read(descriptor, _LONGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as broken:
        raise CannotSee(Reason.DENIED, say("the secret file {name} cannot be read", name=name)) from broken
    finally:
        os.close(descriptor)
