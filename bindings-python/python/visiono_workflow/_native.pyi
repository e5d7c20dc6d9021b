from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import (
    Any,
    ClassVar,
    Final,
    Literal,
    NoReturn,
    Protocol,
    SupportsIndex,
    final,
    overload,
    type_check_only,
)

from typing_extensions import Self, TypeAlias

from ._errors import WorkflowError
from ._expect import ExpectLink, ExpectReturn

__all__ = [
    "CODES",
    "RedirectTemplate",
    "VerifiedLink",
    "VerifiedReturn",
    "Workflow",
    "__version__",
]

__version__: Final[str]
# Name, number and class of every code that the core has.
CODES: Final[tuple[tuple[str, int, type[WorkflowError]], ...]]

# Starlette's QueryParams.
@type_check_only
class _HasMultiItems(Protocol):
    def multi_items(self) -> Iterable[tuple[Any, Any]]: ...

# Django's QueryDict and Werkzeug's MultiDict.
@type_check_only
class _HasLists(Protocol):
    def lists(self) -> Iterable[tuple[Any, Iterable[Any]]]: ...

_Value: TypeAlias = str | bytes | list[str] | list[bytes] | tuple[str, ...] | tuple[bytes, ...]
_Message: TypeAlias = (
    str
    | bytes
    | Mapping[str, _Value]
    | Mapping[bytes, _Value]
    | Iterable[tuple[str | bytes, _Value]]
    | _HasMultiItems
    | _HasLists
)
_Time: TypeAlias = SupportsIndex | float | datetime
_Period: TypeAlias = SupportsIndex | float | timedelta

@final
class VerifiedLink:
    """A link that passed every check.

    Only :meth:`Workflow.verify_link` makes one. It can't be changed, compares by value, and
    can be taken apart with ``match``.
    """

    __match_args__: ClassVar[
        tuple[
            Literal["unique_value"],
            Literal["source"],
            Literal["reference"],
            Literal["timestamp"],
            Literal["secret_index"],
        ]
    ]
    @property
    def unique_value(self) -> str:
        """What is being documented: an order, a number plate (``uv``)."""
    @property
    def source(self) -> str:
        """The system that sent the person, such as ``zendesk`` (``src``)."""
    @property
    def reference(self) -> str:
        """The record in that system, such as ``ticket-456`` (``ref``)."""
    @property
    def timestamp(self) -> int:
        """When the link was signed, in Unix seconds (``ts``)."""
    @property
    def secret_index(self) -> int:
        """Which of the secrets signed it, from 0."""
    @property
    def signed_at(self) -> datetime:
        """When the link was signed, as an aware ``datetime`` in UTC."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class VerifiedReturn:
    """A return that passed every check.

    Only :meth:`Workflow.verify_return` makes one. It can't be changed, compares by value, and
    can be taken apart with ``match``.
    """

    __match_args__: ClassVar[
        tuple[
            Literal["submission_id"],
            Literal["unique_value"],
            Literal["reference"],
            Literal["photo_count"],
            Literal["timestamp"],
            Literal["secret_index"],
        ]
    ]
    @property
    def submission_id(self) -> str:
        """Visiono's name of the submission, such as ``pls_123`` (``sub``)."""
    @property
    def unique_value(self) -> str:
        """What was documented, as the link had it (``uv``)."""
    @property
    def reference(self) -> str:
        """The record in the system that sent the person (``ref``)."""
    @property
    def photo_count(self) -> int:
        """How many photos were uploaded (``cnt``)."""
    @property
    def timestamp(self) -> int:
        """When the return was signed, in Unix seconds (``ts``)."""
    @property
    def secret_index(self) -> int:
        """Which of the secrets signed it, from 0."""
    @property
    def completed_at(self) -> datetime:
        """When the person finished, as an aware ``datetime`` in UTC."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class RedirectTemplate:
    """The URL that a browser is sent back to, with placeholders for the fields of the return.

    A placeholder is the name of a field in braces, in the path, the query or the fragment:
    ``https://a.example/done?ref={reference}&sig={signature}``. A template without any gets the
    six standard parameters appended.

    A return can only be verified if it carries all six fields to the server, or you pass those
    that it doesn't as ``expect``: look at :meth:`missing` when the template is made, not when
    the first return fails.

    :raises InvalidTemplate: if it isn't ``https://`` with a host (or ``http://`` to this machine),
        or has a brace that is no placeholder's; ``position`` is the byte at which that stands.
    """
    def __new__(cls, template: str, /) -> Self: ...
    def placeholders(self) -> tuple[str, ...]:
        """The fields that have a placeholder, in the order of the wire."""
    def missing(self) -> tuple[str, ...]:
        """The fields that a return made from this template will not carry to a server.

        Pass them to :meth:`Workflow.verify_return` as ``expect``, or add their placeholders.
        """
    def check_extractable(self) -> None:
        """Checks that a return made from this template can be read back.

        :raises InvalidTemplate: if two placeholders stand in one path segment or value, or one in
            the name of a parameter.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[type[Self], tuple[str]]: ...

@final
class Workflow:
    """Signs links and verifies returns.

    Make one when the program starts and keep it: any number of threads may use it at once.

    :param secret: the workflow secret, as Visiono shows it; it signs.
    :param more_secrets: further secrets that are accepted, for rotation.
    :param max_age: how old a message may be, in seconds or as a ``timedelta``.
    :param leeway: how far in the future a message may be dated, because clocks differ.
    :raises InvalidSecret: if a secret can't be one; the message says why, never the secret.
    """
    def __new__(
        cls, secret: str, *more_secrets: str, max_age: _Period = 3600, leeway: _Period = 60
    ) -> Self: ...
    @overload
    def sign_link(
        self,
        *,
        slug: str,
        link: None = None,
        unique_value: str,
        source: str,
        reference: str,
        timestamp: _Time | None = None,
    ) -> str:
        """Signs a link, to send a person to Visiono, and returns its URL.

        :param slug: the end of the Smart Link: ``damage-report``.
        :param link: or the whole Smart Link, as a URL.
        :param unique_value: what is being documented: an order, a number plate.
        :param source: the system that sends the person, such as ``zendesk``.
        :param reference: the record in that system, such as ``ticket-456``.
        :param timestamp: the time to sign, in Unix seconds or as an aware ``datetime``; now, if
            it is ``None``.
        :raises InvalidField: if a value is empty, or has a ``|`` or a control character.
        :raises InvalidUrl: if the link can't be one.
        """
    @overload
    def sign_link(
        self,
        *,
        slug: None = None,
        link: str,
        unique_value: str,
        source: str,
        reference: str,
        timestamp: _Time | None = None,
    ) -> str:
        """Signs a link, to send a person to Visiono, and returns its URL.

        :param slug: the end of the Smart Link: ``damage-report``.
        :param link: or the whole Smart Link, as a URL.
        :param unique_value: what is being documented: an order, a number plate.
        :param source: the system that sends the person, such as ``zendesk``.
        :param reference: the record in that system, such as ``ticket-456``.
        :param timestamp: the time to sign, in Unix seconds or as an aware ``datetime``; now, if
            it is ``None``.
        :raises InvalidField: if a value is empty, or has a ``|`` or a control character.
        :raises InvalidUrl: if the link can't be one.
        """
    def verify_link(
        self, url: _Message, *, now: _Time | None = None, expect: ExpectLink | None = None
    ) -> VerifiedLink:
        """Verifies a link, as Visiono does.

        :param url: the URL or query as it came (``str`` or ``bytes``), or its decoded parameters
            as a mapping or an iterable of pairs.
        :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
            it is ``None``.
        :param expect: what you know of the link: a mapping of field names to values.
        :raises VerificationError: if the link is to be refused; its subclass says why.
        """
    def sign_return(
        self,
        template: RedirectTemplate | str,
        *,
        submission_id: str,
        unique_value: str,
        reference: str,
        photo_count: SupportsIndex,
        timestamp: _Time | None = None,
    ) -> str:
        """Signs a return, as Visiono does, and returns its URL. For tests of your own integration.

        :param template: a :class:`RedirectTemplate`, or the text of one.
        :param submission_id: Visiono's name of the submission, such as ``pls_123``.
        :param unique_value: what was documented, as the link had it.
        :param reference: the record in the system that sent the person.
        :param photo_count: how many photos were uploaded.
        :param timestamp: the time to sign, in Unix seconds or as an aware ``datetime``; now, if
            it is ``None``.
        :raises InvalidField: if a value is empty, has a ``|`` or a control character, is out of
            range, or would make a path segment ``.`` or ``..``.
        :raises InvalidTemplate: if the template can't be one.
        """
    def verify_return(
        self,
        url: _Message,
        *,
        template: RedirectTemplate | str | None = None,
        now: _Time | None = None,
        expect: ExpectReturn | None = None,
    ) -> VerifiedReturn:
        """Verifies a return, when the browser comes back.

        :param url: the URL or query as it came (``str`` or ``bytes``), or its decoded parameters
            as a mapping or an iterable of pairs; ``QueryDict``, ``MultiDict`` and ``QueryParams``
            are read with all their values.
        :param template: the redirect template that the return was made from, if it isn't the six
            standard parameters that stand in the URL.
        :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
            it is ``None``.
        :param expect: what you know of the return: a mapping of field names to values. This is
            what stops a genuine return for one ticket from being used on another.
        :raises VerificationError: if the return is to be refused; its subclass says why.
        :raises InvalidTemplate: if the template can't be read back.
        """
    def __reduce__(self) -> NoReturn: ...
