"""Searching an index."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from . import _timbao
from ._errors import check_counts, check_days, check_texts
from ._table import Article, Hits, Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    Order = Literal["relevance", "date", "-date"]
    Period = Literal["day", "week", "month", "quarter", "year"]
    Split = Literal["section", "place", "agency", "author", "source", "collection"]
    Facet = Literal[
        "section", "year", "month", "place", "agency", "author", "source", "collection"
    ]


class Filters(TypedDict, total=False):
    """Keyword arguments that narrow a query; see `Index`."""

    after: str | int | Date | None
    before: str | int | Date | None
    date: str | int | Date | None
    section: str | Iterable[str] | None
    place: str | Iterable[str] | None
    agency: str | Iterable[str] | None
    author: str | Iterable[str] | None
    source: str | Iterable[str] | None
    collection: str | Iterable[str] | None
    accents: Literal["auto", "strict", "loose"] | None


class Counted(Filters, total=False):
    """Keyword arguments that narrow a query, and the unit of its counts; see `Index`."""

    count: Literal["publications", "texts"] | None


class Index:
    """An index in a folder or an OpenSearch cluster, open for reading at its latest commit.

    Later commits do not change it; `refresh()` returns it at the latest one. Threads may share an
    index: Python's lock is released while it works. A pickled index opens the folder again where it
    is unpickled, at the latest commit there; after `fork` it works in both processes, as it starts
    no threads, unless another thread was searching at that moment.

    All methods with a `query` take these keyword arguments, which narrow it as if they were typed in
    it: `after`, `before` and `date` (a day, month or year as text, a year as a number, or a
    `datetime.date` or one with a time; `date` may be a range, "2025..3/2026"), `section`, `place`, `agency`, `author`,
    `source` and `collection` (words of the value, or all of it after "="; a list has several values, one of which an article must have), and
    `accents` ("auto", "strict" or "loose"). Methods that count also take `count`: "publications", or
    "texts" for every text once, at its first publication among the counted articles.

    Raises `IndexNotFoundError`, `IndexVersionError` and `IndexDamagedError`, and `ClusterError` if a
    cluster does not answer; every method may raise `IndexDamagedError` or `ClusterError`, and `ArgumentError` for an argument with an invalid value.

    >>> index = timbao.Index(INDEX)
    >>> len(index)
    107
    >>> index.search("cử tri", after=2025, sort="date", limit=3).total
    2
    """

    __slots__ = ("_index", "_options", "path")

    path: Path | str
    """The folder of the index, or its address in a cluster."""

    def __init__(
        self,
        path: str | os.PathLike[str] = ".timbao",
        *,
        preload: bool = False,
        cluster_auth: str | os.PathLike[str] | None = None,
        cluster_ca: str | os.PathLike[str] | None = None,
    ) -> None:
        """Opens the index in a folder, or at an address "opensearch+http://HOST:9200/NAME".

        With `preload`, what queries read at random is copied to at most 512 MB of memory in huge
        pages, as `timbao serve` does: opening takes longer and thousands of queries are faster.

        `cluster_auth` names a file with user and password, `cluster_ca` one with the authority of
        the certificates of a cluster; both as for the command line, with the same environment
        variables: TIMBAO_CLUSTER_AUTH, TIMBAO_CLUSTER_LOGIN, TIMBAO_CLUSTER_CA. A cluster forgets a
        state that has not been used for ten minutes; `refresh()` returns the present one.
        """
        self.path = str(path) if str(path).startswith("opensearch+") else Path(path)
        self._options = (preload, cluster_auth, cluster_ca)
        self._index = _timbao.Index(self.path, *self._options)

    def refresh(self) -> Index:
        """Returns the index at its latest commit: this one if there is none later.

        In a cluster, the index at present.

        >>> index.refresh() is index
        True
        """
        fresh = self._index.refresh()
        if fresh is None:
            return self
        index = object.__new__(Index)
        index.path, index._options, index._index = self.path, self._options, fresh
        return index

    def __reduce__(self) -> tuple[Any, ...]:
        path = self.path if isinstance(self.path, str) else str(self.path.absolute())
        return _open, (path, *self._options)

    def __len__(self) -> int:
        """Number of articles."""
        return len(self._index)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<timbao.Index {str(self.path)!r}: {len(self):,} articles>"

    def _repr_html_(self) -> str:
        stats = self.stats()
        dates = f", {stats['first_date']} to {stats['last_date']}" if stats["first_date"] else ""
        return (
            f"<p><b>timbao.Index</b> {stats['articles']:,} articles, "
            f"{stats['tokens']:,} tokens{dates}</p>"
        )

    @property
    def state(self) -> str:
        """The fingerprint of the articles, 16 digits: the same for the same articles, wherever they
        are indexed."""
        state: str = json.loads(self._index.state())["state"]
        return state

    def stats(self) -> dict[str, Any]:
        """Returns statistics, as `timbao stats`: articles, tokens, dates, bytes on disk, versions.

        >>> index.stats()["last_date"]
        '2026-06-10'
        """
        stats: dict[str, Any] = json.loads(self._index.stats())
        return stats

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: Order = "relevance",
        recency: float | None = None,
        unique: bool = False,
        snippets: int = 1,
        **filters: Unpack[Counted],
    ) -> Hits:
        """Finds articles, the best first; as `timbao search`.

        Returns at most `limit` hits after `offset` others, with the exact total. Columns: rank, id,
        path, member, title, date, section, place, agency, author, source, collection, url, score,
        snippet (at most `snippets` passages). `sort` is "relevance", "date" (oldest first) or "-date"; `recency`
        prefers recent articles, with a half-life in days; `unique` shows a text that was published
        several times once, and adds the column reprints.

        >>> hits = index.search('"tự * hóa"', sort="-date", limit=3)
        >>> hits.column("date")[0]
        datetime.date(2026, 3, 25)
        """
        if recency is not None:
            check_days(recency=recency)
        try:
            hits = self._index.search(
                query, limit, offset, sort, recency, unique, snippets, filters or None
            )
        except OverflowError:
            check_counts(limit=limit, offset=offset, snippets=snippets)
            raise
        return Hits(hits)

    def count(self, query: str, **filters: Unpack[Counted]) -> int:
        """Returns the exact number of articles that match.

        >>> index.count('"tự diễn biến" OR "tự chuyển hóa"')
        16
        """
        return self._index.count(query, filters or None)

    def kwic(
        self,
        query: str,
        *,
        context: int = 10,
        left: int | None = None,
        right: int | None = None,
        sort: str | Iterable[str] = (),
        group: str | Iterable[str] = (),
        sample: int | None = None,
        shuffle: bool = False,
        seed: int = 1,
        limit: int | None = None,
        offset: int = 0,
        **filters: Unpack[Counted],
    ) -> Table:
        """Returns every match with its context, or counts of them; as `timbao kwic`.

        Bare words are a phrase. One row a match, the oldest first: id, path, member, date, section,
        source, title, field, token (its number in the field, from 1), start and end (characters of
        the field), left, match and right (`context` words on each side). `sort` and `group` are
        keys or lists of them: left, right, left:2, match, date, -date (sort only), day, week,
        month, quarter, year (group only), section, place, agency, author, source, collection. With `group`,
        one row a group: its values, matches and articles. `sample` selects lines at random and
        `shuffle` puts them in random order, always the same for a `seed`. `attrs` has the numbers of all matches and articles.

        >>> lines = index.kwic("tự diễn biến", context=3, sort="right", limit=2)
        >>> lines.attrs["matches"], lines.column("match")
        (25, ['tự diễn biến', 'tự diễn biến'])
        >>> index.kwic("tự diễn biến", group="year")[0]
        {'year': '2021', 'matches': 7, 'articles': 4}
        """
        check_counts(context=context, left=left, right=right, sample=sample, seed=seed)
        check_counts(limit=limit, offset=offset)
        options: dict[str, Any] = {
            "left": context if left is None else left,
            "right": context if right is None else right,
            "sort": _keys("sort", sort),
            "group": _keys("group", group),
            "sample": sample,
            "shuffle": shuffle,
            "seed": seed,
            "limit": limit,
            "offset": offset,
        }
        answer = self._index.kwic(query, options, filters or None)
        return Table._of(answer, "groups" if options["group"] else "lines")

    def trends(
        self,
        queries: str | Iterable[str],
        *,
        by: Period | None = None,
        split: Split | None = None,
        values: int = 8,
        average: int = 1,
        thin: int = 20,
        **filters: Unpack[Counted],
    ) -> Table:
        """Counts queries over time; as `timbao trends`.

        A period is a month, or a year if the articles span more than twenty years, unless `by` says
        otherwise. One row for each query and period, periods without articles among them, and a last
        one for articles without a date if there are any: query, value (of `split`), period, from, to
        (dates), matches, articles, of_articles, of_tokens, per_million_tokens,
        per_thousand_articles, thin (fewer than `thin` articles, so that the rates say little). With
        `average`, the columns average_… are means of so many periods around each; a period that is
        not over has none. The filters narrow both the articles that are counted and those they are a
        share of.

        >>> years = index.trends(["tự diễn biến", "cử tri"], by="year", date="2020..")
        >>> years[0]["period"], years[0]["matches"], years[0]["of_articles"]
        ('2020', 2, 5)
        """
        check_counts(values=values, average=average, thin=thin)
        check_texts(by=by, split=split)
        options = {"by": by, "split": split, "values": values, "average": average, "thin": thin}
        return Table._of(self._index.trends(queries, options, filters or None), "series")

    def collocates(
        self,
        query: str,
        *,
        window: int = 5,
        left: int | None = None,
        right: int | None = None,
        min: int = 5,
        by: Literal["likelihood", "dice", "mi", "count"] = "likelihood",
        of: str | None = None,
        against: str | None = None,
        limit: int = 50,
        **filters: Unpack[Counted],
    ) -> Table:
        """Finds words near the matches of a query; as `timbao collocates`.

        Bare words are a phrase. Columns: unit (one or more syllables), syllables (their number),
        near (occurrences within `window` words of a match, at least `min`), articles (those with
        one), count (occurrences in all), expected (occurrences near a match by chance),
        log_likelihood (how sure), log_dice (how exclusive, at most 14), mutual_information (in
        bits). `left` and `right` are windows of one side. `by` orders by "likelihood", "dice", "mi"
        or "count". `attrs["matches"]` and `attrs["window_tokens"]` are the sizes of what was
        compared. With `of` and `against`, the collocates in the articles of one query compared with
        those of another; the columns are those of `keywords`. Raises `ArgumentError` for only one
        of them.

        >>> near = index.collocates("tự diễn biến", limit=2)
        >>> near.column("unit"), near.column("near"), near.column("count")
        (['tự chuyển hóa', 'biểu hiện'], [16, 7], [22, 22])
        >>> near.attrs["matches"]
        25
        """
        check_counts(window=window, left=left, right=right, min=min, limit=limit)
        check_texts(by=by, of=of, against=against)
        options = {
            "left": window if left is None else left,
            "right": window if right is None else right,
            "min": min,
            "by": by,
            "of": of,
            "against": against,
            "limit": limit,
        }
        answer = self._index.collocates(query, options, filters or None)
        return Table._of(answer, "collocates" if of is None else "keywords")

    def keywords(
        self,
        of: str,
        *,
        against: str | None = None,
        min: int = 5,
        min_articles: int = 2,
        limit: int = 50,
        count: Literal["publications", "texts"] = "publications",
    ) -> Table:
        """Finds words that are typical of the articles of a query; as `timbao keywords`.

        Compares them with the articles of another query, or with all others. Columns: unit,
        syllables, count, articles, against_count, against_articles, per_million,
        against_per_million, log_likelihood (how sure), log_ratio (how large; 1 is twice as
        frequent).

        >>> index.keywords('section:"Kinh tế"', limit=2).column("unit")
        ['chợ', 'khách']
        """
        check_counts(min=min, min_articles=min_articles, limit=limit)
        found = self._index.keywords(of, against, min, min_articles, limit, {"count": count})
        return Table._of(found, "keywords")

    def wordlist(
        self,
        query: str = "",
        *,
        size: int = 1,
        min: int = 5,
        min_articles: int = 1,
        prefix: str | None = None,
        sort: Literal["count", "articles", "alphabet"] = "count",
        limit: int | None = None,
        **filters: Unpack[Counted],
    ) -> Table:
        """Lists the most frequent syllables or n-grams; as `timbao wordlist`.

        Counts the articles of a query, or all. Columns: unit, count, articles, per_million (tokens),
        per_thousand (articles). `attrs["distinct"]` is the number of n-grams beyond `limit` too.

        >>> index.wordlist(size=3, limit=1).column("unit")
        ['hải lăng đông']
        """
        check_counts(size=size, min=min, min_articles=min_articles, limit=limit)
        check_texts(sort=sort)
        options = {
            "size": size,
            "min": min,
            "min_articles": min_articles,
            "prefix": prefix,
            "sort": sort,
            "limit": limit,
        }
        return Table._of(self._index.wordlist(query, options, filters or None), "units")

    def dispersion(
        self,
        query: str,
        *,
        id: str | None = None,
        by: str = "slice",
        slices: int | None = None,
        **filters: Unpack[Counted],
    ) -> Table:
        """Measures how evenly a query is spread; as `timbao dispersion`.

        Over the archive in order of time, or over the article `id`. One row for each part: part,
        from, to, matches, of_tokens, per_million_tokens. `attrs` has `dp`, `dp_norm`, `juilland_d`
        and for an article `positions`. Raises `ArticleNotFoundError`.

        >>> round(index.dispersion("tự diễn biến").attrs["dp"], 2)
        0.84
        """
        check_counts(slices=slices)
        answer = self._index.dispersion(query, id, by, slices, filters or None)
        return Table._of(answer, "parts")

    def compare(
        self,
        first: str,
        second: str,
        *,
        by: Period = "year",
        window: int = 5,
        left: int | None = None,
        right: int | None = None,
        min: int = 5,
        limit: int = 20,
        **filters: Unpack[Counted],
    ) -> Table:
        """Compares two queries side by side; as `timbao compare`.

        One row for each word that occurs near one query rather than near the other: query, unit,
        count, against_count, log_likelihood, log_ratio. `attrs` has `queries` (counts and rates),
        `log_likelihood`, `log_ratio`, `overlap` and `trends`.

        >>> index.compare("tự diễn biến", "tự chuyển hóa").attrs["overlap"]["both"]
        12
        """
        check_counts(window=window, left=left, right=right, min=min, limit=limit)
        check_texts(by=by)
        options = {
            "by": by,
            "left": window if left is None else left,
            "right": window if right is None else right,
            "min": min,
            "limit": limit,
        }
        answer = self._index.compare(first, second, options, filters or None)
        return Table._of(answer, "collocates")

    def fillers(
        self, query: str, *, limit: int | None = None, **filters: Unpack[Counted]
    ) -> Table:
        """Counts what fills the gaps of a phrase; as `timbao fillers`.

        Columns: filler, words (one text a gap), matches, articles.

        >>> index.fillers("tự * hóa")[0]
        {'filler': 'chuyển', 'words': ['chuyển'], 'matches': 22, 'articles': 13}
        """
        check_counts(limit=limit)
        return Table._of(self._index.fillers(query, limit, filters or None), "fillers")

    def similar(
        self,
        id: str | None = None,
        *,
        text: str | None = None,
        limit: int = 10,
        terms: int = 30,
        reprints: bool = False,
    ) -> Table:
        """Finds articles like one of the index, or like a text; as `timbao similar`.

        Columns: score (1 has every term), id, path, member, title, date, section, source, terms
        (those shared). Raises `ArticleNotFoundError`.

        >>> index.similar("articles/giai-nghia-tu-dien-bien.md", limit=1).column("date")
        [datetime.date(2016, 11, 9)]
        """
        check_counts(limit=limit, terms=terms)
        return Table._of(self._index.similar(id, text, limit, terms, reprints), "articles")

    def reprints(self, id: str | None = None, *, limit: int = 20) -> Table:
        """Lists the publications of an article's text; as `timbao reprints`.

        Columns: id, path, member, title, date, source, agency, tokens, shared, added, removed. With
        no article, the texts that were published most often: publications, id, path, member, title,
        date, source. Raises `ArticleNotFoundError`.

        >>> index.reprints(limit=1).column("publications")
        [3]
        """
        check_counts(limit=limit)
        answer = self._index.reprints(id, limit)
        return Table._of(answer, "publications" if id is not None else "groups")

    def facets(
        self, query: str = "", *, by: Facet | Iterable[Facet], **filters: Unpack[Counted]
    ) -> Table:
        """Counts all matching articles by metadata; as `timbao search --facet`.

        Columns: facet, value (null for articles without one), articles. Without a query all
        articles that pass the filters are counted; `attrs["total"]` is their number.

        >>> index.facets('"tự diễn biến"', by="section")[0]
        {'facet': 'section', 'value': 'Xây dựng Đảng', 'articles': 5}
        """
        return Table._of(self._index.facets(query, by, filters or None), "facets")

    def article(self, id: str) -> Article:
        """Reads an article by its id or path, with its text.

        Ids need not be unique; `articles` returns all with an id. Raises `ArticleNotFoundError`.

        >>> index.article("articles/giai-nghia-tu-dien-bien.md")["title"]
        'Giải nghĩa: “tự diễn biến”, “tự chuyển hóa” là gì?'
        """
        return self.articles(id)[0]

    def articles(self, id: str) -> list[Article]:
        """Reads all articles with an id or path; as `timbao show`. Raises `ArticleNotFoundError`.

        >>> [len(article["body"]) for article in index.articles("articles/giai-nghia-tu-dien-bien.md")]
        [1381]
        """
        return [Article(article) for article in json.loads(self._index.article(id))["articles"]]

    def batch(
        self,
        queries: str | Iterable[str],
        *,
        by: Facet | None = None,
        totals: bool = False,
        limit: int | None = None,
        sort: Order = "relevance",
        **filters: Unpack[Counted],
    ) -> Table:
        """Runs many queries; as `timbao batch`.

        With `by`, a matrix: one row a query, with its total and its articles for every value that
        the index has. With `totals`, one row a query: query, total. Otherwise one row a hit: the
        columns of `search`, query and total; every hit, unless there is a `limit`.

        >>> index.batch(["cử tri", '"tự diễn biến"'], totals=True).column("total")
        [8, 15]
        >>> matrix = index.batch(["cử tri"], by="month", date="2026")
        >>> matrix.columns[:3]
        ['query', 'total', '2026-01']
        """
        check_counts(limit=limit)
        if by is not None:
            return Table._of(self._index.matrix(queries, by, filters or None))
        return Table._of(self._index.batch(queries, totals, limit, sort, filters or None))

    def explain(self, query: str, **filters: Unpack[Filters]) -> dict[str, Any]:
        """Returns how a query is understood; as `timbao explain --format json`.

        >>> index.explain("tu dien bien")["plan"]
        '3 of [~tu ~dien ~bien]'
        """
        answer: dict[str, Any] = json.loads(self._index.explain(query, filters or None))
        return answer

    def suggest(self, query: str, **filters: Unpack[Filters]) -> dict[str, Any]:
        """Returns why a query finds nothing (`causes`) and other queries (`suggestions`), each with
        its number of articles.

        >>> index.suggest("tu dien bien")["suggestions"][0]["query"]
        'tự diễn biến'
        """
        attrs = self.search(query, limit=0, **filters).attrs
        return {"causes": attrs["causes"], "suggestions": attrs["suggestions"]}

    def complete(self, text: str, *, limit: int = 10) -> Table:
        """Completes the last word of a text by words of the index, which has to be in a folder.

        Columns: text, start (the first character that is completed), articles.

        >>> index.complete("tu dien b", limit=1).column("text")
        ['tự diễn biến']
        """
        check_counts(limit=limit)
        return Table._of(self._index.complete(text, limit))

    def restore_accents(self, text: str) -> str:
        """Returns a text with the accents that its words most likely have in this index, which has
        to be in a folder.

        >>> index.restore_accents("Phong chong tu dien bien!")
        'Phòng chống tự diễn biến!'
        """
        return self._index.restore_accents(text)


def _open(
    path: str,
    preload: bool,
    cluster_auth: str | os.PathLike[str] | None,
    cluster_ca: str | os.PathLike[str] | None,
) -> Index:
    return Index(path, preload=preload, cluster_auth=cluster_auth, cluster_ca=cluster_ca)


def _keys(name: str, keys: str | Iterable[str]) -> list[str]:
    if isinstance(keys, str):
        return [key for key in keys.split(",") if key]
    found = list(keys)
    for key in found:
        check_texts(**{name: key})
    return found
