"""Names the mistake that made a signature wrong.

It is for a developer's machine, or a message from a staging log. Never call it in a request handler
that answers strangers: a search costs a thousand times as much as a verification, and its answer
tells an attacker about your code. It accepts nothing: only a verification does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Callable, Literal, TypedDict, Union

from ._expect import ExpectLink, ExpectReturn
from ._native import RedirectTemplate
from ._native import explain as _explain

__all__ = ["Cause", "Check", "Diagnosis", "Fix", "SignedText", "VisibleText", "explain"]

_Text = Union[str, bytes]
_Texts = Union[_Text, Sequence[Union[_Text, None]]]
_Template = Union[RedirectTemplate, str]


class Fix(TypedDict):
    """The right line in each language."""

    php: str
    javascript: str
    python: str


class Cause(TypedDict):
    """A mistake that was found."""

    id: str
    """The row of the catalogue, such as ``key_hex_decoded``."""
    certainty: Literal["proof", "hint", "note"]
    """``proof`` if the signature matches under this change."""
    sentence: str
    """One sentence that says what is wrong."""
    detail: str | None
    """The variant of the mistake, without any value."""
    fix: Fix
    chapter: str
    """The section of the book."""


class Check(TypedDict):
    """One check of a verification."""

    name: str
    """The name of the check, such as ``signature``."""
    title: str
    """The subject of the message, in a few words."""
    outcome: Literal["passed", "failed", "not_reached"]
    code: str | None
    """The code of the error, if it failed."""
    message: str | None
    """The sentence of the error, if it failed."""


class VisibleText(TypedDict):
    """A text whose invisible bytes are escaped. Secrets and signatures are replaced."""

    text: str
    marks: list[list[int]]
    """The start and end of each part that differs from the other text, in characters."""
    length: int
    """The length of what was signed, in bytes."""
    cut: bool


class SignedText(TypedDict):
    """The signed text: as it must be, and as it was if a cause changes it."""

    right: VisibleText
    used: VisibleText | None


class Diagnosis(TypedDict):
    """The answer, for a developer to read. It has no verified fields."""

    verdict: Literal["valid", "explained", "hinted", "unexplained"]
    kind: Literal["link", "return", "webhook"]
    subject: Literal["received", "computed"]
    """The signature that the causes explain."""
    causes: list[Cause]
    """Two that are proved are two changes at once; hints are alternatives."""
    notes: list[Cause]
    """Remarks about what is not a cause, although it looks like one."""
    checks: list[Check]
    """The checks of a verification, in order."""
    signed_text: SignedText | None
    """``None`` if values are hidden, or if the message lacks a field."""
    candidates: int
    """The number of candidates that were tried."""
    bound: Literal["bytes", "stopped"] | None
    """The bound at which the search ended early, if it did."""


def explain(
    kind: Literal["link", "return", "webhook"],
    message: Any,
    secrets: _Texts,
    *,
    headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]] | object | None = None,
    template: _Template | None = None,
    other_templates: Sequence[_Template] = (),
    expect: ExpectLink | ExpectReturn | Mapping[str, Any] | None = None,
    now: datetime | float | None = None,
    computed: _Text | None = None,
    others: Mapping[Literal["other_kind", "other_endpoint", "rotated"], _Texts] | None = None,
    endpoint: _Text | None = None,
    max_age: timedelta | float | None = None,
    leeway: timedelta | float | None = None,
    require_timestamp: bool = False,
    values: bool = True,
    max_bytes: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Diagnosis:
    """Explains why the signature of a message is wrong.

    No output has a secret, or a signature that would have been right. Other threads run during the
    search, and Ctrl-C ends it.

    :param kind: ``link``, ``return`` or ``webhook``.
    :param message: what :meth:`Workflow.verify_link` or :meth:`Workflow.verify_return` reads; of a
        webhook, the raw body.
    :param secrets: the secret as Visiono shows it, or a list of them: ``str`` or ``bytes``. A
        :class:`WorkflowSecret` or :class:`WebhookSecret` doesn't give its text back.
    :param headers: the headers of a webhook, as :meth:`Webhook.receive` reads them.
    :param template: the redirect template of a return.
    :param other_templates: others, one of which may have made the return.
    :param expect: the values that you expect of a link or return, as for a verification.
    :param now: the time, as for a verification; the system clock's, if it is ``None``.
    :param computed: the signature that your own code computed for this message. Visiono signs
        returns and webhooks, so there the message is usually right and your check is wrong.
    :param others: other secrets that may have been used, by their relation to the right one:
        ``other_kind``, ``other_endpoint`` or ``rotated``.
    :param endpoint: the URL to which a webhook was sent.
    :param max_age: the maximum age that your code sets, if it does.
    :param leeway: the tolerance that your code sets, if it does.
    :param require_timestamp: whether your code refuses an event without a time.
    :param values: ``False`` hides the signed text.
    :param max_bytes: the bytes that a search may hash, by default 256 MiB.
    :param progress: called with the candidates that were tried and how many there are at most, ten
        times a second or less. The search stops if it returns ``False``.
    :raises TypeError: if an argument has a wrong type.
    :raises InvalidArgument: if ``kind``, a relation, a time or an expected name can't be one.
    """
    diagnosis: Diagnosis = json.loads(
        _explain(
            *(kind, message, secrets, headers, template, other_templates, expect, now, computed),
            *(others, endpoint, max_age, leeway, require_timestamp, values, max_bytes, progress),
        )
    )
    return diagnosis
