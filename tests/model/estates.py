"""The text of an inventory becomes an estate with its graph."""

from functools import cache
from pathlib import Path

from audit.catalogue import Catalogue, discover
from audit.inventory.load import load_sources
from audit.model.estate import Estate
from audit.model.graph import Graph


@cache
def vocabulary() -> Catalogue:
    return discover()


def estate_of(text: str) -> Estate:
    loaded = load_sources({"estate.yaml": text.encode()}, vocabulary(), Path())
    assert loaded.estate is not None, [str(problem) for problem in loaded.problems]
    return loaded.estate


def graph_of(text: str) -> Graph:
    return Graph(estate_of(text))
