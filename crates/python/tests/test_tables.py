"""Tables in pandas, polars, pyarrow and DuckDB, and as they show themselves."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest


def test_libraries_read_the_same_table(index: Any) -> None:
    import duckdb
    import polars
    import pyarrow

    table = index.kwic("tự diễn biến")
    table_of_lines = table
    frame = table.to_pandas()
    assert len(frame) == len(table) == table.attrs["matches"]
    assert list(frame.columns) == table.columns
    assert frame["date"].dtype.kind == "M"
    assert frame["start"].dtype == "int64"
    assert frame.attrs["citation"]["state"] == index.state
    lines = polars.DataFrame(table)
    assert lines.schema["date"] == polars.Date
    assert lines["match"].to_list() == table.column("match")
    arrow = pyarrow.table(table)
    assert arrow.schema.field("date").type == pyarrow.date32()
    assert arrow.column("end").to_pylist() == table.column("end")
    assert pyarrow.schema(table) == arrow.schema
    relation = duckdb.sql("select count(*), min(date) from table_of_lines")
    assert relation is not None
    counted = relation.fetchall()
    del table_of_lines
    assert counted == [(len(table), min(day for day in table.column("date") if day))]
    assert polars.DataFrame(table.to_pandas()).shape == lines.shape


def test_empty_tables_have_their_columns(index: Any) -> None:
    import polars

    for table in (
        index.kwic("xyzqw"),
        index.search("xyzqw"),
        index.collocates("xyzqw"),
        index.batch([]),
        index.facets("xyzqw", by="year"),
    ):
        assert len(table) == 0
        assert polars.DataFrame(table).columns == table.columns
        assert table.to_pandas().empty
        assert repr(table)


def test_tables_are_sequences(index: Any) -> None:
    table = index.facets(by="year")
    rows = list(table)
    assert table[0] == rows[0] and table[-1] == rows[-1]
    assert table[1:3] == rows[1:3]
    with pytest.raises(IndexError, match="row 99999"):
        table[99999]
    with pytest.raises(KeyError, match="the columns are facet, value, articles"):
        table.column("year")
    with pytest.raises(TypeError, match="to_pandas"):
        pickle.dumps(table)


def test_partial_dates_are_the_first_day(tmp_path: Any) -> None:
    import timbao

    news = tmp_path / "news"
    news.mkdir()
    for name, day in (("a", "2025-08"), ("b", "2024"), ("c", "2026-01-14T08:30"), ("d", "không rõ")):
        text = f"---\ntitle: Tin {name}\ndate: {day}\n---\nGiống hoa mới {name}.\n"
        (news / f"{name}.md").write_text(text, encoding="utf-8")
    index = timbao.index(news, path=tmp_path / "index", progress=False).open()
    expected = [date(2024, 1, 1), date(2025, 8, 1), date(2026, 1, 14), None]
    for table in (index.kwic("giống hoa"), index.search("giống hoa", sort="date")):
        assert table.column("date") == expected


def test_html_and_text(index: Any) -> None:
    hits = index.search('"tự diễn biến"')
    assert repr(hits).startswith("15 articles, 10 shown\nrank  id")
    assert "<table>" in hits._repr_html_()
    assert index.state in hits._repr_html_()
    assert "107 articles" in repr(index) and "107 articles" in index._repr_html_()
    article = index.article(hits[0]["id"])
    assert "<h3>Giải nghĩa: “tự diễn biến”" in article._repr_html_()
    table = index.kwic("<script>")
    assert "<script>" not in table._repr_html_()


def test_an_index_without_dates_shows_none(tmp_path: Any) -> None:
    import timbao

    (tmp_path / "tin.txt").write_text("Tin không rõ ngày\n\nGiống hoa mới.\n", encoding="utf-8")
    index = timbao.index(tmp_path / "tin.txt", path=tmp_path / "index", progress=False).open()
    assert index._repr_html_().endswith("1 articles, 7 tokens</p>")


def test_long_contexts_and_parts_of_a_concordance(index: Any) -> None:
    whole = list(index.kwic("và", sort="right"))
    assert len(whole) > 200
    parts = [row for start in range(0, len(whole), 50) for row in index.kwic("và", sort="right", limit=50, offset=start)]
    assert parts == whole
    assert list(index.kwic("và", limit=3, offset=len(whole))) == []
    for row in index.kwic("tự diễn biến", context=2**40):
        article = index.article(row["id"])
        text = str(article[row["field"]])
        assert row["left"] + row["match"] + row["right"] == text
        assert text[row["start"] : row["end"]] == row["match"]


def test_works_without_pyarrow(index: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    expected = index.trends("cử tri", by="year").to_pandas()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    frame = index.trends("cử tri", by="year").to_pandas()
    assert frame["from"].dtype.kind == "M" and frame["matches"].dtype == "int64"
    assert frame["matches"].tolist() == expected["matches"].tolist()
