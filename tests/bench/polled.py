"""``python -m tests.bench.polled RECORDS MILLISECONDS``: a platform of so many rows, each page as late as that.

A process of its own, so that its work is not counted with the poll's. It prints its address and ends with its input.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ROWS_A_PAGE = 100


def row(number: int) -> dict[str, Any]:
    """A row of the usual size, some 250 bytes."""
    return {
        "id": f"T{number:06d}",
        "专利号": f"ZL20201{number % 10_000_000:07d}",
        "专利名称": f"一种样例装置及其控制方法（{number}）",
        "转让方": "湖南样例大学",
        "受让方": "长沙样例智能科技有限公司",
        "签订日期": "2026-05-06",
        "成交金额": f"{number % 300}.5万元",
    }


def page(items: list[dict[str, Any]], total: int) -> bytes:
    return json.dumps({"code": 200, "data": {"total": total, "list": items}}, ensure_ascii=False).encode()


def pages_of(records: int) -> list[bytes]:
    """Every page of an honest list."""
    starts = range(0, records, ROWS_A_PAGE)
    return [page([row(one) for one in range(at, min(at + ROWS_A_PAGE, records))], records) for at in starts]


def main(records: int, delay: float) -> None:
    pages, beyond = pages_of(records), page([], records)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            number = int(dict(parse_qsl(parts.query)).get("pageNo", "0")) - 1
            found = number >= 0
            body = (pages[number] if number < len(pages) else beyond) if found else b""
            time.sleep(delay if found else 0)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) / 1000)
