"""Tools: everything outside itself that a poll uses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.http.auth.session import Session
from connectors.http.client import HttpClient
from connectors.http.conditional import Validators
from connectors.poll.cursor import Cursor
from connectors.poll.kept import KeptPages
from connectors.poll.robots import RobotsFiles
from ops.bus import Outgoing
from ops.evidence import EvidenceStore


@dataclass(frozen=True)
class Tools:
    """Everything outside itself that a poll uses."""

    client: HttpClient
    evidence: EvidenceStore
    publish: Callable[[Sequence[Outgoing]], None]  # one transaction; raises when the lease is lost
    now: Callable[[], datetime]
    wait: Callable[[float], None]  # raises when the process stops
    session: Session  # of the source
    chance: random.Random
    robots: RobotsFiles
    transaction_records: int = 500
    absence_polls: int = 2
    absence_share: float = 0.05
    budget: int | None = None  # requests that this feed may make today; None: as many as it needs
    validators: Validators = field(default_factory=Validators)
    kept: KeptPages = field(default_factory=KeptPages)
    told_at: datetime | None = None  # when the feed's cursor and status were last published
    released: bool = False  # a person lets pass what this feed is held for
    is_paused: Callable[[], bool] = field(default=lambda: False)  # a person paused this feed: no further request
    status: Callable[[Cursor], Outgoing] | None = None  # the feed's public status after this poll; None: not published
