# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Build a page that runs exported policies in the browser, in the tasks' own worlds, and serve it on this machine."""

from __future__ import annotations

import argparse
import contextlib

from tsra_results import read_initial_states, writable_folder

from .bundle import BuildError
from .page import build_page, check_page
from .serving import address_of, page_server

PORT = 8008
"""Port of the page, unless another is asked for."""


def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--page", type=writable_folder, required=True, help="Folder of the page.")
    parser.add_argument(
        "--policies",
        nargs="+",
        type=named_file,
        default=(),
        metavar="NAME=FILE",
        help="Exported policies to build the page of; the first two of a task are shown first. Without any, the page"
        " that is there is served.",
    )
    parser.add_argument(
        "--initial_states",
        nargs="+",
        default=(),
        metavar="FILE",
        help="Recorded episodes of each task, which evaluate.py --initial_states writes.",
    )
    parser.add_argument("--episodes", type=int, default=100, help="Most episodes of a task.")
    parser.add_argument("--serve", action="store_true", help="Serve the page on this machine until Ctrl-C.")
    parser.add_argument("--port", type=int, default=PORT, help=f"Port of the server; 0 for any ({PORT}).")
    args = parser.parse_args()
    if args.episodes < 1:
        parser.error(f"--episodes must be positive, not {args.episodes}")
    if not args.policies and not args.serve:
        parser.error("there is nothing to do: give --policies to build a page, or --serve")
    try:
        if args.policies:
            recorded = [read_initial_states(path) for path in args.initial_states]
            build_page(args.page, args.policies, recorded, args.episodes)
            print(f"[INFO] Built the page {args.page}")
        check_page(args.page)
        server = page_server(args.page, args.port) if args.serve else None
    except (OSError, OverflowError, ValueError, BuildError) as error:
        parser.error(str(error))
    if server is not None:
        with server, contextlib.suppress(KeyboardInterrupt):
            print(f"[INFO] The page is at {address_of(server)} until Ctrl-C.", flush=True)
            server.serve_forever()
    return 0


def named_file(text: str) -> tuple[str, str]:
    """Name and file of a policy."""
    name, _, path = text.partition("=")
    if not name.strip() or not path:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=FILE")
    return name.strip(), path
