"""Conversions of the arguments that aren't plain text, ``int`` or ``dict``, and their errors.

They call methods of objects that a caller passed, which may raise any exception. The methods of
built-in types are called on the type, so that a subclass can't replace them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from . import _frameworks
from ._errors import InvalidArgument
from ._frameworks import header, items, listed  # noqa: F401

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SECOND = timedelta(seconds=1)
# The ends of the integers that the extension module reads.
_MIN, _MAX = -(2**127), 2**127 - 1


def wrong_type(what: str, wanted: str, value: Any) -> TypeError:
    """Returns the error about an argument. It names the type of the value, never the value."""
    # A metaclass may have another name, or none.
    kind = type.__dict__["__name__"].__get__(type(value))
    return TypeError(f"{what} must be {wanted}, not {kind}")


def text(value: Any, what: str) -> str:
    """Reads a ``str`` without a lone surrogate."""
    if not issubclass(type(value), str):
        raise wrong_type(what, "str", value)
    try:
        str.encode(value)
        return value
    except UnicodeEncodeError:
        # Its own error holds the whole text, so the one below is not raised here.
        pass
    raise InvalidArgument(
        f"{what} has a lone surrogate (U+D800 to U+DFFF), which is not a character: pass text "
        "that was decoded with errors='strict'"
    )


def octets(value: str) -> bytes:
    """Encodes text with a lone surrogate like a character, which is not UTF-8, so that the core
    decides about it."""
    return str.encode(value, "utf-8", "surrogatepass")


def _raw(value: Any, what: str) -> Any:
    """Returns text or bytes, and a copy of bytes that the caller can change."""
    kind = type(value)
    if issubclass(kind, (str, bytes)):
        return value
    if issubclass(kind, bytearray):
        return bytes(bytearray.copy(value))
    if kind is not memoryview:
        return None
    try:
        return value.tobytes()
    except ValueError:
        sentence = f"{what} is a memoryview that was released: pass its bytes"
        raise InvalidArgument(sentence) from None


def message(value: Any) -> Any:
    """Returns the text of a message, or what has its parameters."""
    text = _raw(value, "input")
    if text is None:
        value = _frameworks.message(value)
        text = _raw(value, "input")
    return value if text is None else text


def headers(value: Any) -> Any:
    """Returns the object that has the headers, or None for text."""
    return _frameworks.headers(value) if _raw(value, "headers") is None else None


def body(value: Any) -> Any:
    """Returns the raw body of a webhook. An absent one has no bytes."""
    if value is None:
        return b""
    text = _raw(value, "body")
    if text is None:
        text = _raw(_frameworks.event_body(value), "body")
    if text is None:
        wrong = wrong_type("body", "the raw body, as bytes or str", value)
        raise InvalidArgument(
            f"{wrong}: what was parsed can't be written again as it was signed, so keep the "
            f"bytes: {_frameworks.RAW_BODIES}"
        )
    return text


def mapped(value: Any) -> list[Any] | None:
    """Returns the items of a mapping, if it is one."""
    if issubclass(type(value), dict):
        return list(dict.items(value))
    method = getattr(type(value), "items", None)
    if not callable(method) or not isinstance(value, Mapping):
        return None
    return listed(method(value))


def row(value: Any, what: str) -> dict[Any, Any]:
    """Copies a row of ``sign_links`` that is no list or tuple."""
    if issubclass(type(value), dict):
        # Unlike ``dict.copy``, this calls no method of a subclass.
        return dict(list(dict.items(value)))
    if isinstance(value, Mapping):
        return {name: value[name] for name in value}
    raise wrong_type(what, "a tuple, a list or a mapping of field names to values", value)


def integer(value: Any, what: str, wanted: str = "an int") -> int:
    """Reads an ``int``, or the number of another library, such as the element of an array."""
    kind = type(value)
    if issubclass(kind, bool) or not hasattr(kind, "__index__"):
        raise wrong_type(what, wanted, value)
    return max(_MIN, min(int.__pos__(operator.index(value)), _MAX))


def time(value: Any, what: str) -> int:
    """Reads a time in Unix seconds."""
    wanted = "an int, a float or an aware datetime"
    if not issubclass(type(value), datetime):
        return _number(value, what, wanted)
    if value.utcoffset() is None:
        naive = "a naive datetime: use datetime.now(timezone.utc)"
        raise TypeError(f"{what} must be {wanted}, not {naive}")
    return (value - _EPOCH) // _SECOND


def period(value: Any, what: str) -> int:
    """Reads a period in seconds."""
    if issubclass(type(value), timedelta):
        return value // _SECOND
    return _number(value, what, "a number of seconds or a timedelta")


def _number(value: Any, what: str, wanted: str) -> int:
    """Reads a number, and rounds a ``float`` down."""
    if issubclass(type(value), float):
        value = float.__pos__(value)
        if not math.isfinite(value):
            raise InvalidArgument(f"{what} is not a finite number: pass {wanted}")
        value = math.floor(value)
    return integer(value, what, wanted)


def not_pickled(value: Any) -> TypeError:
    """Returns the error for pickling or copying an object that holds secrets."""
    return TypeError(
        f"a {type(value).__name__} can't be pickled or copied, because a secret would go with it: "
        "make one from the secret where it is needed"
    )
