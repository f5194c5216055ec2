"""Building, threads, processes, errors."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import timbao


def write_news(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = f"Tin số {number}\n\nCử tri xã Bình Lâm {number} kiến nghị làm đường.\n"
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def test_updates_and_refreshes(tmp_path: Path) -> None:
    news = write_news(tmp_path / "news", 3)
    seen = []
    report = timbao.index(news, path=tmp_path / "index", progress=lambda *now: seen.append(now))
    assert report["articles"]["added"] == 3
    index = report.open()
    assert index.refresh() is index
    write_news(tmp_path / "news", 5)
    report = timbao.index(path=tmp_path / "index", progress=False)
    assert (report["articles"]["added"], report["articles"]["unchanged"]) == (2, 3)
    assert len(index) == 3
    assert len(index.refresh()) == 5
    dry = timbao.index(path=tmp_path / "index", dry_run=True, full=True)
    assert not dry["committed"]


def test_problems_are_reported(tmp_path: Path) -> None:
    news = write_news(tmp_path / "news", 1)
    (news / "hong.jsonl").write_text('{"id": "x", "title": \n', encoding="utf-8")
    report = timbao.index(news, path=tmp_path / "index", progress=True)
    assert len(report["problems"]) == 1
    assert "1 problem" in repr(report)
    with pytest.warns(timbao.ReadWarning, match="hong.jsonl"):
        assert len(timbao.read(news)) == 1


def test_threads_share_an_index(index: Any) -> None:
    queries = ["cử tri", '"tự diễn biến"', "tu dien bien", "đảng viên"] * 50
    expected = [index.count(query) for query in queries[:4]] * 50
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(index.count, queries)) == expected
        tables = list(pool.map(lambda query: index.kwic(query).attrs["matches"], queries[:8]))
    assert tables[:4] == tables[4:]


def count_in_process(index: Any, query: str) -> int:
    return int(index.count(query))


def test_pickling_opens_the_index_again(index: Any) -> None:
    copy = pickle.loads(pickle.dumps(index))
    assert copy.state == index.state
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(count_in_process, (index, "cử tri")) == index.count("cử tri")


def test_fork_works_in_both_processes(index: Any) -> None:
    expected = index.count("cử tri")
    with multiprocessing.get_context("fork").Pool(2) as pool:
        counts = pool.starmap(count_in_process, [(index, "cử tri")] * 4)
    assert counts == [expected] * 4
    assert index.count("cử tri") == expected


def test_indexing_works_after_fork(tmp_path: Path) -> None:
    news = write_news(tmp_path / "news", 2)
    timbao.index(news, path=tmp_path / "first", progress=False)
    child = os.fork()
    if child == 0:
        report = timbao.index(news, path=tmp_path / "second", progress=False)
        os._exit(0 if report["total_articles"] == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_ctrl_c_leaves_the_index_whole(tmp_path: Path, program: str) -> None:
    news = tmp_path / "news"
    news.mkdir()
    line = '{"title": "Tin %d", "body": "%s"}\n'
    body = "Cử tri kiến nghị làm đường liên xã trước mùa mưa. " * 20
    for number in range(100):
        lines = (line % (number * 160 + each, body) for each in range(160))
        (news / f"{number}.jsonl").write_text("".join(lines), encoding="utf-8")
    script = textwrap.dedent(
        """
        import sys, timbao
        def told(phase, files, articles, read, total):
            if articles:
                print("reading", flush=True)
        try:
            timbao.index(sys.argv[1], path=sys.argv[2], progress=told, threads=1)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """
    )
    index = tmp_path / "index"
    command = [sys.executable, "-c", script, str(news), str(index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reading\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().endswith("interrupted\n")
    assert process.returncode == 0
    subprocess.run([program, "verify", "--index", str(index)], check=True, capture_output=True)
    before = len(timbao.Index(index))
    assert 0 < before < 16_000
    assert timbao.index(path=index, progress=False)["total_articles"] == 16_000


def test_an_exception_of_the_callback_stops_and_is_raised(tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    body = "Cử tri kiến nghị làm đường. " * 400
    news.write_text(f'{{"title": "Tin", "body": "{body}"}}\n' * 2000, encoding="utf-8")

    def fails(*_: object) -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        timbao.index(news, path=tmp_path / "index", progress=fails)


@pytest.mark.parametrize(
    ("call", "error", "arguments"),
    [
        (lambda i: i.count("a", after="2025-13"), "ArgumentError", ["search", "a", "--after", "2025-13"]),
        (lambda i: i.count("a", section="!"), "ArgumentError", ["search", "a", "--section", "!"]),
        (lambda i: i.fillers("cử tri"), "ArgumentError", ["fillers", "cử tri"]),
        (lambda i: i.similar("xyzqw"), "ArticleNotFoundError", None),
        (lambda i: i.search("a", sort="size"), "ArgumentError", None),
        (lambda i: i.kwic("a", sort="size"), "ArgumentError", None),
        (lambda i: i.count("a", accents="some"), "ArgumentError", None),
        (lambda i: timbao.decode(b"a", "EBCDIC"), "ArgumentError", None),
        (lambda i: i.search("a", limit=-1), "ArgumentError", None),
        (lambda i: i.search("a", limit=10**30), "ArgumentError", None),
        (lambda i: i.search("a", recency=0), "ArgumentError", None),
        (lambda i: i.kwic("a", context=-1), "ArgumentError", None),
        (lambda i: i.trends("a", thin=-1), "ArgumentError", None),
        (lambda i: i.wordlist(size=-1), "ArgumentError", None),
        (lambda i: i.dispersion("a", slices=-1), "ArgumentError", None),
        (lambda i: i.compare("a", "b", window=-1), "ArgumentError", None),
        (lambda i: timbao.index(path="x", threads=-1), "ArgumentError", None),
        (lambda i: timbao.index([], path="x"), "ArgumentError", None),
    ],
)
def test_errors_are_those_of_the_command_line(
    index: Any, program: str, index_path: Path, call: Any, error: str, arguments: list[str] | None
) -> None:
    with pytest.raises(getattr(timbao, error)) as caught:
        call(index)
    assert isinstance(caught.value, timbao.Error)
    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message
    if arguments:
        done = subprocess.run(
            [program, *arguments, "--index", str(index_path)], capture_output=True, text=True
        )
        message = done.stderr.splitlines()[0].removeprefix("error: ").removeprefix("--")
        assert caught.value.message == message


def test_wrong_kinds_of_arguments_are_named(index: Any) -> None:
    with pytest.raises(TypeError, match="context must be a whole number, not str"):
        index.kwic("a", context="x")
    with pytest.raises(TypeError, match="sort must be text, not int"):
        index.kwic("a", sort=[1])
    with pytest.raises(TypeError, match="by must be text, not int"):
        index.trends("a", by=5)
    with pytest.raises(TypeError, match="recency must be a number of days, not str"):
        index.search("a", recency="x")
    with pytest.raises(TypeError, match="after accepts one value, not a list"):
        index.count("a", after=[2020])
    with pytest.raises(timbao.ArgumentError, match="limit must be from 0 to 2\\*\\*63 - 1, not -1"):
        index.complete("a", limit=-1)


def test_days_are_dates_or_times_of_any_library(index: Any) -> None:
    import pandas

    expected = index.count("đảng", after="2021-01-01")
    for day in (date(2021, 1, 1), datetime(2021, 1, 1, 5), pandas.Timestamp("2021-01-01")):
        assert index.count("đảng", after=day) == expected
    assert timbao.__version__


def test_a_collection_has_several_values_of_a_facet(index: timbao.Index) -> None:
    import pandas

    names = ["Kinh tế", "Xây dựng Đảng"]
    expected = sum(index.count("và", section=name) for name in names)
    assert expected > 0
    for collection in (names, tuple(names), set(names), iter(names), pandas.Series(names)):
        assert index.count("và", section=collection) == expected


def test_errors_of_opening(tmp_path: Path, program: str) -> None:
    with pytest.raises(timbao.IndexNotFoundError) as caught:
        timbao.Index(tmp_path)
    done = subprocess.run(
        [program, "stats", "--index", str(tmp_path)], capture_output=True, text=True
    )
    assert done.stderr == f"error: {caught.value}\n"
    with pytest.raises(timbao.SourceError, match="there is no file or directory at"):
        timbao.index(tmp_path / "none", path=tmp_path / "index", progress=False)
    with pytest.raises(TypeError, match="unexpected keyword argument \"colour\""):
        timbao.Index.count(timbao.index(write_news(tmp_path / "n", 1), path=tmp_path / "i").open(), "a", colour="x")  # type: ignore[call-arg]
