"""A dossier to the sentences that say in what its run is not whole."""

from __future__ import annotations

from collections.abc import Iterator

from audit.model.dossier import Dossier
from audit.model.message import say
from reports.translate import Translator
from reports.words import STATES


def broken_off(dossier: Dossier, speak: Translator) -> Iterator[str]:
    """How the run ended, with how much nobody looked at; nothing where it ended by itself."""
    if dossier.run.state != "complete":
        state = speak.message(STATES.get(dossier.run.state, say("unknown")))
        left = len(dossier.not_looked_at)
        yield speak.text("This run is not whole: {state}. Not looked at: {count}.", state=state, count=left)


def lacking(dossier: Dossier, speak: Translator) -> Iterator[str]:
    """The same, then what somebody left out on purpose; nothing where everything was asked of everything."""
    yield from broken_off(dossier, speak)
    if dossier.outside:
        yield speak.text("Left out by the selection, counted as not verified: {count}.", count=dossier.outside)
