"""Tokens found by arrays, over many documents at once, equal those that ``index_tokens`` finds in each text."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sinks.portal.search.postings import TIERS, Texts, postings
from sinks.portal.search.text import index_tokens
from tests.examples_count import examples

FIRST = 70_000  # above the numbers of one roaring container

PIECES = st.sampled_from(
    (
        "枯草芽孢",
        "杆",
        "傳感器",
        "３Ｄ打印",
        "zl202110123456.7",
        "①",
        "㎡",
        "℃",
        "e\u0301",
        "가",
        "\u1100\u1161",
        "ΑΣ",
        "ﬁ",
    )
    + ("\u0301", " ", "\n", "，", "\0", "𠁞", "İ", "龥", "\ufa0e", "-", "a1", "")
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=6).map("".join)
DOCUMENTS = st.lists(st.builds(Texts, TEXTS, TEXTS, TEXTS, TEXTS), max_size=5)


@settings(max_examples=examples(400), deadline=None, database=None)
@given(documents=DOCUMENTS)
@example(documents=[])
@example(documents=[Texts("杆", "", "", "杆菌 杆"), Texts("", "杆", "菌", "菌")])
@example(documents=[Texts("a", "\u0301", "", ""), Texts("Σ", "ΑΣ", "Σ\0Α", "")])
def test_postings_of_a_batch_are_the_tokens_of_each_text(documents: list[Texts]) -> None:
    assert found(documents) == expected(documents)


def found(documents: list[Texts]) -> dict[tuple[str, int], set[int]]:
    having: dict[tuple[str, int], set[int]] = defaultdict(set)
    for tier, of_tier in postings(documents, FIRST).items():
        for token, numbers in of_tier:
            having[tier, token] |= set(numbers)
    return dict(having)


def expected(documents: list[Texts]) -> dict[tuple[str, int], set[int]]:
    having: dict[tuple[str, int], set[int]] = defaultdict(set)
    for number, document in enumerate(documents, FIRST):
        title, keywords, names = (
            set(index_tokens(text, characters=True)) for text in (document.title, document.keywords, document.names)
        )
        text = set(index_tokens(document.summary)) | title | keywords | names
        for tier, tokens in zip(TIERS, (title, keywords, text), strict=True):
            for token in tokens:
                having[tier, token].add(number)
    return dict(having)
