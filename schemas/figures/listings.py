"""Figures of what is offered and wanted now 供需."""

from __future__ import annotations

from schemas.figures.dimensions import INDUSTRY, SOURCE
from schemas.figures.distinct import listing
from schemas.figures.indicator import Counting, Indicator, Reads
from schemas.figures.subjects import OTHER
from schemas.figures.units import Unit
from schemas.kinds.demand import Demand
from schemas.kinds.supply import Supply
from schemas.words import Term

ON_SHOW = ("open", "reserved", "pending")

LISTINGS = (
    Indicator(
        id="supply_listings",
        label=Term("供给信息", "Supply listings"),
        definition=Term(
            "当前在架与已预约的供给条目；一件专利一条，与挂出的平台数无关。",
            "Supply listings now open or reserved: one for each patent, whatever the number of platforms.",
        ),
        unit=Unit.LISTINGS,
        subject=OTHER,
        reads=(Reads(Supply, ON_SHOW),),
        distinct=listing,
        counting=Counting.STOCK,
        dimensions=(INDUSTRY, SOURCE),
        revision_class="R4",
    ),
    Indicator(
        id="demand_listings",
        label=Term("需求信息", "Demand listings"),
        definition=Term(
            "当前在架与已预约的需求条目；同一需求在多个平台只计一条。",
            "Demand listings now open or reserved; one need on several platforms is one.",
        ),
        unit=Unit.LISTINGS,
        subject=OTHER,
        reads=(Reads(Demand, ON_SHOW),),
        distinct=listing,
        counting=Counting.STOCK,
        dimensions=(INDUSTRY, SOURCE),
        revision_class="R4",
    ),
)
