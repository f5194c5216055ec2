#!/usr/bin/env python3
"""ripgrep on the phrases of compare: a scan of the file, without an index.

Counts the lines, which are articles, that have the phrase in any case, with white space between
its syllables; typed without accents, each letter stands for all that fold to it, in composed
text. Each process starts from scratch, the file dropped from the page cache before (as far as
the system follows the advice), or warm with --warm.
"""

import argparse
import itertools
import os
import shutil
import subprocess
import unicodedata

import common

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("articles", help="JSON Lines, one article a line")
parser.add_argument("queries", help="what compare --write-queries wrote")
parser.add_argument("--phrases", type=int, default=20, help="of each kind (default 20)")
parser.add_argument("--rounds", type=int, default=1)
parser.add_argument("--warm", action="store_true", help="leave the file in the page cache")
parser.add_argument("--json", help="writes the figures to a file")
arguments = parser.parse_args()

LETTERS = {"d": "dđ"}
for number in itertools.chain(range(0xC0, 0x250), range(0x1EA0, 0x1EFA)):
    letter = chr(number).lower()
    base = unicodedata.normalize("NFD", letter)[0]
    if base.isascii() and base.isalpha() and letter not in LETTERS.get(base, base):
        LETTERS[base] = LETTERS.get(base, base) + letter


def pattern(query, folded):
    word = lambda w: "".join(f"[{LETTERS.get(c, c)}]" if folded else c for c in w)
    # Spelled out, since the Unicode \b keeps the regex engine from its fastest way.
    no_letter = r"[^\pL\pM\pN]"
    return f"(?:^|{no_letter})" + r"\s+".join(word(w) for w in query.split()) + f"(?:$|{no_letter})"


def asker(folded):
    def ask(query):
        if not arguments.warm:
            file = os.open(arguments.articles, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)
        command = ["rg", "--ignore-case", "--count", "--no-config", "--", pattern(query, folded), arguments.articles]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode > 1:
            raise SystemExit(done.stderr)
        return int(done.stdout or 0)

    return ask


if not shutil.which("rg"):
    raise SystemExit("rg is not installed")
version = subprocess.run(["rg", "--version"], capture_output=True, text=True).stdout.split()[1]
report = {"system": f"ripgrep {version}, {'warm' if arguments.warm else 'cold'}", "latency": {}}
for kind, queries in common.queries(arguments.queries).items():
    if kind.startswith("phrase"):
        ask = asker(kind.endswith("without"))
        report["latency"][kind] = common.latency(queries[: arguments.phrases], ask, arguments.rounds)
common.finish(report, arguments.json)
