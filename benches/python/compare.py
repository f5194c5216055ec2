"""Times the Python package next to other packages for Vietnamese text and search.

Everything runs in one thread on one core. Answers are checked before they are timed.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import timbao

#: Text that the slow segmenters are timed on, in characters.
SEGMENTED = 200_000
#: Phrases that are searched for.
PHRASES = 500
#: Lines of the concordance.
LINES = 100_000


def main() -> None:
    articles = Path(sys.argv[1])
    index_path = Path("index")
    subprocess.run(
        [os.environ["TIMBAO"], "index", str(articles), "--index", str(index_path)],
        check=True,
        capture_output=True,
    )
    read = timbao.read(articles)
    texts = [f"{article.get('title', '')}\n{article['body']}" for article in read]
    names = ("timbao", "underthesea", "pyvi", "tantivy", "polars")
    print(", ".join(f"{name} {version(name)}" for name in names))
    print(f"{len(texts):,} articles, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB of text\n")
    tokens(texts)
    index = timbao.Index(index_path, preload=True)
    search(index, texts, phrases(texts))
    concordance(index)
    memory(index_path, articles)


def best(work: Callable[[], Any], times: int = 5) -> float:
    """The shortest of several times, in seconds."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return min(spent)


def tokens(texts: list[str]) -> None:
    """Tokens: syllables with both keys, next to segmenters that find words of several syllables."""
    import underthesea
    from pyvi import ViTokenizer

    some: list[str] = []
    for text in texts:
        if sum(map(len, some)) > SEGMENTED:
            break
        some.append(text)
    size = sum(len(text.encode()) for text in some) / 1e6
    many = texts[:5000]
    much = sum(len(text.encode()) for text in many) / 1e6
    first = timbao.analyze(many[0])
    assert first.column("exact")[0] == timbao.exact_key(first.column("source")[0])
    # A call that loads the models.
    underthesea.word_tokenize(some[0])
    ViTokenizer.tokenize(some[0])

    rates = {
        "timbao.analyze (places, both keys; Arrow)": much / best(lambda: [timbao.analyze(t) for t in many]),
        "timbao.tokens (list of str)": much / best(lambda: [timbao.tokens(t) for t in many]),
        "pyvi ViTokenizer.tokenize": size / best(lambda: [ViTokenizer.tokenize(t) for t in some], 2),
        "underthesea word_tokenize": size / best(lambda: [underthesea.word_tokenize(t) for t in some], 2),
    }
    ours = rates["timbao.analyze (places, both keys; Arrow)"]
    print("Tokens, MB/s (timbao finds syllables, the others segment words of several syllables)")
    for name, rate in rates.items():
        print(f"  {name:45} {rate:10.3f}   timbao.analyze is {ours / rate:8.1f} times as fast")
    print()


def phrases(texts: list[str]) -> list[str]:
    """Phrases of two to four syllables: those of a file, or some from the articles."""
    if len(sys.argv) > 2:
        lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
        found = [line.split("\t")[1] for line in lines if "\t" in line]
    else:
        found = texts[:: max(1, len(texts) // PHRASES)]
    cut = []
    for number, text in enumerate(found[:PHRASES]):
        words = re.findall(r"[^\W\d_]+", text)
        if len(words) > 4:
            cut.append(" ".join(words[1 : 3 + number % 3]))
    return cut


def search(index: timbao.Index, texts: list[str], queries: list[str]) -> None:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="default", index_option="position")
    peer = tantivy.Index(builder.build())
    writer = peer.writer(heap_size=200_000_000, num_threads=1)
    for text in texts:
        writer.add_document(tantivy.Document(text=unicodedata.normalize("NFC", text)))
    writer.commit()
    writer.wait_merging_threads()
    peer.reload()
    searcher = peer.searcher()

    def ours(query: str) -> int:
        hits = index.search(f'"{query}"')
        return hits.total

    def theirs(query: str) -> int:
        parsed = peer.parse_query(f'"{query}"', ["text"])
        return int(searcher.search(parsed, 10).count or 0)

    found = [(ours(query), theirs(query)) for query in queries]
    agree = sum(abs(a - b) <= max(1, b // 10) for a, b in found)
    print(f"Phrases, top ten and exact total, {len(queries)} queries; totals agree for {agree}")
    print("  (spelling variants and captions explain the others)")
    spent: dict[str, list[float]] = {"timbao": [], "tantivy-py": []}
    for name, run in (("timbao", ours), ("tantivy-py", theirs)):
        for query in queries:
            spent[name].append(best(lambda: run(query), 3) * 1e6)
    for name, times in spent.items():
        times.sort()
        print(f"  {name:12} p50 {statistics.median(times):8.1f} µs   p99 {times[len(times) * 99 // 100]:8.1f} µs")
    ratio = statistics.median(spent["tantivy-py"]) / statistics.median(spent["timbao"])
    print(f"  timbao is {ratio:.0f} times as fast at p50")
    nothing = best(lambda: [index.search("") for _ in range(10_000)]) / 10_000
    print(f"  overhead of a call (the empty query): {nothing * 1e6:.2f} µs\n")


def concordance(index: timbao.Index) -> None:
    import polars

    query = "và"
    frame = polars.DataFrame(index.kwic(query, limit=LINES))
    spent = best(lambda: polars.DataFrame(index.kwic(query, limit=LINES)), 3)
    print(f"Concordance as a polars frame: {len(frame):,} lines in {spent:.2f} s\n")


def memory(index_path: Path, articles: Path) -> None:
    """Largest resident memory of a process that writes a concordance, and of one that indexes."""
    program = os.environ["TIMBAO"]
    lines = (
        "import sys, timbao\n"
        f"table = timbao.Index(sys.argv[1]).kwic('và', limit={LINES})\n"
        "assert len(table)\n"
    )
    build = (
        "import sys, timbao\n"
        "timbao.index(sys.argv[2], path=sys.argv[1], threads=1, progress=False)\n"
    )
    kwic = ["kwic", "và", "--limit", str(LINES), "--format", "jsonl", "--index", str(index_path)]
    command = ["index", str(articles), "--threads", "1", "--index", "by-program"]
    compare_peaks(
        f"{LINES:,} lines of a concordance",
        [sys.executable, "-c", lines, str(index_path)],
        [program, *kwic],
    )
    compare_peaks(
        "indexing on one thread",
        [sys.executable, "-c", build, "by-python", str(articles)],
        [program, *command],
    )


def compare_peaks(name: str, python: list[str], program: list[str]) -> None:
    ours, theirs = peak(python), peak(program)
    print(f"Peak memory, {name}: Python {ours:.0f} MB, program {theirs:.0f} MB, {ours / theirs:.2f} times")


def peak(command: list[str]) -> float:
    """Largest resident memory of a process, in MB."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
