"""Plans are read from files that somebody wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ops.settings import ROOT
from schemas.errors import Misconfigured
from sinks.portal.read.targets import load_plans
from sinks.portal.serve import PLANS

PLAN = ROOT / PLANS / "2024_15.yml"


def test_a_successor_is_another_file_and_comes_first(tmp_path: Path) -> None:
    shutil.copy(PLAN, tmp_path / "a.yml")
    text = PLAN.read_text().replace("id: K", "id: N").replace("id: M", "id: O").replace("2024-05-27", "2026-05-27")
    (tmp_path / "b.yml").write_text(text)
    assert [plan.adopted_on for plan in load_plans(tmp_path)] == ["2026-05-27", "2024-05-27"]


def test_an_id_names_one_goal_among_all_plans(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        shutil.copy(PLAN, tmp_path / name)
    with pytest.raises(Misconfigured, match=r"b\.yml: K1 is already a goal of .*a\.yml") as refused:
        load_plans(tmp_path)
    assert refused.value.code == "T3013"
