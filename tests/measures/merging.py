"""Measures of merging: the labelled pairs of tests/streams/pairs.json, each with its reason; no real records are needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schemas.kinds import BY_NAME
from schemas.subjects import contract_subject, party_subject, patent_subject
from tests.examples import a_legal_status, party, seen, yuan
from tests.measures.measure import Measure
from tests.streams.resolving import dossier_of

PAIRS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "streams" / "pairs.json").read_text("utf-8"))
AUTHORITY = {"cnipa_gazette": "register", "hn_ip_exchange": "exchange", "vendor": "vendor", "bank": "bank"}


def merging() -> tuple[Measure, Measure, Measure]:
    """Precision: of the pairs that were put together, how many are the same. Recall: of the same, how many were put together.
    Doubtful pairs stay apart until a person rules."""
    precision, recall, doubtful = (
        Measure("merge_pairs_precision"),
        Measure("merge_pairs_recall"),
        Measure("merge_doubtful_apart"),
    )
    for pair in PAIRS:
        together, reason = merged(pair), f"{pair['kind']}: {pair['reason']}"
        if pair["label"] == "doubtful":
            doubtful.miss("put_together", reason) if together else doubtful.hit()
            continue
        if together:
            precision.hit() if pair["label"] == "same" else precision.miss("false_merge", reason)
        if pair["label"] == "same":
            recall.hit() if together else recall.miss("kept_apart", reason)
    return precision, recall, doubtful


def merged(pair: dict[str, Any]) -> bool:
    """Whether the two statements of a pair become one event, in either order."""
    both = [sighting(pair, "a"), sighting(pair, "b")]
    known = [renamed(pair)] if "renamed" in pair else []
    there, back = (dossier_of(*order, *known).clusters[pair["kind"]] for order in (both, both[::-1]))
    assert there.keys() == back.keys()
    return len(there) == 1


def sighting(pair: dict[str, Any], side: str) -> dict[str, Any]:
    """One side of a labelled pair as normalise would have made it."""
    said = dict(pair[side])
    kind, source, phase = BY_NAME[pair["kind"]], said.pop("source"), said.pop("phase")
    for role in (kind.giver, kind.taker):
        if role in said:
            said[role] = [party(name) for name in said[role]]
    for name in ("secured_amount", "loan_amount"):
        if name in said:
            said[name] = yuan(said[name])
    if pair["subject"]:
        said["patents"], subject = [pair["subject"]], patent_subject(pair["subject"])
    elif pair["kind"] == "contract":
        subject = contract_subject(said["contract_number"])
    else:
        subject = party_subject(said[kind.giver][0]["key"])
    record = f"{source}|{pair['kind']}|{side}"
    return seen(pair["kind"], phase, subject, record, authority=AUTHORITY.get(source, "provincial"), **said)


def renamed(pair: dict[str, Any]) -> dict[str, Any]:
    """The change of name that the register announced of the pair's patent: old, new, day."""
    old, new, day = pair["renamed"]
    return a_legal_status(pair["subject"], "holder_renamed", day, holder=new, renamed_from=[old], renamed_to=[new])
