"""What the peers share: articles, queries, timing, the report."""

import json
import os
import subprocess
import sys
import time
import unicodedata
from collections import namedtuple

# Text is title, summary and body, composed; size is in bytes, as compare counts it.
Article = namedtuple("Article", "id text untitled size")


def articles(path):
    """Yields the articles of a JSON Lines file."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            kept = {k: article.get(k) for k in ("id", "title", "summary", "body")}
            size = len(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()) + 1
            parts = (unicodedata.normalize("NFC", kept[k] or "") for k in ("title", "summary", "body"))
            title, summary, body = parts
            yield Article(kept["id"], f"{title}\n{summary}\n{body}", f"{summary}\n{body}", size)


def queries(path):
    """The queries by kind, in the file's order."""
    kinds = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            kind, query = line.rstrip("\n").split("\t")
            kinds.setdefault(kind, []).append(unicodedata.normalize("NFC", query))
    return kinds


def latency(queries, ask, rounds):
    """Runs all queries once to warm up, then `rounds` times; p50 and p99 of their medians."""
    times = [[] for _ in queries]
    found = 0
    for round in range(rounds + 1):
        for query, taken in zip(queries, times):
            start = time.perf_counter_ns()
            total = ask(query)
            if round:
                taken.append(time.perf_counter_ns() - start)
            else:
                found += total
    medians = sorted(sorted(taken)[len(taken) // 2] / 1000 for taken in times)
    at = lambda share: medians[min(len(medians) - 1, int(len(medians) * share))]
    return {"p50_us": at(0.5), "p99_us": at(0.99), "total": found}


def known_items(path, first_ten):
    """MRR@10 of titles, by how they are typed; `first_ten` gives ids for a query."""
    scores = {"with accents": [], "without": []}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            id, *typed = line.rstrip("\n").split("\t")
            for query, ranks in zip(typed, scores.values()):
                found = first_ten(unicodedata.normalize("NFC", query))
                ranks.append(1 / (found.index(id) + 1) if id in found else 0)
    return {typed: sum(ranks) / max(1, len(ranks)) for typed, ranks in scores.items()}


def run(program, arguments):
    """Machine, commit and command."""
    git = ["git", "-C", os.path.dirname(os.path.abspath(__file__)), "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(git, capture_output=True, text=True)
    with open("/proc/cpuinfo") as info:
        cpu = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), None)
    return {
        "command": " ".join([os.path.basename(program), *arguments]),
        "commit": done.stdout.strip() or None,
        "cores": os.cpu_count(),
        "cpu": cpu,
    }


def finish(report, path):
    """Prints the figures as Markdown and writes them as JSON, if a path is given."""
    report["run"] = run(sys.argv[0], sys.argv[1:])
    if "megabytes_per_cpu_second" in report:
        print("| system | indexing, MB per CPU second | MB/s | index, % of input |\n|---|---|---|---|")
        print(
            f"| {report['system']} | {report['megabytes_per_cpu_second']:.1f} "
            f"| {report['megabytes_per_second']:.1f} | {report['percent_of_input']:.1f} |\n"
        )
    print(f"| {report['system']}, µs | p50 | p99 | hits of all queries |\n|---|---|---|---|")
    for kind, row in report["latency"].items():
        print(f"| {kind} | {row['p50_us']:.1f} | {row['p99_us']:.1f} | {row['total']} |")
    if "known_item" in report:
        print("\n| known item, typed | MRR@10 |\n|---|---|")
        for typed, score in report["known_item"].items():
            print(f"| {typed} | {score:.3f} |")
    if path:
        with open(path, "w", encoding="utf-8") as out:
            json.dump(report, out, ensure_ascii=False, indent=2)
