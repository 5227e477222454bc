"""The shape of a JSON document in a short notation to its JSON Schema.

`{key: text, list: [count], perhaps: day|null, sometimes?: flag, *: amount}`: `?` marks a key that may be left out, `*`
stands for keys that are names. `'word'` is that word alone, `[a, b]` a list of exactly these two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from audit.model.verdict import Level, Reason, Severity, Verdict


def parsed(text: str, more: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The schema of a shape; `more` are schemas by their names. ValueError for what is no shape."""
    tokens = _Tokens(text)
    found = _value(tokens, {**_words(), **more})
    if tokens.next() is not None:
        raise ValueError(f"more than one value: {text[:80]}")
    return found


class _Tokens:
    def __init__(self, text: str) -> None:
        found = re.findall(r"'[^']*'|[\w*.-]+\??|[{}\[\]:,|]|\S", text)
        self._left: Iterator[str] = iter(found)
        self._peeked: str | None = next(self._left, None)

    def next(self) -> str | None:
        """The next token, None at the end."""
        found, self._peeked = self._peeked, next(self._left, None)
        return found

    def skip(self, sign: str) -> bool:
        """Whether the next token was this one, which is then taken."""
        if self._peeked != sign:
            return False
        self.next()
        return True

    def demand(self, sign: str) -> None:
        """ValueError where the next token is another one."""
        if not self.skip(sign):
            raise ValueError(f"expected {sign}, got {self._peeked}")


def _value(tokens: _Tokens, words: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    found = [_one(tokens, words)]
    while tokens.skip("|"):
        found.append(_one(tokens, words))
    if len(found) == 1:
        return found[0]
    if all(set(one) == {"const"} for one in found):
        return {"enum": [one["const"] for one in found]}
    return {"anyOf": found}


def _one(tokens: _Tokens, words: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if tokens.skip("{"):
        return _object(tokens, words)
    if tokens.skip("["):
        return _list(tokens, words)
    token = tokens.next() or ""
    if token.startswith("'"):
        return {"const": token.strip("'")}
    if token not in words:
        raise ValueError(f"nothing is called {token}")
    return words[token]


def _object(tokens: _Tokens, words: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    made: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    while not tokens.skip("}"):
        key = tokens.next() or ""
        tokens.demand(":")
        inside = _value(tokens, words)
        if key == "*":
            return _closed(tokens, {"type": "object", "additionalProperties": inside})
        properties[key.removesuffix("?")] = inside
        if not key.endswith("?"):
            required.append(key)
        tokens.skip(",")
    return made


def _list(tokens: _Tokens, words: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    found = [_value(tokens, words)]
    while tokens.skip(","):
        found.append(_value(tokens, words))
    tokens.demand("]")
    if len(found) == 1:
        return {"type": "array", "items": found[0]}
    return {"type": "array", "prefixItems": found, "items": False, "minItems": len(found)}


def _closed(tokens: _Tokens, made: dict[str, Any]) -> dict[str, Any]:
    tokens.skip(",")
    tokens.demand("}")
    return made


def _words() -> dict[str, dict[str, Any]]:
    return {
        "text": {"type": "string"},
        "flag": {"type": "boolean"},
        "null": {"type": "null"},
        "number": {"type": "number"},
        "whole": {"type": "integer"},
        "count": {"type": "integer", "minimum": 0},
        "amount": {"type": "number", "minimum": 0},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "grade": {"type": "integer", "minimum": 1, "maximum": 4},
        "day": {"type": "string", "format": "date"},
        "instant": {"type": "string", "format": "date-time"},
        "place": {"type": "string", "pattern": r":\d+:\d+$"},
        "sha256": {"type": "string", "pattern": "^(sha256:)?[0-9a-f]{64}$"},
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "letter": {"enum": ["A", "B", "C", "D", "E", "-"]},
        "verdict": {"enum": [str(one) for one in Verdict]},
        "reason": {"enum": [str(one) for one in Reason]},
        "severity": {"enum": [str(one) for one in Severity]},
        "level": {"enum": [one.word for one in Level]},
    }
