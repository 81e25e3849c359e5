"""The page's JavaScript, checked: its JSDoc types with TypeScript, its units with Node's own runner. Standard library only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from _environment import ROOT, environment, stop

OLDEST_NODE = 20
REQUIREMENTS = "requirements-node.txt"
WHAT_TO_DO = f"JavaScript's checks need Node.js {OLDEST_NODE} or newer with its npm. Install them (nodejs.org has both), and start again."


def require_node() -> None:
    """Puts a Node.js that is new enough, with its npm, on the path: the machine's own, or else one that the environment gets."""
    if _is_at_hand():
        return
    python = _environment_with_node()
    os.environ["PATH"] = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    if not _is_at_hand():
        stop(WHAT_TO_DO)


def _is_at_hand() -> bool:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True)
    major = answer.stdout.lstrip("v").split(".")[0]
    return answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NODE


def _environment_with_node() -> Path:
    try:
        return environment(REQUIREMENTS)
    except SystemExit as failure:
        stop(f"{failure}\n{WHAT_TO_DO}")


def typescript(folder: Path = ROOT / ".cache" / "node") -> list[str]:
    """The command that checks types, installed once in the version that package.json pins."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]["typescript"]
    package = folder / "node_modules" / "typescript"
    installed, compiler = package / "package.json", package / "bin" / "tsc"
    if not (installed.is_file() and compiler.is_file()) or json.loads(installed.read_text(encoding="utf-8"))["version"] != wanted:
        print(f"Installing TypeScript {wanted} ...", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--loglevel", "error", "--no-audit", "--no-fund"]
        npm = ["npm", "install", *quiet, "--no-save", "--no-package-lock", "--prefix", str(folder), f"typescript@{wanted}"]
        if subprocess.run(npm, shell=os.name == "nt").returncode:
            stop(f"TypeScript {wanted} could not be installed: npm says why, above. The same command tries again.")
    return ["node", str(compiler), "--project", str(ROOT / "jsconfig.json")]


def unit_tests() -> list[str]:
    """The command that runs every file of tests/js."""
    return ["node", "--test", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").rglob("*.test.js"))]
