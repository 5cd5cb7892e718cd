"""The name that was probably meant: a slip of the hand is told, a name that only shares letters is not."""

from __future__ import annotations

import pytest

from schemas.nearest import missing, near, slips, unknown

NAMES = ("area", "limit", "kind", "subject", "deal_forms", "phase", "patents", "transferor")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("aera", "area"),
        ("areaa", "area"),
        ("subjekt", "subject"),
        ("transferer", "transferor"),
        ("dealforms", "deal_forms"),
        ("year", None),
        ("list", None),
        ("page", None),
        ("x", None),
        ("", None),
        ("subject" * 100, None),
    ],
)
def test_a_slip_of_the_hand_is_told_and_a_likeness_is_not(typed: str, meant: str | None) -> None:
    assert near(typed, NAMES) == meant


def test_of_two_near_names_the_nearer_one_is_told() -> None:
    assert near("regsiter", ("registers", "register")) == "register"


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("", "abc", 3), ("abc", "abc", 0), ("acb", "abc", 1), ("ca", "abc", 3), ("注消", "注销", 1)],
)
def test_slips_are_letters_left_out_put_in_replaced_or_swapped(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count


def test_an_unknown_word_is_told_with_what_is_accepted() -> None:
    assert unknown("phse", ("phase", "kind"), "key") == "'phse' is no key; accepted: phase, kind; did you mean phase?"
    assert unknown("zzz", (), "key") == "'zzz' is no key; accepted: none"


def test_what_is_not_there_is_told_with_what_was_meant_before_all_there_is() -> None:
    assert missing("hn_ip_servise", ("cnipr", "hn_ip_service"), "source", "平台") == (
        "no source 'hn_ip_servise'; did you mean hn_ip_service?; known: cnipr, hn_ip_service"
        " · 没有平台 hn_ip_servise;是否指 hn_ip_service?;已有 cnipr, hn_ip_service"
    )
    assert missing("x", (), "source", "平台") == "no source 'x'; known: none · 没有平台 x;已有 无"
