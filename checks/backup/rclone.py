"""Backups on a storage that rclone reaches become the points in time to which they can bring data back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema, model_validator

from audit.contract import CannotSee, Level, Output, Reason, Timed, Verbs, World, probe, say
from audit.model.backup import BackupState, RestorePoint
from audit.model.facts import Unseen
from audit.model.item import Secret, Text, parse_secret, unmarked
from audit.model.json_values import instant, loaded
from audit.model.technology import Copy
from audit.model.unfit import Unexpected
from audit.model.units import Duration
from checks.backup.checksums import listed
from checks.backup.s3_bucket import Piece, by_folder, by_object, chosen, waits
from checks.backup.usual import shrunk

_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "local": (),
        "s3": ("provider", "endpoint", "region", "location_constraint", "force_path_style"),
        "webdav": ("url", "vendor", "user"),
        "http": ("url",),
        "ftp": ("host", "port", "user", "tls", "explicit_tls"),
    }
)
"""What may be set of each storage: nothing that starts a program, reads a file, asks the machine for a credential."""
_SECRETS: Final = ("access_key_id", "secret_access_key", "session_token", "pass", "bearer_token")
LIST: Final = ("lsjson", "--recursive", "--files-only", "--no-mimetype")
ALWAYS: Final = ("--config=/dev/null", "--ask-password=false", "--retries=1", "--low-level-retries=1")
_PATH: Final = re.compile(r"[^\x00-\x1f\x7f]*")
DENIED: Final = re.compile(
    r"\b(401|403|530|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|[Pp]ermission denied)\b"
)
_DIFFERENCES: Final = re.compile(r"\b(\d+) differences found")
_FOUND: Final = re.compile(r"ERROR : (.{1,300}?): (\S* ?differ|file not in|error)\b.*$", re.MULTILINE)
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"differ": "it is not what its sha256 says", "in": "it is not there", "error": "it cannot be read"}
)
_SHOWN: Final = 50


def _variable(name: str) -> str:
    return f"RCLONE_CONFIG_HAECHI_{name.upper()}"


def parse_settings(value: object) -> Mapping[str, str]:
    """`{provider: Minio, endpoint: ...}` as plain texts."""
    if not isinstance(value, dict):
        raise Unexpected(say("settings such as {endpoint: ..., region: ...}"), say("one value"))
    return {str(name).replace("-", "_"): str(written) for name, written in unmarked(value).items()}


def parse_secrets(value: object) -> Mapping[str, Secret]:
    """`{secret_access_key: {env: NAME}}`."""
    if not isinstance(value, dict):
        raise Unexpected(say("secrets such as {secret_access_key: {env: NAME}}"), say("one value"))
    written = {str(name).replace("-", "_"): item for name, item in unmarked(value).items()}
    for name in written:
        if name not in _SECRETS:
            raise Unexpected(say("one of {known}", known=", ".join(_SECRETS)), repr(name[:60]))
    return {name: parse_secret(item) for name, item in written.items()}


def parse_path(text: str) -> str:
    """A path on the storage."""
    if not _PATH.fullmatch(text):
        raise Unexpected(say("a path such as bucket/folder"), say("one with a control character"))
    return text


_TEXTS: Final[Mapping[str, Any]] = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
_REFERENCES: Final[Mapping[str, Any]] = {"type": "object", "propertyNames": {"enum": list(_SECRETS)}}


class Rclone(Copy, kind="rclone"):
    """Backups on a storage that rclone 1.60 or newer reaches: a folder of this machine, S3, WebDAV, HTTP, FTP.

    Tested with rclone 1.60 on a folder and on an S3 server. `settings` and `secrets` are those of rclone's own
    configuration, handed over by its environment: no file of rclone is read or written. A `pass` is written as
    `rclone obscure` gives it. For SFTP there is `kind: sftp`, which checks the host.
    """

    storage: Literal["local", "s3", "webdav", "http", "ftp"]
    settings: Annotated[Mapping[str, str], BeforeValidator(parse_settings), WithJsonSchema(dict(_TEXTS))] = {}
    secrets: Annotated[Mapping[str, Secret], BeforeValidator(parse_secrets), WithJsonSchema(dict(_REFERENCES))] = {}
    path: Annotated[Text, AfterValidator(parse_path)]
    """The folder, such as `bucket/ledger`; on `local` a relative one starts at the estate's folder."""
    match: Text | None = None
    """A pattern for the names of files, such as `*.dump`."""
    point: Literal["object", "folder"] = "object"
    """What one backup is: a file, a folder below the path."""
    marker: Text | None = None
    """With `point: folder`: the file that is written last, without which a folder is not complete."""
    manifest: Text | None = None
    """File below the path with sha256 sums; with it all files that it names are read and held against them."""
    timeout: Duration = timedelta(seconds=60)
    """Deadline of one attempt, all commands together."""

    @model_validator(mode="after")
    def _known(self) -> Rclone:
        for name in self.settings:
            if name not in _SETTINGS[self.storage]:
                known = ", ".join(_SETTINGS[self.storage]) or say("no setting at all")
                raise Unexpected(say("one of {known}", known=known), repr(name[:60]))
        return self

    @property
    def remote(self) -> str:
        """The host of the storage; empty for this machine."""
        address = self.settings.get("endpoint") or self.settings.get("url") or self.settings.get("host") or ""
        try:
            return (urlsplit(address if "//" in address else f"//{address}").hostname or "") if address else ""
        except ValueError:
            return ""

    @property
    def host(self) -> str:
        return self.remote or self.ref


def configured(copy: Rclone) -> tuple[Mapping[str, str], Mapping[str, Secret]]:
    """The variables of the environment that stand for a configuration of rclone: those in clear, those secret."""
    plain = {_variable(name): value for name, value in {"type": str(copy.storage), **copy.settings}.items()}
    return plain, {_variable(name): secret for name, secret in copy.secrets.items()}


@dataclass(slots=True)
class _Look(Timed):
    copy: Rclone

    @property
    def where(self) -> str:
        path = self.copy.path
        return f"haechi:{self.world.root / path if self.copy.storage == 'local' else path}"

    async def run(self, *words: str) -> Output:
        left = self.left(f"rclone {words[0]}")
        plain, secrets = configured(self.copy)
        return await self.world.command.run(("rclone", *words, *ALWAYS), left, secrets, environment=plain)


@probe(
    deadline=185,
    verbs=Verbs(
        commands=(
            f"rclone {' '.join(LIST)} haechi:* {' '.join(ALWAYS)}",
            f"rclone cat haechi:* {' '.join(ALWAYS)}",
            f"rclone checksum sha256 haechi:* haechi:* --one-way --download {' '.join(ALWAYS)}",
        ),
        environment=tuple(_variable(name) for name in ("type", *sorted({*chain(*_SETTINGS.values())}))),
    ),
)
async def stored(copy: Rclone, world: World) -> BackupState:
    if copy.storage != "local":
        if not copy.remote:
            raise CannotSee(Reason.DENIED, say("`settings` name no host, so it cannot be held against `allow`"))
        # rclone looks the name up again by itself: this keeps out mistakes, not somebody who owns the name server.
        await world.guard.check(copy.remote)
    look = _Look(world, copy.timeout, copy)
    output = await look.run(*LIST, look.where)
    if output.code != 0:
        raise _refused(output)
    pieces = chosen(_listed(output.out), "", copy.match)
    pieces = tuple(piece for piece in pieces if piece.key != copy.manifest)
    made = tuple(by_folder(pieces, "", copy.marker) if copy.point == "folder" else by_object(pieces, ""))
    points = tuple(point for point, _ in made)
    doubt = shrunk(points[-1].size or 0, [point.size or 0 for point in points[:-1]]) if points else ""
    newest = next((held for point, held in reversed(made) if point.complete), ())
    facts: dict[str, Any] = {"integrity": 1, "location": copy.remote}
    absent: dict[str, Unseen] = {}
    try:
        wrong = await _verified(look, newest)
        facts |= {"integrity": 1 if wrong else 2, "errors": tuple(f"{name}: {why}" for name, why in wrong.items())}
        points = tuple(
            _doubted(point, [wrong[piece.key] for piece in held if piece.key in wrong]) for point, held in made
        )
    except CannotSee as gap:
        absent["errors"] = Unseen.of(gap)
    if doubt:
        points = (*points[:-1], _doubted(points[-1], [doubt]))
    whole = [point for point in points if point.complete]
    if whole:
        facts["size"] = whole[-1].size
        stored = [piece for point, held in made if point.id == whole[-1].id for piece in held]
        facts["waits"] = max((waits(piece.storage) for piece in stored), default=timedelta(0))
    level = Level.VERIFIED if facts["integrity"] > 1 else Level.OBSERVED
    return BackupState(points=points, clock=world.clock.now(), absent=absent, level=level, tool="rclone", **facts)


def _listed(text: str) -> tuple[Piece, ...]:
    entries = loaded(text, say("rclone {command} did not print JSON", command="lsjson"))
    if not isinstance(entries, list):
        raise _unread()
    return tuple(_piece(entry) for entry in entries)


def _piece(entry: Any) -> Piece:
    if not isinstance(entry, dict):
        raise _unread()
    path, size, time = entry.get("Path"), entry.get("Size"), entry.get("ModTime")
    if not isinstance(path, str) or not isinstance(size, int) or not isinstance(time, str):
        raise _unread()
    try:
        modified = instant(time)
    except ValueError as broken:
        raise _unread() from broken
    if size < 0:
        raise CannotSee(Reason.INCOMPLETE, say("the storage does not tell the size of {path}", path=path))
    return Piece(path, size, modified, "", storage=str(entry.get("Tier") or ""))


def _unread() -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("rclone lists files in a form that is not known"))


def _doubted(point: RestorePoint, wrong: Sequence[str]) -> RestorePoint:
    return point.model_copy(update={"complete": False, "doubt": wrong[0]}) if point.complete and wrong else point


async def _verified(look: _Look, newest: Sequence[Piece]) -> Mapping[str, str]:
    """What `rclone checksum`, which reads every file that the manifest names, found wrong with each."""
    if look.copy.manifest is None:
        raise CannotSee(Reason.INCOMPLETE, say("nothing was verified: write a `manifest`"))
    sums = f"{look.where.rstrip('/')}/{look.copy.manifest}"
    output = await look.run("cat", sums)
    if output.code != 0:
        raise _refused(output)
    named = listed(output.out)
    unnamed = next((piece.key for piece in newest if piece.key not in named), None)
    if unnamed is not None or not named:
        # Sums of older files say nothing of the newest one.
        raise CannotSee(
            Reason.INCOMPLETE,
            say("the manifest {manifest} does not name {file}", manifest=look.copy.manifest, file=unnamed or "?"),
        )
    output = await look.run("checksum", "sha256", sums, look.where, "--one-way", "--download")
    told = _DIFFERENCES.search(output.err)
    if told is None or (int(told[1]) == 0) != (output.code == 0):
        raise _refused(output)
    found = {name[:300]: _WORDS[why.split()[-1]] for name, why in _FOUND.findall(output.err)[:_SHOWN]}
    return found or ({look.copy.manifest: f"{told[1]} of its files differ"} if output.code else {})


def _refused(output: Output) -> CannotSee:
    line = next((line for line in reversed(output.err.splitlines()) if line.strip()), f"it ended with {output.code}")
    reason = Reason.DENIED if DENIED.search(output.err) else Reason.UNREACHABLE
    return CannotSee(reason, say("rclone gave nothing: {answer}", answer=line.strip()[:200]))
