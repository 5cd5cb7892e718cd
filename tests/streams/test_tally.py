"""The tally at its edges: what it refuses, what it publishes when nothing is left, when it stops."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ops.bus import Incoming
from schemas.errors import HubError
from schemas.fields.money import Money
from schemas.records.contribution import Contribution, mark
from schemas.records.dead_letter import DeadLetter
from schemas.records.point import Point
from schemas.topics import CONTRIBUTION, DEAD_LETTER, FIGURES, MONEY_STATISTIC, STATISTIC, TALLY_STATE
from schemas.wire import decode, digest, encode, load
from streams.figures.points import Breakdown
from streams.processor import Context
from streams.tally import Tally

CONTRACT = Contribution(
    indicator="contract_value",
    distinct="2025430101000123",
    event="contract:1",
    revision=1,
    live=True,
    occurred_on="2025-04-10",
    dimensions={"area": "430100", "contract_type": "transfer", "party_type": "university"},
    amount=Money.of(20_000_000),
    amount_missing=False,
    authority="provincial",
    received_at="2026-01-01T00:00:00+08:00",
    synthetic=False,
)
TOTAL = "contract_value:area=430000:2025"


def incoming(value: bytes | None) -> Incoming:
    return Incoming(CONTRIBUTION.name, 0, 0, b"key", value, (), 0)


def points(tally: Tally, *contributions: Contribution) -> dict[str, Point]:
    """What is published for one batch."""
    outputs = tally.apply([incoming(encode(one)) for one in contributions])
    return {output.key.decode(): load(Point, output.value or b"") for output in outputs if output.topic in FIGURES}


def test_sums_of_money_are_on_the_topic_for_those_who_may_read_them_and_counts_on_the_public_one() -> None:
    counted = replace(CONTRACT, indicator="contracts", amount=None)
    outputs = Tally(0, Context(1)).apply([incoming(encode(one)) for one in (CONTRACT, counted)])
    told = {(output.topic, output.key.decode().split(":")[0]) for output in outputs if output.topic in FIGURES}
    assert told == {(MONEY_STATISTIC.name, "contract_value"), (STATISTIC.name, "contracts")}
    assert (MONEY_STATISTIC.secrecy, STATISTIC.secrecy) == ("shared", "public")
    kinds = {output.topic: dict(output.headers)["ce_type"].decode() for output in outputs if output.topic in FIGURES}
    assert all(topic == kind for topic, kind in kinds.items())


def test_a_figure_is_published_with_all_that_describes_it() -> None:
    assert points(Tally(0, Context(1)), CONTRACT)[TOTAL] == Point(
        indicator="contract_value",
        label="技术合同成交额",
        dimensions={"area": "430000"},
        period="2025",
        value="200000.00",
        unit="元",
        revision=1,
        status="P",
        as_of="2026-01-01T00:00:00+08:00",
        coverage={"amounts": "1.000"},
        contributions=1,
        flags=(),
        def_version=1,
        synthetic=False,
    )


def test_what_falls_to_nothing_is_published_as_nothing() -> None:
    tally = Tally(0, Context(1))
    before = points(tally, CONTRACT)
    after = points(tally, replace(CONTRACT, live=False, amount=None, revision=2))
    assert after.keys() == before.keys()
    assert {(point.value, point.contributions, point.revision) for point in after.values()} == {("0.00", 0, 2)}
    assert {str(point.coverage) for point in after.values()} == {"{}"}


def test_a_figure_that_fell_to_nothing_keeps_the_mark_of_what_it_consisted_of() -> None:
    sample = replace(CONTRACT, synthetic=True)
    gone = replace(CONTRACT, live=False, amount=None, revision=2)  # what is taken back tells nothing of itself
    for told, marked in ((sample, True), (CONTRACT, False)):
        tally = Tally(0, Context(1))
        points(tally, told)
        assert {point.synthetic for point in points(tally, gone).values()} == {marked}
    again = Tally(0, Context(1))
    points(again, sample)
    points(again, gone)
    back = points(again, replace(CONTRACT, revision=3))
    assert {point.synthetic for point in back.values()} == {False}, "a real contribution is no sample"
    assert {each.synthetic for each in points(again, replace(gone, revision=4)).values()} == {False}


def test_two_events_of_one_number_that_differ_in_money_are_flagged_and_the_more_trusted_counts() -> None:
    other = replace(CONTRACT, event="contract:2", authority="register", amount=Money.of(30_000_000))
    point = points(Tally(0, Context(1)), CONTRACT, other)[TOTAL]
    assert (point.value, point.flags, point.contributions) == ("300000.00", ("amount_disagreement",), 2)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "json_invalid"),
        (b"", "json_invalid"),
        (b'{"indicator": "\xff"}', "json_invalid"),
        (b"[]", "contribution_shape"),
        (encode(decode(encode(CONTRACT)) | {"distinct": ""}), "contribution_shape"),
        (encode(decode(encode(CONTRACT)) | {"revision": 0}), "contribution_shape"),
        (encode(decode(encode(CONTRACT)) | {"amount": "200000.00"}), "contribution_shape"),
        (encode(replace(CONTRACT, dimensions={"contract_type": "transfer"})), "contribution_shape"),
        (encode(replace(CONTRACT, indicator="no_such_figure")), "indicator_unknown"),
    ],
)
def test_what_is_no_contribution_is_a_dead_letter_and_the_rest_of_the_batch_counts(
    value: bytes | None, reason: str
) -> None:
    tally = Tally(0, Context(1))
    outputs = tally.apply([incoming(value), incoming(encode(CONTRACT))])
    (letter,) = (load(DeadLetter, output.value or b"") for output in outputs if output.topic == DEAD_LETTER.name)
    assert (letter.stage, letter.reason) == ("tally", reason)
    assert (tally.understood, tally.unchanged) == (1, 0)
    assert TOTAL.encode() in {output.key for output in outputs}


def test_fields_of_a_later_release_are_passed_over() -> None:
    later = encode(decode(encode(CONTRACT)) | {"weight": 3})
    outputs = Tally(0, Context(1)).apply([incoming(later)])
    assert TOTAL.encode() in {output.key for output in outputs}


def test_a_figure_that_would_fall_below_nothing_stops_the_process() -> None:
    """Its state was damaged: the sums that the key went into are gone."""
    whole, damaged = Tally(0, Context(1)), Tally(0, Context(1))
    for output in whole.apply([incoming(encode(CONTRACT))]):
        if output.topic == TALLY_STATE.name and output.key.startswith(b"c|"):
            damaged.restore(output.key, output.value)
    for name, breakdown in whole.breakdowns.items():
        nothing = Breakdown(breakdown.indicator, breakdown.area, breakdown.period)
        damaged.restore(f"b|{name}".encode(), encode(nothing))
    with pytest.raises(HubError, match="below nothing") as raised:
        damaged.apply([incoming(encode(replace(CONTRACT, live=False, amount=None, revision=2)))])
    assert raised.value.code == "T1005"


def test_a_state_that_a_rebuild_took_back_is_forgotten() -> None:
    """Its log still holds the sums of the generation before, each followed by a null."""
    log = [
        (output.key, output.value)
        for output in Tally(0, Context(1)).apply([incoming(encode(CONTRACT))])
        if output.topic == TALLY_STATE.name
    ]
    tally = Tally(0, Context(1))
    for key, value in [*log, *((key, None) for key, _ in log)]:
        tally.restore(key, value)
    assert tally.size() == (0, 0)
    assert points(tally, CONTRACT)[TOTAL].value == "200000.00"


@pytest.mark.parametrize("revision", [1, 12, 1 << 41])
def test_a_contribution_is_known_again_whatever_its_revision_and_by_nothing_else(revision: int) -> None:
    odd = replace(CONTRACT, revision=revision, distinct='"revision":7,"x":"')
    marks = [mark(encode(one), one.revision) for one in (odd, replace(odd, revision=3), replace(odd, synthetic=True))]
    assert marks[0] == marks[1] == digest(replace(odd, revision=0))[:16]
    assert marks[0] != marks[2]
