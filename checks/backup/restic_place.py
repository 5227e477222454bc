"""Where a restic repository lies, as the inventory words it, becomes what may be asked for it, with its host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema

from audit.contract import say
from audit.model.item import Secret, parse_secret, unmarked
from audit.model.unfit import Unexpected

_VARIABLES: Final = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION",
    "RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD",
)  # fmt: skip
_REMOTE: Final = re.compile(r"(s3|rest|sftp|b2|azure|gs|swift|rclone|opendal):(.*)", re.DOTALL)
_SFTP: Final = re.compile(r"(?://)?(?:[^@/]*@)?(\[[0-9a-fA-F:.]+\]|[^:/]+)")


def parse_repository(written: str) -> str:
    """Where a repository is, without a password in it and without signs that a command line could take for its own."""
    if any(letter < " " or letter == "\x7f" for letter in written):
        raise Unexpected(say("a repository such as /srv/backup/ledger"), say("one with a control character"))
    if re.search(r"//[^/@]*:[^/@]*@", written) or re.match(r"(rest|s3):[^/]*//[^/]*@", written):
        # The text itself is not repeated: it holds a password.
        raise Unexpected(
            say("a repository without a password"), say("one with it"), why=say("a secret is never written here")
        )
    return written


def parse_variables(value: object) -> Mapping[str, Secret]:
    """`{AWS_ACCESS_KEY_ID: {env: NAME}, ...}` for the variables that a storage may need."""
    if not isinstance(value, dict):
        raise Unexpected(say("variables such as {AWS_ACCESS_KEY_ID: {env: NAME}}"), say("one value"))
    written = {str(name): item for name, item in unmarked(value).items()}
    for name in written:
        if name not in _VARIABLES:
            raise Unexpected(say("one of {known}", known=", ".join(_VARIABLES)), repr(name[:60]))
    return {name: parse_secret(item) for name, item in written.items()}


def parse_parts(text: object) -> int:
    """A count from 1 to 256."""
    written = str(text)
    if not re.fullmatch(r"[0-9]{1,3}", written) or not 1 <= int(written) <= 256:
        raise Unexpected(say("a count from 1 to 256"), repr(written[:40]))
    return int(written)


_SECRETS: Final[Mapping[str, Any]] = {
    "type": "object",
    "propertyNames": {"enum": list(_VARIABLES)},
    "additionalProperties": {"type": "object"},
}
Variables = Annotated[Mapping[str, Secret], BeforeValidator(parse_variables), WithJsonSchema(dict(_SECRETS))]
Parts = Annotated[int, BeforeValidator(parse_parts), WithJsonSchema({"type": ["integer", "string"]})]


def remote_host(repository: str) -> str | None:
    """The host of a repository; empty for this machine, None where it cannot be told."""
    found = _REMOTE.match(repository)
    if not found:
        return ""
    kind, rest = found[1], found[2]
    if kind == "sftp":
        named = _SFTP.match(rest)
        return named[1].strip("[]") if named else None
    if kind not in ("s3", "rest"):
        return None
    try:
        return urlsplit(rest if "//" in rest else f"https://{rest}").hostname
    except ValueError:
        return None
