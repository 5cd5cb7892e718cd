"""``tongda run platforms``: the stand-in platforms as one process."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ops.cli.start import begin


def run(
    seed: Annotated[int | None, typer.Option(help="世界种子 seed of the world")] = None,
    size: Annotated[int | None, typer.Option(min=1, help="初始专利数 patents at the beginning")] = None,
    pace: Annotated[
        float | None, typer.Option(min=0, help="每秒变化数;0 不自行变化 changes a second; 0: none by itself")
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="暂停着启动 begin paused")] = False,
) -> None:
    """Serve until SIGTERM; every ``1 / pace`` seconds the world makes one step, unless it is paused."""
    import signal
    import threading

    from ops import telemetry
    from ops.health import Health
    from ops.sandbox.platforms.platforms import Platforms, today
    from ops.sandbox.stories.simulation import Origin

    given: dict[str, Any] = {"world_seed": seed, "world_size": size, "world_pace": pace}
    settings = begin("platforms", **{name: value for name, value in given.items() if value is not None})
    origin = Origin(settings.world_seed, settings.world_size, today())
    platforms = Platforms(settings.home, origin, settings.world_pace, settings.hostile)
    platforms.pause(paused)
    changes = platforms.open()
    health = Health(settings, "platforms", **platforms.listen())
    health.start()
    health.ready = True
    telemetry.log("platforms.open", changes=changes)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    moves = settings.world_pace > 0
    while not stop.wait(1 / settings.world_pace if moves else 1.0):
        platforms.resume_if_left()
        if not platforms.paused and moves:
            platforms.step()
        health.beat()
    platforms.close()
    health.stop()
