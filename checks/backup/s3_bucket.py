"""What an object store answered about a bucket to facts about what is in it, how long, who else may touch it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Final

from audit.contract import CannotSee, Reason, S3Answer, say
from audit.model.backup import RestorePoint
from audit.model.json_values import loaded
from checks.backup.file_names import beside, unfinished

_DENIED: Final = (
    "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AccountProblem", "InvalidAccessKeyId",
    "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "RequestTimeTooSkewed",
    "Forbidden", "Unauthorized", "401", "403",
)  # fmt: skip
_AWAY: Final = ("NoSuchBucket", "SlowDown", "ServiceUnavailable", "InternalError", "500", "502", "503", "504")
_COLD: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "GLACIER": timedelta(hours=5),
        "DEEP_ARCHIVE": timedelta(hours=12),
        "ARCHIVE_ACCESS": timedelta(hours=5),
        "DEEP_ARCHIVE_ACCESS": timedelta(hours=12),
    }
)
_EVERYBODY: Final = ("AllUsers", "AuthenticatedUsers")
_WRITING: Final = ("s3:*", "*", "s3:put", "s3:delete", "s3:bypass", "s3:restore", "s3:replicate")


@dataclass(frozen=True, slots=True)
class Piece:
    """One object, or one version of it."""

    key: str
    size: int
    modified: datetime
    etag: str
    version: str = ""
    storage: str = ""
    """How it is stored, as the store calls that."""


def refusal(answer: S3Answer, asked: str) -> CannotSee:
    """Why a store that answered gave nothing."""
    reason = Reason.INCOMPLETE
    if answer.code in _DENIED:
        reason = Reason.DENIED
    elif answer.code == "InvalidObjectState":
        return CannotSee(reason, say("it lies in cold storage: nothing of it can be read before it was asked for"))
    elif answer.code in _AWAY:
        reason = Reason.UNREACHABLE
    return CannotSee(reason, say("the store refuses {operation}: {code}", operation=asked, code=answer.code))


def waits(storage: str) -> timedelta:
    """How long it takes until the first byte of what is stored so can be read, asked for in the usual way."""
    return _COLD.get(storage.upper(), timedelta(0))


def pieces(answer: S3Answer, name: str) -> tuple[Piece, ...]:
    """The objects (`Contents`) or versions (`Versions`) of one page; CannotSee where it is no such page."""
    found = answer.data.get(name) or ()
    if not isinstance(found, list | tuple):
        raise _unread()
    return tuple(_piece(entry) for entry in found)


def _piece(entry: Any) -> Piece:
    if not isinstance(entry, Mapping):
        raise _unread()
    key, size, modified = entry.get("Key"), entry.get("Size"), entry.get("LastModified")
    if not isinstance(key, str) or not isinstance(size, int) or not isinstance(modified, datetime):
        raise _unread()
    if modified.tzinfo is None:
        raise _unread()
    return Piece(key, size, modified, str(entry.get("ETag") or "").strip('"'), str(entry.get("VersionId") or ""),
                 str(entry.get("StorageClass") or ""))  # fmt: skip


def _unread() -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("the store lists its objects in a form that is not known"))


def chosen(found: Sequence[Piece], prefix: str, match: str | None) -> tuple[Piece, ...]:
    """The objects that are backups or parts of them, oldest first."""
    kept = []
    for piece in found:
        name = piece.key.rpartition("/")[2]
        if not name or unfinished(name) or beside(name):
            continue
        if piece.key.startswith(prefix) and (match is None or fnmatchcase(name, match)):
            kept.append(piece)
    return tuple(sorted(kept, key=lambda piece: (piece.modified, piece.key)))


def by_object(found: Sequence[Piece], prefix: str) -> Iterator[tuple[RestorePoint, tuple[Piece, ...]]]:
    """Each object, or each version of one, as a point; of its time the store tells the end of the upload alone."""
    for piece in found:
        name = piece.key.removeprefix(prefix) or piece.key
        yield (
            RestorePoint(
                id=(f"{name}@{piece.version}" if piece.version else name)[:300],
                start=piece.modified,
                end=piece.modified,
                complete=piece.size > 0,
                doubt="" if piece.size else "it is empty",
                size=piece.size,
                files=1,
            ),
            (piece,),
        )


def by_folder(
    found: Sequence[Piece], prefix: str, marker: str | None
) -> Iterator[tuple[RestorePoint, tuple[Piece, ...]]]:
    """Each folder below the prefix as a point, from its first upload to its last."""
    folders: dict[str, list[Piece]] = {}
    for piece in found:
        folder, below, _ = piece.key.removeprefix(prefix).partition("/")
        if below:
            folders.setdefault(folder, []).append(piece)
    for folder, parts in sorted(folders.items(), key=lambda item: item[1][-1].modified):
        size = sum(piece.size for piece in parts)
        doubt = "" if size else "everything in it is empty"
        if marker is not None and not any(piece.key == f"{prefix}{folder}/{marker}" for piece in parts):
            doubt = f"{marker} is not in it"
        yield (
            RestorePoint(
                id=folder[:300],
                start=parts[0].modified,
                end=parts[-1].modified,
                complete=not doubt,
                doubt=doubt[:300],
                size=size,
                files=len(parts),
            ),
            tuple(parts),
        )


def empties_after(
    rules: Any, objects: Sequence[Piece], last: datetime, now: datetime, *, versioned: bool
) -> timedelta | None:
    """How long after the last backup the rules of a bucket leave none of the objects; None where one is always left.

    CannotSee where the rules are of a form that is not known, or hang on tags.
    """
    if not isinstance(rules, list | tuple):
        raise CannotSee(Reason.INCOMPLETE, say("the rules of the bucket's lifecycle have a form that is not known"))
    ends = [_end(rules, piece, now, versioned=versioned) for piece in objects]
    if not ends or any(end is None for end in ends):
        return None
    return max(max(end for end in ends if end is not None) - last, timedelta(0))


def _end(rules: Sequence[Any], piece: Piece, now: datetime, *, versioned: bool) -> datetime | None:
    """When the rules have taken an object away for good; None where they never do."""
    ends: list[datetime] = []
    older: list[timedelta] = []
    for rule in rules:
        if not isinstance(rule, Mapping) or rule.get("Status") != "Enabled" or not _covers(rule, piece):
            continue
        expiry, behind = rule.get("Expiration") or {}, rule.get("NoncurrentVersionExpiration") or {}
        try:
            if expiry.get("Date") or "Days" in expiry:
                ends.append(expiry.get("Date") or piece.modified + timedelta(days=int(expiry["Days"])))
            if "NoncurrentDays" in behind and not behind.get("NewerNoncurrentVersions"):
                older.append(timedelta(days=int(behind["NoncurrentDays"])))
        except (OverflowError, ValueError, TypeError, AttributeError) as broken:
            raise CannotSee(
                Reason.INCOMPLETE, say("the rules of the bucket's lifecycle have a form that is not known")
            ) from broken
    if not ends or (versioned and not older):
        # Without a rule for older versions what expired can be had back for ever.
        return None
    return max(min(ends), now) + (min(older) if versioned else timedelta(0))


def _covers(rule: Mapping[str, Any], piece: Piece) -> bool:
    wanted = rule.get("Filter") or {}
    both = {**wanted, **(wanted.get("And") or {})}
    prefix = both.get("Prefix", rule.get("Prefix") or "")
    if not piece.key.startswith(str(prefix)):
        return False
    if both.get("Tag") or both.get("Tags"):
        raise CannotSee(
            Reason.INCOMPLETE, say("a rule of the bucket's lifecycle hangs on tags, which are not asked for")
        )
    least, most = both.get("ObjectSizeGreaterThan"), both.get("ObjectSizeLessThan")
    return not ((least is not None and piece.size <= least) or (most is not None and piece.size >= most))


def opened_by_policy(text: str) -> tuple[str, ...]:
    """What a bucket's policy lets everybody do beyond reading; CannotSee where it cannot be read."""
    policy = loaded(text, say("the policy of the bucket cannot be read"))
    found: list[str] = []
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    for statement in [statements] if isinstance(statements, dict) else statements or ():
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow" or statement.get("Condition"):
            continue
        who = statement.get("Principal")
        named = [who, *(who.values() if isinstance(who, dict) else ())]
        if not any(name == "*" or (isinstance(name, list) and "*" in name) for name in named):
            continue
        actions = statement.get("Action") or ()
        words = [str(action) for action in ([actions] if isinstance(actions, str) else actions)]
        found += [f"everybody may {word[:60]}" for word in words if _writes(word.lower())]
    return tuple(found)


def _writes(action: str) -> bool:
    return action in _WRITING[:2] or action.startswith(_WRITING[2:])


def opened_by_list(grants: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the access list of a bucket lets everybody do: what lets read, what lets write."""
    reads: list[str] = []
    writes: list[str] = []
    for grant in grants if isinstance(grants, list | tuple) else ():
        who = str((grant.get("Grantee") or {}).get("URI", "")) if isinstance(grant, Mapping) else ""
        if not who.endswith(_EVERYBODY):
            continue
        right = str(grant.get("Permission", ""))
        (reads if right in ("READ", "READ_ACP") else writes).append(f"everybody may {right[:40]}")
    return tuple(reads), tuple(writes)
