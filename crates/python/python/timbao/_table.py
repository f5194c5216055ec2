"""Answers: tables, hits and articles."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import pandas

    from . import _timbao

#: The ordinal of 1970-01-01.
_EPOCH = 719_163
#: Rows that a table shows of itself.
_SHOWN = 10
#: Characters of a cell that are shown.
_WIDE = 60


class Table:
    """Rows and columns in Arrow memory, with the facts that make them citable in `attrs`.

    pandas, polars, pyarrow and DuckDB read a table without copying, by the Arrow PyCapsule
    interface: `polars.DataFrame(table)`, `pyarrow.table(table)`, `pandas.DataFrame.from_arrow(table)`.
    Counts are 64-bit integers and `date` is a date: the first day of the month or year where the day
    is not known, and null where the year is not known. Without any of these libraries a table has a
    length, and its rows are dictionaries.

    >>> facets = index.facets(by="year", date="2020..2021")
    >>> facets[0]
    {'facet': 'year', 'value': '2020', 'articles': 5}
    >>> facets.column("articles")
    [5, 7]
    >>> facets.attrs["citation"]["articles"]
    107
    """

    # Not a `Sequence`: libraries that look for sequences first would copy the rows.
    __slots__ = ("_data", "attrs")

    attrs: dict[str, Any]
    """The rest of the answer, as in the JSON of the command line: totals, problems of the query, and
    `citation`, which has the query as it was understood and the state of the index."""

    def __init__(self, data: _timbao.Table, attrs: dict[str, Any]) -> None:
        self._data = data
        self.attrs = attrs

    @classmethod
    def _of(cls, answer: tuple[_timbao.Table, str], rows: str = "") -> Table:
        data, meta = answer
        attrs = json.loads(meta)
        attrs.pop(rows, None)
        return cls(data, attrs)

    def __len__(self) -> int:
        return len(self._table())

    def _table(self) -> _timbao.Table:
        return self._data

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [name for name, _ in self._table().schema]

    @property
    def schema(self) -> dict[str, str]:
        """The Arrow types of the columns by their names."""
        return dict(self._table().schema)

    def column(self, name: str) -> list[Any]:
        """Returns the values of a column as a list; missing values are `None`.

        Raises `KeyError` if there is no such column.
        """
        if name not in self.columns:
            raise KeyError(f"{name}; the columns are {', '.join(self.columns)}")
        return self._values(self.columns.index(name), 0, len(self))

    def _values(self, number: int, start: int, end: int) -> list[Any]:
        values = self._table().column(number, start, end)
        if self._table().schema[number][1] == "date32":
            return [None if day is None else date.fromordinal(_EPOCH + day) for day in values]
        return values

    def _rows(self, start: int, end: int) -> list[dict[str, Any]]:
        names = self.columns
        columns = [self._values(number, start, end) for number in range(len(names))]
        return [dict(zip(names, row)) for row in zip(*columns)]

    @overload
    def __getitem__(self, row: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, row: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, row: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        number = row + len(self) if row < 0 else row
        if not 0 <= number < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        return self._rows(number, number + 1)[0]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for start in range(0, len(self), 1024):
            yield from self._rows(start, start + 1024)

    def to_pandas(self) -> pandas.DataFrame:
        """Returns the table as a pandas `DataFrame`, with the same `attrs`.

        Dates are `datetime64`, counts `int64`. Needs pandas; with pyarrow it is much faster.

        >>> frame = index.trends("cử tri", by="year").to_pandas()
        >>> frame.dtypes["matches"].name, frame.dtypes["from"].kind
        ('int64', 'M')
        """
        import pandas

        try:
            import pyarrow
        except ImportError:
            frame = pandas.DataFrame({name: self.column(name) for name in self.columns})
            for name, kind in self.schema.items():
                if kind == "date32":
                    frame[name] = pandas.to_datetime(frame[name])
        else:
            frame = pyarrow.table(self).to_pandas(date_as_object=False)
        frame.attrs.update(self.attrs)
        return frame

    def __arrow_c_schema__(self) -> object:
        """The schema for libraries that read Arrow data."""
        return self._table().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows for libraries that read Arrow data, without copying."""
        return self._table().__arrow_c_stream__(requested_schema)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            f"a {type(self).__name__} is a view of Arrow memory and cannot be pickled; "
            "pickle to_pandas(), or write it with polars or pyarrow"
        )

    def _title(self) -> str:
        return f"{len(self):,} rows × {len(self.columns)} columns"

    def __repr__(self) -> str:
        rows = [[_cell(value) for value in row.values()] for row in self._rows(0, _SHOWN)]
        widths = [max(map(len, column)) for column in zip(self.columns, *rows)]
        lines = [self._title()]
        for row in [self.columns, *rows]:
            cells = (cell.ljust(width) for cell, width in zip(row, widths))
            lines.append("  ".join(cells).rstrip())
        if len(self) > _SHOWN:
            lines.append("…")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_cell(cell))}</td>" for cell in row.values()) + "</tr>"
            for row in self._rows(0, _SHOWN)
        )
        more = "<p>…</p>" if len(self) > _SHOWN else ""
        state = self.attrs.get("citation", {}).get("state", "")
        note = f" · index state {html.escape(state)}" if state else ""
        return (
            f"<p>{html.escape(self._title())}{note}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
        )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        value = "; ".join(value)
    text = " ".join(str(value).split())
    return text if len(text) <= _WIDE else text[: _WIDE - 1] + "…"


class Hits(Table):
    """The hits of a query: a table whose rows are read when they are looked at.

    The search itself is done, so that `total` and `len()` cost nothing more.

    >>> hits = index.search("tu dien bien", limit=2)
    >>> hits.total, len(hits)
    (43, 2)
    >>> hits[0]["title"]
    'Giải nghĩa: “tự diễn biến”, “tự chuyển hóa” là gì?'
    """

    __slots__ = ("_hits", "_meta")

    _meta: dict[str, Any]

    def __init__(self, hits: _timbao.Hits) -> None:
        self._hits = hits

    @property
    def total(self) -> int:
        """Number of articles that match, whatever the limit is."""
        return self._hits.total

    @property
    def texts(self) -> int | None:
        """Number of distinct texts, if every text is shown once."""
        return self._hits.texts

    def __len__(self) -> int:
        return len(self._hits)

    def _table(self) -> _timbao.Table:
        try:
            return self._data
        except AttributeError:
            self._data = self._hits.table()
            return self._data

    @property
    def attrs(self) -> dict[str, Any]:  # type: ignore[override]
        """The rest of the answer: `total`, `problems`, `causes`, `suggestions`, `citation`."""
        try:
            return self._meta
        except AttributeError:
            meta: dict[str, Any] = json.loads(self._hits.meta())
            meta.pop("hits")
            self._meta = meta
            return meta

    def to_json(self) -> dict[str, Any]:
        """Returns the answer as `timbao search --format json` prints it, with highlights.

        >>> answer = index.search('"tự diễn biến"', limit=1).to_json()
        >>> answer["hits"][0]["snippets"][0]["highlights"][0]
        {'start': 78, 'end': 90}
        """
        answer: dict[str, Any] = json.loads(self._hits.json())
        return answer

    def _title(self) -> str:
        return f"{self.total:,} articles, {len(self):,} shown"


class Article(dict[str, Any]):
    """An article: its fields as a dictionary, as the command line writes them.

    >>> article = index.article("articles/giai-nghia-tu-dien-bien.md")
    >>> article["published"], article["section"]
    ('2021-11-26', 'Hỏi - Đáp')
    """

    def __repr__(self) -> str:
        return f"<Article {self.get('id', '')!r}: {self.get('title', '(no title)')}>"

    def _repr_html_(self) -> str:
        about = [self.get(name) for name in ("published", "section", "place", "author", "source")]
        paragraphs = str(self.get("body", "")).splitlines()
        summary = self.get("summary")
        return (
            f"<h3>{html.escape(self.get('title') or '(no title)')}</h3>"
            f"<p><small>{html.escape(' · '.join(str(part) for part in about if part))}</small></p>"
            + (f"<p><b>{html.escape(summary)}</b></p>" if summary else "")
            + "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs if paragraph)
        )
