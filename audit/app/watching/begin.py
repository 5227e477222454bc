"""What `haechi watch` was asked for in, the exit code of the watch out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from audit.app import hands
from audit.app.stored import whole
from audit.app.watching.holding import Past
from audit.app.watching.once import look_once
from audit.app.watching.service import serve
from audit.app.watching.setting import Setting
from audit.catalogue import Catalogue, discover
from audit.inventory.load import load
from audit.model.estate import Estate
from audit.model.exit import Exit
from audit.model.message import Message
from audit.store.history import open_history
from audit.world.messenger import Messenger, real_messenger
from audit.world.world import World


def watch(
    path: Path,
    *,
    store: str,
    talk: Callable[[Message], None],
    longest: timedelta | None = None,
    quiet: bool = False,
    once: bool = False,
    catalogue: Catalogue | None = None,
    world: Callable[[Estate], World] = hands,
) -> Exit:
    """Watch until a signal comes, or for `longest`; or look `once` at what is due."""

    def open_past() -> Past:
        return open_history(store, watching=True)

    def messenger(estate: Estate) -> Messenger:
        return real_messenger(Path(estate.root))

    setting = Setting(path, store, catalogue or discover(), world, open_past, messenger, talk, quiet)
    if not logging.getLogger().handlers:
        # What libraries log of servers is hostile text; without a handler Python prints it as it is.
        logging.getLogger().addHandler(logging.NullHandler())
    if once:
        return asyncio.run(look_once(setting, whole(load(path, setting.catalogue))))
    return asyncio.run(serve(setting, longest))
