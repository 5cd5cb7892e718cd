"""Words 文字: every code that people read on a screen, in Chinese (first) and English; the table is words.csv.

A page's own sentences stand in its template, both languages side by side; what comes out of the hub as a code stands
in the table. An unknown code is shown as 其他 with the code behind it, never hidden: topics may bring new values later.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Literal

from schemas.fields.place import name_of
from schemas.kinds import BY_NAME

Lang = Literal["zh", "en"]

# GB/T 2260 order: the row order of every table the bureau prints.
PREFECTURES = (
    "430100",
    "430200",
    "430300",
    "430400",
    "430500",
    "430600",
    "430700",
    "430800",
    "430900",
    "431000",
    "431100",
    "431200",
    "431300",
    "433100",
)
OTHER, PROVINCE = "OTHER", "430000"
ROWS = (*PREFECTURES, OTHER, PROVINCE)

# Which group of the table explains the values of a field; a field not named here is shown as it came.
VALUES = {
    "licence_kind": "licence_kind",
    "contract_type": "contract_type",
    "form": "form",
    "cause": "cause",
    "right": "right",
    "collateral": "collateral",
    "party_type": "party_type",
    "counter_type": "party_type",
    "stage": "stage",
    "deal_forms": "deal_form",
    "cooperation_forms": "deal_form",
    "sme": "sme",
    "industries": "industry",
    "industry": "industry",
    "area": "area",
    "counter_area": "area",
    "state": "state",
    "right_type": "right_type",
    "legal_status": "legal_status",
    "loan_band": "loan_band",
    "prospects": "degree",
    "improvement": "degree",
    "cooperation": "degree",
}


@cache
def table() -> dict[str, dict[str, tuple[str, str]]]:
    """Group → code → (Chinese, English), in the order of the file."""
    groups: dict[str, dict[str, tuple[str, str]]] = {}
    with (Path(__file__).parent / "words.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            groups.setdefault(row["group"], {})[row["code"]] = (row["zh"], row["en"])
    return groups


def word(group: str, code: str | None, lang: Lang = "zh") -> str:
    """What people read for a code. Raises KeyError for an unknown group: that is a slip in a template."""
    known = table()[group].get(code or "unknown")
    if known:
        return known[lang == "en"]
    if group == "area" and code and (division := name_of(code)):
        return division
    if not code:
        return "Unknown" if lang == "en" else "不明"
    return f"Other ({code})" if lang == "en" else f"其他（{code}）"


def figure_word(indicator: str, label: str, lang: Lang = "zh") -> str:
    """What people read for a figure: the table's words, else the label that its points carry."""
    return word("indicator", indicator, lang) if indicator in table()["indicator"] else label


def place_of(indicator: str) -> tuple[int, str]:
    """Where a figure stands among the others: in the order of the table, new ones behind."""
    order = list(table()["indicator"])
    return (order.index(indicator) if indicator in order else len(order)), indicator


def value_word(field: str, value: str, lang: Lang = "zh") -> str:
    """What people read for the value of a kind's field or of a dimension."""
    return word(VALUES[field], value, lang) if field in VALUES else value


def title_of(kind: str, field: str, lang: Lang = "zh") -> str:
    """The official term of a kind's field; in English the table's, else its identifier, the same term by the glossary."""
    named = table()["field"].get(field)
    if lang == "en":
        return named[1] if named else field.replace("_", " ").capitalize()
    model = BY_NAME.get(kind)
    known = model.model_fields.get(field) if model else None
    return (known.title if known else None) or (named[0] if named else field)
