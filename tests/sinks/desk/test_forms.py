"""What people fill in, read and bounded; and the tokens of forms. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.fields.date import CHINA
from sinks.desk import tokens
from sinks.desk.forms import read_post

NOW = datetime(2026, 11, 30, 12, tzinfo=CHINA)
SECRET = "secret"
GOOD = {
    "title": ["求高导热压铸铝合金配方"],
    "text": ["用于乘用车电池包壳体,\r\n热导率不低于 170 W/(m·K)。"],
    "organisation": ["湖南样例科技有限公司"],
    "credit_code": ["91430100MA4L16JQ9D"],
    "area": ["430100"],
    "industry": ["F4"],
    "forms": ["transfer", "co_development", "unheard_of"],
    "price_form": ["amount"],
    "price": ["12.50"],
    "contact": ["科技部 0731-88880000"],
    "agree": ["yes"],
}
READ = {
    "kind": "demand",
    "title": "求高导热压铸铝合金配方",
    "text": "用于乘用车电池包壳体,\n热导率不低于 170 W/(m·K)。",
    "owner": "湖南样例科技有限公司",
    "credit_code": "91430100MA4L16JQ9D",
    "area": "430100",
    "industry": "F4",
    "price": "12.5",
    "forms": ["transfer", "co_development"],
}


def test_a_form_that_is_filled_in_is_read_and_its_contact_stands_apart() -> None:
    assert read_post("demand", GOOD) == (READ, "科技部 0731-88880000", ())
    offered = read_post("supply", {**GOOD, "patents": ["ZL 2021 1 0123456.7;201210464170"]} | {"price_form": ["free"]})
    assert offered.complaints[0].field == "patents", "blanks part numbers"
    offered = read_post("supply", {**GOOD, "patents": ["ZL202110123456.7;201210464170"], "price_form": ["free"]})
    wanted = {**READ, "kind": "supply", "price": "免费", "patents": ["202110123456.7", "201210464170.6"]}
    assert offered == (wanted, "科技部 0731-88880000", ())


def test_each_field_that_cannot_be_taken_is_named() -> None:
    wrong: dict[str, list[str]] = {
        "title": ["", "求", "长" * 101, "求\u202e合金配方", "求合金配方 13912345678", "询 a.b@example.com 的配方"],
        "text": ["短", "长" * 2001, "联系我:0731-88881234,谢谢大家"],
        "organisation": ["某司", "某" * 101],
        "credit_code": ["", "91430100MA4L16JQ9E", "11010519491231002X", "9" * 70],
        "area": ["", "110000", "<script>"],
        "industry": ["", "Z9"],
        "price_form": ["", "gift"],
        "price": ["", "0", "-1", "1e3", "nan", "12.12345", "99999999", "十万"],
        "contact": ["", "电" * 201],
        "agree": [""],
    }
    for field, values in wrong.items():
        for value in values:
            found = read_post("demand", {**GOOD, field: [value]})
            assert [each.field for each in found.complaints] == [field], (field, value)
    assert {each.field for each in read_post("supply", {}).complaints} == {*wrong, "patents"} - {"price"}
    for patents in ("", "202110123456.8", " ".join(["202110123456.7"] * 21)):
        assert read_post("supply", {**GOOD, "patents": [patents]}).complaints[0].field == "patents"


def test_a_token_is_ours_for_a_day_and_tells_nothing_of_an_address() -> None:
    token = tokens.new_token(SECRET, "0" * 32, NOW)
    assert tokens.holds(SECRET, token, NOW + timedelta(hours=23))
    for other, at in (("other", NOW), (SECRET, NOW + timedelta(hours=25)), (SECRET, NOW - timedelta(hours=1))):
        assert not tokens.holds(other, token, at)
    for broken in ("", token[:-1], token.replace("0.", "1.", 1), f"{token}\n"):
        assert not tokens.holds(SECRET, broken, NOW)
    home, neighbour = (tokens.sender_of(SECRET, f"2001:db8::{each}") for each in (1, 2))
    assert home == neighbour != tokens.sender_of(SECRET, "2001:db8:1::1")
    assert tokens.sender_of(SECRET, "203.0.113.1") != tokens.sender_of(SECRET, "203.0.113.2")
    assert "203" not in tokens.sender_of("s", "203.0.113.1")[:3] and len(home) == 32
