"""Settings: what an operator writes is taken, what is wrong is named with a way out, secrets stay out of sight."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from ops import run
from ops.settings import FIELDS, Settings, language, masked, read_settings
from schemas.errors import Misconfigured
from schemas.topics import TOPICS

PRODUCTION = {
    "TONGDA_PROFILE": "production",
    "TONGDA_KAFKA": "broker:9093",
    "TONGDA_KAFKA_SECURITY": "sasl_ssl",
    "TONGDA_KAFKA_USER": "store",
    "TONGDA_KAFKA_PASSWORD_FILE": "/run/secrets/kafka-password",
    "TONGDA_DATABASE": "postgresql://hub@db/tongda",
}


def refused(environ: dict[str, str]) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        read_settings(environ)
    assert caught.value.next_step
    return caught.value


def test_an_empty_environment_is_a_hub_on_this_machine(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    assert (settings.profile, settings.kafka, settings.database) == ("local", "", "")
    assert settings.evidence == tmp_path / "evidence"
    assert settings.slot
    assert settings.synthetic_sources == frozenset()


def test_values_are_read_and_the_settings_cannot_be_changed_afterwards() -> None:
    settings = read_settings({"TONGDA_PARTITIONS": "24", "TONGDA_ABSENCE_SHARE": "0.1", "PATH": "/bin"})
    assert (settings.partitions, settings.absence_share) == (24, 0.1)
    with pytest.raises(ValidationError):
        settings.partitions = 4  # type: ignore[misc]  # the fault itself


def test_what_a_rebuild_makes_has_names_of_its_own_and_what_the_connectors_write_is_shared() -> None:
    running = read_settings({"TONGDA_TOPIC_PREFIX": "hn."})
    following = running.model_copy(update={"generation": 1})
    assert [running.topic(name) for name in ("tongda.raw", "tongda.fold")] == ["hn.tongda.raw", "hn.tongda.fold"]
    assert [following.topic(name) for name in ("tongda.raw", "tongda.fold")] == ["hn.tongda.raw", "hn.next.tongda.fold"]
    assert following.topic("tongda.release") == "hn.tongda.release"
    for settings in (running, following):
        assert [settings.ours(settings.topic(topic.name)) for topic in TOPICS] == [topic.name for topic in TOPICS]
    assert refused({"TONGDA_GENERATION": "1"}).code == "T3002"


def test_an_unknown_name_is_refused_with_the_nearest_one_in_both_languages() -> None:
    error = refused({"TONGDA_PARTITION": "4"})
    assert error.code == "T3002"
    english, _, chinese = error.message.partition(" · ")
    assert "TONGDA_PARTITIONS" in english
    assert "TONGDA_PARTITIONS" in chinese


def test_a_name_that_is_near_no_setting_is_refused_without_a_guess() -> None:
    assert refused({"TONGDA_WHATEVER": "4"}).message == "TONGDA_WHATEVER is no setting · 没有设置项 TONGDA_WHATEVER"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TONGDA_PARTITIONS", "many"),
        ("TONGDA_PARTITIONS", "0"),
        ("TONGDA_PORTAL", "8080"),
        ("TONGDA_LOG_LEVEL", "loud"),
        ("TONGDA_TOPIC_PREFIX", "Next "),
        ("TONGDA_PORT", "http"),
        ("TONGDA_PORT", "99999"),
        ("TONGDA_PORTAL", "127.0.0.1:65536"),
        ("TONGDA_HEALTH", "[::1:80"),
        ("TONGDA_KAFKA", "one:9092,two:http"),
        ("TONGDA_LANG", "fr"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_setting(name: str, value: str) -> None:
    error = refused({name: value})
    assert error.code == "T3001"
    assert f"{name} = {value!r}: " in error.message


def test_production_refuses_what_only_one_machine_may_do(tmp_path: Path) -> None:
    for name, value in (
        ("TONGDA_KAFKA", ""),
        ("TONGDA_DATABASE", ""),
        ("TONGDA_KAFKA_SECURITY", "plaintext"),
        ("TONGDA_KAFKA_USER", ""),
        ("TONGDA_KAFKA_PASSWORD_FILE", ""),
        ("TONGDA_DATABASE", "postgresql://hub:secret@db/tongda"),
        ("TONGDA_DATABASE", "postgresql://hub@db/tongda?password=secret"),
        ("TONGDA_DATABASE", "postgresql://hub@db/tongda?sslmode=disable"),
        ("TONGDA_DATABASE", "postgresql://hub@db/tongda?sslmode=require&application_name=x"),
        ("TONGDA_SOURCE_HN_IP_SERVICE_BASE", "file:///srv/drops/hn"),
        ("TONGDA_FAILPOINTS", "a=kill"),
        ("TONGDA_SOURCE_HN_IP_SERVICE_BASE", "http://127.0.0.1:9000"),
    ):
        error = refused({**PRODUCTION, "TONGDA_HOME": str(tmp_path), name: value})
        assert error.code == "T3003"
        assert "secret" not in error.message
    assert read_settings({**PRODUCTION, "TONGDA_HOME": str(tmp_path)}).profile == "production"


def test_production_verifies_the_database_and_its_name_whatever_libpq_would_do(tmp_path: Path) -> None:
    production = {**PRODUCTION, "TONGDA_HOME": str(tmp_path)}
    by_system = "postgresql://hub@db/tongda?sslmode=verify-full&sslrootcert=system"
    assert read_settings(production).database == by_system
    own = read_settings({**production, "TONGDA_DATABASE_CA_FILE": "/etc/tongda/ca.pem"})
    assert own.database == "postgresql://hub@db/tongda?sslmode=verify-full&sslrootcert=%2Fetc%2Ftongda%2Fca.pem"
    assert read_settings({"TONGDA_DATABASE": PRODUCTION["TONGDA_DATABASE"]}).database == PRODUCTION["TONGDA_DATABASE"]


def test_production_reads_inboxes_in_the_folders_that_are_allowed(tmp_path: Path) -> None:
    name = "TONGDA_SOURCE_HN_IP_SERVICE_BASE"
    production = {**PRODUCTION, "TONGDA_HOME": str(tmp_path), "TONGDA_INBOXES": f"/elsewhere, {tmp_path / 'in'}"}
    settings = read_settings({**production, name: f"file://{tmp_path}/in/hn"})
    assert (settings.synthetic_sources, settings.source_bases["hn_ip_service"]) == (
        frozenset(),
        f"file://{tmp_path}/in/hn",
    )
    for outside in ("in/../out", "in%2F..%2Fout", "inbox"):
        error = refused({**production, name: f"file://{tmp_path}/{outside}"})
        assert (error.code, "TONGDA_INBOXES" in error.message) == ("T3003", True)


def test_private_networks_are_named_and_never_those_of_the_machine_itself() -> None:
    found = read_settings({"TONGDA_PRIVATE_NETWORKS": "10.1.0.0/16, 59.192.0.0/10,fd00::/8"}).networks
    assert list(map(str, found)) == ["10.1.0.0/16", "59.192.0.0/10", "fd00::/8"]
    for wrong in ("10.1.0.1/16", "0.0.0.0/0", "127.0.0.0/8", "169.254.169.254/32", "::/0", "intranet"):
        assert refused({"TONGDA_PRIVATE_NETWORKS": wrong}).code == "T3001"


def test_more_replicas_in_step_than_there_are_is_refused() -> None:
    assert "TONGDA_MIN_ISR" in refused({"TONGDA_MIN_ISR": "2"}).message


def test_the_password_comes_from_its_file_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss/word\n")
    settings = read_settings(
        {"TONGDA_DATABASE": "postgresql://hub@db:5432/tongda", "TONGDA_DATABASE_PASSWORD_FILE": str(file)}
    )
    assert settings.database == "postgresql://hub:p%40ss%2Fword@db:5432/tongda"
    assert masked(settings.database) == "postgresql://hub:***@db:5432/tongda"
    assert masked("postgresql://hub@db/t?a=1&password=secret&b=2") == "postgresql://hub@db/t?a=1&password=***&b=2"
    assert "p%40ss" not in repr(settings)
    file.unlink()
    error = refused({"TONGDA_DATABASE": "postgresql://hub@db/x", "TONGDA_DATABASE_PASSWORD_FILE": str(file)})
    assert str(file) in error.message


def test_a_source_at_another_address_is_sample_data_only_on_loopback() -> None:
    settings = read_settings(
        {
            "TONGDA_SOURCE_HN_IP_SERVICE_BASE": "http://127.0.0.1:9000",
            "TONGDA_SOURCE_CNIPA_GAZETTE_BASE": "file:///var/drops",
            "TONGDA_SOURCE_HN_SME_SERVICE_BASE": "https://mirror.example.org",
        }
    )
    assert settings.synthetic_sources == {"hn_ip_service", "cnipa_gazette"}
    assert settings.source_bases["hn_sme_service"] == "https://mirror.example.org"


@pytest.mark.parametrize(
    ("name", "value", "code", "named"),
    [
        ("TONGDA_SOURCE_HN_IP_SERVCE_BASE", "http://127.0.0.1:9000", "T3002", "TONGDA_SOURCE_HN_IP_SERVICE_BASE"),
        ("TONGDA_SOURCE_HN_IP_SERVICE_BASE", "garbage", "T3001", "https://host"),
        ("TONGDA_SOURCE_HN_IP_SERVICE_BASE", "ftp://host/x", "T3001", "https://host"),
    ],
)
def test_an_address_of_no_source_and_what_is_no_address_are_refused(
    name: str, value: str, code: str, named: str
) -> None:
    error = refused({name: value})
    assert (error.code, name in error.message, named in error.message) == (code, True, True)


def test_embedded_parts_are_found_by_their_records_while_they_live(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret")
    run.write(tmp_path / "run", "kafka", os.getpid(), address="127.0.0.1:19092")
    run.write(
        tmp_path / "run",
        "postgres",
        os.getpid(),
        address="postgresql://tongda@127.0.0.1/tongda",
        password_file=str(tmp_path / "password"),
    )
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    assert settings.kafka == "127.0.0.1:19092"
    assert settings.database == "postgresql://tongda:secret@127.0.0.1/tongda"
    run.write(tmp_path / "run", "kafka", os.getpid(), ["another", "program"], address="127.0.0.1:19092")
    assert read_settings({"TONGDA_HOME": str(tmp_path)}).kafka == ""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "TONGDA_LANG": "zh"}, "zh"),
        ({"TONGDA_LANG": "en"}, "en"),
    ],
)
def test_messages_are_chinese_unless_the_locale_says_english(environ: dict[str, str], expected: str) -> None:
    assert language(environ) == expected
    assert read_settings(environ).lang == expected


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in FIELDS.items() if not Settings.model_fields[field].description] == []


@pytest.mark.parametrize(
    "url", ["hub:secret@db/tongda", "mysql://hub:secret@db/tongda", "postgresql://hub:secret@[::1/x"]
)
def test_an_address_that_is_no_database_is_refused_without_its_password(url: str) -> None:
    error = refused({"TONGDA_DATABASE": url})
    assert error.code == "T3001"
    assert "TONGDA_DATABASE" in error.message and "secret" not in error.message


def test_an_address_of_the_sixth_protocol_stands_in_brackets() -> None:
    assert read_settings({"TONGDA_PORTAL": "[::1]:8080", "TONGDA_PORT": "81"}).portal == "[::1]:81"


def test_operators_get_the_port_after_the_readers_on_loopback_unless_it_is_named() -> None:
    given = (
        ({}, "127.0.0.1:8081"),
        ({"TONGDA_PORT": "9000"}, "127.0.0.1:9001"),
        ({"TONGDA_PORTAL": "0.0.0.0:80"}, "127.0.0.1:81"),
        ({"TONGDA_PORT": "0"}, "127.0.0.1:0"),
        ({"TONGDA_PORT": "65535"}, "127.0.0.1:0"),
        ({"TONGDA_PORT": "9000", "TONGDA_OPERATOR": "10.1.2.3:70"}, "10.1.2.3:70"),
    )
    assert [read_settings(environ).operator for environ, _ in given] == [operator for _, operator in given]


def test_an_identity_provider_is_named_with_client_and_roles_and_in_production_with_https() -> None:
    issuer = {"TONGDA_OIDC_ISSUER": "http://id.example"}
    whole = {**issuer, "TONGDA_OIDC_CLIENT": "tongda", "TONGDA_OIDC_ROLES": "ip-ops=operator,ip=reader"}
    assert read_settings(whole).oidc_claim == "roles"
    for given, setting in (
        (issuer, "TONGDA_OIDC_CLIENT"),
        ({**issuer, "TONGDA_OIDC_CLIENT": "tongda"}, "TONGDA_OIDC_ROLES"),
        ({**whole, "TONGDA_OIDC_ROLES": "ip-ops=root"}, "TONGDA_OIDC_ROLES"),
        ({**PRODUCTION, **whole}, "TONGDA_OIDC_ISSUER"),
    ):
        with pytest.raises(Misconfigured, match=setting):
            read_settings(given)
