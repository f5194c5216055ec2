"""Every method returns the numbers of the command line, under its names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

Cli = Callable[..., Any]

QUERIES = [
    '"tự diễn biến"',
    "tu dien bien",
    '"tự * hóa" -kinh',
    "cử tri AND (kiến nghị OR đề nghị)",
    '"cán bộ" NEAR/5 "kỷ luật"',
    "chuyển* date:2020..2026",
    "xyzqw",
]


def as_written(row: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """A row with the keys of one of the command line; dates only if they are full there."""
    same = {}
    for key in like:
        if key not in row:
            continue
        value = row[key]
        if isinstance(value, date):
            value = str(value) if len(like[key] or "") == 10 else like[key]
        same[key] = value
    return same


def assert_rows(table: Any, rows: list[dict[str, Any]], *but: str) -> None:
    assert len(table) == len(rows)
    for row, like in zip(table, rows):
        like = {key: value for key, value in like.items() if key not in but}
        same = as_written(row, like)
        assert same.keys() == like.keys()
        for key, value in like.items():
            # Dates without a year or with a time of day are not compared.
            assert same[key] == pytest.approx(value) if isinstance(value, float) else same[key] == value


@pytest.mark.parametrize("query", QUERIES)
def test_search(index: Any, cli: Cli, query: str) -> None:
    answer = cli("search", "--limit", "20", "--cite", "--", query)
    hits = index.search(query, limit=20)
    assert hits.total == answer["total"]
    shown = hits.to_json()
    assert shown["hits"] == answer["hits"]
    for key in ("total", "offset", "problems", "causes", "suggestions", "citation"):
        assert hits.attrs[key] == answer[key], key
    assert_rows(hits, answer["hits"], "title_highlights", "snippets")
    assert index.count(query) == answer["total"]
    assert index.suggest(query)["suggestions"] == answer["suggestions"]


def test_search_options(index: Any, cli: Cli) -> None:
    options = ["--sort=-date", "--offset", "3", "--limit", "5", "--after", "2020", "--unique"]
    answer = cli("search", *options, "--section", "xây dựng Đảng", "đảng viên")
    hits = index.search(
        "đảng viên", sort="-date", offset=3, limit=5, after=2020, unique=True, section="xây dựng Đảng"
    )
    assert hits.texts == answer["texts"]
    assert_rows(hits, answer["hits"], "title_highlights", "snippets")


def test_kwic(index: Any, cli: Cli) -> None:
    answer = cli("kwic", "tu dien bien", "--limit", "1000", "--sort", "right:2,-date", "--cite")
    table = index.kwic("tu dien bien", sort=["right:2", "-date"])
    assert table.attrs["matches"] == answer["matches"]
    assert table.attrs["citation"] == answer["citation"]
    assert_rows(table, answer["lines"], "range")
    for row, line in zip(table, answer["lines"]):
        assert {"start": row["start"], "end": row["end"]} == line["range"]
    sampled = cli("kwic", "đảng", "--sample", "7", "--seed", "3", "-C", "4")
    assert_rows(index.kwic("đảng", sample=7, seed=3, context=4), sampled["lines"], "range")
    groups = cli("kwic", "tự diễn biến", "--group", "section,year", "--limit", "1000")
    table = index.kwic("tự diễn biến", group="section,year")
    assert [list(row.values())[:2] for row in table] == [g["values"] for g in groups["groups"]]
    assert table.column("matches") == [g["matches"] for g in groups["groups"]]


def test_trends(index: Any, cli: Cli) -> None:
    answer = cli("trends", "tự diễn biến", "cử tri", "--by", "year", "--split", "section", "--cite")
    table = index.trends(["tự diễn biến", "cử tri"], by="year", split="section")
    assert table.attrs["citation"] == answer["citation"]
    rows = iter(table)
    for series in answer["series"]:
        for period, point in zip(answer["periods"], series["points"]):
            row = next(rows)
            assert (row["query"], row["period"]) == (series["query"], period["period"])
            assert (str(row["from"]), str(row["to"])) == (period["from"], period["to"])
            assert {key: row[key] for key in point} == point
        if series["undated"]["of_articles"]:
            row = next(rows)
            assert row["from"] is None
            assert {key: row[key] for key in series["undated"]} == series["undated"]
    assert next(rows, None) is None


def test_trends_average(index: Any, cli: Cli) -> None:
    answer = cli("trends", "cử tri", "--by", "year", "--average", "3", "--count", "texts")
    table = index.trends("cử tri", by="year", average=3, count="texts")
    for row, point in zip(table, answer["series"][0]["points"]):
        mean = point.pop("average", None) or {}
        assert {key: row[key] for key in point} == point
        for key in ("matches", "articles", "per_million_tokens", "per_thousand_articles"):
            assert row[f"average_{key}"] == pytest.approx(mean.get(key))


def test_lists(index: Any, cli: Cli) -> None:
    answer = cli("wordlist", "đảng viên", "--size", "2", "--min", "3", "--limit", "30", "--cite")
    table = index.wordlist("đảng viên", size=2, min=3, limit=30)
    assert_rows(table, answer["units"])
    assert table.attrs["distinct"] == answer["distinct"]
    assert table.attrs["citation"] == answer["citation"]
    answer = cli("dispersion", "đảng viên", "--by", "year", "--limit", "1000")
    table = index.dispersion("đảng viên", by="year")
    assert_rows(table, answer["parts"])
    for key in ("matches", "dp", "dp_norm", "juilland_d"):
        assert table.attrs[key] == pytest.approx(answer[key]), key
    id = "articles/giai-nghia-tu-dien-bien.md"
    answer = cli("dispersion", "tự diễn biến", "--id", id)
    table = index.dispersion("tự diễn biến", id=id)
    assert table.attrs["positions"] == answer["positions"]
    assert_rows(table, answer["slices"])


def test_compare(index: Any, cli: Cli) -> None:
    answer = cli("compare", "tự diễn biến", "tự chuyển hóa", "--window", "4", "--cite")
    table = index.compare("tự diễn biến", "tự chuyển hóa", window=4)
    for key in ("queries", "log_likelihood", "log_ratio", "overlap", "citation"):
        assert table.attrs[key] == answer[key], key
    rows = [
        {"query": query["query"], **row}
        for query, near in zip(answer["queries"], answer["collocates"])
        for row in near
    ]
    for row, like in zip(table, rows, strict=True):
        assert row == {key: pytest.approx(like[key]) if key.startswith("log") else like[key] for key in row}


def test_counts_of_texts(index: Any, cli: Cli) -> None:
    """Every method that counts has the switch of the command line."""
    texts = ["--count", "texts"]
    answer = cli("search", "đảng", "--facet", "year", "--limit", "5", *texts)
    hits = index.search("đảng", limit=5, count="texts")
    assert hits.texts == answer["texts"] == index.count("đảng", count="texts")
    assert hits.texts < index.count("đảng")
    years = index.facets("đảng", by="year", count="texts")
    assert [row["articles"] for row in years if row["value"]] == [
        value["articles"] for value in answer["facets"][0]["values"]
    ]
    answer = cli("kwic", "đảng", "--limit", "9", "--shuffle", "--seed", "4", *texts)
    lines = index.kwic("đảng", limit=9, shuffle=True, seed=4, count="texts")
    assert lines.attrs["matches"] == answer["matches"]
    assert_rows(lines, answer["lines"], "range")
    assert_rows(
        index.collocates("cử tri", count="texts"), cli("collocates", "cử tri", *texts)["collocates"]
    )
    keywords = cli("keywords", "--of", 'section:"Kinh tế"', *texts)["keywords"]
    assert_rows(index.keywords('section:"Kinh tế"', count="texts"), keywords)
    assert_rows(index.fillers("tự * hóa", count="texts"), cli("fillers", "tự * hóa", *texts)["fillers"])
    units = cli("wordlist", "--limit", "20", *texts)["units"]
    assert_rows(index.wordlist(limit=20, count="texts"), units)
    parts = cli("dispersion", "đảng", "--by", "year", *texts)["parts"]
    assert_rows(index.dispersion("đảng", by="year", count="texts"), parts)
    both = ("đảng", "cử tri")
    assert index.compare(*both, count="texts").attrs["overlap"] == cli("compare", *both, *texts)["overlap"]
    assert index.batch(both, totals=True, count="texts").column("total") == [
        index.count(query, count="texts") for query in both
    ]
    assert len(index.batch("đảng", count="texts")) == hits.texts
    with pytest.raises(TypeError, match="count"):
        index.explain("đảng", count="texts")


def test_words(index: Any, cli: Cli) -> None:
    answer = cli("collocates", "cử tri", "--window", "3", "--by", "dice", "--min", "2")
    table = index.collocates("cử tri", window=3, by="dice", min=2)
    assert_rows(table, answer["collocates"])
    assert table.attrs["window_tokens"] == answer["window_tokens"]
    both = ["--of", "date:2020..", "--against", "date:..2019"]
    answer = cli("collocates", "đảng", *both)
    assert_rows(index.collocates("đảng", of="date:2020..", against="date:..2019"), answer["keywords"])
    answer = cli("keywords", "--of", 'section:"Kinh tế"', "--min", "3")
    table = index.keywords('section:"Kinh tế"', min=3)
    assert_rows(table, answer["keywords"])
    assert table.attrs["of"] == answer["of"]
    answer = cli("fillers", "tự * hóa")
    table = index.fillers("tự * hóa")
    assert_rows(table, answer["fillers"])
    assert table.attrs["matches"] == answer["matches"]


def test_related(index: Any, cli: Cli) -> None:
    id = "articles/giai-nghia-tu-dien-bien.md"
    assert_rows(index.similar(id, limit=5), cli("similar", id, "--limit", "5")["articles"])
    groups = cli("reprints")["groups"]
    assert_rows(index.reprints(), groups)
    first = groups[0]["id"]
    assert_rows(index.reprints(first), cli("reprints", first)["publications"], "diff")
    assert index.articles(id) == cli("show", id)["articles"]


def test_counts(index: Any, cli: Cli) -> None:
    answer = cli("search", "đảng viên", "--facet", "section,year", "--limit", "0")
    table = index.facets("đảng viên", by=["section", "year"])
    rows = [
        {"facet": facet["facet"], **value} for facet in answer["facets"] for value in facet["values"]
    ]
    assert [row for row in table if row["value"] is not None] == rows
    assert table.attrs["total"] == answer["total"]
    queries = ["cử tri", '"tự diễn biến"', "xyzqw"]
    table = index.batch(queries, by="year", after=2015)
    assert table.columns[:2] == ["query", "total"]
    assert [row["total"] for row in table] == [index.count(q, after=2015) for q in queries]
    for row in table:
        assert sum(list(row.values())[2:]) == row["total"]
    assert index.batch(queries, totals=True).column("total") == [index.count(q) for q in queries]
    rows = index.batch(queries, limit=3)
    assert [row["query"] for row in rows] == ["cử tri"] * 3 + ['"tự diễn biến"'] * 3


def test_explain_and_stats(index: Any, cli: Cli, index_path: Any) -> None:
    for query in QUERIES:
        assert index.explain(query) == cli("explain", "--", query)
    assert index.stats() == cli("stats")
    assert index.state == cli("stats", "--state")["state"]


def test_matrix_of_a_file_of_queries(index: Any, cli: Cli, tmp_path: Any) -> None:
    import csv
    import io

    queries = ["cử tri", '"tự diễn biến"', "nông thôn mới"]
    file = tmp_path / "q.txt"
    file.write_text("\n".join(queries), encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(cli("batch", str(file), "--by", "month", format="csv"))))
    table = index.batch(queries, by="month")
    assert [{key: str(value) for key, value in row.items()} for row in table] == rows
