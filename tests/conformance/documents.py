"""The tables in README.md that are made from the code. ``python -m tests.conformance.documents`` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ops.settings import DERIVED, Settings
from schemas.errors import Exit
from schemas.topics import TOPICS
from tests.ops.commands import walk

README = Path(__file__).resolve().parents[2] / "README.md"


def topic_table() -> str:
    """The topics as the broker has them."""
    rows = [
        f"| `{t.name}` | {t.key.replace('|', chr(92) + '|')} | {t.policy} | {t.written_by} | {t.secrecy} |"
        for t in TOPICS
    ]
    return "\n".join(["| topic | key | policy | written by | class |", "|---|---|---|---|---|", *rows])


def settings_table() -> str:
    """The settings the hub reads, with their defaults."""
    rows = []
    for name, field in Settings.model_fields.items():
        if name in DERIVED:
            continue
        default = field.get_default(call_default_factory=True)
        shown = f"`{default}`" if isinstance(default, (int, float, str)) and default != "" else "–"
        rows.append(f"| `TONGDA_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


def command_table() -> str:
    """What ``tongda`` understands."""
    rows = [f"| `tongda {' '.join(path)}` | {command.help} |" for path, command in walk()]
    return "\n".join(["| command | does |", "|---|---|", *rows])


def exit_table() -> str:
    """How a command ends."""
    return "\n".join(["| exit code | meaning |", "|---|---|", *(f"| {exit.value} | {exit.meaning} |" for exit in Exit)])


TABLES: dict[str, Callable[[], str]] = {
    "topics": topic_table,
    "settings": settings_table,
    "commands": command_table,
    "exits": exit_table,
}


def section(text: str, name: str) -> str:
    """What stands between the markers of one table."""
    match = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.S)
    return match[1].rstrip("\n") if match else ""


def rewritten(text: str) -> str:
    """The text with every table made anew."""
    for name, table in TABLES.items():
        head, _, rest = text.partition(f"<!-- {name} -->\n")
        _, end, tail = rest.partition(f"<!-- /{name} -->")
        text = f"{head}<!-- {name} -->\n{table()}\n{end}{tail}"
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
