"""Every command of ``tongda`` that changes something stands in the audit trail with who did it, before it begins."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from typer.core import TyperGroup

from ops.bus import connection
from ops.cli import main
from ops.run import CHINA
from sinks.desk.submissions import Desk, Sent, id_of
from sinks.mail.addresses import Addresses, new_key
from sinks.mail.follows import Asked, Follows
from sinks.mail.letters import Text
from sinks.store.database import Database
from sinks.store.trail import Entry, broken, entries
from tests.ops.commands import walk

NOW = datetime(2026, 12, 1, 9, tzinfo=CHINA)
# What a person decides, with words that are taken. Nothing of it is there, and no broker answers: the entry comes first.
DECIDES = {
    "sources pause": "hn_ip_service --reason 维护",
    "sources resume": "hn_ip_service",
    "sources release": "hn_ip_service transfers",
    "dead-letters replay": "n:1",
    "review merge": "transfer:1 transfer:2",
    "review split": "transfer:1 a|b|c",
    "review undo": "r1",
    "figures release": "2025-03 --signed-by 样例局",
    "rebuild start": "",
    "rebuild switch": "",
    "rebuild discard": "",
    "backup restore": "20250101T000000 --yes",
    "accounts add": "wang --role desk",
    "accounts disable": "wang",
    "accounts reset": "wang",
    "keys make": "--name 样例银行",
    "keys revoke": "000000000000",
    "desk approve": "{approve}",
    "desk ask": "{ask} --reason x",
    "desk refuse": "{refuse} --reason x",
    "desk withdraw": "{withdraw} --reason x",
    "desk close": "{close} --reason x",
    "follows stop": "{follow} --reason x",
    "webhooks enable": "w1",
    "webhooks disable": "w1",
    "webhooks redeliver": "w1 m1",
}
NOTED_AS = {  # by the state that it brings about
    "desk approve": "desk approved",
    "desk ask": "desk changes",
    "desk refuse": "desk refused",
    "desk withdraw": "desk withdrawn",
    "desk close": "desk closed",
    "follows stop": "follow stop",
}
# The trail goes with the data of the machine; the note that is left becomes an entry of the next one (test below).
REMOVES_THE_TRAIL = {"reset"}
# What settings and release prescribe, or a copy: nothing of it is a person's choice. Logs have it.
CARRIES_OUT = {"up", "down", "topics apply", "store migrate", "backup make"}
RUNS = {f"run {role}" for role in ("platforms", "connectors", "streams", "store", "portal", "webhooks")}
WRITES_DEFINITIONS = {"sources new", "sources record"}  # files beside the code, of whoever edits definitions
LOOKS = {
    *("status", "doctor", "settings show", "settings explain", "explain", "verify"),
    *("topics list", "topics diff", "topics acl", "topics read"),
    *(f"sources {each}" for each in ("list", "show", "schema", "check", "pull", "preview", "diff", "sample")),
    *("sources requests", "sources held", "dead-letters list", "dead-letters show", "review list"),
    *(f"figures {each}" for each in ("check", "list", "reconcile", "derived", "calendar", "manifest", "diff")),
    *("figures revisions", "figures reproduce", "rebuild status", "rebuild compare", "backup list", "backup verify"),
    *("store verify", "audit list", "audit verify", "accounts list", "keys list", "desk list", "desk show"),
    *("follows list", "webhooks list", "webhooks log"),
}


def test_every_command_is_known_to_decide_or_not_to() -> None:
    known = [*DECIDES, *REMOVES_THE_TRAIL, *CARRIES_OUT, *RUNS, *WRITES_DEFINITIONS, *LOOKS]
    commands = [" ".join(path) for path, command in walk() if not isinstance(command, TyperGroup)]
    assert sorted(known) == sorted(commands)


@pytest.fixture
def environment(read_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE": read_model, "HOME": str(tmp_path), "KAFKA": "127.0.0.1:9", "LANG": "en"}.items():
        monkeypatch.setenv(f"TONGDA_{name}", value)


def sent(db: Database) -> dict[str, str]:
    """What people sent by a form, one for each command of the desk, and a follow: their ids."""
    desk, ids = Desk(db, lambda: NOW), {}
    for word, kind in (*((each, "post") for each in ("approve", "ask", "refuse", "withdraw")), ("close", "report")):
        form = Sent(kind, word * 8, {"title": "样例", "owner": "样例公司"})  # type: ignore[arg-type]
        assert desk.add(form) is None
        ids[word] = id_of(form)
    asked = Asked("/listings", "zh", 7, "reader@example.org", "127.0.0.1")
    Follows(db, Addresses(new_key()), lambda: NOW).add(asked, lambda link: Text("x", link))
    with db.snapshot() as snapshot:
        ids["follow"] = snapshot.rows("follows", id=None, limit=1)[0]["id"]
    return ids


def typed(words: str) -> object:
    """The exit code."""
    try:
        return main(words.split())
    except SystemExit as end:
        return end.code


@pytest.mark.usefixtures("environment")
def test_what_decides_stands_in_the_trail_before_it_begins_with_who_does_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BOOTSTRAP_MS", 200)  # no broker will answer
    ids = sent(db)
    for name, words in DECIDES.items():
        before = len(entries(db))
        assert typed(f"--actor li {name} {words.format(**ids)}") != 2, name
        found: list[Entry] = entries(db)[before:]
        assert [(each.action, each.outcome) for each in found[:1]] == [(NOTED_AS.get(name, name), "begun")], (
            name,
            found,
        )
        assert found[0].actor.startswith("li (") and len(found) == 2, found
    assert broken(entries(db)) is None


@pytest.mark.usefixtures("environment")
def test_a_reset_leaves_a_note_that_becomes_an_entry_of_the_next_trail(db: Database, tmp_path: Path) -> None:
    (tmp_path / ".tongda").touch()
    (tmp_path / "kafka").mkdir()
    assert typed("--actor li reset --yes") == 0
    assert [each.name for each in tmp_path.iterdir()] == ["reset.json"]
    assert typed("store migrate") == 0 and typed("store migrate") == 0
    (entry,) = entries(db)
    assert (entry.action, entry.object, entry.outcome) == ("reset", str(tmp_path), "done")
    assert entry.actor.startswith("li (") and not (tmp_path / "reset.json").exists()
