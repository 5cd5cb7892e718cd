"""``python -m sinks.store run | migrate | verify | explain NAME | dead-letters … | review … | backup …``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import datetime

from ops import say, telemetry
from ops.evidence import EvidenceStore
from ops.failpoints import arm
from ops.settings import Settings, language, read_settings
from schemas.errors import HubError
from schemas.fields.date import CHINA
from schemas.wire import encode
from sinks.store import letters
from sinks.store.backup.command import backed_up, backup_parser
from sinks.store.database import Database
from sinks.store.explain import explain
from sinks.store.migrate import migrate
from sinks.store.review import Review
from sinks.store.run import run
from sinks.store.verify import verify

UNHEALTHY = 10
STATEMENT_SECONDS, BACKUP_SECONDS = 300, 3600


def main() -> int:
    arguments = _parser().parse_args()
    try:
        settings = read_settings(os.environ)
        telemetry.configure_logging(settings, "store")
        if arguments.command == "run":
            run(settings)
            return 0
        arm(settings)
        seconds = BACKUP_SECONDS if arguments.command == "backup" else STATEMENT_SECONDS
        database = Database(settings.database, role="store command", statement_seconds=seconds)
        for line in _answer(arguments, settings, database):
            if line.startswith("difference "):
                arguments.differs = True
            say.out(line)
        return UNHEALTHY if getattr(arguments, "differs", False) else 0
    except HubError as error:
        return say.failure(error, language(os.environ))


def _answer(arguments: argparse.Namespace, settings: Settings, database: Database) -> Iterator[str]:
    if arguments.command == "migrate":
        yield f"migrated: {', '.join(migrate(database)) or 'nothing to do'}"
    elif arguments.command == "verify":
        compared, differences = verify(settings, database)
        yield from (f"difference {each}" for each in differences)
        yield f"{len(differences)} differences in {compared} keys"
    elif arguments.command == "explain":
        rulings = Review(database, settings, datetime.now(CHINA)).rulings
        with database.snapshot() as db:
            yield from explain(db, EvidenceStore(settings.evidence), arguments.name, arguments.as_of, rulings)
    elif arguments.command == "backup":
        yield from backed_up(arguments, settings, database, datetime.now(CHINA))
    elif arguments.command == "review":
        yield from _reviewed(arguments, Review(database, settings, datetime.now(CHINA)))
    elif arguments.verb == "list":
        rows = letters.listed(database, source=arguments.source, reason=arguments.reason, everything=arguments.all)
        for row in rows:
            state = f"closed: {row['closed_because']}" if row["closed_at"] else "open"
            record = f"{row['source']}|{row['feed']}|{row['record']}"
            yield f"{row['id']}  {row['stage']}  {row['reason']}  {record}  {state}"
        yield f"{len(rows)} letters"
    elif arguments.verb == "show":
        for id in arguments.ids:
            yield encode(letters.shown(database, id)["value"]).decode()
    else:
        done = letters.replay(database, settings, arguments.ids, source=arguments.source, reason=arguments.reason)
        yield f"{len(done)} letters put back on the topic of raw records"


def _reviewed(arguments: argparse.Namespace, review: Review) -> Iterator[str]:
    match arguments.verb:
        case "list":
            yield from review.listed()
        case "merge":
            yield f"ruling {review.merge(arguments.one, arguments.other, arguments.reason)}"
        case "split":
            yield f"ruling {review.split(arguments.event, arguments.record, arguments.reason)}"
        case "undo":
            yield f"undone {review.undo(arguments.ruling, arguments.reason)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sinks.store")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="keep the read model up to date")
    commands.add_parser("migrate", help="bring the database's schema up to date")
    commands.add_parser("verify", help="compare topics and tables")
    explaining = commands.add_parser("explain", help="a figure, an event, a card or a record, down to its bytes")
    explaining.add_argument("name", metavar="FIGURE|EVENT|LISTING|RECORD")
    explaining.add_argument("--as-of", help="as it was held at this instant")
    dead = commands.add_parser("dead-letters", help="refused records")
    dead.add_argument("verb", choices=("list", "show", "replay"))
    dead.add_argument("ids", nargs="*", metavar="ID", help="show, replay: these; replay without ids: all that match")
    dead.add_argument("--source")
    dead.add_argument("--reason")
    dead.add_argument("--all", action="store_true", help="list: closed ones too")
    backup_parser(
        commands.add_parser("backup", help="keep the read model, raw records and evidence, and put them back")
    )
    verbs = commands.add_parser("review", help="rulings: events put together or set apart by a person").add_subparsers(
        dest="verb", required=True
    )
    verbs.add_parser("list", help="every ruling, with its records, and whether it stands")
    for verb, names in (("merge", ("one", "other")), ("split", ("event", "record")), ("undo", ("ruling",))):
        ruling = verbs.add_parser(verb)
        for name in names:
            ruling.add_argument(name)
        ruling.add_argument("--reason", default="", help="why; no names of persons")
    return parser


if __name__ == "__main__":
    sys.exit(main())
