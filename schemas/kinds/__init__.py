"""The kinds: what can happen to a patent, and what is offered or wanted. One file a kind, one line here.

Topic, JSON Schema, columns, headings, export and labels follow from the class.
"""

from __future__ import annotations

from schemas.kinds.activity import Activity
from schemas.kinds.contract import Contract
from schemas.kinds.declaration import Declaration
from schemas.kinds.definition import by_name
from schemas.kinds.demand import Demand
from schemas.kinds.equity import Equity
from schemas.kinds.evaluation import Evaluation
from schemas.kinds.inventory import Inventory
from schemas.kinds.legal_status import LegalStatus
from schemas.kinds.licence import Licence
from schemas.kinds.occurrence import Occurrence
from schemas.kinds.open_licence import OpenLicence
from schemas.kinds.party_status import PartyStatus
from schemas.kinds.pledge import Pledge
from schemas.kinds.product import Product
from schemas.kinds.project import Project
from schemas.kinds.reported_figure import ReportedFigure
from schemas.kinds.supply import Supply
from schemas.kinds.transfer import Transfer

KINDS: tuple[type[Occurrence], ...] = (
    Transfer,
    Licence,
    OpenLicence,
    Pledge,
    Contract,
    Equity,
    Product,
    LegalStatus,
    Evaluation,
    PartyStatus,
    Activity,
    Declaration,
    Inventory,
    Project,
    ReportedFigure,
    Supply,
    Demand,
)

BY_NAME: dict[str, type[Occurrence]] = by_name(KINDS)
