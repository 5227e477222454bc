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
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say
from audit.store.history import open_history
from audit.world.messenger import Messenger, real_messenger
from audit.world.world import World


class _Opening:
    """Opens the store of a watch: makes one at its first call, never afterwards.

    A store that was taken away may come back: one made in its place would begin a past of its own, or be put aside.
    """

    def __init__(self, store: str) -> None:
        self._store = store
        self._there = False

    def __call__(self) -> Past:
        if self._there:
            try:
                open_history(self._store, watching=False).leave()
            except Stop as stop:
                if stop.code is Exit.USAGE:
                    gone = say("the store is gone; bring it back, or start the watch anew to begin another one")
                    raise Stop(Exit.STORAGE, gone) from stop
                raise
        try:
            past = open_history(self._store, watching=True, making=not self._there)
        except Stop as stop:
            self._there = self._there or stop.code is Exit.LOCKED
            raise
        self._there = True
        return past


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

    def messenger(estate: Estate) -> Messenger:
        return real_messenger(Path(estate.root))

    setting = Setting(path, store, catalogue or discover(), world, _Opening(store), messenger, talk, quiet)
    if not logging.getLogger().handlers:
        # What libraries log of servers is hostile text; without a handler Python prints it as it is.
        logging.getLogger().addHandler(logging.NullHandler())
    if once:
        return asyncio.run(look_once(setting, whole(load(path, setting.catalogue))))
    return asyncio.run(serve(setting, longest))
