"""The documents, and the tables in them that are made from the code. ``python -m tests.conformance.documents [NAME …]`` writes them anew."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

from ops.settings import DERIVED, Settings
from schemas import errors
from schemas.errors import Exit
from schemas.figures import INDICATORS
from schemas.topics import TOPICS
from sinks.access.roles import ACTIONS, Action, Caller, Role, Who, may
from tests.ops.commands import walk

ROOT = Path(__file__).resolve().parents[2]
README, FIGURES, ARCHITECTURE, ACCESS = (
    ROOT / name for name in ("README.md", "docs/figures.md", "docs/architecture.md", "docs/access.md")
)
DOCUMENTS = tuple(
    sorted(path for pattern in ("*.md", "docs/**/*.md", "ops/runbook/*.md") for path in ROOT.glob(pattern))
)


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
    """The commands of ``tongda``."""
    rows = [f"| `tongda {' '.join(path)}` | {command.help} |" for path, command in walk()]
    return "\n".join(["| command | does |", "|---|---|", *rows])


def exit_table() -> str:
    """How a command ends."""
    return "\n".join(["| exit code | meaning |", "|---|---|", *(f"| {exit.value} | {exit.meaning} |" for exit in Exit)])


def indicator_table() -> str:
    """The figures: what each reads, what cuts it, how its keys count."""
    rows = []
    for each in INDICATORS:
        reads = "; ".join(f"{kind.name} {', '.join(phases)}" for kind, phases in each.reads)
        cut = ", ".join(f"`{dimension.id}`" for dimension in each.dimensions) or "–"
        rows.append(f"| `{each.id}` | {each.label.zh} | {each.unit.value} | {reads} | {cut} | {each.counting.value} |")
    return "\n".join(
        ["| id | label | unit | reads | by, beside area | a key counts |", "|---|---|---|---|---|---|", *rows]
    )


def error_tree() -> str:
    """The tree that is drawn in ``schemas.errors`` (tests/ops/test_errors.py holds it against the classes)."""
    drawn = re.search(r"^    HubError.*?(?=\n\n)", errors.__doc__ or "", re.M | re.S)
    return f"```\n{dedent(drawn[0]) if drawn else ''}\n```"


def access_matrix() -> str:
    """What each role may do, and at which addresses."""
    from tests.addresses import addresses  # here: the web server takes a second to import

    people: tuple[Who, ...] = (*Caller, *Role)
    shown = {each: ", ".join(f"`{path}`" for path in paths) for each, paths in addresses().items()}
    rows = [
        f"| {ACTIONS[action].en} {ACTIONS[action].zh} | {shown[action]} | "
        + " | ".join("yes" if may(who, action) else "–" for who in people)
        + " |"
        for action in Action
    ]
    head = f"| action | addresses | {' | '.join(who.value for who in people)} |"
    return "\n".join([head, "|---|---|" + ":-:|" * len(people), *rows])


TABLES: Mapping[str, tuple[Path, Callable[[], str]]] = {
    "topics": (README, topic_table),
    "settings": (README, settings_table),
    "commands": (README, command_table),
    "exits": (README, exit_table),
    "indicators": (FIGURES, indicator_table),
    "errors": (ARCHITECTURE, error_tree),
    "access": (ACCESS, access_matrix),
}


def section(text: str, name: str) -> str:
    """What stands between the markers of one table."""
    match = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.S)
    return match[1].rstrip("\n") if match else ""


def rewrite(name: str) -> None:
    """Make one table anew in its document."""
    file, table = TABLES[name]
    head, _, rest = file.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    tail = rest.partition(f"<!-- /{name} -->")[2]
    file.write_text(f"{head}<!-- {name} -->\n{table()}\n<!-- /{name} -->{tail}", encoding="utf-8")


if __name__ == "__main__":
    for each in sys.argv[1:] or TABLES:
        rewrite(each)
