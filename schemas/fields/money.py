"""Money 金额: an integer of 分 to calculate with, a decimal string with its unit in JSON; never a float."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas.errors import Reject


class Money(Struct, frozen=True, order=True):
    """An amount of yuan, exact to the 分: ``{"value": "1205000.00", "unit": "元"}``."""

    value: Annotated[str, Meta(extra_json_schema={"pattern": r"^-?\d+\.\d{2}$"})]
    unit: Literal["元"] = "元"

    @classmethod
    def of(cls, fen: int) -> Money:
        """The amount of so many 分."""
        sign = "-" if fen < 0 else ""
        return cls(f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}")

    @property
    def fen(self) -> int:
        """The amount in 分. Raises ``money_unreadable``."""
        yuan, _, rest = self.value.partition(".")
        digits = yuan.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(rest) <= 2 and (rest.isdigit() or not rest)):
            raise Reject("money_unreadable", f"{self.value!r} is not an amount; accepted: 1205000.00")
        fen = int(digits) * 100 + int(rest.ljust(2, "0"))
        return -fen if yuan.startswith("-") else fen
