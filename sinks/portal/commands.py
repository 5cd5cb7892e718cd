"""``tongda run portal``."""

from __future__ import annotations

from ops.cli.start import begin


def run() -> None:
    """Serve pages, API and live changes until stopped."""
    from sinks.portal.serve import serve  # the web server is imported once the settings are right

    serve(begin("portal"))
