"""Query 检索式: what somebody typed → its words, each with the ways in which it can be meant (pure)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from schemas.errors import Reject
from schemas.fields.patent_number import patent_check, read_patent_number
from schemas.frozen import Frozen
from sinks.portal.search.meanings import Meaning, Organisations, Way, meaning
from sinks.portal.search.text import index_tokens, plain, word_token

LONGEST = 200  # characters that are read
TERM = re.compile(r'(?P<minus>[-−－]?)(?:"(?P<quoted>[^"]+)"|“(?P<curled>[^”]+)”|(?P<plain>\S+))')
BEFORE = r"(?:专利申请号|专利号|申请号|专利)?[\s:：]*"
NUMBER_LIKE = re.compile(rf"^{BEFORE}(?:zl|cn)?\s*[0-9]{{8,13}}(?:\.?[0-9x])?$", re.IGNORECASE)
# ZL 2021 1012 3456.7 is one word, and so is C12N 1/20; so many digits in a row are no other number than a patent's.
APART = re.compile(
    rf"{BEFORE}(?<![0-9a-z])(?:zl|cn)?\s*\d[\d \u3000-]{{6,18}}\d(?:\s*[.．]\s*[\dx])?(?![0-9a-z])", re.IGNORECASE
)
CLASS = re.compile(r"\b([a-h]\d\d[a-z])\s+(\d{1,4}(?:/\d{2,6})?)(?![0-9a-z])", re.IGNORECASE)


class Hint(Frozen):
    """A notice beside the results: ``wrong_check_digit`` (text = what was typed, expected = 7), ``near`` (nothing has all of
    the words; these have most), ``did_you_mean`` (expected = what to type)."""

    code: str
    text: str
    expected: str = ""


@dataclass(frozen=True)
class Query:
    """The words that must be there, what must not, and notices for the reader.

    ``is_unsearchable``: something was typed, and nothing of it can be searched for (``!?``): it finds nothing.
    """

    meanings: tuple[Meaning, ...] = ()
    excluded: tuple[frozenset[int], ...] = ()
    hints: tuple[Hint, ...] = ()
    is_unsearchable: bool = False


def read_query(text: str, organisations: Organisations = lambda term: ()) -> Query:
    """``传感器 -装置 "发酵 方法" ZL202110123456.7`` → words. A number in any form is one word; a wrong check digit gives
    a notice and is still searched. What stands in quotes is meant as it stands."""
    meanings: list[Meaning] = []
    excluded: list[frozenset[int]] = []
    hints: list[Hint] = []
    for match in TERM.finditer(_joined(text[:LONGEST])):
        quoted = match["quoted"] or match["curled"]
        term = quoted or match["plain"]
        number, hint = _number(term)
        if hint:
            hints.append(hint)
        if number:
            found = Meaning(term, (Way(frozenset({word_token(number)}), is_exact=True),), (), (number,), ())
        elif quoted or match["minus"]:
            found = Meaning(term, (Way(frozenset(index_tokens(term))),), (), (plain(term),), ())
        else:
            found = meaning(term, organisations)
        if not found.ways or not (found.ways[0].tokens or found.ways[0].values):
            continue
        if match["minus"]:
            excluded.append(found.ways[0].tokens)
        else:
            meanings.append(found)
    is_unsearchable = bool(text.strip()) and not meanings and not excluded
    return Query(tuple(meanings), tuple(excluded), tuple(hints), is_unsearchable)


def _joined(text: str) -> str:
    """A number or a class in several pieces as one word."""
    shown = CLASS.sub(r"\1\2", unicodedata.normalize("NFKC", text))
    return APART.sub(lambda match: _if_number(match[0]), shown)


def _if_number(text: str) -> str:
    together = re.sub(r"[\s-]", "", text)
    try:
        read_patent_number(together)
    except Reject as reject:
        if reject.reason != "patent_number_check_digit":
            return text
    return f" {together} "


def _number(term: str) -> tuple[str | None, Hint | None]:
    """The canonical patent number a term names, and the hint when its check digit is not the right one."""
    if not NUMBER_LIKE.match(unicodedata.normalize("NFKC", term)):
        return None, None
    try:
        return read_patent_number(term).number, None
    except Reject as reject:
        if reject.reason != "patent_number_check_digit":
            return None, None
    body = re.sub(r"\D", "", unicodedata.normalize("NFKC", term).lower().removesuffix("x"))
    body = body[:12] if len(body) >= 12 else body[:8]
    right = patent_check(body)
    return f"{body}.{right}", Hint(code="wrong_check_digit", text=term, expected=right)
