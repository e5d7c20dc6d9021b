"""The values that a caller may expect of a message."""

from __future__ import annotations

import datetime
from typing import TypedDict, Union

__all__ = ["ExpectLink", "ExpectReturn"]

# Evaluated when a type checker or ``typing.get_type_hints`` asks, so ``Union`` for Python 3.9.
_Count = Union[int, str]
_Time = Union[int, float, str, datetime.datetime]


class ExpectLink(TypedDict, total=False):
    """The values that a link must have. A name without a value (``None``) is refused."""

    # cargo xtask generate: link except Signature
    # {long}: {str/_Count/_Time}
    unique_value: str
    source: str
    reference: str
    timestamp: _Time
    # end generated


class ExpectReturn(TypedDict, total=False):
    """The values that a return must have. A name without a value (``None``) is refused, so that a
    session without a ticket doesn't turn the check off.

    If the return carries the field, the two are compared: this stops a genuine return for one
    ticket from being used on another. If it doesn't (the documented template carries neither the
    unique value nor the photo count nor the timestamp), the expected value takes its place, and
    the signature decides.
    """

    # cargo xtask generate: return except Signature
    # {long}: {str/_Count/_Time}
    submission_id: str
    unique_value: str
    reference: str
    photo_count: _Count
    timestamp: _Time
    # end generated
