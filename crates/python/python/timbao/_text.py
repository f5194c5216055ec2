"""Functions on Vietnamese text and on files, without an index.

Lone surrogates, which Python uses for bytes that it cannot decode, are read as U+FFFD; offsets stay
those of the text.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path

from . import _timbao
from ._errors import ReadWarning
from ._index import Index
from ._table import Article, Table


def tokens(text: str, *, folded: bool = False) -> list[str]:
    """Returns the syllables, numbers and foreign words of a text, in lower case and standard spelling.

    They are what an index compares: hoà and hóa's old and new spellings are one. With `folded` they
    have no accents. Usable as `analyzer` of scikit-learn's vectorizers.

    >>> timbao.tokens("Hoà bình, ĐỘC LẬP!")
    ['hòa', 'bình', 'độc', 'lập']
    >>> timbao.tokens("Hoà bình", folded=True)
    ['hoa', 'binh']
    """
    return _timbao.tokens(text, folded)


def analyze(text: str) -> Table:
    """Returns the tokens of a text with keys and places; as `timbao analyze`.

    Columns: position (tokens before it), start and end (characters of `text`), source, exact (the
    key with accents), folded (the key without), kind (word, number, mixed), gap (the separator
    before it: none, space, punctuation, sentence, paragraph), joined (whether a connecting sign
    joins it to the token before).

    >>> text = "Kết luận 21-KL/TW"
    >>> row = timbao.analyze(text)[3]
    >>> text[row["start"]:row["end"]], row["folded"], row["joined"]
    ('KL', 'kl', True)
    """
    return Table(_timbao.analyze(text), {})


def exact_key(word: str) -> str:
    """Returns the key by which a word with accents is compared: its letters, with the tone at the end.

    >>> timbao.exact_key("Hoà") == timbao.exact_key("hòa")
    True
    """
    return _timbao.exact_key(word)


def fold(text: str) -> str:
    """Returns a text in lower case and without accents; everything else stays.

    >>> timbao.fold("Tự diễn biến, Ðà Nẵng")
    'tu dien bien, da nang'
    """
    return _timbao.fold(text)


def restore_accents(text: str, index: Index) -> str:
    """Returns a text with the accents that its words most likely have in an index.

    Words with accents, unknown words and everything between words stay as they are.

    >>> timbao.restore_accents("Cu tri kien nghi", index)
    'Cử tri kiến nghị'
    """
    return index.restore_accents(text)


def decode(data: bytes | bytearray | memoryview, charset: str | None = None) -> str:
    """Returns the text of bytes in a Vietnamese charset, in NFC; bytes that mean nothing are U+FFFD.

    The charset is UTF-8, UTF-16LE, UTF-16BE, windows-1258, TCVN3, VNI-Windows, VISCII or VIQR; by
    default the one that `detect` finds. Raises `ArgumentError` for another one.

    >>> timbao.decode(b"Vie^.t Nam", "VIQR")
    'Việt Nam'
    """
    return _timbao.decode(_bytes(data), charset)


def _bytes(data: bytes | bytearray | memoryview) -> bytes:
    # bytes() of a number or a list would be something else.
    return data if isinstance(data, bytes) else memoryview(data).tobytes()


def detect(data: bytes | bytearray | memoryview) -> tuple[str, float]:
    """Returns the charset that bytes are most likely in, and how sure that is, from 0 to 1.

    >>> timbao.detect("Việt Nam".encode())
    ('UTF-8', 1.0)
    """
    return _timbao.detect(_bytes(data))


def read(path: str | os.PathLike[str]) -> list[Article]:
    """Reads the articles of a file, archive or folder, as they would be indexed.

    What cannot be read is a `ReadWarning`; the rest is read. Raises `SourceError` if there is no
    such file.

    >>> timbao.read(CORPUS / "articles" / "giai-nghia-tu-dien-bien.md")[0]["section"]
    'Hỏi - Đáp'
    """
    articles, problems = _timbao.read(Path(path))
    for problem in problems:
        warnings.warn(problem, ReadWarning, stacklevel=2)
    return [Article(json.loads(article)) for article in articles]
