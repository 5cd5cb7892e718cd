"""What the documents say is what the code does: tables, links, commands, files."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.documents import DOCUMENTS, ROOT, TABLES, section
from tests.conformance.references import DOCUMENT, OURS, anchors, commands, links
from tests.docs.blocks import blocks_in

pytestmark = pytest.mark.whole

PACKAGES = ("schemas", "connectors", "streams", "sinks", "ops")
TEXTS = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
COMMANDS = sorted({command.words for text in TEXTS.values() for command in commands(text)} - {()})


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_the_one_the_code_makes(name: str) -> None:
    file, table = TABLES[name]
    assert section(file.read_text(encoding="utf-8"), name) == table(), "python -m tests.conformance.documents"


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_to_a_file_and_an_anchor(document: Path) -> None:
    broken = []
    for link in links(TEXTS[document]):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if "://" not in link and (not target.exists() or (anchor and anchor not in anchors(target))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_file_named_exists(document: Path) -> None:
    made = {block.path for block in blocks_in(TEXTS[document]) if not block.is_change}  # a guide writes them
    named_files = [path for path in OURS.findall(TEXTS[document]) if path not in made]
    assert [path for path in named_files if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_make_target_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"(?:`| {4})make ([a-z]+)", TEXTS[document])) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_module_that_is_run_exists(document: Path) -> None:
    modules = [
        ROOT / name.replace(".", "/") for name in re.findall(r"python -m ((?:tests|ops)[\w.]*)", TEXTS[document])
    ]
    assert [
        path for path in modules if not (path / "__main__.py").exists() and not path.with_suffix(".py").exists()
    ] == []


@pytest.mark.process
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_named_is_one_of_tongda_with_its_options(words: tuple[str, ...]) -> None:
    tongda = Path(sys.executable).with_name("tongda")
    done = subprocess.run([tongda, *words, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    given = {
        option for text in TEXTS.values() for one in commands(text) if one.words == words for option in one.options
    }
    assert sorted(option for option in given if option not in done.stdout) == []


def references() -> Iterator[tuple[Path, str, str]]:
    """Every document that a file of code names: the file, the path, the anchor."""
    for folder in (*PACKAGES, "tests"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.parent.name in ("conformance", "docs"):  # these handle documents, and invent some
                continue
            if file.parent.name == "samples":  # bytes as platforms gave them, in their own encodings
                continue
            if file.suffix in (".py", ".yml", ".sql", ".csv", ".html", ".js", ".css", ".toml"):
                for path, anchor in DOCUMENT.findall(file.read_text(encoding="utf-8")):
                    yield file, path, anchor


def test_every_document_that_code_names_exists_with_its_anchor() -> None:
    broken = []
    for file, path, anchor in references():
        found = [folder / path for folder in (ROOT, ROOT / "ops" / "runbook") if (folder / path).is_file()]
        if not found or (anchor and anchor not in anchors(found[0])):
            broken.append(f"{file.relative_to(ROOT)}: {path}#{anchor}")
    assert broken == []


def test_every_file_that_code_names_exists() -> None:
    broken = [
        f"{file.relative_to(ROOT)}: {path}"
        for folder in PACKAGES
        for file in sorted((ROOT / folder).rglob("*.py"))
        for path in OURS.findall(file.read_text(encoding="utf-8"))
        if not (ROOT / path).exists()
    ]
    assert broken == []


def test_the_rooms_of_the_architecture_are_those_of_the_code() -> None:
    rooms = {file.parent for folder in PACKAGES for file in (ROOT / folder).glob("*/**/__init__.py")}
    listed = re.findall(r"^\| `([\w/]+/)` \|", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(f"{room.relative_to(ROOT)}/" for room in rooms)
