"""Exports open in pandas and openpyxl with the right types, from the program and the server."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pytest

Get = Callable[..., bytes]


@pytest.fixture(scope="module")
def news(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of articles with a time, a partial date, a formula and no date."""
    root = tmp_path_factory.mktemp("exports")
    articles = [
        {"id": "a", "title": "=1+1", "published": "2026-03-25T14:30:00+07:00"},
        {"id": "b", "title": "Tháng ba", "published": "2026-03"},
        {"id": "c", "title": "Không ngày"},
        {"id": "d", "title": "Ngày xưa", "published": "1898-02-01"},
    ]
    lines = [json.dumps(article | {"body": f"Giá lúa tăng {n}."}) for n, article in enumerate(articles)]
    (root / "tin.jsonl").write_text("\n".join(lines), encoding="utf-8")
    index = root / "index"
    command = [program, "index", str(root / "tin.jsonl"), "--index", str(index)]
    subprocess.run(command, check=True, capture_output=True)
    return index


@pytest.fixture(scope="module")
def get(program: str, news: Path) -> Iterator[Get]:
    """Requests an export from a server."""
    command = [program, "serve", "--show-paths", "--listen", "127.0.0.1:0", "--index", str(news)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    home = server.stdout.readline().strip()

    def get(path: str, **parameters: str) -> bytes:
        with urlopen(f"{home}api/v1/{path}?{urlencode(parameters)}") as answer:
            content: bytes = answer.read()
            return content

    yield get
    server.terminate()
    server.wait()
    server.stdout.close()


def run(program: str, news: Path, *arguments: str) -> bytes:
    command = [program, *arguments, "--index", str(news), "--lang", "vi"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def assert_hits(book: Any) -> None:
    sheet, about = book.worksheets
    names, *rows = sheet.iter_rows(values_only=True)
    rows = {row[names.index("id")]: dict(zip(names, row)) for row in rows}
    assert len(rows) == 4
    assert rows["a"]["title"] == "=1+1"
    assert rows["a"]["date"] == datetime(2026, 3, 25)
    assert rows["a"]["time"] == time(14, 30)
    assert (rows["b"]["date"], rows["b"]["time"]) == ("2026-03", None)
    assert rows["c"]["date"] is None
    assert rows["d"]["date"] == "1898-02-01"
    assert isinstance(rows["a"]["rank"], int) and isinstance(rows["a"]["score"], float)
    facts = dict(about.iter_rows(values_only=True))
    assert about.title == "Trích dẫn"
    assert any("giá lúa" in str(value) for value in facts.values())
    assert isinstance(facts["Số bài"], int) and isinstance(facts["Số tiếng"], int)
    assert isinstance(facts["Ngày tra cứu"], datetime)


def test_workbooks_have_types_and_a_citation(program: str, news: Path, get: Get) -> None:
    written = run(program, news, "search", '"giá lúa"', "--format", "xlsx")
    assert_hits(openpyxl.load_workbook(io.BytesIO(written)))
    sent = get("search.xlsx", q='"giá lúa"')
    assert_hits(openpyxl.load_workbook(io.BytesIO(sent)))
    frame = pd.read_excel(io.BytesIO(get("trends.xlsx", q="giá lúa", by="year")))
    assert frame["matches"].dtype.kind == "i"
    assert frame["per_million_tokens"].dtype.kind == "f"
    assert frame["thin"].dtype == bool
    frame = pd.read_excel(io.BytesIO(get("kwic.xlsx", q="giá lúa", date="25/3/2026")))
    assert list(frame["date"]) == [pd.Timestamp(2026, 3, 25)]
    assert list(frame["time"]) == [time(14, 30)]


def test_csv_for_excel_in_vietnamese(program: str, news: Path, get: Get) -> None:
    written = run(program, news, "search", '"giá lúa"', "--format", "csv", "--csv", "excel")
    sent = get("search.csv", q='"giá lúa"', csv="excel")
    assert written == sent
    assert sent.startswith(b"\xef\xbb\xbfrank;id;")
    frame = pd.read_csv(io.BytesIO(sent), sep=";", decimal=",", encoding="utf-8-sig").set_index("id")
    assert frame["score"].dtype.kind == "f"
    assert frame.loc["a", "title"] == "'=1+1"
    assert date.fromisoformat(str(frame.loc["a", "date"])) == date(2026, 3, 25)
    assert time.fromisoformat(str(frame.loc["a", "time"])) == time(14, 30)
    plain = run(program, news, "search", '"giá lúa"', "--format", "csv")
    assert plain == get("search.csv", q='"giá lúa"', csv="plain")
    assert "=1+1" in list(pd.read_csv(io.BytesIO(plain))["title"])


def test_lines_are_those_of_the_command_line(program: str, news: Path, get: Get) -> None:
    for command, path in [("search", "search.jsonl"), ("kwic", "kwic.jsonl")]:
        written = run(program, news, command, '"giá lúa"', "--format", "jsonl")
        sent = get(path, q='"giá lúa"')
        assert [json.loads(line) for line in sent.splitlines()] == [
            json.loads(line) for line in written.splitlines()
        ]
