"""A count, a port become as many SNMP agents of power supplies on addresses of loopback, in one light process."""

from __future__ import annotations

import resource
import selectors
import socket
import sys
from bisect import bisect_right
from functools import cache
from typing import Final

MIB: Final = (1, 3, 6, 1, 2, 1, 33, 1)
Oid = tuple[int, ...]


def address(number: int) -> str:
    """Where an agent answers."""
    return f"127.77.{number // 250}.{number % 250 + 1}"


def sized(tag: int, content: bytes) -> bytes:
    """One element of BER."""
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    return bytes((tag, 0x82, length >> 8, length & 255)) + content


def whole(value: int) -> bytes:
    return sized(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def text(value: str) -> bytes:
    return sized(4, value.encode())


def coded(oid: Oid) -> bytes:
    content = bytearray((oid[0] * 40 + oid[1],))
    for part in oid[2:]:
        piece = [part & 127]
        while part := part >> 7:
            piece.append(part & 127 | 128)
        content += bytes(reversed(piece))
    return sized(6, bytes(content))


VALUES: Final[dict[Oid, bytes]] = {
    (1, 3, 6, 1, 2, 1, 1, 3, 0): sized(0x43, b"\x01\x00\x00"),
    (1, 3, 6, 1, 2, 1, 1, 6, 0): text("Daejeon hall A"),
    (*MIB, 1, 1, 0): text("Example"), (*MIB, 1, 2, 0): text("Online 5000"), (*MIB, 2, 1, 0): whole(2),
    (*MIB, 2, 2, 0): whole(0), (*MIB, 2, 3, 0): whole(44), (*MIB, 2, 4, 0): whole(98), (*MIB, 2, 5, 0): whole(2164),
    (*MIB, 2, 7, 0): whole(26), (*MIB, 4, 1, 0): whole(3), (*MIB, 4, 4, 1, 5, 1): whole(41),
    (*MIB, 6, 1, 0): sized(0x42, b"\x00"), (*MIB, 7, 3, 0): whole(1),
}  # fmt: skip
ORDER: Final = sorted(VALUES)


def opened(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, beginning, end of the element that stands there."""
    length, begin = data[at + 1], at + 2
    if length & 128:
        size = length & 127
        length, begin = int.from_bytes(data[begin : begin + size], "big"), begin + size
    return data[at], begin, begin + length


@cache
def answered(tag: int, rows: int, asked: bytes) -> bytes:
    """The bindings of an answer."""
    names: list[Oid] = []
    at = 0
    while at < len(asked):
        _, begin, end = opened(asked, at)
        _, start, stop = opened(asked, begin)
        names.append(decoded(asked[start:stop]))
        at = end
    bound = b""
    for name in names:
        if tag == 0xA0:
            bound += sized(0x30, coded(name) + VALUES.get(name, b"\x80\x00"))
            continue
        for _ in range(rows):
            place = bisect_right(ORDER, name)
            if place == len(ORDER):
                bound += sized(0x30, coded(name) + b"\x82\x00")
                break
            name = ORDER[place]
            bound += sized(0x30, coded(name) + VALUES[name])
    return sized(0x30, bound)


def decoded(content: bytes) -> Oid:
    parts, value = [content[0] // 40, content[0] % 40], 0
    for byte in content[1:]:
        value = value << 7 | byte & 127
        if not byte & 128:
            parts.append(value)
            value = 0
    return tuple(parts)


def reply(data: bytes) -> bytes:
    """The answer to one question."""
    _, begin, _ = opened(data, 0)
    _, _, version = opened(data, begin)
    _, _, community = opened(data, version)
    tag, pdu, _ = opened(data, community)
    _, _, number = opened(data, pdu)
    _, _, first = opened(data, number)
    _, start, second = opened(data, first)
    _, bound, end = opened(data, second)
    rows = int.from_bytes(data[start:second], "big") if tag == 0xA5 else 0
    body = data[pdu:number] + b"\x02\x01\x00\x02\x01\x00" + answered(tag, rows, data[bound:end])
    return sized(0x30, data[begin:community] + sized(0xA2, body))


def serve(count: int, port: int) -> None:
    """Answer until it is ended."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, count + 100), most))
    chooser = selectors.DefaultSelector()
    for number in range(count):
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.setblocking(False)
        line.bind((address(number), port))
        chooser.register(line, selectors.EVENT_READ)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        for key, _ in chooser.select():
            line = key.fileobj  # type: ignore[assignment]
            data, caller = line.recvfrom(65_535)
            line.sendto(reply(data), caller)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
