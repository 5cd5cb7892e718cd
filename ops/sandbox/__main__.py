"""``python -m ops.sandbox run``: the stand-in platforms as one process (role ``platforms``)."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from ops import say, telemetry
from ops.health import Health
from ops.sandbox.platforms import Platforms, today
from ops.sandbox.simulation import Origin
from ops.settings import language, read_settings
from schemas.errors import HubError


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; every ``1 / pace`` seconds the world goes on by one step, unless it is paused."""
    settings = read_settings(os.environ)
    parser = argparse.ArgumentParser("python -m ops.sandbox", description=__doc__)
    parser.add_argument("command", nargs="?", default="run", choices=("run",))
    parser.add_argument("verb", nargs="?", choices=("run",), default="run", help="serve in this terminal")
    parser.add_argument("--home", type=Path, default=settings.home)
    parser.add_argument("--seed", type=int, default=settings.world_seed)
    parser.add_argument("--size", type=int, default=settings.world_size, help="patents at the beginning")
    parser.add_argument(
        "--pace", type=float, default=settings.world_pace, help="changes a second; 0: only when released"
    )
    parser.add_argument("--paused", action="store_true")
    given = parser.parse_args(arguments)
    settings = settings.model_copy(update={"home": given.home.absolute()})
    telemetry.configure_logging(settings, "platforms")
    platforms = Platforms(settings.home, Origin(given.seed, given.size, today()), given.pace)
    platforms.paused = given.paused
    changes = platforms.open()
    health = Health(settings, "platforms", **platforms.listen())
    health.start()
    health.ready = True
    telemetry.log("platforms.open", changes=changes)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(1 / given.pace if given.pace > 0 else 1.0):
        if not platforms.paused and given.pace > 0:
            platforms.step()
        health.beat()
    platforms.close()
    health.stop()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HubError as error:
        sys.exit(say.failure(error, language(os.environ)))
