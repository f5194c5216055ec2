"""Times the Python package next to other packages for Vietnamese text and search.

Everything runs in one thread on one core. Answers are checked before they are timed.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import time
import unicodedata
from collections import deque
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
    search(index, texts, phrases([article["body"] for article in read]))
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


def phrases(bodies: list[str], count: int = PHRASES, seed: int = 1) -> list[str]:
    """Phrases of two to five syllables from random places of the articles, as `compare` draws them."""
    draw = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        # Punctuation between two syllables would end the phrase.
        runs = re.split(r"[^\w ]|\d", draw.choice(bodies).lower())
        words = draw.choice(runs).split()
        length = 2 + len(found) % 4
        if len(words) >= length:
            start = draw.randrange(len(words) - length + 1)
            found.append(" ".join(words[start : start + length]))
    return found


def search(index: timbao.Index, texts: list[str], queries: list[str]) -> None:
    """Phrases typed with and without accents next to tantivy-py: with an index of syllables as they are,
    which finds nothing that is typed without accents, and with one of syllables without accents, which
    finds other accents too."""
    folded = [timbao.fold(query) for query in queries]
    exact_peer, folded_peer = tantivy_index(texts, False), tantivy_index(texts, True)
    for kind, peer, asked in (
        ("with accents; tantivy-py with accents", exact_peer, queries),
        ("with accents; tantivy-py without", folded_peer, queries),
        ("without accents; tantivy-py without", folded_peer, folded),
    ):
        compare_phrases(index, kind, peer, asked)
    for name, call in (("count", index.count), ("search", index.search)):
        # Overhead is what a call costs that finds nothing; its answer is dropped at once.
        nothing = best(lambda: deque(map(call, ["qx"] * 10_000), maxlen=0)) / 10_000
        print(f"  {name}() of a word that no article has: {nothing * 1e6:.2f} µs")
    print()


def compare_phrases(index: timbao.Index, kind: str, peer: Any, asked: list[str]) -> None:
    engine, searcher = peer

    def ours(query: str) -> int:
        return index.search(f'"{query}"').total

    def theirs(query: str) -> int:
        parsed = engine.parse_query(f'"{query}"', ["text"])
        return int(searcher.search(parsed, 10).count or 0)

    found = [(ours(query), theirs(query)) for query in asked]
    agree = sum(abs(a - b) <= max(1, b // 10) for a, b in found)
    print(f"Phrases typed {kind}: top ten and exact total of {len(asked)} queries")
    print(f"  totals agree for {agree}")
    medians = []
    for name, run in (("timbao", ours), ("tantivy-py", theirs)):
        times = sorted(best(lambda: run(query), 3) * 1e6 for query in asked)
        medians.append(statistics.median(times))
        late = times[len(times) * 99 // 100]
        print(f"  {name:12} p50 {medians[-1]:8.1f} µs   p99 {late:8.1f} µs")
    print(f"  timbao is {medians[1] / medians[0]:.0f} times as fast at p50")


def tantivy_index(texts: list[str], fold: bool) -> tuple[Any, Any]:
    """An index of plain tantivy with positions, and its searcher; lower case, and folded if asked."""
    from tantivy import Document, Filter, Index, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

    analyzer = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase())
    if fold:
        analyzer = analyzer.filter(Filter.ascii_fold())
    builder = SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="bench", index_option="position")
    peer = Index(builder.build())
    peer.register_tokenizer("bench", analyzer.build())
    writer = peer.writer(heap_size=200_000_000, num_threads=1)
    for text in texts:
        writer.add_document(Document(text=unicodedata.normalize("NFC", text)))
    writer.commit()
    writer.wait_merging_threads()
    peer.reload()
    return peer, peer.searcher()


def concordance(index: timbao.Index) -> None:
    import polars

    query = "và"
    frame = polars.DataFrame(index.kwic(query, limit=LINES))
    start = time.process_time()
    polars.DataFrame(index.kwic(query, limit=LINES))
    spent = time.process_time() - start
    print(f"Concordance as a polars frame: {len(frame):,} lines in {spent:.2f} s of processor time\n")


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


#: Runs a command and prints its largest resident memory in KiB. A process starts with the memory of its
#: parent in this figure, so the parent has to be a small one.
RUN = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_DUP2, 1, 2)])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak(command: list[str]) -> float:
    """Largest resident memory of a process, in MB."""
    runner = [sys.executable, "-I", "-S", "-c", RUN, *command]
    done = subprocess.run(runner, check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


if __name__ == "__main__":
    main()
