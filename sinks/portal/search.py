"""Text → tokens, listing → what it is found by (pure). A query matches what has all its tokens.

Tokens are integers: a bigram or single character of Chinese is its code points, a word of Latin letters and digits is a
hash. Bigrams, because two-character words (质押) are the typical query and dictionaries miss new terms.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from schemas.errors import Reject
from schemas.fields.money import from_wire
from schemas.fields.patent_number import patent_check, read_patent_number
from sinks.portal.models import Hint

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
WORD = re.compile(r"[0-9a-zà-öø-ÿα-ωа-я]+")
TERM = re.compile(r'(?P<minus>[-−－]?)(?:"(?P<quoted>[^"]+)"|“(?P<curled>[^”]+)”|(?P<plain>\S+))')
NUMBER_LIKE = re.compile(r"^(?:zl|cn)?\s*[0-9]{8,13}(?:\.?[0-9x])?$", re.IGNORECASE)
APART = re.compile(r"\b(zl|cn)\s+(?=[0-9])", re.IGNORECASE)  # ZL 2021… is one term
WORD_SPACE = 1 << 62  # words and characters never share a token
BANDS = (("le_10", 10), ("le_50", 50), ("le_200", 200))  # up to … 万元
FEN_PER_WAN = 1_000_000
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Query:
    """What must be there, what must not, and what to tell the reader about it."""

    required: frozenset[int] = frozenset()
    excluded: tuple[frozenset[int], ...] = ()
    hints: tuple[Hint, ...] = ()


def read_query(text: str) -> Query:
    """``传感器 -装置 "发酵 方法" ZL202110123456.7`` → tokens. A number in any form is one token; a wrong check digit is
    told and still searched."""
    required: set[int] = set()
    excluded: list[frozenset[int]] = []
    hints: list[Hint] = []
    for match in TERM.finditer(APART.sub(r"\1", text[:200])):
        term = match["quoted"] or match["curled"] or match["plain"]
        number, hint = _number(term)
        tokens = frozenset({_word(number)}) if number else frozenset(index_tokens(term))
        if hint:
            hints.append(hint)
        if not tokens:
            continue
        if match["minus"]:
            excluded.append(tokens)
        else:
            required |= tokens
    return Query(frozenset(required), tuple(excluded), tuple(hints))


def plain(text: str) -> str:
    """The form in which texts are compared: NFKC, lower case, simplified characters."""
    return unicodedata.normalize("NFKC", text).lower().translate(_simplified())


def index_tokens(text: str, *, characters: bool = False) -> Iterator[int]:
    """Every bigram of Chinese runs and every word; single characters where a query of one should find them."""
    shown = plain(text)
    for run in CHINESE.findall(shown):
        codes = [ord(character) for character in run]
        if characters or len(codes) == 1:
            yield from codes
        yield from (first << 21 | second for first, second in zip(codes, codes[1:], strict=False))
    yield from map(_word, WORD.findall(shown))


@dataclass(frozen=True)
class Searchable:
    """What one listing is found by, filtered by and sorted by. ``facets``: value tuples by facet name."""

    id: str
    title: frozenset[int]
    keywords: frozenset[int]
    text: frozenset[int]  # everything, title and keywords included
    facets: dict[str, tuple[str, ...]]
    complete: bool
    posted: int  # yyyymmdd, 0 unknown
    price: int | None  # 分
    expiry: int  # yyyymmdd, 0 unknown


def searchable(listing: Mapping[str, Any]) -> Searchable:
    """A listing as it stands in the store → what the index keeps of it."""
    owner = listing.get("owner") or {}
    title = frozenset(index_tokens(listing["title"], characters=True))
    words = [*listing.get("keywords", ()), *listing.get("applications", ())]
    keywords = frozenset(token for word in words for token in index_tokens(word, characters=True))
    names = frozenset(index_tokens(owner.get("name") or "", characters=True))
    number = frozenset({_word(listing["patent_number"])}) if listing.get("patent_number") else frozenset()
    text = frozenset(index_tokens(listing.get("summary") or "")) | title | keywords | names | number
    return Searchable(
        listing["id"],
        title,
        keywords,
        text,
        facets(listing),
        not listing.get("missing"),
        _day(listing.get("posted_on")),
        _price(listing),
        _day(listing.get("valid_until")),
    )


def facets(listing: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The values of every facet; what is not known is the value ``unknown``."""
    area = listing.get("area") or ""
    ipc = listing.get("ipc") or ()
    owner = listing.get("owner") or {}
    found: dict[str, Iterable[str]] = {
        "kind": (listing["kind"],),
        "state": (listing["state"],),
        "industry": listing.get("industries") or (),
        "area": (prefecture(area),) if area else (),
        "county": (area,) if area and not area.endswith("00") else (),
        "right_type": (listing.get("right_type") or UNKNOWN,),
        "section": (code[:1] for code in ipc if code[:1].isalpha()),  # a design has Locarno classes
        "subclass": (code[:4] for code in ipc if len(code) >= 4 and code[:1].isalpha()),
        "deal_form": listing.get("deal_forms") or (),
        "price": (price_band(listing),),
        "stage": (listing.get("stage") or UNKNOWN,),
        "owner_type": (owner.get("party_type") or UNKNOWN,),
        "legal_status": (listing.get("legal_status") or UNKNOWN,),
        "open_licence": ("yes" if listing.get("open_licence") else "no",),
        "encumbrance": [each["type"] for each in listing.get("encumbrances", ())] or ("none",),
        "source": (each["source"] for each in listing["sources"]),
    }
    return {name: tuple(dict.fromkeys(values)) or (UNKNOWN,) for name, values in found.items()}


def prefecture(area: str) -> str:
    """The prefecture of a division in Hunan, the province of any other."""
    return area[:4] + "00" if area.startswith("43") else area[:2] + "0000"


def price_band(listing: Mapping[str, Any]) -> str:
    """免费, 面议, or the band of the asked price."""
    basis = (listing.get("price") or {}).get("basis", UNKNOWN)
    if basis in ("free", "negotiable"):
        return str(basis)
    fen = _price(listing)
    if fen is None:
        return UNKNOWN
    return next((name for name, wan in BANDS if fen <= wan * FEN_PER_WAN), "more")


def _price(listing: Mapping[str, Any]) -> int | None:
    price = listing.get("price") or {}
    if price.get("basis") == "free":
        return 0
    amount = price.get("low") or price.get("high")
    return from_wire(amount) if amount else None


def _day(text: str | None) -> int:
    """2025-03-01 → 20250301; a month or a year sorts before its days."""
    digits = re.sub(r"\D", "", text or "")[:8]
    return int(digits.ljust(8, "0")) if len(digits) >= 4 else 0


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


@cache
def _simplified() -> dict[int, str]:
    """Traditional character → simplified, for single characters; phrases make no difference to bigrams' recall."""
    table = (resources.files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split()[0] for old, new in pairs if len(old) == 1}


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> int:
    return WORD_SPACE | int.from_bytes(hashlib.blake2b(word.lower().encode(), digest_size=7).digest())
