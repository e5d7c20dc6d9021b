"""The results of verifications: plain data, which only a verification makes.

They can be pickled and copied, and are dataclasses, so that ``dataclasses.asdict`` and the JSON
encoders of frameworks read them. A pickle holds the names and values of attributes. It is as
authentic as the place that it was kept in: nothing is verified again when it is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from ._convert import wrong_type
from ._native import matches
from ._payloads import EventData, WebhookEvent
from ._pydantic import Written

__all__ = [
    "DeliveredLink",
    "Delivery",
    "TestDelivery",
    "VerifiedLink",
    "VerifiedReturn",
    "VerifiedWebhook",
]


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class _Result(Written):
    """The base of the results. The extension module makes an object, and sets its attributes."""

    def __init__(self) -> None:
        raise TypeError(f"only a verification makes a {type(self).__name__}")


@dataclass(frozen=True, init=False)
class VerifiedLink(_Result):
    """A link that passed every check.

    Only :meth:`Workflow.verify_link` makes one. It can't be changed, compares by value, and
    can be taken apart with ``match``.
    """

    # cargo xtask generate: link except Signature
    # {long}: {str/int/int}
    # """{Rst} (``{short}``)."""
    unique_value: str
    """The documented item: an order or a license plate (``uv``)."""
    source: str
    """The system that sends the person, such as ``zendesk`` (``src``)."""
    reference: str
    """The record in that system, such as ``ticket-456`` (``ref``)."""
    timestamp: int
    """The time of signing, in Unix seconds (``ts``)."""
    # end generated
    secret_index: int
    """The position of the secret that signed it, from 0."""

    @property
    def signed_at(self) -> datetime:
        """The time of signing, as an aware ``datetime`` in UTC."""
        return _EPOCH + timedelta(seconds=self.timestamp)


@dataclass(frozen=True, init=False)
class VerifiedReturn(_Result):
    """A return that passed every check.

    Only :meth:`Workflow.verify_return` makes one. It can't be changed, compares by value, and
    can be taken apart with ``match``.
    """

    # cargo xtask generate: return except Signature
    # {long}: {str/int/int}
    # """{Rst} (``{short}``)."""
    submission_id: str
    """The ID of the submission at Visiono, such as ``pls_123`` (``sub``)."""
    unique_value: str
    """The documented item: an order or a license plate (``uv``)."""
    reference: str
    """The record in that system, such as ``ticket-456`` (``ref``)."""
    photo_count: int
    """The number of uploaded photos (``cnt``)."""
    timestamp: int
    """The time of signing, in Unix seconds (``ts``)."""
    # end generated
    secret_index: int
    """The position of the secret that signed it, from 0."""

    @property
    def completed_at(self) -> datetime:
        """The time at which the person finished, as an aware ``datetime`` in UTC."""
        return _EPOCH + timedelta(seconds=self.timestamp)


@dataclass(frozen=True, init=False)
class VerifiedWebhook(_Result):
    """A webhook whose signature is valid; it may be an old one.

    Only :meth:`Webhook.verify` makes one. It can't be changed, compares by value, and can be
    taken apart with ``match``.
    """

    secret_index: int
    """The position of the secret that signed it, from 0."""
    dedup_key: str
    """The hexadecimal SHA-256 of the body: the same for all deliveries of one event."""


@dataclass(frozen=True, init=False)
class DeliveredLink(_Result):
    """The link of a ``submission.created``: the values that were signed when the person was sent.

    It can't be changed, compares by value, and can be taken apart with ``match``.
    """

    submission_id: str | None
    """The submission, as in the return (``sub``). An event may come without it."""
    unique_value: str
    """The thing that was documented (``uv``)."""
    source: str
    """The system that sent the person, such as ``zendesk`` (``src``)."""
    reference: str
    """The record in that system, such as ``ticket-456`` (``ref``)."""

    def matches(self, verified: VerifiedReturn, /) -> bool:
        """Returns true if this event and a verified return belong to the same submission: the same
        unique value and reference and, if the event has it, the same submission ID.

        :param verified: what :meth:`Workflow.verify_return` made.
        """
        if not issubclass(type(verified), VerifiedReturn):
            raise wrong_type("verified", "a VerifiedReturn", verified)
        done = verified.submission_id, verified.unique_value, verified.reference
        return matches((self.submission_id, self.unique_value, self.source, self.reference), done)


@dataclass(frozen=True, init=False, repr=False)
class Delivery(_Result):
    """A webhook that passed every check.

    Only :meth:`Webhook.receive` makes one. Its attributes can't be changed, it compares by what
    was received, and can be taken apart with ``match``.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("event", "data", "link")

    # Bodies with equal hashes are equal.
    event: WebhookEvent | str = field(compare=False)
    """The event's name, such as ``submission.created``; it may be one that isn't documented."""
    event_time: int | None = field(compare=False)
    """The time of the event, in Unix seconds: the body's ``timestamp``. It is ``None`` if the
    body has none."""
    dedup_key: str
    """The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it
    for 24 hours or longer to recognize a duplicate, and that of an event without a time for
    as long as the secret is in use."""
    secret_index: int
    """The position of the secret that signed it, from 0."""
    request_id: str | None = field(compare=False)
    """The ID by which the service's guide polls for the event: ``photo_request.id``, else
    ``permanent_link_submission.id``, else ``data.id``; ``None`` if none of them is text of 1 to 255
    bytes without a control character."""
    unauthenticated_delivery_id: str | None
    """The delivery's ID, for logs. It is not authenticated; a duplicate is recognized by
    ``dedup_key``."""
    unauthenticated_tenant_id: str | None
    """The tenant's ID, for logs. It is not authenticated."""
    is_test: bool = field(compare=False)
    """True for a test event: ``is_test`` or ``test`` is true in the body or its data."""
    link: DeliveredLink | None = field(compare=False)
    """The link that the person was sent by, if this is a ``submission.created`` that names
    it, in texts that a link can have."""
    raw_body: str = field(compare=False)
    """The body as it was signed, to store: no number in it is rounded."""

    @property
    def body(self) -> dict[str, Any]:
        """The whole body, parsed. Whole numbers are exact."""
        # The core has checked that Python reads the same from it: it is nested no deeper than 127,
        # and no number is beyond a double, so no whole number has too many digits either.
        if "_body" not in self.__dict__:
            self.__dict__["_body"] = json.loads(self.raw_body)
        body: dict[str, Any] = self.__dict__["_body"]
        return body

    @property
    def data(self) -> EventData | None:
        """The data of the event: the body's ``data``, or ``None``. :class:`EventData` has the
        documented part of it; the whole of it, of whatever type, is ``body["data"]``."""
        data: EventData | None = self.body.get("data")
        return data

    @property
    def occurred_at(self) -> datetime | None:
        """The time of the event, as an aware ``datetime`` in UTC; ``None`` if it isn't known, or
        is before the year 1 or after 9999."""
        try:
            return None if self.event_time is None else _EPOCH + timedelta(seconds=self.event_time)
        except OverflowError:
            return None

    def __repr__(self) -> str:
        # The data is the customer's, so it is not shown.
        return (
            f"Delivery(event={self.event!r}, event_time={self.event_time!r}, "
            f"dedup_key={self.dedup_key!r}, secret_index={self.secret_index!r}, …)"
        )


@dataclass(frozen=True, init=False, eq=False, repr=False)
class TestDelivery(_Result):
    """A signed delivery of an event, as Visiono sends it, to test a receiver with.

    Only :meth:`Webhook.test_delivery` makes one.
    """

    # Keeps pytest from collecting the class because of its name.
    __test__: ClassVar[bool] = False

    body: bytes
    """The raw body."""
    headers: dict[str, str]
    """The headers to send, ``Content-Type`` and the signature among them."""


for _name in __all__:
    _kind = globals()[_name]
    # Pickles and tracebacks name the classes as they are imported.
    _kind.__module__ = "visiono_workflow"
    # Python 3.10 has this attribute of its own.
    if not hasattr(_kind, "__match_args__"):
        # mypy refuses an assignment.
        type.__setattr__(_kind, "__match_args__", tuple(each.name for each in fields(_kind)))
