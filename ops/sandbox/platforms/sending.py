"""Sending: an answer onto the connection: whole, cut off, reset, or drop by drop."""

from __future__ import annotations

import socket
import struct
import time
from http.server import BaseHTTPRequestHandler

from ops.sandbox.platforms.web import Answer

DROPS, DRIP_SECONDS = 20, 0.15
NO_LINGER = struct.pack("ii", 1, 0)  # closing sends a reset


def send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    """Send one answer. A client that does not wait for its end is no fault of the platform."""
    try:
        if answer.ending == "reset":
            return _reset(handler)
        handler.send_response(answer.status)
        handler.send_header("Content-Type", answer.media)
        for name, value in answer.headers:
            handler.send_header(name, value)
        if answer.status not in (204, 304):
            handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        match answer.ending:
            case "whole":
                handler.wfile.write(answer.body)
            case "cut":
                handler.wfile.write(answer.body[: len(answer.body) // 2])
                handler.close_connection = True
            case _:
                _drip(handler, answer)
    except ConnectionError:
        handler.close_connection = True


def _drip(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    size = max(1, len(answer.body) // DROPS)
    resets = answer.ending == "drip and reset"
    for start in range(0, len(answer.body) // 2 if resets else len(answer.body), size):
        handler.wfile.write(answer.body[start : start + size])
        handler.wfile.flush()
        time.sleep(DRIP_SECONDS)
    if resets:
        _reset(handler)


def _reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    handler.connection.close()
    handler.close_connection = True
