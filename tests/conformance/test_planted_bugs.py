"""The list of planted bugs fits the code as it is: every bug can be planted, every test that must notice it exists."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted.bug import Bug
from tests.planted.bugs import BUGS
from tests.planted.hook.planting import Change, NotPlantable, planted_sql, planted_tree
from tests.planted.trial import ROOT, attempt, surroundings


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_can_be_planted_and_names_tests_that_exist(bug: Bug) -> None:
    attempt(bug.change)
    assert bug.why and bug.tests
    for test in bug.tests:
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")


def test_no_two_bugs_are_alike() -> None:
    assert len({bug.name for bug in BUGS}) == len({bug.change for bug in BUGS}) == len(BUGS) >= 20


SOURCE = '''
LIMITS = {"pages": 3}

class Reader:
    def read(self, page):  # a comment
        """A docstring."""
        if (page.total
                > 3):
            page.close(strict=False)
        return 3
'''


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("Reader.read", "page.total > 3", "True", "if True:"),
        ("Reader.read", "return 3", "return 4", "return 4"),
        ("Reader.read", "strict=False", "strict=True", "page.close(strict=True)"),
        ("Reader.read", "page.close(strict = False)", "pass", "        if page.total > 3:\n            pass"),
        ("LIMITS", "3", "30", "LIMITS = {'pages': 30}"),
        ("Reader.read", "", "def read(self, page): return None", "def read(self, page):\n        return None"),
        ("", "return 3", "", "page.close(strict=False)\n"),
    ],
)
def test_a_change_is_found_by_its_syntax_whatever_the_layout(name: str, before: str, after: str, expected: str) -> None:
    tree = planted_tree(SOURCE, Change(f"module:{name}", before, after))
    compile(tree, "module", "exec")
    assert expected in ast.unparse(tree) + "\n"


@pytest.mark.parametrize(("name", "before"), [("Reader.read", "3"), ("Reader.write", "3"), ("Reader.read", "4")])
def test_what_stands_there_twice_or_not_at_all_is_refused(name: str, before: str) -> None:
    with pytest.raises(NotPlantable):
        planted_tree(SOURCE, Change(f"module:{name}", before, "5"))


def test_a_change_of_sql_touches_the_named_statement_only() -> None:
    text = "-- name: first (one)\nselect a\n from  t\n-- name: second\nselect a from t\n"
    change = Change("queries.sql:first", "select a from t", "select b from t")
    assert planted_sql(text, change) == "-- name: first (one)\nselect b from t\n-- name: second\nselect a from t\n"


ASK = "import victim; print(victim.answer())"
ASK_A_GRANDCHILD = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {ASK!r}]))"


def test_a_process_and_its_children_have_the_bug_and_the_file_does_not(tmp_path: Path) -> None:
    file = tmp_path / "victim.py"
    file.write_text("def answer():\n    return 41\n")
    change = Change("victim:answer", "41", "42")
    answers = [
        subprocess.check_output(
            [sys.executable, "-c", ASK_A_GRANDCHILD], env=surroundings(planted), cwd=tmp_path, text=True
        ).strip()
        for planted in (change, None)
    ]
    assert answers == ["42", "41"]
    assert "41" in file.read_text()
