"""Holder rule: texts fall into tokens without loss, tokens into holders, and an ordered table tells what a change means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.fields.name_list import Token as Part
from schemas.fields.name_list import split_parties
from schemas.fields.name_list import tokens as parts
from schemas.gazette.grammar import Pairs
from schemas.gazette.holders import RULES, Passage, Token, compare, passage, read_holders, tokens

NAMES = (
    "甲公司",
    "湖南大学",
    "长沙某某科技有限公司",
    "Intel, Inc.",
    "株式会社理光",
    "某某",
    "乙（集团）",
    "Hon Hai Ltd",
)
SEPARATORS = (";", "；", "；??", "、", "|", "||", "\n", "\r\n")
SPECIAL = st.sampled_from((*NAMES, *SEPARATORS, " ", "\u2002", "\u3000", "无", "—"))
LISTS = st.lists(st.sampled_from(NAMES), max_size=5)
TOKENS = st.lists(
    st.builds(
        Token,
        st.sampled_from(("前", "后")),
        st.sampled_from(("holder", "address")),
        st.sampled_from((*NAMES, "甲公司；乙公司", "410000 长沙市某路1号", "")),
    ),
    min_size=1,
    max_size=8,
)
WORDS = {"holder": "专利权人", "address": "地址"}


@given(st.one_of(st.text(), st.lists(SPECIAL, max_size=8).map("".join)))
def test_the_tokens_of_a_list_joined_are_the_list(text: str) -> None:
    assert "".join(part.text for part in parts(text)) == text


def test_a_list_falls_into_words_blanks_and_separators() -> None:
    assert tuple(parts("甲 公司；??乙公司")) == (
        Part("word", "甲"),
        Part("blank", " "),
        Part("word", "公司"),
        Part("separator", "；??"),
        Part("word", "乙公司"),
    )


@given(LISTS, st.sampled_from(SEPARATORS))
def test_names_joined_by_any_separator_are_split_into_the_same_names(names: list[str], separator: str) -> None:
    assert split_parties(separator.join(names)) == tuple(names)


def labelled(found: list[Token]) -> Pairs:
    """Tokens written as an announcement with a label for each."""
    return tuple((f"变更{token.side}{WORDS[token.role]}", token.text) for token in found)


def slashed(found: list[Token]) -> Pairs:
    """Tokens written as a spreadsheet does: what changed in 变更事项, the values joined by slashes; both sides alike."""
    topic = "/".join(WORDS[token.role] for token in found)
    values = "/".join(token.text for token in found)
    return ("变更事项", topic), ("变更前权利人", values), ("变更后权利人", values)


@given(TOKENS)
def test_tokens_written_with_labels_are_read_as_the_same_tokens(found: list[Token]) -> None:
    assert list(tokens(labelled(found))) == found


@given(TOKENS)
def test_tokens_written_with_slashes_are_read_as_the_same_tokens(found: list[Token]) -> None:
    both = [token._replace(side=side) for side in ("前", "后") for token in found]
    assert list(tokens(slashed(found))) == both


@given(LISTS, LISTS)
def test_holders_written_down_are_the_holders_read(before: list[str], after: list[str]) -> None:
    written = labelled([Token("前", "holder", "；".join(before)), Token("后", "holder", "；".join(after))])
    assert read_holders(written)[:2] == (tuple(before), tuple(after))


def test_an_address_before_any_holder_belongs_to_the_first_one_only() -> None:
    found = read_holders(
        (
            ("变更后地址", "株洲市某路2号"),
            ("变更后专利权人", "甲公司；乙公司"),
            ("变更后地址", "长沙市"),
            ("变更后共同专利权人", "丙公司"),
        )
    )
    assert found.addresses == (("甲公司", "株洲市某路2号"), ("乙公司", "长沙市"))


def test_the_nationality_of_a_holder_is_no_holder() -> None:
    found = read_holders((("变更事项", "申请人国籍"), ("变更前权利人", "甲国"), ("变更后权利人", "乙国")))
    assert found == ((), (), (), ("申请人国籍",))


@pytest.mark.parametrize(
    ("before", "after", "meant"),
    [
        ("AB", "BA", Passage(None, (), ())),
        ("A", "", Passage("whole", ("A",), ())),
        ("", "A", Passage("whole", (), ())),
        ("AB", "CD", Passage("whole", ("A", "B"), ("C", "D"))),
        ("ABC", "B", Passage("exit", ("A", "C"), ("B",))),
        ("AB", "ABC", Passage("entry", ("A", "B"), ("C",))),
        ("AB", "BC", Passage("partial", ("A",), ("C",))),
    ],
)
def test_the_holder_rule_names_form_givers_and_takers(before: str, after: str, meant: Passage) -> None:
    assert passage(tuple(before), tuple(after)) == meant


def test_every_line_of_the_holder_rule_decides_some_change() -> None:
    sides = ("", "A", "B", "AB", "AC")
    changes = [compare(tuple(before), tuple(after)) for before in sides for after in sides]
    deciding = {next(number for number, rule in enumerate(RULES) if rule.holds(change)) for change in changes}
    assert deciding == set(range(len(RULES)))
