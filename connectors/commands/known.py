"""Known: what commands about one platform are given, and the definitions among which it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ops.settings import Settings
    from schemas.source.model import Source

SourceId = Annotated[str, typer.Argument(metavar="SOURCE", help="平台编号 id of the platform")]
FeedId = Annotated[str, typer.Argument(metavar="FEED", help="栏目编号 id of the feed")]
OneFeed = Annotated[str | None, typer.Argument(metavar="FEED", help="只此栏目 this feed alone")]
SOURCE_AND_FEED = {"source": "平台 source", "feed": "栏目 feed"}


def known() -> tuple[Settings, dict[str, Source]]:
    """The settings, and every definition that can be used."""
    from ops.cli.start import begin
    from ops.sources import load_sources

    settings = begin("sources", writes=False)
    return settings, load_sources(settings.sources, settings)


def named(sources: dict[str, Source], source: str) -> Source:
    """The source of that id. Raises NotFound."""
    from ops.sources import named_source

    return named_source(sources, source)
