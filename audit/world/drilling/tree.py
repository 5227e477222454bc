"""A folder of a drill to what lies below it, or to the user whom all of it then belongs to; no link is followed."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from audit.model.message import say
from audit.model.verdict import CannotSee, Reason
from audit.world.workshop import Tree


def counted(path: Path) -> Tree:
    """Regular files and their bytes."""
    size = files = 0
    for seen in _below(path):
        if stat.S_ISREG(seen.st_mode):
            size, files = size + seen.st_size, files + 1
    return Tree(size, files)


def _below(path: Path) -> Iterator[os.stat_result]:
    if not path.is_dir():
        yield path.lstat()
        return
    waiting = [os.fspath(path)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def handed_over(room: Path, path: Path, uid: int, gid: int) -> None:
    """Give a path below a room to a user, with the folders that lead to it.

    CannotSee(denied) for a file that has another name elsewhere, such as a hard link to the original: whoever owns one
    owns both.
    """
    _own_names_only(path)
    for folder in (room, *reversed([one for one in path.parents if room in one.parents])):
        os.chown(folder, uid, gid, follow_symlinks=False)
    os.chown(path, uid, gid, follow_symlinks=False)
    if path.is_dir() and not path.is_symlink():
        # By descriptors: what is a folder now cannot become a link while we walk.
        for _, folders, files, descriptor in os.fwalk(path, follow_symlinks=False):
            for name in (*folders, *files):
                os.chown(name, uid, gid, dir_fd=descriptor, follow_symlinks=False)


def _own_names_only(path: Path) -> None:
    names: Counter[tuple[int, int]] = Counter()
    links: dict[tuple[int, int], int] = {}
    for seen in _below(path):
        if stat.S_ISREG(seen.st_mode) and seen.st_nlink > 1:
            names[seen.st_dev, seen.st_ino] += 1
            links[seen.st_dev, seen.st_ino] = seen.st_nlink
    if any(names[key] < count for key, count in links.items()):
        raise CannotSee(Reason.DENIED, say("a restored file has another name outside of the scratch space"))
