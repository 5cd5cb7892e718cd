"""Pages of releases: the figures of a period as an office signed them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

from fastapi import Query, Request
from fastapi.responses import Response

from schemas.figures import INDICATORS
from schemas.figures.derived import DERIVED
from schemas.figures.values import PROVINCE
from schemas.words import Term
from sinks.figures.calendar import calendar
from sinks.figures.cells import Cell
from sinks.portal.read.versions import FIGURES
from sinks.portal.show.words import ROWS
from sinks.portal.web.fields import Name
from sinks.portal.web.figure_parameters import RevisionPageParameters
from sinks.portal.web.page import Page, PageMaker


class ReleasePages(PageMaker):
    """What was signed; the page of a release is made from its cells, after their digest was compared."""

    def table(self) -> tuple[Page, ...]:
        return (
            Page("/revisions", self.revisions, (*FIGURES, "release")),
            Page("/releases", self.releases, None),  # what is due depends on the day
            Page("/releases/{id}", self.release, ("release", "source_status")),  # the latter: names of platforms
        )

    def releases(self, request: Request) -> Response:
        today, releases = self.views.day_at(None), self.views.releases().items
        first = {each.period: each for each in reversed(releases)}
        return self.page(
            request, "releases.html", releases=releases, today=today, first=first, calendar=calendar(today)
        )

    def revisions(self, request: Request, asked: Annotated[RevisionPageParameters, Query()]) -> Response:
        """Totals alone: a revised total shows in its categories too, and the API has them."""
        return self.page(
            request,
            "revisions.html",
            asked=asked,
            log=self.views.revisions(replace(asked.filter(self.views.day_at(None)), totals=True)),
            figures=[each.indicator for each in self.sheets.figures()],
            areas=ROWS,
            releases=self.views.releases().items,
        )

    def release(self, request: Request, id: Name) -> Response:
        found = self.views.release(id)
        cells = self.views.release_cells(found)
        later = [one for one in self.views.releases().items if one.replaces == found.id]
        return self.page(
            request,
            "release.html",
            release=found,
            totals=totals(cells),
            later=later[0] if later else None,
            names=self.source_names(),
        )


class Total(NamedTuple):
    """A figure of the province: of the period, and of the year so far."""

    name: str
    label: Term
    unit: str
    of_period: Cell | None
    so_far: Cell | None


def totals(cells: list[Cell]) -> list[Total]:
    """Every figure of the release, derived ones last."""
    found = {
        (cell.indicator, cell.accumulation): cell for cell in cells if cell.area == PROVINCE and not cell.dimension
    }
    known = [(each.id, each.label, each.unit.value) for each in INDICATORS]
    known += [(each.id, each.label, each.unit.value) for each in DERIVED]
    every = (
        Total(name, label, unit, found.get((name, "period")), found.get((name, "ytd"))) for name, label, unit in known
    )
    return [total for total in every if total.of_period or total.so_far]
