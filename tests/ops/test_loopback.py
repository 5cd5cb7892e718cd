"""Requests within this machine take no proxy from the environment, and an answer that is none is an OSError."""

from __future__ import annotations

import importlib
import socket
import threading
from collections.abc import Iterator

import pytest

from ops import loopback
from ops.health import Health
from ops.loopback import ask, probe
from ops.peers import peers
from ops.settings import Settings


@pytest.fixture
def health(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Health]:
    started = Health(Settings(home=tmp_path_factory.mktemp("home")), "streams")
    started.start()
    started.ready = True
    yield started
    started.stop()


def test_a_health_probe_passes_by_the_proxy_of_the_environment(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.delenv("no_proxy", raising=False)
    importlib.reload(loopback)  # its opener is made now, in this environment
    assert probe(f"{health.address}/readyz") == {"status": "ok", "role": "streams", "checks": []}
    (peer,) = peers(health.settings.run, ())
    assert (peer.answers, peer.ready) == (True, True)


def test_what_is_no_answer_is_told_as_one_that_failed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def nonsense() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"nonsense\r\n\r\n")

        speaker = threading.Thread(target=nonsense, daemon=True)
        speaker.start()
        with pytest.raises(OSError, match="BadStatusLine"):
            ask(address, 5)
        assert probe(address) is None
        speaker.join(10)
