"""A kind or a figure that is written wrongly is refused when it is defined: which, where, and what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import pytest

from schemas.errors import Misconfigured
from schemas.figures.dimensions import coded
from schemas.kinds import BY_NAME, KINDS
from schemas.kinds.columns import Day, Parties, Text
from schemas.kinds.contract import Contract
from schemas.kinds.definition import by_name
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.words import Term


class Gift(Occurrence, frozen=True):
    """A patent is given away."""

    name, label = "gift", Term("捐赠", "Gift")
    phases = {"recorded": Term("已登记", "Recorded")}
    giver, counts_on = "donor", "given_on"
    stated_on = ("given_on",)

    donor: Annotated[Parties, says("捐赠人", "Donor")] = ()
    given_on: Annotated[Day | None, says("捐赠日", "Given on")] = None

    def subjects(self) -> tuple[str, ...]:
        return ("patent:201210464170.6",)

    def identity(self, subject: str, phase: str) -> Identity:
        return official(subject)


class Bare(Occurrence, frozen=True):
    """Nothing but a name."""

    name = "bare"


class Sorted(Gift, frozen=True):
    """A field with codes, of which one has no words and another word is no code, and a default that is none."""

    name = "sorted"
    sort: Annotated[
        Literal["whole", "part"] | None,
        says("类型", "Sort", otherwise="hole", values={"whole": Term("整体", "Whole"), "prat": Term("部分", "Part")}),
    ] = None


class Silent(Gift, frozen=True):
    """A field without its terms."""

    name = "silent"
    why: Text | None = None


def a_kind(attribute: str, value: Any) -> type[Occurrence]:
    return type("Wrong", (Gift,), {"__module__": __name__, "name": "wrong", attribute: value}, frozen=True)


def refusal(*kinds: type[Occurrence]) -> str:
    with pytest.raises(Misconfigured) as caught:
        by_name(kinds)
    assert (caught.value.code, caught.value.next_step) == ("T3014", f"correct {__name__.replace('.', '/')}.py")
    return caught.value.message.partition(" · ")[0]


@pytest.mark.parametrize(
    ("attribute", "value", "complaint"),
    [
        ("name", "Wrong Name", "name: 'Wrong Name' is no name on the wire; write small letters and hyphens, as gift"),
        ("label", "错", 'label: is missing; write label = Term("中文", "English")'),
        ("phases", {}, 'phases: is missing; write phases = {"recorded": Term("已登记", "Recorded")}, in their order'),
        (
            "phases",
            {"recorded": "已登记"},
            'phases: is missing; write phases = {"recorded": Term("已登记", "Recorded")}, in their order',
        ),
        (
            "secrecy",
            "secret",
            "secrecy: 'secret' is none of public, shared, internal, sensitive",
        ),
        ("giver", "doner", "giver: 'doner' is no field with parties; accepted: donor; did you mean donor?"),
        ("taker", "given_on", "taker: 'given_on' is no field with parties; accepted: donor"),
        (
            "counts_on",
            "gave_on",
            "counts_on: 'gave_on' is no field with a day; accepted: given_on; did you mean given_on?",
        ),
        ("stated_on", ("donor",), "stated_on: 'donor' is no field with a day; accepted: given_on"),
        (
            "couts_on",
            "given_on",
            "couts_on: 'couts_on' is no attribute of a kind; accepted: name, label, secrecy, phases, is_listing, "
            "shows_history, giver, taker, counts_on, stated_on, named_on, matching, describes_party; did you mean counts_on?",
        ),
        ("effects", lambda self, phase: None, "effects: nobody asks for it; did you mean effect?"),
        ("named_on", "given_on", "named_on: 'given_on' is one text; write named_on = (\"given_on\",)"),
        ("subjects", Occurrence.subjects, "subjects: is missing; write def subjects(self) -> tuple[str, ...]"),
        (
            "identity",
            Occurrence.identity,
            "identity: is missing; write def identity(self, subject: str, phase: str) -> Identity",
        ),
    ],
)
def test_a_kind_is_refused_with_what_is_wrong_and_what_to_write(attribute: str, value: Any, complaint: str) -> None:
    assert refusal(a_kind(attribute, value)) == f"kind Wrong: {complaint}"


def test_all_that_a_kind_lacks_is_told_at_once() -> None:
    found = refusal(Bare).removeprefix("kind Bare: ").split("; kind Bare: ")
    assert [each.partition(":")[0] for each in found] == ["label", "phases", "subjects", "identity"]


def test_a_field_without_its_terms_is_named() -> None:
    assert refusal(Gift, Silent) == ('kind Silent: why: has no terms; write why: Annotated[…, says("中文", "English")]')


def test_codes_their_words_and_the_default_of_a_field_agree() -> None:
    assert refusal(Gift, Sorted).removeprefix("kind Sorted: ").split("; kind Sorted: ") == [
        "sort: values: 'prat' is no code; accepted: whole, part; did you mean part?",
        "sort: values: has no words for part",
        "sort: otherwise: 'hole' is no code; accepted: whole, part; did you mean whole?",
    ]


def test_two_kinds_of_one_name_are_refused() -> None:
    assert refusal(Gift, a_kind("name", "gift")) == "kind Wrong: name: 'gift' is the name of Gift; write another one"


def test_the_kinds_of_the_release_are_accepted() -> None:
    assert by_name(KINDS) == BY_NAME


@pytest.mark.parametrize(
    ("define", "sentence"),
    [
        (
            lambda: coded(Contract, "title"),
            'Contract.title cuts figures but has no value where no source says it; write says(…, otherwise="unknown")',
        ),
        (
            lambda: coded(Contract, "tittle"),
            "Contract: 'tittle' is no field; accepted: contract_number, title,",
        ),
    ],
)
def test_a_dimension_without_a_default_is_refused_when_it_is_defined(define: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(TypeError) as caught:
        define()
    assert str(caught.value).startswith(sentence)
