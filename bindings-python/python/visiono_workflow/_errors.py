"""Exceptions: one class for each code, the same codes in every language."""

from __future__ import annotations

from typing import ClassVar


class WorkflowError(Exception):
    """The base of all errors of this library. Its text is for a developer, and never holds a
    secret, a field value or an expected signature, so it can be logged as it is."""

    code: ClassVar[str]
    """The stable name, such as ``invalid_signature``."""
    number: ClassVar[int]
    """The stable number, such as 203."""
    is_refusal: ClassVar[bool] = False
    """Says that a message was refused: true for the 200s. The program did nothing wrong."""
    parameters: tuple[str, ...]
    """The short names that the error concerns, in the message's order: ``("uv", "ts")``."""

    def __init__(self, message: str, parameters: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.parameters = parameters


class ConfigurationError(WorkflowError, ValueError):
    """The 100s: a mistake in the calling program, to be corrected there."""


class InvalidSecret(ConfigurationError):
    """The text is not usable as a secret."""

    code = "invalid_secret"
    number = 100


class InvalidField(ConfigurationError):
    """A value can't be signed or expected."""

    code = "invalid_field"
    number = 101


class InvalidUrl(ConfigurationError):
    """The text is not usable as a link URL."""

    code = "invalid_url"
    number = 102


class InvalidTemplate(ConfigurationError):
    """The text is not usable as a redirect template."""

    code = "invalid_template"
    number = 103
    position: int | None = None
    """The byte position of the misplaced brace or placeholder in the template."""


class VerificationError(WorkflowError):
    """The 200s: a message to refuse. The calling program did nothing wrong."""

    is_refusal = True


class MissingParameter(VerificationError):
    """A parameter is absent or empty."""

    code = "missing_parameter"
    number = 200


class DuplicateParameter(VerificationError):
    """A parameter is present twice, or under a name that some decoders take for it."""

    code = "duplicate_parameter"
    number = 201


class MalformedParameter(VerificationError):
    """A parameter has the wrong form."""

    code = "malformed_parameter"
    number = 202


class InvalidSignature(VerificationError):
    """The message is not signed by any of the secrets."""

    code = "invalid_signature"
    number = 203


class Expired(VerificationError):
    """The message is older than ``max_age``."""

    code = "expired"
    number = 204
    seconds: int = 0
    """By how many seconds it is too old."""


class NotYetValid(VerificationError):
    """The message is from the future."""

    code = "not_yet_valid"
    number = 205
    seconds: int = 0
    """By how many seconds it is too early, beyond the leeway."""


class UnexpectedValue(VerificationError):
    """The message is authentic, but not the one that was expected."""

    code = "unexpected_value"
    number = 206


class InvalidArgument(WorkflowError, ValueError):
    """A missing or contradictory argument: both a slug and a link or neither, a negative period,
    a time that can't be one (negative, or milliseconds), a name in ``expect`` that the message
    doesn't have or that has no value, text with a lone surrogate; and the body of a webhook that
    was parsed, so that its bytes are lost."""

    code = "invalid_argument"
    number = 301


class Panic(WorkflowError):
    """A bug in this library was stopped: please report it."""

    code = "panic"
    number = 399


# Tracebacks and pickles name the classes as they are imported.
for _class in list(globals().values()):
    if isinstance(_class, type) and issubclass(_class, WorkflowError):
        _class.__module__ = "visiono_workflow"
