"""Why a TLS link does not stand is told in words that differ: no server, no TLS, another authority, another name, no file."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops.links import look
from tests.ops.authority import authority

NOW = datetime.now(UTC)  # TLS itself looks at the clock of the machine


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a TLS server that calls itself localhost, and the file of its authority."""
    file, key = tmp_path / "ca.pem", tmp_path / "key.pem"
    file.write_bytes(authority(NOW + timedelta(days=100), "localhost", key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                with suppress(OSError), context.wrap_socket(plain, server_side=True) as sealed:
                    sealed.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], file
        listener.shutdown(socket.SHUT_RDWR)


def test_a_link_that_stands_says_until_when_and_warns_three_weeks_before(served: tuple[int, Path]) -> None:
    port, file = served
    seen = look(f"localhost:{port}", file, NOW)
    assert (seen.well, f"valid until {NOW + timedelta(days=100):%Y-%m-%d}" in seen.told) == (True, True)
    assert not look(f"localhost:{port}", file, NOW + timedelta(days=80)).well


def test_each_way_not_to_stand_has_words_of_its_own(served: tuple[int, Path], tmp_path: Path) -> None:
    port, file = served
    other = tmp_path / "other.pem"
    other.write_bytes(authority(NOW + timedelta(days=9), "localhost"))
    empty = tmp_path / "empty.pem"
    empty.touch()
    with socket.create_server(("127.0.0.1", 0)) as plain:
        no_tls = plain.getsockname()[1]

        def nonsense() -> None:
            client, _ = plain.accept()
            with client:
                client.recv(4096)
                client.sendall(b"not TLS at all\r\n")

        threading.Thread(target=nonsense, daemon=True).start()
        told = {
            "authority": look(f"localhost:{port}", other, NOW),
            "name": look(f"127.0.0.1:{port}", file, NOW),
            "missing": look(f"localhost:{port}", tmp_path / "none.pem", NOW),
            "empty": look(f"localhost:{port}", empty, NOW),
            "tls": look(f"localhost:{no_tls}", file, NOW),
        }
    told["nobody"] = look(f"localhost:{no_tls}", file, NOW)
    words = {
        "authority": "certificate is not accepted: self",
        "name": "certificate is not accepted: IP address mismatch",
        "missing": "none.pem cannot be used: No such file",
        "empty": "empty.pem cannot be used",
        "tls": "speaks no TLS",
        "nobody": "no connection",
    }
    assert {name: (seen.well, words[name] in seen.told) for name, seen in told.items()} == dict.fromkeys(
        words, (False, True)
    ), told
