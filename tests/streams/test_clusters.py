"""Clusters: labelled pairs (pairs.json: same, different, doubtful, each with its reason), rulings, near misses, values."""

from __future__ import annotations

import pytest

from schemas.wire import decode, encode
from streams.dossier.clusters import Ruling
from tests.examples import BANK, FIRM, INSTITUTE, SME, UNIVERSITY, A, a_licence, a_pledge, a_transfer, party, yuan
from tests.measures.merging import PAIRS, merging
from tests.streams.resolving import clustered, only_event


def test_labelled_pairs_no_false_merge_and_recall(capsys: pytest.CaptureFixture[str]) -> None:
    precision, recall, doubtful = merging()
    with capsys.disabled():
        print(
            f"\nmerging: {len(PAIRS)} pairs, precision {precision.share:.3f}, recall {recall.share:.3f}, "
            f"doubtful apart {doubtful.value} of {doubtful.of}"
        )
    assert len(PAIRS) >= 200 and precision.of >= 80
    assert precision.share == 1.0, precision.examples
    assert recall.share == 1.0, recall.examples
    assert doubtful.share == 1.0, doubtful.examples  # a person decides, by a ruling


def test_every_label_has_a_reason_and_every_kind_with_a_relation_is_there() -> None:
    assert all(pair["reason"] for pair in PAIRS)
    assert {pair["kind"] for pair in PAIRS} >= {"transfer", "licence", "pledge", "open-licence", "demand", "activity"}


def test_a_notice_joins_the_nearer_of_two_recorded_transfers_and_leaves_its_id_behind() -> None:
    first, second = a_transfer(A, on="2025-01-10"), a_transfer(A, on="2025-06-10")
    notice = a_transfer(A, phase="noticed", signed_on="2025-05-20", price=200_000)
    found = clustered([notice, first, second])
    assert {tuple(sorted(one.id for one in cluster.members)) for cluster in found} == {
        (first["id"],),
        (second["id"], notice["id"]),
    }
    assert [len(cluster.weaker) for cluster in found if len(cluster.members) == 2] == [1]


def test_a_notice_without_day_stays_alone_when_two_transfers_fit() -> None:
    assert (
        len(clustered([a_transfer(A, on="2025-01-10"), a_transfer(A, on="2025-06-10"), a_transfer(A, phase="noticed")]))
        == 3
    )


def test_a_split_ruling_takes_a_notice_out_and_a_merge_ruling_puts_two_days_together() -> None:
    recorded, notice = a_transfer(A), a_transfer(A, phase="noticed", signed_on="2025-03-10")
    split = Ruling("hub|ruling|1", "split", frozenset({notice["id"]}))
    assert len(clustered([recorded, notice])) == 1
    assert len(clustered([recorded, notice], [split])) == 2
    later = a_transfer(A, on="2025-05-02")
    merge = Ruling("hub|ruling|2", "merge", frozenset({recorded["id"], later["id"]}))
    assert len(clustered([recorded, later])) == 2
    assert len(clustered([later, recorded], [merge])) == 1


def test_the_register_wins_a_field_and_the_ledgers_value_is_kept_as_a_disagreement() -> None:
    register = a_pledge(A, "Y2025430000012", on="2025-03-10")
    ledger = a_pledge(A, "Y2025430000012", on="2025-03-12", secured=5_000_000, ledger=True)
    event = decode(encode(only_event(ledger, register)))
    assert event["statement"]["registered_on"] == "2025-03-10"
    assert event["statement"]["secured_amount"] == yuan(5_000_000)
    assert event["disagreements"] == [
        {
            "field": "registered_on",
            "values": [
                {"value": "2025-03-10", "sources": ["cnipa_gazette"]},
                {"value": "2025-03-12", "sources": ["hn_ip_service"]},
            ],
        }
    ]


def test_equal_numbers_with_other_parties_are_one_event_that_says_so() -> None:
    one, other = a_licence(A, taker=SME), a_licence(A, taker=FIRM, record="vendor|licences|1")
    assert [one.field for one in only_event(one, other).disagreements] == ["licensee"]


@pytest.mark.parametrize("names", [(UNIVERSITY, INSTITUTE), (FIRM, BANK)])
def test_a_party_known_to_one_source_completes_the_other(names: tuple[str, str]) -> None:
    bare = {**party(names[0]), "region": None}
    one = a_transfer(A, givers=(names[0],))
    one["statement"]["transferor"] = [{field: value for field, value in bare.items() if value}]
    other = a_transfer(A, givers=(names[0],), record="vendor|t|1")
    other["authority"] = "vendor"
    assert only_event(one, other).statement.transferor[0].region == party(names[0]).get("region")
