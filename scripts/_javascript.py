"""The page's JavaScript, checked where Node is at hand: its JSDoc types with TypeScript, its units with Node's own runner."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from _environment import ROOT

NOT_AT_HAND = "Node.js is not at hand, so JavaScript's types and unit tests were not run; the browser tests cover the same behaviour."
OLDEST_NODE = 20


def at_hand() -> bool:
    """Whether a Node is there that is new enough, with its npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True)
    major = answer.stdout.lstrip("v").split(".")[0]
    return answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NODE


def typescript(folder: Path = ROOT / ".cache" / "node") -> list[str] | None:
    """The command that checks types, installed once in the version that package.json pins; None when it cannot be installed."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]["typescript"]
    installed = folder / "node_modules" / "typescript" / "package.json"
    if not installed.is_file() or json.loads(installed.read_text(encoding="utf-8"))["version"] != wanted:
        print(f"Installing TypeScript {wanted} ...", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--silent", "--no-save", "--no-package-lock", "--prefix", str(folder), f"typescript@{wanted}"]
        if subprocess.run(npm, shell=os.name == "nt").returncode:
            return None
    return ["node", str(folder / "node_modules" / "typescript" / "bin" / "tsc"), "--project", str(ROOT / "jsconfig.json")]


def unit_tests() -> list[str] | None:
    """The command that runs every file of tests/js; None while there is none."""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").rglob("*.test.js"))
    return ["node", "--test", *files] if files else None
