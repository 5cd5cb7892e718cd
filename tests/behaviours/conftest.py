"""The client that the behaviours share."""

from tests.connectors.conftest import client

__all__ = ["client"]
