"""Measures of names: whether comparing by key agrees with what vendors call the same applicant."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from schemas.fields.names import has_cjk, is_person, masked, name_key
from schemas.fields.party import read_party
from tests.measures.measure import Measure
from tests.measures.records import table

# A vendor marks a group of companies, universities or institutes: 通用汽车-C, 哈工大学-E.
GROUP = re.compile(r"-[A-Z]$")
PAIRS = "d_entities/applicant_standardised_pairs.csv"


def name_comparison(data: Path) -> tuple[Measure, Measure, Measure]:
    """Precision: raw names with one key that the vendor gives one standard name. Recall: raw names that the vendor gives
    one standard name and that have one key; ``spelling`` leaves out what is no matter of spelling: groups, translations,
    hospitals, other names. Pairs within one vendor; persons are never printed."""
    precision, recall, spelling = (
        Measure("name_pairs_precision"),
        Measure("name_pairs_recall"),
        Measure("name_spelling_recall"),
    )
    by_key: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    by_standard: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in table(data / PAIRS):
        raw, standard = row["applicant_raw"], row["applicant_standardised"]
        by_key[row["database"], name_key(raw)].append((raw, standard))
        by_standard[row["database"], standard].append(raw)
    for (_, key), rows in by_key.items():
        for raw, standard in rows[1:]:
            if name_key(standard) == name_key(rows[0][1]):
                precision.hit()
            else:  # a vendor that gives one spelling two standard names, says nothing of two spellings
                reason = "vendor_splits_one_spelling" if raw == rows[0][0] else "vendor_keeps_apart"
                precision.miss(reason, shown(f"{raw}: {rows[0][1]} / {standard}", key))
    for (_, standard), raws in by_standard.items():
        first = standard if standard in raws else raws[0]
        for raw in raws:
            if raw == first:
                continue
            if name_key(raw) == name_key(first):
                recall.hit()
                spelling.hit()
            else:
                reason = disagreement(raw, first, standard)
                if reason in ("letter_case", "punctuation"):
                    spelling.miss(reason, shown(f"{raw} | {first}", raw))
                recall.miss(reason, shown(f"{raw} | {first} → {standard}", raw))
    return precision, recall, spelling


def disagreement(raw: str, first: str, standard: str) -> str:
    """Why a vendor calls two names one: each class is a decision of the hub to keep them apart."""
    one, two = name_key(raw), name_key(first)
    if one.lower() == two.lower():
        return "letter_case"
    if strip_punctuation(one) == strip_punctuation(two):
        return "punctuation"
    if {read_party(raw).party_type, read_party(first).party_type} == {"hospital", "university"}:
        return "campus_hospital"
    if has_cjk(one) != has_cjk(two):
        return "other_script"
    if GROUP.search(standard):
        return "rolled_up_into_group"
    return "part_of_the_other" if one in two or two in one else "other_name"


def strip_punctuation(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def shown(text: str, name: str) -> str:
    return masked(name) if is_person(name) else text[:80]
