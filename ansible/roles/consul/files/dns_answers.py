"""Ask a DNS server on this machine for a name: python3 dns_answers.py PORT NAME.

Debian comes without a program that asks on a port of choice. Prints the addresses of the answer,
one a line, and ends with 1 where there is none.
"""

import socket
import struct
import sys

TYPE_A, CLASS_IN = 1, 1


def question(name: str) -> bytes:
    """Encode a request for the IPv4 addresses of NAME (RFC 1035, 4.1)."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split("."))
    header = struct.pack("!6H", 1, 0x0100, 1, 0, 0, 0)
    return header + labels + b"\0" + struct.pack("!2H", TYPE_A, CLASS_IN)


def addresses(answer: bytes, start: int) -> list[str]:
    """Return the IPv4 addresses of an answer whose records begin at byte START."""
    found = []
    for _ in range(struct.unpack_from("!H", answer, 6)[0]):
        while answer[start] and answer[start] < 0xC0:  # a name, unless it points to one of before
            start += answer[start] + 1
        start += 2 if answer[start] else 1
        kind, _, _, length = struct.unpack_from("!2HIH", answer, start)
        start += 10
        if kind == TYPE_A:
            found.append(socket.inet_ntoa(answer[start : start + length]))
        start += length
    return found


def main() -> int:
    """Ask, print, and return the exit code."""
    request = question(sys.argv[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.settimeout(5)
        server.connect(("127.0.0.1", int(sys.argv[1])))
        server.send(request)
        found = addresses(server.recv(4096), len(request))
    print("\n".join(found))
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
