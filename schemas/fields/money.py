"""Money 金额: an integer of 分 inside, a decimal string with its unit outside; never a float."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from schemas.errors import Reject
from schemas.fields.amount import Amount, read_amount

__all__ = ["Amount", "Money", "from_wire", "read_amount", "to_wire"]


def from_wire(value: Any) -> int:
    """分 from the wire form ``{"value": "1205000.00", "unit": "元"}`` or an int of 分. Raises ``money_unreadable``."""
    if isinstance(value, bool):
        raise Reject("money_unreadable", f"{value!r} is no amount")
    if isinstance(value, int):
        return value
    if isinstance(value, dict) and value.get("unit") == "元" and isinstance(value.get("value"), str):
        yuan, _, rest = value["value"].partition(".")
        if yuan.lstrip("-").isdigit() and len(rest) <= 2 and (rest.isdigit() or not rest):
            fen = int(yuan.lstrip("-")) * 100 + int(rest.ljust(2, "0"))
            return -fen if yuan.startswith("-") else fen
    raise Reject("money_unreadable", f"{value!r} is no amount; accepted: int of 分, or value and unit 元")


def to_wire(fen: int) -> dict[str, str]:
    """The form in which an amount leaves: ``{"value": "1205000.00", "unit": "元"}``."""
    sign = "-" if fen < 0 else ""
    return {"value": f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}", "unit": "元"}


Money = Annotated[
    int,
    BeforeValidator(from_wire),
    PlainSerializer(to_wire, return_type=dict[str, str], when_used="json"),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {"value": {"type": "string", "pattern": r"^-?\d+\.\d{2}$"}, "unit": {"const": "元"}},
            "required": ["value", "unit"],
        }
    ),
]
