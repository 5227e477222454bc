"""Every kind of silent change, by its id."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from audit.analysis.mutants import buildings, copies, looks, papers, systems
from audit.analysis.mutants.sight import Kind

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.id: kind for kind in (*copies.KINDS, *looks.KINDS, *systems.KINDS, *buildings.KINDS, *papers.KINDS)}
)
