#!/usr/bin/env python3
"""SQLite FTS5 on the queries of compare.

Set up as its documentation advises: unicode61 with remove_diacritics (0 keeps accents, 2 folds
them in every composed letter), one transaction, 'optimize' before asking, ORDER BY rank for the
best hits, and memory-mapped reads. unicode61 leaves đ alone, so that the folded index is given d.
"""

import argparse
import os
import re
import sqlite3
import tempfile
import time

import common

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("articles", help="JSON Lines with id, title, summary and body")
parser.add_argument("queries", help="what compare --write-queries wrote")
parser.add_argument("--keys", choices=["exact", "folded"], required=True)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--pairs", help="titles to type as known items, as compare takes them")
parser.add_argument("--json", help="writes the figures to a file")
arguments = parser.parse_args()
folded = arguments.keys == "folded"
D = str.maketrans("đĐ", "dD")


def key(text):
    return text.translate(D) if folded else text


def create(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA page_size = 8192")
    db.execute("PRAGMA cache_size = -500000")
    db.execute("PRAGMA mmap_size = 8000000000")
    db.execute(
        "CREATE VIRTUAL TABLE news USING fts5(id UNINDEXED, text, "
        f"tokenize = 'unicode61 remove_diacritics {2 if folded else 0}')"
    )
    return db


def add(db, texts):
    db.execute("BEGIN")
    db.executemany("INSERT INTO news VALUES (?, ?)", ((id, key(text)) for id, text in texts))
    db.execute("COMMIT")


with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "fts5.db")
    db = create(path)
    # Articles are read before the clock runs, as those of compare are.
    read = list(common.articles(arguments.articles))
    size = sum(article.size for article in read)
    clock = time.perf_counter(), time.process_time()
    add(db, ((article.id, article.text) for article in read))
    took, cpu = time.perf_counter() - clock[0], time.process_time() - clock[1]
    db.execute("INSERT INTO news(news) VALUES ('optimize')")
    db.execute("VACUUM")

    top = "SELECT id FROM news WHERE news MATCH ? ORDER BY rank LIMIT 10"
    count = "SELECT count(*) FROM news WHERE news MATCH ?"

    def phrase(query):
        match = f'"{key(query)}"'
        db.execute(top, (match,)).fetchall()
        return db.execute(count, (match,)).fetchone()[0]

    def words(operator):
        def ask(query):
            match = operator.join(f'"{word}"' for word in key(query).split())
            return len(db.execute(top, (match,)).fetchall())

        return ask

    report = {
        "system": f"SQLite FTS5 {sqlite3.sqlite_version}, {arguments.keys}",
        "megabytes_per_cpu_second": size / 1e6 / cpu,
        "megabytes_per_second": size / 1e6 / took,
        "percent_of_input": 100 * os.path.getsize(path) / size,
        "latency": {},
    }
    for kind, queries in common.queries(arguments.queries).items():
        if folded == kind.endswith("without"):
            ask = phrase if kind.startswith("phrase") else words(" AND " if "(AND)" in kind else " OR ")
            report["latency"][kind] = common.latency(queries, ask, arguments.rounds)
    if arguments.pairs:
        db = create(os.path.join(directory, "untitled.db"))
        add(db, ((article.id, article.untitled) for article in read))
        # Quoted, a word is no operator; signs between words are none.
        match = lambda query: " OR ".join(f'"{word}"' for word in re.findall(r"\w+", key(query)))
        first_ten = lambda query: [id for (id,) in db.execute(top, (match(query),))]
        report["known_item"] = common.known_items(arguments.pairs, first_ten)
    common.finish(report, arguments.json)
