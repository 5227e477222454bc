"""The text of a borgmatic configuration becomes what of it a look needs: repositories, folders, what is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audit.contract import CannotSee, Reason, say

LARGEST: Final = 262_144
_DEEPEST: Final = 20
_SECTIONS: Final = ("location", "storage", "retention", "consistency")
_KEPT: Final = tuple(
    f"keep_{unit}" for unit in ("secondly", "minutely", "hourly", "daily", "weekly", "monthly", "yearly")
)
_WITHIN: Final = re.compile(r"(\d{1,6})([HdwmySM])")
_UNITS: Final[Mapping[str, timedelta]] = {
    "S": timedelta(seconds=1), "M": timedelta(minutes=1), "H": timedelta(hours=1), "d": timedelta(days=1),
    "w": timedelta(weeks=1), "m": timedelta(days=31), "y": timedelta(days=365),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration, whether with sections, as up to 1.7, or without them."""

    repositories: Mapping[str, str]
    """Path by label, or by itself where it has none."""
    folders: tuple[str, ...] | None
    """What is backed up; None where patterns tell it."""
    empties_after: timedelta | None
    """How long after the last backup its rules leave nothing; None where they always leave something."""
    state: str
    """Where borgmatic keeps the times of its checks; empty where the configuration does not say."""


def read(text: bytes, name: str) -> Config:
    """CannotSee where the text is no such configuration; the words of it, which may be secret, are not repeated."""
    import yaml

    if len(text) >= LARGEST:
        raise _strange(name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        # A reader in C ends with the whole process where lists stand too deep in lists; aliases multiply without end.
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
                raise _strange(name)
        loaded = yaml.load(text, Loader=loader)  # noqa: S506 - it is a safe one
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as broken:
        raise _strange(name) from broken
    if not isinstance(loaded, dict):
        raise _strange(name)
    flat: dict[str, Any] = {str(key): value for key, value in loaded.items() if key not in _SECTIONS}
    for section in _SECTIONS:
        inside = loaded.get(section)
        if isinstance(inside, dict):
            flat |= {str(key): value for key, value in inside.items()}
    folders = flat.get("source_directories")
    state = flat.get("borgmatic_source_directory")
    return Config(
        repositories=_repositories(flat.get("repositories"), name),
        folders=tuple(str(folder) for folder in folders) if isinstance(folders, list) else None,
        empties_after=_empties_after(flat),
        state=state if isinstance(state, str) else "",
    )


def _repositories(written: Any, name: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for entry in written if isinstance(written, list) else ():
        if isinstance(entry, str):
            found[entry] = entry
        elif isinstance(entry, dict) and isinstance(entry.get("path"), str):
            found[str(entry.get("label") or entry["path"])] = entry["path"]
    if not found:
        raise _strange(name)
    return found


def _empties_after(flat: Mapping[str, Any]) -> timedelta | None:
    """Rules by number keep the newest for ever; one by age alone forgets them all once no new ones come."""
    if any(isinstance(flat.get(key), int) and flat[key] != 0 for key in _KEPT):
        return None
    within = _WITHIN.fullmatch(str(flat.get("keep_within", "")))
    return int(within[1]) * _UNITS[within[2]] if within else None


def _strange(name: str) -> CannotSee:
    return CannotSee(Reason.INCOMPLETE, say("{path} is no configuration of borgmatic that is known here", path=name))


def named(config: Config, wanted: str | None) -> str:
    """The repository that is meant, by its label or path. CannotSee where that is open."""
    known = config.repositories
    if wanted is None and len(known) == 1:
        return next(iter(known.values()))
    for label, path in known.items():
        if wanted is not None and wanted in (label, path):
            return path
    raise CannotSee(
        Reason.INCOMPLETE,
        say(
            "the configuration names {count} repositories: write one of them as `repository`, such as {one}",
            count=len(known),
            one=min(known)[:120],
        ),
    )
