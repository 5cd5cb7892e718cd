"""The guide to production can be followed: its environment is taken as it stands, and each of its commands exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ops.bus.acl import grants
from ops.settings import ROOT, read_settings
from tests.ops.commands import understood

GUIDE = (ROOT / "docs/guides/production.md").read_text(encoding="utf-8")


def environment(tmp_path: Path) -> dict[str, str]:
    """The block of the guide; the secret that is read at the start lies in a file of this test."""
    (block,) = re.findall(r"^```ini\n(.*?)^```$", GUIDE, re.M | re.S)
    found = dict(line.split("=", 1) for line in block.splitlines())
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    return {**found, "TONGDA_HOME": str(tmp_path), "TONGDA_DATABASE_PASSWORD_FILE": str(secret)}


def test_the_environment_of_the_guide_is_a_production_profile(tmp_path: Path) -> None:
    settings = read_settings(environment(tmp_path))
    assert (settings.profile, settings.replication, settings.min_isr, settings.partitions) == ("production", 3, 2, 24)
    assert settings.database == (
        "postgresql://tongda:s3cret@db.hub.example:5432/tongda?sslmode=verify-full&sslrootcert=%2Fetc%2Ftongda%2Fdatabase-ca.pem"
    )
    assert settings.synthetic_sources == frozenset()


@pytest.mark.parametrize("command", re.findall(r"^tongda ([^#\n]*[^#\s])", GUIDE, re.M))
def test_a_command_of_the_guide_exists(command: str) -> None:
    understood(command)


def test_the_accounts_of_the_guide_are_those_of_the_grants(tmp_path: Path) -> None:
    named = set(re.findall(r"`(tongda-[a-z]+)`", GUIDE))
    assert {f"User:{name}" for name in named} == {
        each.principal for each in grants(read_settings(environment(tmp_path)))
    }
