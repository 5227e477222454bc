"""The modules of this folder to the report formats that can be asked for by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from reports.format import Format


@cache
def formats() -> Mapping[str, Format]:
    """Every format by its name: a module of this folder that holds `FORMAT` is one."""
    found: dict[str, Format] = {}
    for info in pkgutil.iter_modules(__path__, __name__ + "."):
        form = getattr(importlib.import_module(info.name), "FORMAT", None)
        if isinstance(form, Format):
            if info.name != f"{__name__}.{form.name}":
                raise TypeError(
                    f"the report format {form.name!r} stands in {info.name}; a file is called like its format"
                )
            found[form.name] = form
    return MappingProxyType(dict(sorted(found.items())))
