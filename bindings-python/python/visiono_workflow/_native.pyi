from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import (
    Any,
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
from ._payloads import WebhookEvent
from ._results import (
    Delivery,
    TestDelivery,
    VerifiedLink,
    VerifiedReturn,
    VerifiedWebhook,
)

__all__ = [
    "RedirectTemplate",
    "Webhook",
    "WebhookSecret",
    "Workflow",
    "WorkflowSecret",
    "__version__",
]

__version__: Final[str]
# For the tests: the name and number of every code of the core, and True if it refuses a message.
CODES: Final[tuple[tuple[str, int, bool], ...]]
# For the tests: the name of every event of the core.
EVENTS: Final[tuple[str, ...]]

# For ``DeliveredLink.matches``.
def matches(link: tuple[str | None, str, str, str], done: tuple[str, str, str]) -> bool: ...

# For ``explain.py``, which has its types.
def explain(
    kind: Any,
    message: Any,
    secrets: Any,
    headers: Any,
    template: Any,
    other_templates: Any,
    expect: Any,
    now: Any,
    computed: Any,
    others: Any,
    endpoint: Any,
    max_age: Any,
    leeway: Any,
    require_timestamp: Any,
    values: Any,
    max_bytes: Any,
    progress: Any,
) -> str: ...

# Starlette's QueryParams.
@type_check_only
class _HasMultiItems(Protocol):
    def multi_items(self) -> Iterable[tuple[Any, Any]]: ...

# Django's QueryDict and Werkzeug's MultiDict.
@type_check_only
class _HasLists(Protocol):
    def lists(self) -> Iterable[tuple[Any, Iterable[Any]]]: ...

# Requests and URLs of frameworks, each with what it is read by.
@type_check_only
class _HasEnviron(Protocol):
    @property
    def environ(self) -> Any: ...

@type_check_only
class _HasScope(Protocol):
    @property
    def scope(self) -> Any: ...

@type_check_only
class _HasEnv(Protocol):
    @property
    def env(self) -> Any: ...

@type_check_only
class _HasWsgiEnviron(Protocol):
    @property
    def wsgi_environ(self) -> Any: ...

@type_check_only
class _HasRawEvent(Protocol):
    @property
    def raw_event(self) -> Any: ...

@type_check_only
class _HasRawUrl(Protocol):
    @property
    def raw_url(self) -> Any: ...

@type_check_only
class _HasRawPath(Protocol):
    @property
    def raw_path(self) -> Any: ...

@type_check_only
class _HasUri(Protocol):
    @property
    def uri(self) -> Any: ...

@type_check_only
class _HasUrl(Protocol):
    @property
    def url(self) -> Any: ...

@type_check_only
class _HasFullUrl(Protocol):
    @property
    def full_url(self) -> Any: ...

@type_check_only
class _HasRequest(Protocol):
    @property
    def request(self) -> Any: ...

@type_check_only
class _HasRequestline(Protocol):
    @property
    def requestline(self) -> Any: ...

@type_check_only
class _HasHeaders(Protocol):
    @property
    def headers(self) -> Any: ...

@type_check_only
class _HasRequestHeaders(Protocol):
    @property
    def requestHeaders(self) -> Any: ...

@type_check_only
class _HasGeturl(Protocol):
    def geturl(self) -> Any: ...

@type_check_only
class _HasToText(Protocol):
    def to_text(self) -> Any: ...

@type_check_only
class _HasGetFullPath(Protocol):
    def get_full_path(self) -> Any: ...

@type_check_only
class _IsUrl(Protocol):
    @property
    def scheme(self) -> Any: ...
    @property
    def query(self) -> Any: ...

_Request: TypeAlias = (
    _HasEnviron
    | _HasScope
    | _HasEnv
    | _HasWsgiEnviron
    | _HasRawEvent
    | _HasRawUrl
    | _HasRawPath
    | _HasUri
    | _HasUrl
    | _HasFullUrl
    | _HasRequest
    | _HasRequestline
    | _HasGeturl
    | _HasToText
    | _HasGetFullPath
    | _IsUrl
)

# Names and values may be anything, because they come from outside. Only text under a name of the
# message is accepted, and a list of texts as one occurrence each.
_Input: TypeAlias = (
    str
    | bytes
    | bytearray
    | memoryview
    | Mapping[Any, Any]
    | Iterable[tuple[Any, Any]]
    | _HasMultiItems
    | _HasLists
    | _Request
)

# Every mapping, and the headers of Werkzeug, of http.client and of email.
@type_check_only
class _HasItems(Protocol):
    def items(self) -> Iterable[tuple[Any, Any]]: ...

_Headers: TypeAlias = (
    _HasItems
    | Iterable[tuple[Any, Any]]
    | _HasHeaders
    | _HasRequestHeaders
    | _HasEnviron
    | _HasScope
    | _HasRequest
)
_Body: TypeAlias = str | bytes | bytearray | memoryview | None
_Time: TypeAlias = SupportsIndex | float | datetime
# A row of ``sign_links``: the values in the message's order, or by their names.
_Row: TypeAlias = (
    tuple[str, str, str] | tuple[str, str, str, _Time | None] | list[Any] | Mapping[str, Any]
)
_Period: TypeAlias = SupportsIndex | float | timedelta

@final
class RedirectTemplate:
    """The URL that a browser is sent back to, with placeholders for the fields of the return.

    A placeholder is the name of a field in braces, in the path, the query or the fragment:
    ``https://a.example/done?ref={reference}&sig={signature}``. A template without any gets the
    six standard parameters appended.

    A return can only be verified if it carries all six fields to the server, or you pass those
    that it doesn't as ``expect``: look at :meth:`missing` when the template is made, not when
    the first return fails.

    A placeholder in the path makes the path a part of the message, so pass the request, or the URL
    as the browser requested it. Most frameworks decode the path. Some servers, such as wsgiref,
    Django's ``runserver`` and gevent's ``pywsgi``, hand it over only decoded: there, a return with
    a slash in this value is refused.

    :raises InvalidTemplate: if it isn't ``https://`` with a host (or ``http://`` to this machine),
        or has a brace that is not a placeholder's; ``position`` is its byte position.
    """
    def __new__(cls, template: str, /) -> Self: ...
    def placeholders(self) -> tuple[str, ...]:
        """The fields that have a placeholder, in the order of the message."""
    def missing(self) -> tuple[str, ...]:
        """The fields that a return made from this template will not carry to a server.

        Pass them to :meth:`Workflow.verify_return` as ``expect``, or add their placeholders.
        """
    # cargo xtask generate: lines of return except Signature
    #     {long}: {str/SupportsIndex/_Time},
    #     :param {long}: {rst}{//, or an aware ``datetime``}.
    def expand(
        self,
        *,
        submission_id: str,
        unique_value: str,
        reference: str,
        photo_count: SupportsIndex,
        timestamp: _Time,
        signature: str,
    ) -> str:
        """Puts values in place of the placeholders, and returns the URL. It signs nothing:
        :meth:`Workflow.sign_return` does both.

        :param submission_id: the ID of the submission at Visiono, such as ``pls_123``.
        :param unique_value: the documented item: an order or a license plate.
        :param reference: the record in that system, such as ``ticket-456``.
        :param photo_count: the number of uploaded photos.
        :param timestamp: the time of signing, in Unix seconds, or an aware ``datetime``.
        :param signature: the signature, 64 lowercase hexadecimal digits.
        :raises InvalidField: if a value is empty, has a ``|`` or a control character, is out of
            range, or would make a path segment climb (``..``).
        """
    # end generated
    def check_extractable(self) -> None:
        """Checks that a return made from this template can be read back.

        :raises InvalidTemplate: if two placeholders are in one path segment or value, or one in
            the name of a parameter, or another part can't be told from the rest.
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[type[Self], tuple[str]]: ...

@final
class WorkflowSecret:
    """The secret that signs links and returns, as Visiono shows it.

    A :class:`Workflow` takes it, or its text. It shows nothing of the secret.

    :raises InvalidSecret: if it can't be one; the message says why, never the secret.
    """
    def __new__(cls, secret: str, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class WebhookSecret:
    """The secret that signs webhooks, as Visiono shows it; its ``whsec_`` prefix is part of it.

    A :class:`Webhook` takes it, or its text. It shows nothing of the secret.

    :raises InvalidSecret: if it can't be one; the message says why, never the secret.
    """
    def __new__(cls, secret: str, /) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Workflow:
    """Signs links and verifies returns.

    Make one when the program starts and keep it: any number of threads may use it at once.

    :param secrets: the workflow secret, as Visiono shows it, or a :class:`WorkflowSecret`; or a
        list of them, for rotation: the first one signs, all of them are accepted, and a later one
        that is ``None`` is skipped.
    :param max_age: the maximum age of a message, in seconds or as a ``timedelta``.
    :param leeway: how far in the future a message may be dated, because clocks differ.
    :raises InvalidSecret: if a secret can't be one; the message says which and why, never the
        secret.
    :raises InvalidArgument: if a period is negative.
    """
    def __new__(
        cls,
        secrets: str | WorkflowSecret | Sequence[str | WorkflowSecret | None],
        *,
        max_age: _Period = 3600,
        leeway: _Period = 60,
    ) -> Self: ...
    # cargo xtask generate: lines of link except Signature
    #     {long}: {str/SupportsIndex/_Time | None = None},
    #     :param {long}: {rst}{// or a ``datetime``; now if ``None``}.
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
        :param unique_value: the documented item: an order or a license plate.
        :param source: the system that sends the person, such as ``zendesk``.
        :param reference: the record in that system, such as ``ticket-456``.
        :param timestamp: the time of signing, in Unix seconds or a ``datetime``; now if ``None``.
        :raises InvalidArgument: if both slug and link are given, or neither.
        :raises InvalidField: if a value is empty, or has a ``|`` or a control character.
        :raises InvalidUrl: if the link can't be one.
        """
    # end generated
    # cargo xtask generate: lines of link except Signature
    #     {long}: {str/SupportsIndex/_Time | None = None},
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
    ) -> str: ...
    # end generated
    @overload
    def sign_links(
        self,
        rows: Iterable[_Row],
        *,
        slug: str,
        link: None = None,
        timestamp: _Time | None = None,
        return_exceptions: Literal[False] = False,
    ) -> list[str]:
        """Signs a link for each row, and returns their URLs. It is faster than a loop of
        :meth:`sign_link`, checks the same, and lets other threads run meanwhile.

        :param rows: an iterable of rows. A row is a tuple or list of the values of
            ``unique_value``, ``source``, ``reference`` or ``timestamp`` in
            this order, or a mapping of these names to values. The timestamp may be left out.
        :param slug: the end of the Smart Link of all rows: ``damage-report``.
        :param link: or the whole Smart Link, as a URL.
        :param timestamp: the time of signing for rows without one, in Unix seconds or a
            ``datetime``; now if ``None``.
        :param return_exceptions: if true, the error about a row is returned in place of its URL, so
            that the other rows are signed.
        :raises InvalidArgument: if both slug and link are given, or neither.
        :raises InvalidField: if a value is empty, or has a ``|`` or a control character;
            ``row_index`` is the position of its row.
        :raises InvalidUrl: if the link can't be one.
        """
    @overload
    def sign_links(
        self,
        rows: Iterable[_Row],
        *,
        slug: None = None,
        link: str,
        timestamp: _Time | None = None,
        return_exceptions: Literal[False] = False,
    ) -> list[str]: ...
    @overload
    def sign_links(
        self,
        rows: Iterable[_Row],
        *,
        slug: str,
        link: None = None,
        timestamp: _Time | None = None,
        return_exceptions: bool,
    ) -> list[str | WorkflowError]: ...
    @overload
    def sign_links(
        self,
        rows: Iterable[_Row],
        *,
        slug: None = None,
        link: str,
        timestamp: _Time | None = None,
        return_exceptions: bool,
    ) -> list[str | WorkflowError]: ...
    def verify_link(
        self, input: _Input, *, now: _Time | None = None, expect: ExpectLink | None = None
    ) -> VerifiedLink:
        """Verifies a link, as Visiono does.

        :param input: the request of a framework, a URL object, or the URL or query as it came
            (``str`` or ``bytes``); or its decoded parameters, as a mapping or an iterable of pairs.
        :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
            it is ``None``.
        :param expect: the values that you expect of the link: a mapping of field names to values.
        :raises VerificationError: if the link must be refused; its subclass says why.
        :raises InvalidArgument: if ``now`` can't be a time, or a name in ``expect`` is not a
            link's or has no value.
        """
    # cargo xtask generate: lines of return except Signature
    #     {long}: {str/SupportsIndex/_Time | None = None},
    #     :param {long}: {rst}{// or a ``datetime``; now if ``None``}.
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
        :param submission_id: the ID of the submission at Visiono, such as ``pls_123``.
        :param unique_value: the documented item: an order or a license plate.
        :param reference: the record in that system, such as ``ticket-456``.
        :param photo_count: the number of uploaded photos.
        :param timestamp: the time of signing, in Unix seconds or a ``datetime``; now if ``None``.
        :raises InvalidField: if a value is empty, has a ``|`` or a control character, is out of
            range, or would make a path segment climb (``..``).
        :raises InvalidTemplate: if the template can't be one.
        """
    # end generated
    def verify_return(
        self,
        input: _Input,
        *,
        template: RedirectTemplate | str | None = None,
        now: _Time | None = None,
        expect: ExpectReturn | None = None,
    ) -> VerifiedReturn:
        """Verifies a return, when the browser comes back.

        :param input: the request of a framework, a URL object, or the URL or query as it came
            (``str`` or ``bytes``); or its decoded parameters, as a mapping or an iterable of pairs;
            ``QueryDict``, ``MultiDict`` and ``QueryParams`` are read with all their values. With a
            template that has a placeholder in its path, pass the request, never pairs.
        :param template: the redirect template that the return was made from, if it has
            placeholders or parameters of its own.
        :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
            it is ``None``.
        :param expect: the values that you expect of the return: a mapping of field names to values.
            This stops a genuine return for one ticket from being used on another.
        :raises VerificationError: if the return must be refused; its subclass says why.
        :raises InvalidTemplate: if the template can't be read back.
        :raises InvalidArgument: if ``now`` can't be a time, or a name in ``expect`` is not a
            return's or has no value.
        """
    def __reduce__(self) -> NoReturn: ...

@final
class Webhook:
    """Receives webhooks: verifies the signature over the raw body, and that the event is recent.

    Make one when the program starts and keep it: any number of threads may use it at once.

    :param secrets: the webhook secret, as Visiono shows it, or a :class:`WebhookSecret`; or a list
        of them, for rotation: the first one signs, all of them are accepted, and a later one that
        is ``None`` is skipped.
    :param max_age: the maximum age of an event, in seconds or as a ``timedelta``. Visiono sends the
        last retry 2 h 36 min after it.
    :param leeway: how far in the future an event may be dated, because clocks differ.
    :param require_timestamp: refuses an event without a time. Visiono's own example of
        ``submission.created`` has none, so it is delivered unless you set this.
    :raises InvalidSecret: if a secret can't be one; the message says which and why, never the
        secret.
    :raises InvalidArgument: if a period is negative.
    """
    def __new__(
        cls,
        secrets: str | WebhookSecret | Sequence[str | WebhookSecret | None],
        *,
        max_age: _Period = 10800,
        leeway: _Period = 60,
        require_timestamp: bool = False,
    ) -> Self: ...
    def receive(self, body: _Body, headers: _Headers, *, now: _Time | None = None) -> Delivery:
        """Receives a webhook: verifies its signature and the time of its event, and reads it.

        :param body: the raw body, as it came: ``bytes``, ``bytearray`` or ``memoryview``, or a
            ``str``, which stands for its UTF-8; ``None`` is an empty body. JSON that was parsed
            and written again has other bytes. Of a Lambda event, pass the event itself.
        :param headers: the request of a framework, or its headers: a mapping or an iterable of
            pairs, of ``str`` or ``bytes``; a WSGI ``environ`` or an ASGI ``scope``. Names match
            without case.
        :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
            it is ``None``.
        :raises VerificationError: if the webhook must be refused; its subclass says why.
        :raises InvalidArgument: if the body was parsed, and so isn't raw any more, or ``now``
            can't be a time.
        """
    def verify(self, body: _Body, header: str | bytes | None) -> VerifiedWebhook:
        """Verifies the signature alone, and not that the event is recent.

        :param body: the raw body, as it came.
        :param header: the value of ``X-Visiono-Signature`` or ``X-Webhook-Signature``; ``None`` if
            there is none.
        :raises VerificationError: if the webhook must be refused; its subclass says why.
        :raises InvalidArgument: if the body was parsed, and so isn't raw any more.
        """
    def sign(self, body: _Body) -> str:
        """Signs a body, as Visiono does, and returns the header's value: ``sha256=…``. For tests
        of your own receiver.

        :param body: the raw body.
        :raises InvalidArgument: if the body was parsed, and so isn't raw any more.
        """
    def test_delivery(
        self,
        event: WebhookEvent | str,
        *,
        id: str = "test",
        submission_id: str = "pls_test",
        unique_value: str = "ABC123",
        source: str = "zendesk",
        reference: str = "ticket-456",
        style: Literal["guide", "developer"] = "guide",
        timestamp: bool = True,
        now: _Time | None = None,
    ) -> TestDelivery:
        """Makes a signed delivery of an event, as Visiono sends it. For tests of your own receiver.

        :param event: the event's name, such as ``submission.created``.
        :param id: the delivery's ID.
        :param submission_id: Visiono's name of the submission.
        :param unique_value: the thing that was documented, as in the link.
        :param source: the system that sent the person.
        :param reference: the record in that system.
        :param style: the style of the body and headers: ``guide`` or ``developer``.
        :param timestamp: writes the time of the event into the body. Visiono's own example of
            ``submission.created`` has none.
        :param now: the time of the event, in Unix seconds or as an aware ``datetime``; the system
            clock's, if it is ``None``.
        :raises InvalidArgument: if the event or style isn't documented, the ID can't be a header's
            value, or ``now`` can't be a time.
        """
    def __reduce__(self) -> NoReturn: ...
