"""The words of a command line with the environment around it to the language in which people are told something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from audit.model.message import Message

ENGLISH: Final = "en"
KOREAN: Final = "ko"
LANGUAGES: Final = (ENGLISH, KOREAN)
OPTION: Final = "--lang"
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


def told(says: str | Message, language: str) -> str:
    """A message in a language; the catalogue is only read for one that is not English."""
    if isinstance(says, str) or language == ENGLISH:
        return str(says)
    from reports.translate import Translator  # imports babel, for which `haechi --help` should not wait

    return Translator(language).verbatim(says)
