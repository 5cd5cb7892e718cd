"""Listeners: one address for each platform, all served by one thread that sleeps until a request comes."""

from __future__ import annotations

import selectors
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listeners:
    """HTTP servers on loopback. A request is answered in a thread of its own; between requests nothing runs."""

    def __init__(self) -> None:
        self._servers: list[ThreadingHTTPServer] = []
        self._selector = selectors.DefaultSelector()
        self._stop, self._stopped = socket.socketpair()
        self._selector.register(self._stopped, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="listeners", daemon=True)

    def add(self, handler: type[BaseHTTPRequestHandler], port: int) -> str:
        """Listen on the port that the platform had before, or on any free one when that is taken; gives the address."""
        try:
            server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.timeout = 0  # handle_request is called when a request is there
        self._servers.append(server)
        self._selector.register(server, selectors.EVENT_READ)
        return f"http://127.0.0.1:{server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop listening; answers that are being written are finished."""
        self._stop.send(b"\0")
        if self._thread.is_alive():
            self._thread.join()
        for server in self._servers:
            server.server_close()
        self._selector.close()
        self._stop.close()
        self._stopped.close()

    def _serve(self) -> None:
        servers = {server.fileno(): server for server in self._servers}
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._stopped:
                    return
                servers[key.fd].handle_request()
