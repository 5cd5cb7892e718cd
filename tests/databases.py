"""Databases of their own for tests, on a running server."""

from __future__ import annotations

from ops.embedded.postgres import query


def create_database(url: str, name: str) -> str:
    """Make an empty database on a running server; gives its URL."""
    query(url, f'create database "{name}"').check_returncode()
    return f"{url.rpartition('/')[0]}/{name}"
