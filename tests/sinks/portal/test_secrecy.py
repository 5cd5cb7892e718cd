"""Who reads what, door by class by caller: of a kind, of a topic, of a field. What is narrower is read at no door."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args

import pytest

from ops.settings import ROOT
from schemas.kinds import KINDS
from schemas.kinds.occurrence import Secrecy, narrowest, rules_of
from schemas.records.evidence import Evidence
from schemas.topics import CONTRIBUTION, MONEY_STATISTIC, RAW, STATISTIC, Topic
from schemas.wire import short_hash
from sinks.portal.secrecy import (
    KEY_HOLDER,
    PUBLIC,
    Reader,
    shown_kinds,
    shows,
    shows_contribution,
    shows_event,
    shows_topic,
    withheld_fields,
)
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_contribution, a_listing, a_point, a_provenance, a_transfer

Found = dict[Literal["everybody", "key"], dict[str, set[str]]]
PATENT = "/api/v1/patents/202110123456.7"


@pytest.fixture
def found(read_model: str, tmp_path: Path) -> Found:
    """Where each caller read the marks of kinds and fields that this release does not know (``canary``)."""
    command = [sys.executable, "-m", "tests.sinks.portal.canary", read_model, str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    return {
        caller: {mark: {path.partition("?")[0] for path in doors} for mark, doors in marks.items()}
        for caller, marks in json.loads(ran.stdout).items()
    }


def api_of(kind: str) -> set[str]:
    """The doors of the API that show a whole event of a kind."""
    id = f"{kind}:{short_hash(kind)}"
    return {
        f"/api/v1/events/{kind}",
        f"/api/v1/events/{kind}/{id}",
        f"/api/v1/events/{kind}/{id}/revisions",
        PATENT,
        "/api/v1/statistics/transfers/explain",
        "/api/v1/changes",
        "/api/v1/stream",
        f"/api/v1/feeds/events/{kind}.atom",
        "/api/v1/feeds/patents/202110123456.7.atom",
    }


def test_each_class_is_read_by_whom_it_is_for_at_every_door_and_by_nobody_else_at_any(found: Found) -> None:
    everybody, key = found["everybody"], found["key"]
    pages = {
        "/",
        "/screen",
        "/events",
        f"/event/open-filing/{short_hash('open-filing')}",
        "/patent/202110123456.7",
        "/statistics/explanation",
    }
    assert everybody["open-filing"] >= api_of("open-filing") | pages
    assert key["open-filing"] == everybody["open-filing"]
    organisation = {path for path in key["lent"] if "/organisations/" in path}  # its dossier and its feed
    assert (key["lent"], len(organisation)) == (api_of("lent") | organisation, 2)
    assert key["shared_note"] >= api_of("open-filing")
    assert all(path.startswith("/api/v1/") for path in key["shared_note"])
    for caller, marks in (("everybody", ("lent", "shared_note")), ("key", ())):
        for mark in (*marks, "confided", "guarded", "internal_note", "sensitive_note"):
            assert found[caller][mark] == set(), (caller, mark)
    id = f"open-filing:{short_hash('open-filing')}"
    assert f"/api/v1/events/transfer/{id}/revisions" not in key["open-filing"]


@pytest.mark.parametrize(
    ("secrecy", "readers"),
    [("public", {PUBLIC, KEY_HOLDER}), ("shared", {KEY_HOLDER}), ("internal", ()), ("sensitive", ())],
)
def test_one_function_decides_by_the_class(secrecy: Secrecy, readers: set[Reader]) -> None:
    topic = Topic("tongda.new.v1", "id", "compact", "fold", secrecy)
    for reader in get_args(Reader):
        assert shows(secrecy, reader) is shows_topic(topic, reader) is (reader in readers)


def test_what_has_no_version_or_no_class_here_is_not_shown() -> None:
    for reader in get_args(Reader):
        assert [shows_topic(topic, reader) for topic in (RAW, CONTRIBUTION, STATISTIC)] == [False, False, True]
        assert shows_topic(MONEY_STATISTIC, reader) is (reader == KEY_HOLDER)
        assert not shows_event("unheard-of:1", reader)
        assert not shows_contribution("unheard_of", "transfer:1", (), reader)
        assert not shows_contribution("transfers", "unheard-of:1", (), reader)


def test_contracts_evaluations_and_the_loans_behind_pledges_are_for_those_with_a_key() -> None:
    assert {*shown_kinds(KEY_HOLDER)} - {*shown_kinds(PUBLIC)} == {"contract", "evaluation"}
    fields = {kind.name: withheld_fields(kind.name, PUBLIC) for kind in KINDS}
    loans = ("secured_amount", "loan_amount", "assessed_value", "inclusive_loan", "compensated_amount")
    assert {kind: names for kind, names in fields.items() if names} == {"pledge": loans}
    assert not any(withheld_fields(kind.name, KEY_HOLDER) for kind in KINDS)


@pytest.mark.parametrize(
    ("indicator", "event", "held", "is_public"),
    [
        ("transfers", "transfer:1", (), True),
        ("pledges", "pledge:1", (), True),
        ("pledges", "pledge:1", ("collateral",), True),
        ("pledges", "pledge:1", ("loan_band",), False),
        ("pledge_financing", "pledge:1", (), False),
        ("inclusive_loan_enterprises", "pledge:1", (), False),
        ("inclusive_loan_enterprises_20m", "pledge:1", (), False),
        ("contracts", "contract:1", (), False),
    ],
)
def test_what_an_explanation_would_tell_of_an_event_has_the_class_of_what_the_figure_reads(
    indicator: str, event: str, held: tuple[str, ...], is_public: bool
) -> None:
    assert shows_contribution(indicator, event, held, PUBLIC) is is_public
    assert shows_contribution(indicator, event, held, KEY_HOLDER)


def test_no_path_of_a_machine_leaves_by_any_door_also_of_what_an_earlier_release_published(
    portal: Portal, feeder: Feeder
) -> None:
    inbox = a_provenance(url="file:///var/lib/tongda/bank_pledges/a.csv", evidence=Evidence("0" * 64, "line 2"))
    event, listing = a_transfer(sources=(inbox, a_provenance(record="2"))), a_listing(sources=(inbox,))
    feeder.feed(event, listing, a_contribution(event), a_point(dimensions={"area": "430000"}))
    id, short = event.id, listing.id.split(":")[1]
    for path in (
        "/api/v1/events/transfer",
        f"/api/v1/events/transfer/{id}",
        f"/api/v1/events/transfer/{id}/revisions",
        f"/api/v1/listings/{listing.id}",
        f"/api/v1/listings/{listing.id}/revisions",
        "/api/v1/listings",
        "/api/v1/changes?topic=tongda.transfer.v1&topic=tongda.supply.v1",
        PATENT,
        "/api/v1/statistics/transfers/explain?period=2025-03",
        f"/event/{id.replace(':', '/')}",
        f"/supply/{short}",
        "/statistics/explanation?indicator=transfers&period=2025-03",
    ):
        text = portal.get(path).text
        assert "file:" not in text and "bank_pledges" not in text, path
        assert ("ni:///sha-256;" + "A" * 43 in text) is path.startswith("/api/"), path


def test_a_field_is_never_wider_than_what_rests_on_its_kind() -> None:
    """What a reader may not read can be left out: it has a default, and neither a role nor a date that counts."""
    for kind in KINDS:
        named = {*kind.roles(), *((kind.counts_on,) if kind.counts_on else ())}
        for name, rule in rules_of(kind).items():
            if narrowest(kind.secrecy, rule.secrecy) != kind.secrecy:
                index = kind.__struct_fields__.index(name) - len(kind.__struct_fields__)
                assert -index <= len(kind.__struct_defaults__) and name not in named, (kind, name)
