"""How the process that polls ends."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from connectors.http.client import HttpClient
from connectors.process.lease import Holding, LeaseLost
from connectors.process.service import Service
from ops.bus import Writer
from ops.health import Health
from ops.run import CHINA
from ops.settings import Settings

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)


def test_a_process_that_breaks_does_not_stay_for_a_poll_that_waits_for_its_platform(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with HttpClient(lambda: NOW) as client:
        service = Service(settings, {}, client, Health(settings, "connectors"), lambda: NOW, str, random.Random(1))
        waiting = service._pool.submit(service.runner.wait, 600, Holding(0, Writer(settings, "tongda.connectors.0")))
        service._hold = lambda: (_ for _ in ()).throw(OSError("No space left on device"))  # type: ignore[method-assign]
        with pytest.raises(OSError, match="No space"):
            service.run()
        with pytest.raises(LeaseLost, match="the process stops"):
            waiting.result(5)
