# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A server of a page's files, for this machine alone."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(SimpleHTTPRequestHandler):
    """Serves files as they are now, with the types that browsers insist on."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".wasm": "application/wasm"}

    def end_headers(self) -> None:
        """Let a page that was built again be seen at once."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


def page_server(page: str | Path, port: int) -> ThreadingHTTPServer:
    """Make a server of a page; its ``serve_forever`` serves.

    Args:
        page: Folder of the page.
        port: Port; 0 for any that is free.

    Returns:
        The server, which already listens on 127.0.0.1.

    Raises:
        OSError: If the port is taken.
    """
    return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(page)))


def address_of(server: ThreadingHTTPServer) -> str:
    """Address of a server's page.

    Args:
        server: The server.

    Returns:
        The address.
    """
    return f"http://127.0.0.1:{server.server_address[1]}/"
