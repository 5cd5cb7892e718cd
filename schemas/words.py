"""Words 用语: what people read for something that has a name in the code, Chinese first."""

from __future__ import annotations

from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Term(NamedTuple):
    """The official Chinese term and its English counterpart."""

    zh: str
    en: str

    def __call__(self, lang: Lang = "zh") -> str:
        return self.en if lang == "en" else self.zh
