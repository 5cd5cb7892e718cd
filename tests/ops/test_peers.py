"""What a process learns of the others on its machine."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from ops import run, telemetry
from ops.health import Health
from ops.peers import peers
from ops.settings import read_settings
from ops.telemetry import read_samples

GAP = "tongda_conservation_gap_records"


def test_a_peer_that_answers_tells_whether_it_is_ready_and_its_gauges(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path), "TONGDA_HEALTH": "127.0.0.1:0"})
    telemetry.gauge(GAP, 3, place="fold")
    health = Health(settings, "streams")
    health.start()
    try:
        assert [peer.ready for peer in peers(settings.run, (GAP,))] == [False]
        health.ready = True
        (peer,) = peers(settings.run, (GAP,))
        assert (peer.role, peer.answers, peer.ready) == ("streams", True, True)
        assert ({"place": "fold"}, 3.0) in [(sample.labels, sample.value) for sample in peer.samples]
        assert peers(settings.run, (GAP,), but="streams") == ()
    finally:
        telemetry.gauge(GAP, 0, place="fold")
        health.stop()


def test_a_peer_that_does_not_answer_is_told_as_silent(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        run.write(tmp_path, "store", os.getpid(), health=f"http://127.0.0.1:{closed.getsockname()[1]}")
        (peer,) = peers(tmp_path, (GAP,))
    assert not peer.answers and not peer.ready and peer.samples == ()


def test_only_the_wanted_samples_are_read() -> None:
    text = f'# HELP x y\n{GAP}{{place="fold"}} 0.0\nother_total 4.0\nplain 1e+09\n'
    assert [(each.name, each.labels, each.value) for each in read_samples(text, (GAP, "plain"))] == [
        (GAP, {"place": "fold"}, 0.0),
        ("plain", {}, 1e9),
    ]
