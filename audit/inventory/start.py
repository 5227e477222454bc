"""An empty folder to one with a commented inventory to start from."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Final

from audit.inventory.load import Vocabulary
from audit.inventory.schema import inventory_schema
from audit.model.exit import Exit, Stop
from audit.model.message import say

NAME: Final = "estate.yaml"
WHOLE: Final = "example.yaml"
FIRST: Final = "first.yaml"
SCHEMA: Final = "haechi.schema.json"


def example(name: str = WHOLE) -> str:
    """An inventory that teaches: each key of the format with a comment, or those of a first audit."""
    return files("inventories").joinpath(name).read_text("utf-8")


def start(folder: Path, vocabulary: Vocabulary, name: str = WHOLE) -> tuple[Path, ...]:
    """Write an example with the schema for editors; Stop where something would be overwritten."""
    texts = {
        folder / NAME: example(name),
        folder / SCHEMA: json.dumps(inventory_schema(vocabulary), indent=1, ensure_ascii=False) + "\n",
    }
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in texts:
            if path.is_symlink() or path.exists():
                says = say("{path} is there already; name another folder, or move it away first", path=path)
                raise Stop(Exit.USAGE, says)
        for path, text in texts.items():
            # Exclusive: what appears between the look and the writing is not overwritten either.
            with path.open("x", encoding="utf-8") as file:
                made.append(path)
                file.write(text)
    except OSError as broken:
        for path in made:
            # Half an inventory would only be in the way of the next try.
            path.unlink(missing_ok=True)
        named_wrongly = isinstance(broken, FileExistsError | NotADirectoryError)
        code = Exit.USAGE if named_wrongly else Exit.STORAGE
        says = say("cannot write into {folder}: {why}; name a folder of yours", folder=folder, why=broken.strerror)
        raise Stop(code, says) from broken
    return tuple(texts)
