"""``tongda run streams [STAGE …]``: one process with all stages, or with those named, until a signal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ops.cli.start import begin
from ops.settings import Settings
from schemas.errors import Misconfigured
from schemas.nearest import missing
from streams.stages import STAGES, Stage


def run(
    stages: Annotated[
        list[str] | None, typer.Argument(metavar="STAGE", help="阶段,缺省全部 stages; all by default")
    ] = None,
    generation: Annotated[int, typer.Option(min=0, help="重建的代号 the generation that a rebuild makes")] = 0,
) -> None:
    host(stages or [], generation)


def host(stages: Sequence[str], generation: int = 0, table: Sequence[Stage] = STAGES) -> None:
    """Run stages of a table as one process. Raises Misconfigured before the broker is contacted."""
    from ops.health import Health

    settings = begin("streams", generation=generation)
    hosted = chosen(stages, settings, table)
    health = Health(settings, "streams", stages=[stage.name for stage in hosted])
    health.start()
    try:
        from streams.runtime.app import run  # Faust's import takes half a second; a wrong setting is reported before it

        run(settings, hosted, health)
    finally:
        health.stop()


def chosen(names: Sequence[str], settings: Settings, table: Sequence[Stage]) -> list[Stage]:
    """The stages named on the command line, else by TONGDA_STAGES. Raises Misconfigured."""
    wanted = list(names) or [name.strip() for name in settings.stages.split(",")]
    known = {stage.name: stage for stage in table}
    if wanted == ["all"]:
        return list(table)
    if unknown := [name for name in wanted if name not in known]:
        raise Misconfigured(
            missing(unknown[0], known, "stage", "环节"),
            next_step="tongda settings explain TONGDA_STAGES",
        )
    return [known[name] for name in wanted]
