from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import _environment as environment_module
from _environment import ROOT, _base_python, _stamp, environment, interpreter, require_python, require_venv

DOORS = ("serve.py", "test.py", "bench.py", "_environment.py", "_browser.py", "_javascript.py")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, whose requirements need no network: there are none."""
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "requirements-test.txt").write_text("-r requirements.txt\n")
    monkeypatch.setattr(environment_module, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def bare(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment without pip, which is made in a moment, and a pip that does nothing."""
    folder = project / ".venv"
    monkeypatch.setattr(environment_module, "_make", lambda folder: make_without_pip(folder))
    monkeypatch.setattr(environment_module, "_is_usable", lambda folder: interpreter(folder).exists())
    monkeypatch.setattr(environment_module, "_pip_install", lambda folder, requirements: 0)
    return folder


def make_without_pip(folder: Path) -> None:
    subprocess.run([_base_python(), "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)


@pytest.fixture
def quick(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose environment is made as always, but for the pip in it, which takes as long as all the rest together."""
    run = subprocess.run
    monkeypatch.setattr(environment_module, "subprocess", SimpleNamespace(run=lambda command, **how: run(without_pip(command), **how)))
    monkeypatch.setattr(environment_module, "_pip_install", lambda folder, requirements: 0)
    return project


def without_pip(command: list[str]) -> list[str]:
    assert command[1:3] == ["-m", "venv"]
    return [*command[:3], "--without-pip", *command[3:]]


def forbid_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(command: list[str], **_: object) -> None:
        raise AssertionError(f"started {command}")

    monkeypatch.setattr(environment_module.subprocess, "run", refuse)


def test_an_environment_is_made_where_there_is_none_and_its_python_runs(project: Path) -> None:
    python = environment("requirements.txt", project / ".venv")
    assert subprocess.run([str(python), "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True).stdout.strip() == str(
        project / ".venv"
    )
    assert not (project / ".venv" / "unfinished").exists()


def test_a_second_start_with_unchanged_requirements_starts_no_process(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = environment("requirements.txt", bare)
    forbid_processes(monkeypatch)
    assert environment("requirements.txt", bare) == first


def test_changed_requirements_are_installed_again(bare: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment("requirements.txt", bare)
    installed: list[str] = []
    monkeypatch.setattr(environment_module, "_pip_install", lambda folder, requirements: installed.append(requirements) or 0)
    (project / "requirements.txt").write_text("# something else\n")
    environment("requirements.txt", bare)
    environment("requirements.txt", bare)
    assert installed == ["requirements.txt"]


def test_a_change_in_an_included_file_counts(project: Path) -> None:
    before = _stamp(project / "requirements-test.txt")
    (project / "requirements.txt").write_text("# something else\n")
    assert _stamp(project / "requirements-test.txt") != before


def test_another_python_counts_as_a_change(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _stamp(project / "requirements.txt")
    monkeypatch.setattr(environment_module.sys.implementation, "cache_tag", "another-999")
    assert _stamp(project / "requirements.txt") != before


def test_tests_and_server_keep_a_stamp_each_in_the_same_environment(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment("requirements-test.txt", bare)
    environment("requirements.txt", bare)
    forbid_processes(monkeypatch)
    environment("requirements-test.txt", bare)
    environment("requirements.txt", bare)


def test_an_environment_that_was_cut_off_while_it_was_made_is_made_anew(quick: Path) -> None:
    folder = quick / ".venv"
    folder.mkdir()
    (folder / "unfinished").touch()
    (folder / "rubbish").touch()
    assert environment("requirements.txt", folder).exists()
    assert not (folder / "rubbish").exists()


def test_an_environment_whose_python_has_gone_is_made_anew(bare: Path) -> None:
    python = environment("requirements.txt", bare)
    python.unlink()
    assert environment("requirements.txt", bare).exists()


@pytest.mark.parametrize("spoil", ["pyvenv.cfg", "version", "unfinished"])
def test_an_environment_that_is_not_whole_or_of_another_python_is_not_usable(tmp_path: Path, spoil: str) -> None:
    make_without_pip(tmp_path)
    configuration = tmp_path / "pyvenv.cfg"
    if spoil == "pyvenv.cfg":
        configuration.unlink()
    elif spoil == "version":
        configuration.write_text("version = 3.1.4\n")
    else:
        (tmp_path / "unfinished").touch()
    assert not environment_module._is_usable(tmp_path)


def test_an_environment_without_pip_is_not_usable(tmp_path: Path) -> None:
    make_without_pip(tmp_path)
    assert not environment_module._is_usable(tmp_path)


def test_a_failed_installation_ends_with_a_sentence_and_leaves_no_stamp(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment_module, "_pip_install", lambda folder, requirements: 1)
    with pytest.raises(SystemExit, match=r"requirements\.txt could not be installed"):
        environment("requirements.txt", bare)
    assert not (bare / "requirements.txt.stamp").exists()
    assert (bare / "unfinished").exists()


def test_an_older_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment_module.sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is 3\.10\.4"):
        require_python()


@pytest.mark.parametrize("name", DOORS)
def test_the_doors_can_be_read_by_an_older_python_so_that_it_can_say_the_sentence(name: str) -> None:
    ast.parse((ROOT / "scripts" / name).read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("name", DOORS)
def test_the_doors_need_nothing_but_the_standard_library(name: str) -> None:
    tree = ast.parse((ROOT / "scripts" / name).read_text(encoding="utf-8"))
    own = {path.stem for path in (ROOT / "scripts").glob("*.py")} | {"benchmarks"}
    imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names | own


def without_venv(monkeypatch: pytest.MonkeyPatch, *, apt: bool) -> None:
    monkeypatch.setattr(environment_module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(environment_module.shutil, "which", lambda name: f"/usr/bin/{name}" if apt else None)


def test_where_debian_lacks_venv_and_one_is_not_root_the_command_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    without_venv(monkeypatch, apt=True)
    monkeypatch.setattr(environment_module.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(SystemExit, match=r"sudo apt-get install -y python3\.\d+-venv"):
        require_venv()


def test_where_debian_lacks_venv_and_one_is_root_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    without_venv(monkeypatch, apt=True)
    monkeypatch.setattr(environment_module.os, "geteuid", lambda: 0, raising=False)
    commands: list[list[str]] = []

    def record(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(environment_module.subprocess, "run", record)
    require_venv()
    assert [command[:2] for command in commands] == [["apt-get", "update"], ["apt-get", "install"]]
    assert commands[1][-1] == "python{}.{}-venv".format(*sys.version_info[:2])


def test_where_there_is_neither_venv_nor_apt_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without_venv(monkeypatch, apt=False)
    with pytest.raises(SystemExit, match="Install a complete one"):
        require_venv()


START = """
import pathlib, subprocess, sys, types
import _environment

def alone(lock):
    print("There is no environment.", flush=True)
    sys.stdin.readline()
    return lock_alone(lock)

def run(command, **how):
    return subprocess.run([*command[:3], "--without-pip", *command[3:]], **how)

lock_alone, _environment._alone = _environment._alone, alone
_environment.subprocess = types.SimpleNamespace(run=run)
_environment._pip_install = lambda folder, requirements: 0
_environment.ROOT = pathlib.Path(sys.argv[1])
_environment.environment("requirements.txt", _environment.ROOT / ".venv")
"""


def test_two_starts_at_once_make_the_environment_once(project: Path) -> None:
    """Both have seen that there is none before either begins to make it."""
    start, pipes = [sys.executable, "-c", START, str(project)], {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(start, cwd=ROOT / "scripts", **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in both] == ["There is no environment.\n"] * 2
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Making .venv" in answer for answer in answers) == 1
