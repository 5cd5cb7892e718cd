"""The interface says one thing one way: a code has one word, and two codes do not share one, unless listed here."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from ops.settings import ROOT
from schemas.figures import INDICATORS
from schemas.kinds import KINDS
from schemas.kinds.legal_status import ENDED
from schemas.kinds.occurrence import Occurrence, rules_of
from sinks.portal.show import words
from sinks.portal.show.words import Words
from tests.code import nodes, parsed

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
    "refused": {"驳回", "不予发布"},  # an application, and a post
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
    several = {code: terms for code, terms in found.items() if len(terms) > 1}
    assert several == TWO_WORDS, "give the code the word it has elsewhere, or name its words above: TWO_WORDS"


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
    given = {reason for made in REFUSALS for reason in reasons(made)}
    assert len(given) > 70 and given - set(words.own()["reason"]) == set()


def test_every_reason_of_a_feed_has_words() -> None:
    """Why a list was not read is told on the page of sources."""
    given = {reason for made in TROUBLES for reason in reasons(made)}
    assert len(given) > 60 and given - set(words.groups()["source_reason"]) == set()


def test_a_numbered_reason_has_the_words_of_its_family() -> None:
    assert words.word("source_reason", "status_418") == "平台返回HTTP状态码418"
    assert words.word("source_reason", "status_418", "en") == "the platform answered with HTTP status 418"


# What a reason is given to, and the place of its argument.
REFUSALS = {"Reject": 0, "Unreadable": 1, "_refused": 1, "plain": 1, "_reason": "returns"}
TROUBLES = {"Failure": 1, "Proof": 1, "Outcome": 1, "doubt": "returns"}
PASSED_ON = {"reason", "doubt"}  # variables and fields that hold a reason made elsewhere


def reasons(made: str) -> Iterator[str]:
    """Every reason given to a class or a function of this name, or returned by it. A new form of giving one fails."""
    place = {**REFUSALS, **TROUBLES}[made]
    for folder in ("schemas", "connectors", "streams", "sinks"):
        for file in (ROOT / folder).rglob("*.py"):
            if made not in file.read_text("utf-8"):
                continue
            constants = constants_of(file)
            for node in nodes(file):
                if isinstance(place, int) and isinstance(node, ast.Call) and getattr(node.func, "id", "") == made:
                    if len(node.args) > place and not isinstance(node.args[0], ast.Starred):
                        yield from spelled(node.args[place], constants)
                elif place == "returns" and isinstance(node, ast.FunctionDef) and node.name == made:
                    for found in (each for each in ast.walk(node) if isinstance(each, ast.Return)):
                        yield from spelled(found.value, constants) if returns_text(node) else ()


def spelled(node: ast.expr | None, constants: Mapping[str, str]) -> Iterator[str]:
    """The reasons that an expression can be; none for one that passes on a reason made elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            yield from [re.sub(r"_\d+$", "_N", text)] if text else []
        case ast.IfExp():
            yield from spelled(node.body, constants)
            yield from spelled(node.orelse, constants)
        case ast.JoinedStr(values=[ast.Constant(value=str(stem)), _]):
            yield f"{stem}N"
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in PASSED_ON:
            return
        case ast.Call(func=ast.Name(id="_reason")):
            return
        case _:
            raise AssertionError(
                f"a reason in a form that this test does not read: {ast.unparse(node) if node else node}"
            )


@cache
def constants_of(file: Path) -> Mapping[str, str]:
    """Names of texts at the top of a module, those that it imports among them."""
    found: dict[str, str] = {}
    for node in parsed(file).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                found[name] = text
            case ast.ImportFrom(module=str(module)) if (imported := file_of(module)).exists():
                names = {each.name for each in node.names if each.name.isupper()}
                texts = constants_of(imported) if names else {}
                found |= {name: value for name, value in texts.items() if name in names}
    return found


def file_of(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def returns_text(node: ast.FunctionDef) -> bool:
    return ast.unparse(node.returns) == "str" if node.returns else False


@pytest.mark.parametrize("reason", sorted(ENDED | {"preserved"}))
def test_a_listing_says_why_its_right_keeps_it_from_being_offered(reason: str) -> None:
    assert words.word("state_reason", reason).startswith("专利")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.effect is not Occurrence.effect], ids=lambda k: k.name)
def test_a_listing_says_which_event_concluded_it(kind: type[Occurrence]) -> None:
    """Its reason is made of the kind and the phase of the event (streams/dossier/history.py)."""
    for phase, word in kind.phases.items():
        assert words.word("state_reason", f"{kind.name}_{phase}") == f"同一专利的{kind.label.zh}{word.zh}"
        assert words.word("state_reason", f"{kind.name}_{phase}", "en").isascii()
