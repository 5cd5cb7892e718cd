"""A figure is one entry: added as docs/guides/figure.md tells, it is counted and published, and nothing else is touched."""

from __future__ import annotations

from schemas.figures import Counting, Indicator, Reads
from schemas.figures.conditions import not_by_law
from schemas.figures.dimensions import COUNTER_TYPE, RIGHT_TYPE
from schemas.figures.distinct import patent_and_event
from schemas.figures.subjects import TRANSFER
from schemas.figures.units import Unit
from schemas.kinds.transfer import Transfer
from schemas.records.event import Event
from schemas.topics import CONTRIBUTION, STATISTIC
from schemas.words import Term
from tests.examples import FIRM, SME, UNIVERSITY, A, B, P, a_transfer
from tests.hub import Hub
from tests.streams.defined import defined


def between_related_parties(event: Event) -> bool:
    """One of the takers controls the giver, or the other way round."""
    return not_by_law(event) and event.statement.related_party is True


TRANSFERS_WITHIN_GROUPS = Indicator(
    id="transfers_within_groups",
    label=Term("集团内转让", "Transfers within groups"),
    definition=Term(
        "让与人与受让人为关联方的登记转让；一件专利一次登记计一次。",
        "Recorded transfers between related parties: one patent in one recordal is one.",
    ),
    unit=Unit.TIMES,
    subject=TRANSFER,
    reads=(Reads(Transfer, ("recorded",)),),
    distinct=patent_and_event,
    counting=Counting.ONCE,
    dimensions=(RIGHT_TYPE, COUNTER_TYPE),
    condition=between_related_parties,
)


def sighted() -> Hub:
    """A deal of two firms of one group, one of strangers, and a notice that no register confirms."""
    return Hub().sight(
        [
            a_transfer(A, givers=(FIRM,), takers=(SME,), related_party=True),
            a_transfer(P, givers=(UNIVERSITY,), takers=(SME,)),
            a_transfer(B, phase="noticed", on=None, signed_on="2025-03-01", related_party=True),
        ]
    )


def of(figure: str, hub: Hub, topic: str) -> dict[str, dict[str, object]]:
    return {key: value for key, value in hub.values(topic).items() if value["indicator"] == figure}


def test_a_figure_that_is_one_entry_is_counted_and_published() -> None:
    with defined(TRANSFERS_WITHIN_GROUPS):
        hub = sighted()
    (contribution,) = of("transfers_within_groups", hub, CONTRIBUTION.name).values()
    assert (contribution["distinct"], contribution["occurred_on"]) == (f"{A}+{contribution['event']}", "2025-04-02")
    assert contribution["dimensions"] == {"area": "430100", "right_type": "invention", "counter_type": "unknown"}
    published = of("transfers_within_groups", hub, STATISTIC.name)
    assert {key.removeprefix("transfers_within_groups:"): point["value"] for key, point in published.items()} == {
        f"area={area};{cut}:{period}".replace(";:", ":"): "1"
        for area in ("430000", "430100")
        for cut in ("", "right_type=invention", "counter_type=unknown")
        for period in ("2025", "2025-04")
    }
    assert {(point["label"], point["unit"], point["def_version"]) for point in published.values()} == {
        ("集团内转让", "次", 1)
    }


def test_the_other_figures_are_what_they_are_without_it() -> None:
    without = sighted()
    with defined(TRANSFERS_WITHIN_GROUPS):
        with_it = sighted()
    for topic in (CONTRIBUTION.name, STATISTIC.name):
        new = of("transfers_within_groups", with_it, topic)
        assert {key: value for key, value in with_it.values(topic).items() if key not in new} == without.values(topic)
