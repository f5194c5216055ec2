"""The exceptions of this package."""

from __future__ import annotations

import operator


class Error(Exception):
    """The base of all exceptions of this package.

    The message is that of the program `timbao`: the defect, its place and, after `hint:`, a way out.

    >>> try:
    ...     timbao.Index("/no/such/folder")
    ... except timbao.Error as error:
    ...     print(error.message)
    there is no index at /no/such/folder
    """

    message: str
    """The defect and its place."""
    hint: str | None
    """A way out, if one is known."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\nhint: {self.hint}"


class ArgumentError(Error, ValueError):
    """An argument has an invalid value, such as a date that does not exist.

    >>> index.count("cử tri", after="2025-13")
    Traceback (most recent call last):
    timbao._errors.ArgumentError: after 2025-13: there is no such date
    hint: write 25/3/2026, 2026-03-25, 3/2026, or 2026
    """


class IndexNotFoundError(Error):
    """There is no index in the folder, or of this name in the cluster."""


class IndexVersionError(Error):
    """Another version of Timbao wrote the index; `timbao.index(full=True)` builds it again."""


class IndexBusyError(Error):
    """Another process is writing to the index. It can be searched in the meantime."""


class IndexDamagedError(Error):
    """A file of the index is missing or damaged."""


class ClusterError(Error):
    """An OpenSearch cluster does not answer, rejects a request, or requires a login."""


class ArticleNotFoundError(Error):
    """No article has this id or path."""


class SourceError(Error):
    """A file or folder that was to be read does not exist, or cannot be read."""


class ReadWarning(UserWarning):
    """A part of a file could not be read; the rest was."""


#: The largest number that the library takes.
_LARGEST = 2**63 - 1


def check_counts(**numbers: int | None) -> None:
    """Raises `ArgumentError`, by name, for a number that is not from 0 to 2**63 - 1, and `TypeError`
    for what is not a whole number."""
    for name, number in numbers.items():
        if number is None:
            continue
        try:
            value = operator.index(number)
        except TypeError:
            kind = type(number).__name__
            raise TypeError(f"{name} must be a whole number, not {kind}") from None
        if not 0 <= value <= _LARGEST:
            raise ArgumentError(f"{name} must be from 0 to 2**63 - 1, not {value}")


def check_texts(**texts: object) -> None:
    """Raises `TypeError`, by name, for what is neither text nor `None`."""
    for name, text in texts.items():
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} must be text, not {type(text).__name__}")


def check_days(**numbers: float) -> None:
    """Raises `ArgumentError`, by name, for a number that is not above 0, and `TypeError` for what is
    not a number."""
    for name, number in numbers.items():
        try:
            valid = number > 0
        except TypeError:
            kind = type(number).__name__
            raise TypeError(f"{name} must be a number of days, not {kind}") from None
        if not valid:
            raise ArgumentError(f"{name} must be a number of days above 0, not {number}")
