"""A text with an OpenSSH signature and a list of signers to what verifying it tells, by the program ssh-keygen."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import anyio.to_thread

from audit.model.facts import Signature
from audit.model.message import say
from audit.model.statement import NAMESPACE
from audit.model.verdict import CannotSee, Reason

PROGRAM: Final = "ssh-keygen"
MOST_SIGNATURE: Final = 64 * 1024
MOST_SIGNERS: Final = 4 * 1024 * 1024
_SECONDS: Final = 10.0
_PATIENCE: Final = 600.0
"""In which somebody must have touched a key or typed a passphrase."""
_KEPT: Final = 20_000
_NOT_OF_THIS: Final = "incorrect signature"
"""What OpenSSH says where a signature is sound, but of another text."""
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


class Signing(Protocol):
    async def verify(self, text: bytes, signature: bytes, signers: bytes, principal: str, at: datetime) -> Signature:
        """Whether `principal` signed a text as evidence, with a key that `signers` lists and that was valid at `at`.

        CannotSee(no-tool) where ssh-keygen is missing, CannotSee(timeout | incomplete) where it did not answer.
        """
        ...


class NoSigning:
    """The hand of a world that verifies nothing."""

    async def verify(self, text: bytes, signature: bytes, signers: bytes, principal: str, at: datetime) -> Signature:
        raise CannotSee(Reason.NO_TOOL, say("{program} is not installed on this machine", program=PROGRAM))


class SshKeygen:
    """ssh-keygen of this machine. It is asked once about equal questions."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes, bytes, str, datetime], Signature] = {}

    async def verify(self, text: bytes, signature: bytes, signers: bytes, principal: str, at: datetime) -> Signature:
        sums = [hashlib.sha256(part).digest() for part in (text, signature, signers)]
        question = (sums[0], sums[1], sums[2], principal, at)
        known = self._known.get(question)
        if known is None:
            known = await anyio.to_thread.run_sync(
                lambda: verified(text, signature, signers, principal, at), abandon_on_cancel=True
            )
            while len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[question] = known
        return known


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a signature says of itself, whether or not it is true."""

    key: bytes
    namespace: str

    @property
    def fingerprint(self) -> str:
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.key).digest()).decode().rstrip("=")


def verified(
    text: bytes, signature: bytes, signers: bytes, principal: str, at: datetime, namespace: str = NAMESPACE
) -> Signature:
    """What verifying tells; `at` is the instant at which the key must have been valid."""
    sealed = opened(signature)
    statement = hashlib.sha256(text).hexdigest()
    if sealed is None or "\0" in principal:
        return Signature(state="unreadable", signer=principal, statement=statement)
    names = listed(signers, sealed.key)
    said = Signature(state="good", signer=principal, key=sealed.fingerprint, names=names, statement=statement)
    if sealed.namespace != namespace:
        return said.model_copy(update={"state": "wrong-namespace"})
    moment = f"{at.astimezone(UTC):%Y%m%d%H%M%S}"
    with _held(signature) as seal, _held(signers) as list_:
        words = ("-Y", "verify", "-q", "-f", _path(list_), "-I", principal, "-n", namespace, "-s", _path(seal))
        code, err = _asked((*words, "-O", f"verify-time={moment}"), text, (seal, list_))
        if code == 0:
            return said
        # It says no in one way to everything: whether the text or the key is at fault takes a second question.
        code, why = _asked(("-Y", "check-novalidate", "-q", "-n", namespace, "-s", _path(seal)), text, (seal,))
    if code == 0:
        return said.model_copy(update={"state": _refused(err, principal, names)})
    if _NOT_OF_THIS in why:
        return said.model_copy(update={"state": "tampered"})
    # A kind of key that this version does not know, say: nothing was found out about the text.
    told = " ".join(why.split())[:300] or f"exit code {code}"
    raise CannotSee(Reason.INCOMPLETE, say("{program} could not verify it: {why}", program=PROGRAM, why=told))


def opened(signature: bytes) -> Sealed | None:
    """Key and purpose of a signature; None for anything else."""
    try:
        lines = signature.decode("ascii").strip().splitlines()
        if not lines or lines[0].strip() != _BEGIN or lines[-1].strip() != _END or len(signature) > MOST_SIGNATURE:
            return None
        blob = base64.b64decode("".join(line.strip() for line in lines[1:-1]), validate=True)
        if blob[:6] != b"SSHSIG" or blob[6:10] != b"\0\0\0\1":
            return None
        key, rest = _string(blob[10:])
        namespace, rest = _string(rest)
        return Sealed(key, namespace.decode("utf-8"))
    except (UnicodeDecodeError, binascii.Error, ValueError):
        return None


def listed(signers: bytes, key: bytes) -> tuple[str, ...]:
    """The names on each line of a list of signers that holds a key."""
    wanted = base64.b64encode(key)
    found: list[str] = []
    for line in signers.splitlines():
        if wanted in line.split() and not line.lstrip().startswith(b"#"):
            text = line.strip().decode("utf-8", "replace")
            quoted = text[1:].partition('"')[0] if text.startswith('"') else text.split(None, 1)[0]
            found += [name for name in quoted.split(",") if name not in found]
    return tuple(found)


def sign(text: bytes, key: Path, namespace: str = NAMESPACE) -> bytes:
    """The signature of a text with somebody's key; ssh-keygen asks on the terminal for what it needs of them.

    CannotSee(no-tool | denied | timeout) with what it said; the key itself is never read here.
    """
    program = _program()
    with _held(text) as message:
        try:
            # The agent, the terminal, the device are theirs: nothing is taken out of their environment.
            done = subprocess.run(
                (program, "-Y", "sign", "-f", str(key.absolute()), "-n", namespace),
                stdin=message, capture_output=True, timeout=_PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            raise CannotSee(Reason.TIMEOUT, say("{program} did not end", program=PROGRAM)) from late
    if done.returncode or opened(done.stdout) is None:
        why = " ".join(done.stderr.decode("utf-8", "replace").split())[:300] or f"exit code {done.returncode}"
        raise CannotSee(Reason.DENIED, say("{program} did not sign: {why}", program=PROGRAM, why=why))
    return done.stdout


def _refused(err: str, principal: str, names: Sequence[str]) -> str:
    """Why a key that did sign the text does not count."""
    if "key has expired" in err:
        return "key-expired"
    if "key is not yet valid" in err:
        return "key-not-yet"
    if "not permitted for use in signature namespace" in err:
        return "wrong-namespace"
    if not names:
        return "unknown-signer"
    return "key-refused" if principal in names else "wrong-signer"


def _string(blob: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(blob[:4], "big")
    if len(blob) < 4 + length:
        raise ValueError("cut off")
    return blob[4 : 4 + length], blob[4 + length :]


def _program() -> str:
    found = shutil.which(PROGRAM)
    if found is None:
        raise CannotSee(Reason.NO_TOOL, say("{program} is not installed on this machine", program=PROGRAM))
    return found


def _asked(words: Sequence[str], text: bytes, open_files: Sequence[BinaryIO]) -> tuple[int, str]:
    program = _program()
    surroundings = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", "TZ": "UTC", "LC_ALL": "C"}
    with _held(text) as message:
        try:
            child = subprocess.Popen(
                (program, *words), stdin=message, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/",
                env=surroundings, pass_fds=tuple(file.fileno() for file in open_files), start_new_session=True,
            )  # fmt: skip
        except OSError as broken:
            why = broken.strerror or "?"
            says = say("{program} could not verify it: {why}", program=PROGRAM, why=why)
            raise CannotSee(Reason.NO_TOOL, says) from broken
        try:
            _, err = child.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise CannotSee(Reason.TIMEOUT, say("{program} did not end", program=PROGRAM)) from late
        finally:
            if child.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
    if child.returncode < 0:
        raise CannotSee(Reason.INCOMPLETE, say("{program} was ended from outside", program=PROGRAM))
    return child.returncode, err[:MOST_SIGNATURE].decode("utf-8", "replace")


@contextlib.contextmanager
def _held(content: bytes) -> Iterator[BinaryIO]:
    """A file without a name that holds just these bytes: what is verified cannot be exchanged meanwhile."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


def _path(file: BinaryIO) -> str:
    """Opened anew by whoever it is handed to, from its first byte on."""
    return f"/proc/self/fd/{file.fileno()}"


def inside(root: Path, written: str) -> str:
    """The same path, where it stays in the estate's folder; CannotSee(denied) for any other."""
    try:
        folder = root.resolve()
        if (
            "\0" not in written
            and not Path(written).is_absolute()
            and (folder / written).resolve().is_relative_to(folder)
        ):
            return written
    except (OSError, RuntimeError, ValueError):  # links that lead to each other
        pass
    raise CannotSee(Reason.DENIED, say("{path} is not in the folder of the estate", path=written))
