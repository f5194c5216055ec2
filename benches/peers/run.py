#!/usr/bin/env python3
"""Timbao, plain tantivy and all peers on the same articles and queries: one table.

Builds what is to be built, fetches Lucene once, runs one system after another, and prints a
Markdown table; --json keeps every figure with machine, commit and commands. A peer whose tools
are missing is left out, and the last lines say so.
"""

import argparse
import glob
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

import common

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TARGET = os.path.join(HERE, "target")
LUCENE = os.path.join(HERE, "lucene")

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("articles", help="JSON Lines with id, title, summary and body, also .gz or .zst")
parser.add_argument("--pairs", help="titles to type as known items: id, title, title without accents")
parser.add_argument("--queries", type=int, default=300, help="of each kind (default 300)")
parser.add_argument("--indexing-runs", type=int, default=3, help="of Timbao and tantivy (default 3)")
parser.add_argument("--only", metavar="NAME", nargs="+", help="peers to run: seekstorm lucene fts5 ripgrep")
parser.add_argument("--json", help="writes all figures to a file")
arguments = parser.parse_args()


def main():
    with tempfile.TemporaryDirectory() as directory:
        out = lambda name: os.path.join(directory, name)
        articles = unpacked(arguments.articles, directory)
        pairs = ["--pairs", os.path.abspath(arguments.pairs)] if arguments.pairs else []

        tell("compare")
        compare = os.path.join(cargo(ROOT, "-p", "timbao-benches", "--bin", "compare"), "compare")
        drawn = [articles, "--queries", str(arguments.queries)]
        subprocess.run([compare, *drawn, "--write-queries", out("queries.tsv")], check=True)
        measured = ["--indexing-runs", str(arguments.indexing_runs), "--json", out("compare.json"), *pairs]
        if not pairs:
            measured += ["--known-items", "0"]
        subprocess.run([compare, *drawn, *measured], check=True, stdout=sys.stderr)
        with open(out("compare.json"), encoding="utf-8") as file:
            compared = json.load(file)

        peers, missing = [], []
        for name, command in commands(articles, out("queries.tsv"), pairs):
            tell(name)
            try:
                done = [*command(), "--json", out("peer.json")]
                subprocess.run(done, cwd=HERE, check=True, stdout=sys.stderr)
                with open(out("peer.json"), encoding="utf-8") as file:
                    peers.append(json.load(file))
            except (OSError, subprocess.CalledProcessError) as error:
                missing.append(f"{name}: {error}")

    run = common.run(sys.argv[0], sys.argv[1:])
    print(table(run, compared, peers))
    for reason in missing:
        print(f"\nLeft out: {reason}")
    if arguments.json:
        report = {"run": run, "compare": compared, "peers": peers, "left_out": missing}
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(report, file, ensure_ascii=False, indent=2)


def tell(name):
    print(f"\n== {name}", file=sys.stderr, flush=True)


def unpacked(path, directory):
    """A plain file of the articles: most peers read no packed one."""
    plain = os.path.join(directory, "articles.jsonl")
    if path.endswith(".zst"):
        subprocess.run(["zstd", "-dqo", plain, path], check=True)
    elif path.endswith(".gz"):
        with gzip.open(path) as packed, open(plain, "wb") as file:
            shutil.copyfileobj(packed, file)
    else:
        return os.path.abspath(path)
    return plain


def cargo(directory, *what):
    """Builds a program of a workspace; the directory it is in."""
    command = ["cargo", "build", "--release", "--message-format=json-render-diagnostics", *what]
    done = subprocess.run(command, cwd=directory, check=True, stdout=subprocess.PIPE, text=True)
    messages = map(json.loads, done.stdout.splitlines())
    built = [message["executable"] for message in messages if message.get("executable")]
    return os.path.dirname(built[-1])


def commands(articles, queries, pairs):
    """Name and command of each peer; a command is made when it is needed."""
    seekstorm = lambda keys, ngrams: lambda: [
        os.path.join(cargo(HERE, "--locked"), "seekstorm"), articles, queries,
        "--keys", keys, "--ngrams", ngrams, *pairs,
    ]
    lucene = lambda keys, fields: lambda: [
        *lucene_program(), articles, queries, keys, fields, *pairs,
    ]
    fts5 = lambda keys: lambda: [sys.executable, "fts5.py", articles, queries, "--keys", keys, *pairs]
    ripgrep = lambda: [sys.executable, "ripgrep.py", articles, queries]
    keys = ["exact", "folded"]
    every = [
        *((f"seekstorm {key} {ngrams}", seekstorm(key, ngrams)) for ngrams in ("none", "balanced", "fast") for key in keys),
        *((f"lucene {key} {fields}", lucene(key, fields)) for fields in ("syllables", "bigrams") for key in keys),
        *((f"fts5 {key}", fts5(key)) for key in keys),
        ("ripgrep", ripgrep),
    ]
    return [peer for peer in every if not arguments.only or peer[0].split()[0] in arguments.only]


def lucene_program():
    """Compiles the program with Maven, which fetches Lucene, and returns its command."""
    home = java_home()
    env = {**os.environ, "JAVA_HOME": home}
    classpath = os.path.join(LUCENE, "target", "classpath")
    maven = ["mvn", "-q", "-B", "compile", "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"]
    subprocess.run(maven, cwd=LUCENE, env=env, check=True, stdout=sys.stderr)
    with open(classpath, encoding="utf-8") as file:
        jars = file.read().strip()
    return [
        os.path.join(home, "bin", "java"), "-Xmx4g", "--add-modules", "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED", "-cp", f"{os.path.join(LUCENE, 'target', 'classes')}:{jars}", "Lucene",
    ]


def java_home():
    """A Java of version 25: JAVA_HOME, or one that the system has installed."""
    for home in [os.environ.get("JAVA_HOME"), *sorted(glob.glob("/usr/lib/jvm/*25*"))]:
        if home and os.path.exists(os.path.join(home, "release")):
            with open(os.path.join(home, "release"), encoding="utf-8") as file:
                if 'JAVA_VERSION="25' in file.read():
                    return home
    raise OSError("Java 25 is needed: set JAVA_HOME to it")


KINDS = [
    "phrase, typed with accents", "phrase, typed without",
    "all words (AND), with accents", "all words (AND), without",
    "any words (OR), with accents", "any words (OR), without",
]
TYPED = ["with accents", "without"]


def table(run, compared, peers):
    lines = [
        f"`{run['command']}`, commit {run['commit']}, {run['cores']} cores, {run['cpu']}\n",
        f"{compared['articles']} articles, {compared['input_bytes'] / 1e6:.1f} MB; p50 / p99 in µs; "
        "typed with accents and without\n",
        "| | MB per CPU second | index, % of input | phrase, with | without | all words, with | without "
        "| any words, with | without | known item, MRR@10, with | without |",
        "|---|" + "---|" * 10,
    ]
    for system in [*(of_compare(compared, name) for name in ("timbao", "plain tantivy")), *peers]:
        figure = lambda name: f"{system[name]:.1f}" if name in system else "–"
        time = lambda row: f"{short(row['p50_us'])} / {short(row['p99_us'])}" if row else "–"
        score = lambda typed: system.get("known_item", {}).get(typed)
        cells = [
            system["system"],
            figure("megabytes_per_cpu_second"),
            figure("percent_of_input"),
            *(time(system["latency"].get(kind)) for kind in KINDS),
            *(f"{score(typed):.3f}" if score(typed) is not None else "–" for typed in TYPED),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def short(microseconds):
    return f"{microseconds:.1f}" if microseconds < 100 else f"{microseconds:,.0f}"


def of_compare(compared, name):
    """A system of compare in the form of a peer."""
    key = "timbao" if name == "timbao" else "plain"
    system = {
        "system": "**Timbao**" if name == "timbao" else "plain tantivy, folded",
        "latency": {row["queries"]: row[key] for row in compared["latency"]},
    }
    rows = [row for row in compared["indexing"] if row["system"] == name and row["threads"] == 1]
    for figure in ("megabytes_per_cpu_second", "percent_of_input"):
        if rows:
            system[figure] = sorted(row[figure] for row in rows)[len(rows) // 2]
    asked = "timbao" if name == "timbao" else "tantivy, folded"
    system["known_item"] = {
        row["typed"]: row["mrr_at_10"]
        for row in compared["known_item"]
        if row["remembered"] == "title" and row["system"] == asked
    }
    return system


main()
