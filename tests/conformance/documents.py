"""The documents, and the tables in them that are made from the code. ``python -m tests.conformance.documents`` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ops.cli import ELSEWHERE, parser
from ops.settings import DERIVED, Settings
from schemas import errors
from schemas.errors import HubError
from schemas.topics import TOPICS
from streams.indicators import INDICATORS

ROOT = Path(__file__).resolve().parents[2]
README, FIGURES, ARCHITECTURE = (ROOT / name for name in ("README.md", "docs/figures.md", "docs/architecture.md"))
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
    nouns = next(action for action in parser()._actions if action.dest == "noun")
    rows = [f"| `tongda {choice.dest}` | {choice.help} |" for choice in nouns._choices_actions]  # type: ignore[attr-defined]
    rows += [f"| `tongda {noun} …` | {also.help} |" for noun, also in ELSEWHERE.items()]
    return "\n".join(["| command | does |", "|---|---|", *rows])


def indicator_table() -> str:
    """The figures: what each reads, what cuts it, how it may be summed."""
    rows = []
    for each in INDICATORS:
        reads = "; ".join(f"{kind} {', '.join(phases)}".strip() for kind, phases in each.reads.items())
        cut = ", ".join(f"`{name}`" for name in each.by) or "–"
        rows.append(f"| `{each.id}` | {each.label} | {each.unit} | {reads} | {cut} | {each.additivity} |")
    return "\n".join(["| id | label | unit | reads | by, beside area | add |", "|---|---|---|---|---|---|", *rows])


def error_tree() -> str:
    """The classes of ``schemas.errors`` with code, exit code and what the class says."""
    return "\n".join(["```", *(f"{name:<20} {told}" for name, told in _branches(HubError, "", "")), "```"])


def _branches(error: type[HubError], lead: str, rest: str) -> Iterator[tuple[str, str]]:
    first_line = (error.__doc__ or "").partition("\n")[0]
    yield f"{lead}{error.__name__}", f"{error.code}  exit {error.exit_code}  {first_line}"
    below = [one for one in error.__subclasses__() if one.__module__ == errors.__name__]
    for one in below:
        last = one is below[-1]
        yield from _branches(one, rest + ("└── " if last else "├── "), rest + ("    " if last else "│   "))


TABLES: Mapping[str, tuple[Path, Callable[[], str]]] = {
    "topics": (README, topic_table),
    "settings": (README, settings_table),
    "commands": (README, command_table),
    "indicators": (FIGURES, indicator_table),
    "errors": (ARCHITECTURE, error_tree),
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
    for each in TABLES:
        rewrite(each)
