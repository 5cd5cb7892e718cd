"""The door to YAML: every definition is read whole and checked, and a mistake is told with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ops.settings import ROOT, read_settings
from ops.sources import OWN_SOURCE, load_sources, polled, read_yaml
from ops.supervisor.parts import own_base
from schemas.errors import Misconfigured

DEFINITIONS = ROOT / "connectors" / "sources"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with one good definition."""
    shutil.copytree(DEFINITIONS / "hn_ip_service", tmp_path / "hn_ip_service")
    return tmp_path


def refused(folder: Path) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        load_sources(folder)
    assert "hn_ip_service" in caught.value.message or "renamed" in caught.value.message
    return caught.value


def test_every_folder_defines_its_platform_but_the_one_of_shared_definitions() -> None:
    sources = load_sources(DEFINITIONS)
    folders = {folder.name for folder in DEFINITIONS.iterdir() if folder.is_dir()}
    assert list(sources) == sorted(folders - {"shared"})
    assert all(source.feeds and not source.synthetic for source in sources.values())


def test_a_key_that_stands_twice_is_refused(copy: Path) -> None:
    file = copy / "hn_ip_service" / "source.yml"
    file.write_text(file.read_text() + "\nid: hn_ip_service\n")
    error = refused(copy)
    assert (error.code, "'id' stands twice" in error.message) == ("T3010", True)


def test_text_that_is_no_yaml_is_told_with_its_line(copy: Path) -> None:
    file = copy / "hn_ip_service" / "source.yml"
    file.write_text("id: [hn_ip_service\n")
    error = refused(copy)
    assert (error.code, "line" in error.message) == ("T3010", True)


def test_a_field_nobody_knows_is_refused_by_its_place(copy: Path) -> None:
    file = copy / "hn_ip_service" / "source.yml"
    file.write_text(file.read_text() + "\nnonsense: 1\n")
    error = refused(copy)
    assert (error.code, "nonsense" in error.message) == ("T3011", True)


def test_the_folder_and_the_id_are_one_name(copy: Path) -> None:
    (copy / "hn_ip_service").rename(copy / "renamed")
    assert refused(copy).code == "T3012"


def test_another_address_replaces_the_definitions_and_marks_sample_data() -> None:
    settings = read_settings({"TONGDA_SOURCE_HN_IP_SERVICE_BASE": "http://127.0.0.1:9000"})
    sources = load_sources(DEFINITIONS, settings)
    assert (sources["hn_ip_service"].access.base, sources["hn_ip_service"].synthetic) == ("http://127.0.0.1:9000", True)
    assert sources["hn_sme_service"] == load_sources(DEFINITIONS)["hn_sme_service"]


def test_the_list_of_the_hubs_own_desk_is_polled_where_its_portal_has_an_address() -> None:
    for environ, base in (
        ({}, None),
        ({"TONGDA_PUBLIC_URL": "https://hub.example"}, "https://hub.example"),
        (
            {"TONGDA_PUBLIC_URL": "https://hub.example", "TONGDA_SOURCE_HUB_DESK_BASE": "http://10.0.0.1"},
            "http://10.0.0.1",
        ),
    ):
        settings = read_settings(environ)
        found = polled(load_sources(DEFINITIONS, settings), settings)
        assert len(found) >= len(load_sources(DEFINITIONS)) - 1
        assert (found[OWN_SOURCE].access.base if OWN_SOURCE in found else None) == base
    for portal in ("0.0.0.0:8080", "[::]:8080", "127.0.0.1:8080"):
        assert own_base(read_settings({"TONGDA_PORTAL": portal})) == "http://127.0.0.1:8080"


def test_yaml_makes_plain_values_only(tmp_path: Path) -> None:
    file = tmp_path / "evil.yml"
    file.write_text("!!python/object/apply:os.system ['true']")
    with pytest.raises(Misconfigured):
        read_yaml(file)
