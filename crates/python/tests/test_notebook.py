"""The notebook of examples/ runs from top to bottom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from conftest import ROOT
from nbclient import NotebookClient


def test_the_notebook_runs(tmp_path: Path) -> None:
    path = ROOT / "examples" / "corpus.ipynb"
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace('"../corpus"', repr(str(ROOT / "corpus")))
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs), "no chart was drawn"
    assert (tmp_path / "concordance.csv").exists()
