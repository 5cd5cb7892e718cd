"""The workers of a rebuild read the same definitions, under the same addresses, as the stages of the running hub."""

from __future__ import annotations

import os
from pathlib import Path

from ops import run
from ops.settings import read_settings
from ops.sources import OWN_SOURCE
from streams.rebuild.workers import Workers


def test_a_worker_knows_which_platforms_are_stand_ins_so_that_sample_data_stay_marked(tmp_path: Path) -> None:
    base = "http://127.0.0.1:2"
    run.write(tmp_path / "run", "platforms", os.getpid(), sources={"hn_ip_service": base})
    following = read_settings({"TONGDA_HOME": str(tmp_path)}).model_copy(update={"generation": 1})
    workers = Workers(following, {})
    told = read_settings(workers._environment(workers.children[0]))
    assert told.home == tmp_path / "rebuild" / "0"
    bases = {"hn_ip_service": base, OWN_SOURCE: f"http://{following.portal}"}
    assert (told.source_bases, told.synthetic_sources) == (bases, frozenset(bases))
