"""Words of a command line become one command's work, its exit code comes out."""

from __future__ import annotations

import errno
import importlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from types import FrameType
from typing import Any, Final, TextIO

import click
from click.shell_completion import CompletionItem

from audit.cli.commands import COMMANDS as COMMANDS
from audit.cli.talking import Talking, talking
from audit.cli.tongue import COMPLETE as COMPLETE
from audit.cli.tongue import ENGLISH, hearing, spoken, told
from audit.model.exit import Exit, Stop
from audit.model.message import Message, say

MEANINGS: Final = (
    (Exit.READY, "ready: nothing failed that the gates count"),
    (Exit.FAILED, "failed: a finding at or above --fail-on (default: high)"),
    (Exit.USAGE, "wrong usage"),
    (Exit.NOT_VERIFIED, "not verified: an unknown at or above --unproven-on (default: critical)"),
    (Exit.INVALID, "invalid inventory or policy"),
    (Exit.EXPIRED, "a waiver or a document of evidence is past its date"),
    (Exit.LOCKED, "the store is in use by another run or watch"),
    (Exit.STORAGE, "the store or the disk is full, damaged or not writable"),
    (Exit.INTERNAL, "internal error: a bug in haechi"),
    (Exit.INTERRUPTED, "interrupted by Ctrl-C"),
)
BROKEN_PIPE: Final = 141
"""What a shell reports for a program that the reader of its output left: 128 + SIGPIPE."""
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


class Commands(click.Group):
    """The commands of `COMMANDS`, each imported only when it is the one that was asked for."""

    context_class = Talking

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        found = importlib.import_module(f"audit.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(found, click.Command)  # noqa: S101 - a promise of our own modules
        return talking(found)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(COMMANDS)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        words = [CompletionItem(name, help=says) for name, says in COMMANDS if name.startswith(incomplete)]
        return words + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        unknown = bool(args) and args[0] not in self.list_commands(ctx) and not args[0].startswith("-")
        if unknown and not ctx.resilient_parsing:
            from difflib import get_close_matches

            from audit.cli.wrong import Wrong

            close = get_close_matches(args[0], self.list_commands(ctx), 1)
            hint = say("Did you mean {close}?", close=repr(close[0])) if close else say("`haechi --help` lists them.")
            raise Wrong(say("No such command {name}. {message}", name=repr(args[0]), message=hint), ctx)
        return super().resolve_command(ctx, args)


def print_version(ctx: click.Context, parameter: click.Parameter, wanted: Any) -> None:
    """The version, then the end; importlib.metadata is slow and therefore only imported here."""
    if wanted:
        from importlib.metadata import version

        click.echo(f"haechi {version('haechi')}")
        ctx.exit(0)


@click.group(
    cls=Commands,
    name="haechi",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExit codes:\n"
    + "\n".join(f"  {code:>3}  {says}" for code, says in MEANINGS)
    + "\n\nOver several causes the first of 70, 7, 6, 4, 1, 3, 5, 0 wins."
    + "\n\n\b\nEnvironment:\n  HAECHI_DEBUG=1  print the traceback of an internal error"
    + "\n  NO_COLOR=1      print without colour",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=print_version, help="Print the version."
)
@hearing
def haechi() -> None:
    """Audit how well institutions would survive the loss of a data centre, a supplier or a funder.

    Start with `haechi demo`, or with `haechi init DIR` for an inventory of your own.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; every way in which it can end becomes an exit code, never a traceback.

    A command returns its `Exit`, or nothing where it is `READY`, or raises `Stop`.
    """
    hold_streams()
    words = sys.argv[1:] if arguments is None else list(arguments)
    language = spoken(words, os.environ)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        with importing():
            code = obey(words, language)
            flush()
        return int(code) if isinstance(code, int) else Exit.READY
    except Stop as stop:
        complain(*stop.says, language=language)
        return stop.code
    except (KeyboardInterrupt, click.exceptions.Abort):
        complain(say("interrupted"), language=language)
        return Exit.INTERRUPTED
    except click.ClickException as wrong:
        text = StringIO()
        wrong.show(text)
        if language == ENGLISH:
            complain(*text.getvalue().splitlines())
            return Exit.USAGE
        from audit.cli.wrong import retold

        complain(*retold(text.getvalue(), wrong), language=language)
        return Exit.USAGE
    except Exception as error:
        return unexpected(error, language)


def hold_streams() -> None:
    """Let a stream that the caller closed go nowhere; else the next file, a store perhaps, would get its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


@contextmanager
def importing() -> Iterator[None]:
    """Let Ctrl-C end an import at once: within one Python may print a traceback and then go on as if nothing was."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupt(number: int, frame: FrameType | None) -> None:
    """KeyboardInterrupt, or the end of the process where Python imports: nothing of ours is half done there."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            os.write(2, b"interrupted\n")
            os._exit(Exit.INTERRUPTED)
        frame = frame.f_back
    raise KeyboardInterrupt


def obey(arguments: list[str], language: str) -> object:
    """What the command returns. Not click's own `main`, which ends the process by itself where a pipe breaks."""
    instruction = os.environ.get(COMPLETE)
    if instruction:
        from audit.cli.completed import completed

        return completed(haechi, instruction, language)
    try:
        with haechi.make_context("haechi", arguments, obj=language) as ctx:
            return haechi.invoke(ctx)
    except click.exceptions.Exit as ended:
        return ended.exit_code


def unexpected(error: Exception, language: str = ENGLISH) -> int:
    """What nobody foresaw: a reader that left, a full disk, or else a bug."""
    if isinstance(error, BrokenPipeError) and left(sys.stdout, sys.stderr):
        silence()
        return BROKEN_PIPE
    if isinstance(error, OSError) and error.errno in FULL:
        silence()
        path = error.filename or say("the output")
        complain(say("cannot write {path}: {why}", path=path, why=error.strerror), language=language)
        return Exit.STORAGE
    if isinstance(error, FileNotFoundError) and adrift():
        complain(say("the folder that you are in is no longer there; go to another one"), language=language)
        return Exit.USAGE
    from pathlib import Path

    from audit.world.secrets import Secrets

    hide = Secrets(Path()).redact
    if os.environ.get("HAECHI_DEBUG") == "1":
        import traceback

        complain(*hide("".join(traceback.format_exception(error))).splitlines())
    text = " ".join(hide(str(error)).split())[:500]
    says = say("internal error: {kind}: {text}; run again with HAECHI_DEBUG=1", kind=type(error).__name__, text=text)
    complain(says, language=language)
    return Exit.INTERNAL


def adrift() -> bool:
    """Whether the current folder was deleted, so that no relative path means anything."""
    try:
        os.getcwd()  # noqa: PTH109 - nothing is done with the path
    except FileNotFoundError:
        return True
    return False


def complain(*lines: str | Message, language: str = ENGLISH) -> None:
    """Lines for people, cleaned; what cannot even be complained about is left."""
    from audit.model.clean import terminal

    try:
        for line in lines:
            # Not err=True: click would then write UTF-8 to a terminal that says it is ASCII.
            click.echo(terminal(told(line, language)), file=sys.stderr)
    except OSError:
        silence()


def flush() -> None:
    """Everything out now, so that a reader that left or a full disk is noticed here and not as Python ends."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def left(*streams: TextIO | None) -> bool:
    """Whether the reader of one of our outputs has gone away; a socket's broken pipe would be another matter."""
    poll = select.poll()
    for stream in streams:
        if stream is not None and not stream.closed:
            poll.register(stream.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def silence() -> None:
    """Let what is still buffered for an output that cannot take it go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
