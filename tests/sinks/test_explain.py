"""A figure leads to its contributions, they to events, these to raw records and to the bytes as fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.evidence import EvidenceStore
from schemas.errors import NotFound
from schemas.fields.money import Money
from schemas.records.event import Disagreement, Value
from schemas.records.evidence import Evidence
from schemas.records.raw import RawRecord
from schemas.records.ruling import Ruling
from schemas.wire import decode, encode
from sinks.operator.explain import explain
from sinks.store.database import Database
from tests.sinks.conftest import Feeder
from tests.sinks.examples import RECEIVED, a_contribution, a_listing, a_point, a_provenance, a_transfer

BYTES = '{"rows":[{"受让人":"岳麓精密制造有限公司"}]}'.encode()
POINT = "transfers:area=430100:2025-03"
RECORD = "cnipa_gazette|transfers|2025-03-18/12"


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path)


def lines(db: Database, evidence: EvidenceStore, name: str, **more: object) -> list[str]:
    with db.snapshot() as snapshot:
        return list(explain(snapshot, evidence, name, **more))  # type: ignore[arg-type]


def fed(feeder: Feeder, evidence: EvidenceStore) -> tuple[str, list[str]]:
    """One transfer and its figure; gives the event's id and the lines that explain the event."""
    sha = evidence.put(BYTES)
    both = (Value("2025-03-09", ("cnipa_gazette",)), Value("2025-03-10", ("hn_ip_service",)))
    event = a_transfer(
        sources=(a_provenance(evidence=Evidence(sha, "/rows/0")),),
        disagreements=(Disagreement("effective_on", both),),
    )
    feeder.feed(event, a_contribution(event), a_point())
    return event.id, [
        f"{event.id}  revision 1  recorded current",
        "  sources differ on effective_on: 2025-03-09 (cnipa_gazette); 2025-03-10 (hn_ip_service)",
        f"  record {RECORD}  sequence 1  http://127.0.0.1/gazette",
        f"    evidence {sha}  /rows/0",
        f"    {len(BYTES)} bytes",
    ]


def test_a_figure_is_walked_down_to_the_bytes(db: Database, feeder: Feeder, evidence: EvidenceStore) -> None:
    event, explained = fed(feeder, evidence)
    shown = lines(db, evidence, "transfers:area=430100:2025-03")
    assert shown[:4] == [
        "专利转让次数 transfers:area=430100:2025-03",
        f"  value 1 次  revision 1  as of {RECEIVED}",
        "  recounted 1 次: agrees",
        f"  contribution 202110123456.7+{event}  2025-03-09",
    ]
    assert shown[4:9] == ["    " + line for line in explained]
    assert any("岳麓精密制造有限公司" in line for line in shown[9:])


def test_an_amount_that_two_events_state_of_one_key_is_marked_where_it_is_not_added(
    db: Database, feeder: Feeder, evidence: EvidenceStore
) -> None:
    first, second = (a_transfer(id=f"transfer:{number}", subject=f"patent:{number}") for number in (1, 2))
    pledges = {"indicator": "pledge_financing", "distinct": "Y2025430000012", "amount": Money.of(10_000_000)}
    feeder.feed(
        *(first, second),
        a_contribution(first, authority="vendor", **pledges),
        a_contribution(second, authority="national", **pledges),
        a_point(indicator="pledge_financing", value="100000.00", unit="元"),
    )
    shown = lines(db, evidence, "pledge_financing:area=430100:2025-03")
    assert shown[2] == "  recounted 100000.00 元: agrees"
    marked = [number for number, line in enumerate(shown) if "contribution" in line or "not added" in line]
    assert [shown[number] for number in marked] == [
        "  contribution Y2025430000012  2025-03-09  100000.00 元",
        "    not added: Y2025430000012 counts once, with the amount of transfer:2",
        "  contribution Y2025430000012  2025-03-09  100000.00 元",
    ]
    assert marked[1] == marked[0] + 1


@pytest.mark.parametrize(
    ("name", "message", "next_step"),
    [
        ("foo", "nothing is called foo; accepted: a figure (", "tongda explain --help"),
        ("nope:area=430100:2025-03", "'nope' is no figure; accepted: transfers, ", f"tongda explain {POINT}"),
        ("transfers:area=999999:2025-03", "'999999' is no area; accepted: 430100, ", f"tongda explain {POINT}"),
        ("transfers:color=red:2025-03", "'color' is no dimension of transfers; accepted: area, ", f"tongda explain {POINT}"),
        ("transfers:area=430100:2025-13", "'2025-13' is no period; accepted: ", f"tongda explain {POINT}"),
        ("transfers:area=430200:2025-03", "nothing is published under transfers:area=430200:2025-03", f"tongda explain {POINT}"),
        ("a|b|c", "no event or listing rests on a|b|c", "tongda dead-letters list"),
    ],
)  # fmt: skip
def test_a_name_that_nothing_has_is_told_with_what_is_wrong_in_it_and_what_to_type(
    db: Database, feeder: Feeder, evidence: EvidenceStore, name: str, message: str, next_step: str
) -> None:
    fed(feeder, evidence)
    with pytest.raises(NotFound) as caught:
        lines(db, evidence, name)
    assert caught.value.message.startswith(message)
    assert caught.value.next_step == next_step
    english, _, chinese = caught.value.message.partition(" · ")
    assert name in chinese and english.isascii()


def test_a_hub_without_any_figure_leads_to_its_state(db: Database, evidence: EvidenceStore) -> None:
    with pytest.raises(NotFound) as caught:
        lines(db, evidence, POINT)
    assert caught.value.next_step == "tongda status"


def test_a_record_names_the_event_on_it_and_the_figures_in_which_that_counts(
    db: Database, feeder: Feeder, evidence: EvidenceStore
) -> None:
    event, explained = fed(feeder, evidence)
    shown = lines(db, evidence, RECORD)
    assert shown[:5] == explained
    assert shown[-1] == f"  counts in transfers as 202110123456.7+{event}"


def test_a_ruling_shows_on_the_event_that_it_is_about_from_its_instant_on(
    db: Database, feeder: Feeder, evidence: EvidenceStore
) -> None:
    event, _ = fed(feeder, evidence)
    ruling = Ruling(
        action="split", kind="transfer", subject="patent:1", members=(RECORD,), reason="two deals", decided_at=RECEIVED
    )
    record = RawRecord("desk", "rulings", ruling.id, 1, RECEIVED, "", Evidence("b" * 64, ""), decode(encode(ruling)))
    expected = f"  ruling {ruling.id}  split  {RECEIVED}  by operator  reason: two deals"
    assert expected in lines(db, evidence, event, rulings=lambda: {ruling.id: record})
    held = "2999-01-01"
    assert expected in lines(db, evidence, event, as_of=held, rulings=lambda: {ruling.id: record})
    undone = RawRecord("desk", "rulings", ruling.id, 2, RECEIVED, "", Evidence("b" * 64, ""), {}, absent=True)
    assert expected not in lines(db, evidence, event, rulings=lambda: {ruling.id: undone})


def test_a_listing_is_explained_by_its_id_and_what_nobody_holds_is_not_found(
    db: Database, feeder: Feeder, evidence: EvidenceStore
) -> None:
    feeder.feed(a_listing())
    shown = lines(db, evidence, a_listing().id)
    assert shown[0] == f"{a_listing().id}  revision 1   open"
    assert shown[-1] == "    (the bytes are not in this evidence store)"
    for name in ("supply:nothing", "a|b|c", "transfers:area=430100:1999-01"):
        with pytest.raises(NotFound):
            lines(db, evidence, name)
    with pytest.raises(NotFound, match="at 2001-01-01"):
        lines(db, evidence, a_listing().id, as_of="2001-01-01")
