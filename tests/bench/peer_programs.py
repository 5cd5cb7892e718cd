"""``python peer_programs.py PEER BASE …``: an ordinary use of another tool, which reads the list at each address into lines of JSON.

It runs in an environment of its own (see ``peers``) and imports nothing of the hub. Each address is read up to three
times, until the tool takes a run for a success, each time in a child with a bound of time. A line of output is a run:
``ids`` as they came, null where the tool reports an error, and the seconds of clock and CPU after its libraries were loaded.
"""

import contextlib
import io
import json
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

RUNS, PAGE = 3, 100
CPU_SECONDS, SECONDS = 10.0, 300  # of one run; 2,000 rows take less than one second of CPU
Rows = Iterator[Any]


def dlt_client() -> Callable[[str], Rows]:
    """dlt's REST client alone: nothing is normalised or loaded."""
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

    def rows(base: str) -> Rows:
        paginator = PageNumberPaginator(base_page=1, page_param="pageNo", total_path=None)
        client = RESTClient(base, paginator=paginator, data_selector="data.list")
        for page in client.paginate("/api/deals", params={"pageSize": PAGE}):
            yield from page

    return rows


def airbyte() -> Callable[[str], Rows]:
    """A declarative source of the Airbyte CDK."""
    from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteStream, DestinationSyncMode, SyncMode
    from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

    logging.disable(logging.CRITICAL)

    def rows(base: str) -> Rows:
        retriever = {
            "type": "SimpleRetriever",
            "requester": {
                "type": "HttpRequester",
                "url_base": base,
                "path": "/api/deals",
                "request_parameters": {"pageSize": str(PAGE)},
            },
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": ["data", "list"]},
            },
            "paginator": {
                "type": "DefaultPaginator",
                "page_token_option": {
                    "type": "RequestOption",
                    "inject_into": "request_parameter",
                    "field_name": "pageNo",
                },
                "pagination_strategy": {
                    "type": "PageIncrement",
                    "page_size": PAGE,
                    "start_from_page": 1,
                    "inject_on_first_request": True,
                },
            },
        }
        stream = {
            "type": "DeclarativeStream",
            "name": "deals",
            "primary_key": "id",
            "retriever": retriever,
            "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object", "properties": {}}},
        }
        manifest = {
            "version": "6.0.0",
            "type": "DeclarativeSource",
            "check": {"type": "CheckStream", "stream_names": ["deals"]},
            "streams": [stream],
        }
        source = ConcurrentDeclarativeSource(source_config=manifest, config={})
        found = source.discover(logging.getLogger("peer"), {}).streams[0]
        wanted = ConfiguredAirbyteStream(
            stream=found, sync_mode=SyncMode.full_refresh, destination_sync_mode=DestinationSyncMode.overwrite
        )
        for message in source.read(logging.getLogger("peer"), {}, ConfiguredAirbyteCatalog(streams=[wanted]), []):
            if message.record is not None:
                yield message.record.data

    return rows


def singer() -> Callable[[str], Rows]:
    """A tap of the Singer SDK, whose messages are lines of JSON."""
    from singer_sdk import RESTStream, Tap
    from singer_sdk.pagination import BasePageNumberPaginator

    logging.disable(logging.CRITICAL)

    class Pages(BasePageNumberPaginator):
        def has_more(self, response: Any) -> bool:
            return bool(response.json()["data"]["list"])

    class Deals(RESTStream):  # type: ignore[type-arg]
        name, path, records_jsonpath = "deals", "/api/deals", "$.data.list[*]"
        primary_keys = ("id",)
        schema: Any = {"type": "object", "properties": dict.fromkeys(COLUMNS, {"type": ["string", "null"]})}

        @property
        def url_base(self) -> str:
            return str(self.config["base"])

        def get_new_paginator(self) -> Pages:
            return Pages(1)

        def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
            return {"pageSize": PAGE, "pageNo": next_page_token or 1}

    class Deal(Tap):
        name = "tap-deals"
        config_jsonschema: Any = {"type": "object", "properties": {"base": {"type": "string"}}}

        def discover_streams(self) -> list[Any]:
            return [Deals(self)]

    def rows(base: str) -> Rows:
        told = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with contextlib.redirect_stdout(told):
            Deal(config={"base": base}, parse_env_config=False).sync_all()
        for line in told.buffer.getvalue().splitlines():  # type: ignore[attr-defined]
            message = json.loads(line)
            if message["type"] == "RECORD":
                yield message["record"]

    return rows


COLUMNS = ("id", "专利号", "专利名称", "转让方", "受让方", "签订日期", "成交金额")
PEERS = {"dlt, its client alone": dlt_client, "Airbyte CDK": airbyte, "Singer SDK": singer}


def attempt(rows: Callable[[str], Rows], base: str) -> dict[str, Any]:
    """One run into a file of lines of JSON."""
    wall, cpu = time.monotonic(), time.process_time()
    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(base))
            wall, cpu = time.monotonic() - wall, time.process_time() - cpu
            file.seek(0)
            ids = [json.loads(line)["id"] for line in file]
    except Exception as error:
        return {"address": base, "ids": None, "why": f"{type(error).__name__}: {error}"[:200]}
    return {"address": base, "ids": ids, "seconds": wall, "cpu": cpu}


def child(rows: Callable[[str], Rows], base: str) -> int:
    """One run in a process of its own; gives its exit code, which says whether a further run makes sense."""
    if process := os.fork():
        return os.waitpid(process, 0)[1]
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # a list without end; waits before another try do not count
    signal.alarm(SECONDS)
    out, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)  # what the tools print is no answer
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    answer = attempt(rows, base)
    with os.fdopen(out, "w") as told:
        told.write(json.dumps(answer) + "\n")
    os._exit(int(answer["ids"] is None))


def main(peer: str, *bases: str) -> None:
    rows = PEERS[peer]()
    for base in bases:
        for _ in range(RUNS):
            if child(rows, base) != 1 << 8:  # a success, or no end within the bound
                break


if __name__ == "__main__":
    main(*sys.argv[1:])
