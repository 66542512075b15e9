"""A name server of our own, on loopback: it says what a test writes into it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers over UDP, as a resolver does: it follows aliases that it knows."""

    def __init__(self, port: int = 0) -> None:
        self._zone: dict[tuple[str, str], list[str]] = {}
        self._silent: set[str] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def setting(self) -> str:
        """For DNS_SERVERS."""
        return f"127.0.0.1:{self.port}"

    def says(self, name: str, kind: str, *values: str) -> None:
        """From now on the name has these records of this kind and no others; none at all for no values."""
        quoted = [_in_strings(value) if kind == "TXT" else value for value in values]
        self._zone[name.lower(), kind] = quoted

    def is_silent_about(self, name: str) -> None:
        """From now on, questions about the name and what is below it get no answer but a failure."""
        self._silent.add(name.lower())

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                packet, peer = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(dns.message.from_wire(packet)).to_wire(), peer)
            except OSError:
                return  # it is closed

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        if any(name == silent or name.endswith(f".{silent}") for silent in self._silent):
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        for _hop in range(8):
            if values := self._zone.get((name, kind)):
                response.answer.append(dns.rrset.from_text_list(f"{name}.", 5, "IN", kind, values))
                break
            if not (alias := self._zone.get((name, "CNAME"))):
                break
            response.answer.append(dns.rrset.from_text_list(f"{name}.", 5, "IN", "CNAME", alias))
            name = alias[0].rstrip(".").lower()
        known = {known for (known, _kind), values in self._zone.items() if values}
        if not response.answer and not any(one == name or one.endswith(f".{name}") for one in known):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@contextmanager
def running() -> Iterator[NameServer]:
    """A name server for the block."""
    server = NameServer()
    try:
        yield server
    finally:
        server.close()


def _in_strings(text: str) -> str:
    """A text in pieces of at most 255 bytes, as the DNS keeps it."""
    pieces = [text[start : start + 200] for start in range(0, len(text), 200)]
    return " ".join('"{}"'.format(piece.replace('"', r"\"")) for piece in pieces)
