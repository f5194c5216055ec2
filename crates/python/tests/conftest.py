"""The sample corpus, indexed once, and the program `timbao` to compare with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT / "corpus"


@pytest.fixture(scope="session")
def program() -> str:
    """The program `timbao`; the variable TIMBAO names another."""
    path = os.environ.get("TIMBAO", str(ROOT / "target" / "debug" / "timbao"))
    assert Path(path).exists(), f"build it first: cargo build -p timbao, or set TIMBAO ({path})"
    return path


@pytest.fixture(scope="session")
def index_path(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample corpus, built by the command line."""
    path = tmp_path_factory.mktemp("corpus") / "index"
    subprocess.run(
        [program, "index", str(CORPUS), "--index", str(path)], check=True, capture_output=True
    )
    return path


@pytest.fixture(scope="session")
def cli(program: str, index_path: Path) -> Callable[..., Any]:
    """Runs a command and returns its JSON."""

    def run(*arguments: str, format: str = "json") -> Any:
        name, *rest = arguments
        command = [program, name, "--format", format, "--index", str(index_path), *rest]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout) if format == "json" else done.stdout

    return run


@pytest.fixture(scope="session")
def index(index_path: Path) -> Any:
    import timbao

    return timbao.Index(index_path)
