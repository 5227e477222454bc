"""The words of a command line with the environment around it to the language in which people are told something."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeVar

import click

from audit.model.message import Message, fill

F = TypeVar("F", bound=Callable[..., Any])
ENGLISH: Final = "en"
KOREAN: Final = "ko"
LANGUAGES: Final = (ENGLISH, KOREAN)
OPTION: Final = "--lang"
COMPLETE: Final = "_HAECHI_COMPLETE"
VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def preferred(environment: Mapping[str, str]) -> str:
    """Korean where the first variable that is set starts with `ko`, as in ko_KR.UTF-8; else English."""
    written = next(filter(None, map(environment.get, VARIABLES)), "") or ""
    return KOREAN if written.lower().startswith(KOREAN) else ENGLISH


def spoken(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """What `--lang` asks for, or else the preferred language; read here too, as a command may end before it is read."""
    asked = ""
    for number, word in enumerate(words):
        if word == "--":
            break
        if word == OPTION:
            asked = words[number + 1] if number + 1 < len(words) else ""
        elif word.startswith(f"{OPTION}="):
            asked = word.partition("=")[2]
    return asked if asked in LANGUAGES else preferred(environment)


def current(context: click.Context | None = None) -> str:
    """The language of the command line that is being obeyed, wherever in it `--lang` stands."""
    context = context or click.get_current_context(silent=True)
    asked = context.find_root().obj if context is not None else None
    return asked if asked in LANGUAGES else preferred(os.environ)


def hearing(function: F) -> F:
    """`--lang`, without a line in the help, for what takes no language of its own: its help and its errors do."""
    return click.option(
        OPTION, type=click.Choice(LANGUAGES), expose_value=False, hidden=True, help="English or Korean."
    )(function)


@cache
def wording(language: str) -> Mapping[str, str]:
    """The texts of a language, found without an import of reports, which takes a second; none for English."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("reports") if language != ENGLISH else None
    if spec is None or not spec.submodule_search_locations:
        return MappingProxyType({})
    from audit.model.wording import translations

    folder = Path(spec.submodule_search_locations[0], "locale", language, "LC_MESSAGES")
    return translations(folder.joinpath("haechi.po").read_bytes())


def told(says: str | Message, language: str) -> str:
    """A message in a language, its values as somebody wrote them; English waits for no catalogue."""
    if isinstance(says, str) or language == ENGLISH:
        return str(says)
    from audit.model.particles import fitted

    parts = {name: told(part, language) for name, part in says.parts.items()}
    return fitted(fill(wording(language).get(says.template, says.template), {**says.values, **parts}))
