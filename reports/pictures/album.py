"""A dossier to the pictures that a report shows of its meaning."""

from __future__ import annotations

from audit.model.dossier import Dossier
from reports.left import most_endangered
from reports.pictures.copies import copies
from reports.pictures.curve import curve
from reports.pictures.figure import Figure
from reports.pictures.matrix import matrix
from reports.pictures.pareto import pareto
from reports.pictures.payers import payers
from reports.pictures.recovery import recovery
from reports.pictures.shares import shares
from reports.pictures.spread import spread
from reports.pictures.tornado import tornado
from reports.translate import Translator


def pictures(dossier: Dossier, speak: Translator) -> tuple[Figure, ...]:
    """Those that have something to show, in the order of the report; none without an analysis."""
    found, estate = dossier.meaning, dossier.estate
    if found is None:
        return ()
    drawn = (
        pareto(found.pareto, estate, speak),
        matrix(found.matrix, estate, speak),
        spread(found.worst, estate, speak),
        curve(found.recovery, found.beside, estate, speak),
        recovery(found.recovery, estate, speak),
        shares(found.shares, found.measure, estate, speak),
        copies(dossier.scenarios, most_endangered(dossier), estate, speak),
        payers(found.paid, estate, speak),
        tornado(found.unknowns, found.measure, estate, speak),
    )
    return tuple(one for one in drawn if one is not None)
