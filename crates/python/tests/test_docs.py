"""The examples of the docstrings and of docs/python.md."""

from __future__ import annotations

import doctest
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import timbao
from conftest import CORPUS, ROOT
from timbao import _errors, _index, _indexing, _table, _text

MODULES = [timbao, _errors, _index, _indexing, _table, _text]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("docs") / "index"
    report = timbao.index(CORPUS, path=path, progress=False)
    return {
        "timbao": timbao,
        "CORPUS": CORPUS,
        "INDEX": path,
        "index": report.open(),
        "report": report,
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_of_docstrings(module: ModuleType, names: dict[str, Any]) -> None:
    tests = doctest.DocTestFinder().find(module, module.__name__, extraglobs=dict(names))
    if module is timbao:
        tests = [test for test in tests if test.name == "timbao"]
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in tests:
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_examples_of_the_guide(names: dict[str, Any], tmp_path: Path) -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, dict(names), "python.md", None, 0)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_every_public_name_has_a_docstring_with_an_example() -> None:
    missing = []
    for name in timbao.__all__:
        if name.startswith("__"):
            continue
        thing = getattr(timbao, name)
        if isinstance(thing, type) and issubclass(thing, (Exception, Warning)):
            assert thing.__doc__, name
            continue
        if ">>>" not in (thing.__doc__ or ""):
            missing.append(name)
    for name, method in vars(timbao.Index).items():
        if not name.startswith("_") and callable(method):
            if ">>>" not in (method.__doc__ or ""):
                missing.append(f"Index.{name}")
    assert missing == []
