"""Ports of this machine."""

import socket
from errno import EADDRINUSE

from portal.stack.trouble import StackTrouble


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now, and that this process was not given before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


def answers(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def require_free(host: str, port: int) -> None:
    """Says so where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == EADDRINUSE:
                trouble = (
                    f"Port {port} is in use. Choose another one, for instance with PORT={port % 65535 + 1}."
                )
            else:
                trouble = f"Port {port} of {host} cannot be used: {error.strerror or error}."
            raise StackTrouble(trouble) from None


_given: set[int] = set()
