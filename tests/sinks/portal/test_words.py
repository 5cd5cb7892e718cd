"""The interface says one thing one way: a code has one word, and two codes do not share one, unless listed here."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from ops.settings import ROOT
from schemas.figures import INDICATORS
from schemas.kinds import KINDS
from schemas.kinds.legal_status import ENDED
from schemas.kinds.occurrence import Occurrence, rules_of
from sinks.portal.show import words
from sinks.portal.show.words import Words

# Groups whose words are sentences or names rather than the words of codes.
SENTENCES = {
    "state_reason",
    "source_reason",
    "reason",
    "equation",
    "place",
    "missing",
    "topic",
    "ipc_section",
    "status",
}
# One code, several words: they are different things that happen to have one code.
TWO_WORDS = {
    "area": {"地区", "市州"},  # the facet has prefectures only
    "examination_started": {"审查中", "实质审查生效"},  # the state of a right, and what was announced
    "expired": {"已到期", "届满"},  # an offer's term, and a patent's
    "granted": {"有效", "授权"},  # the state of a right, and what was announced
    "licence": {"许可", "技术许可"},  # contracts have words of their own
    "no": {"非中小企业", "未声明"},
    "open": {"在架", "开放许可"},
    "other": {"授权与供需", "其他"},
    "pledge": {"质押", "质押融资"},  # the register's word, and what owners offer
    "transfer": {"转让", "技术转让"},
    "unknown": {"不明", "未标价"},
    "withdrawn": {"已下架", "已撤回", "撤回"},  # an offer, a declaration, an application
    "yes": {"中小企业", "已声明开放许可"},
}
ONE_WORD = {"终止": {"lapsed", "terminated"}}  # the gazette's own word for both


def every_group() -> Iterator[tuple[str, Words]]:
    """The portal's groups, and the phases and codes of each kind and dimension."""
    yield from words.groups().items()
    for kind in KINDS:
        yield f"phases of {kind.name}", kind.phases
        yield from ((f"{kind.name}.{name}", rule.values) for name, rule in rules_of(kind).items())
    yield from ((f"by {name}", dimension.values) for name, dimension in words.DIMENSIONS.items())


def test_a_code_has_one_chinese_word() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for group, codes in every_group():
        if group not in SENTENCES:
            for code, term in codes.items():
                found[code].add(term.zh)
    assert {code: terms for code, terms in found.items() if len(terms) > 1} == TWO_WORDS


def test_no_two_codes_of_a_group_share_a_word() -> None:
    for group, codes in every_group():
        shared = [zh for zh, number in Counter(term.zh for term in codes.values()).items() if number > 1]
        for zh in shared if group not in SENTENCES else ():
            assert {code for code, term in codes.items() if term.zh == zh} == ONE_WORD.get(zh), group


def test_every_word_stands_in_both_languages_and_the_portal_repeats_none() -> None:
    for group, codes in every_group():
        assert [code for code, term in codes.items() if not (term.zh and term.en)] == [], group
    owned = {"kind", "indicator", "unit", "dimension", "facet", "subject", "deal_form", "stage", "industry"}
    assert owned & set(words.own()) == {"kind", "indicator"}
    assert set(words.own()["kind"]) == {"announcement"}  # what the gazette's feed holds before it is read
    assert not set(words.own()["indicator"]) & {indicator.id for indicator in INDICATORS}


def test_what_is_held_has_one_word() -> None:
    terms = [term.zh for _, codes in every_group() for term in codes.values()]
    assert words.word("source_state", "held") == "暂扣"
    assert [zh for zh in terms if "搁置" in zh or "扣留" in zh] == []


def test_every_reason_of_a_refusal_has_words() -> None:
    """A dead letter's reason is read on the page of operations."""
    given = {reason for folder in ("schemas", "streams", "connectors") for reason in rejected(folder)}
    assert len(given) > 40 and given - set(words.own()["reason"]) == set()


def rejected(folder: str) -> Iterator[str]:
    """The first argument of each ``Reject(…)`` of a folder."""
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reject":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    yield str(first.value)


@pytest.mark.parametrize("reason", sorted(ENDED | {"preserved"}))
def test_a_listing_says_why_its_right_keeps_it_from_being_offered(reason: str) -> None:
    assert words.word("state_reason", reason).startswith("专利")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.effect is not Occurrence.effect], ids=lambda k: k.name)
def test_a_listing_says_which_event_concluded_it(kind: type[Occurrence]) -> None:
    """Its reason is made of the kind and the phase of the event (streams/dossier/history.py)."""
    for phase, word in kind.phases.items():
        assert words.word("state_reason", f"{kind.name}_{phase}") == f"同一专利的{kind.label.zh}{word.zh}"
        assert words.word("state_reason", f"{kind.name}_{phase}", "en").isascii()
