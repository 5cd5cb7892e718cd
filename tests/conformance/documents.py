"""The tables in README.md that are made from the code. ``python -m tests.conformance.documents`` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from ops.settings import Settings
from schemas.topics import TOPICS

README = Path(__file__).resolve().parents[2] / "README.md"


def topic_table() -> str:
    """The topics as the broker has them."""
    rows = [f"| `{t.name}` | {t.key.replace('|', chr(92) + '|')} | {t.policy} | {t.written_by} | {t.secrecy} |" for t in TOPICS]
    return "\n".join(["| topic | key | policy | written by | class |", "|---|---|---|---|---|", *rows])


def settings_table() -> str:
    """The settings the hub reads, with their defaults."""
    rows = []
    for name, field in Settings.model_fields.items():
        if not (field.description and field.json_schema_extra is None or field.description):
            continue
        default = "" if field.is_required() else field.get_default(call_default_factory=True)
        shown = default if isinstance(default, (int, float, str)) and default != "" else "–"
        rows.append(f"| `TONGDA_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


TABLES = {"topics": topic_table, "settings": settings_table}


def section(text: str, name: str) -> str:
    """What stands between the markers of one table."""
    match = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", text, re.S)
    return match[1] if match else ""


def rewritten(text: str) -> str:
    """README with every table made anew."""
    for name, table in TABLES.items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)",
            lambda match, table=table: match[1] + table() + match[2],  # type: ignore[misc]
            text, flags=re.S,
        )
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
