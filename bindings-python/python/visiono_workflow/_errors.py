"""Why something was refused: one class for each code, the same codes in every language."""

from __future__ import annotations

from typing import ClassVar


class WorkflowError(Exception):
    """What this library raises. Its text is for a developer, and never holds a secret, a value
    of a field or an expected signature, so it can be logged as it is."""

    code: ClassVar[str]
    """The stable name, such as ``invalid_signature``."""
    number: ClassVar[int]
    """The stable number, such as 203."""
    parameters: tuple[str, ...]
    """The short names that the error concerns, in the order of the wire: ``("uv", "ts")``."""

    def __init__(self, message: str, parameters: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.parameters = parameters


class ConfigurationError(WorkflowError, ValueError):
    """The 100s: a mistake in the program that calls, to be mended there."""


class InvalidSecret(ConfigurationError):
    """The secret can't be one."""

    code = "invalid_secret"
    number = 100


class InvalidField(ConfigurationError):
    """A value can't be signed or expected."""

    code = "invalid_field"
    number = 101


class InvalidUrl(ConfigurationError):
    """The link URL can't be one."""

    code = "invalid_url"
    number = 102


class InvalidTemplate(ConfigurationError):
    """The redirect template can't be one."""

    code = "invalid_template"
    number = 103
    position: int | None = None
    """The byte of the template at which the misplaced brace or placeholder stands."""


class VerificationError(WorkflowError):
    """The 200s: a message to refuse. The program that calls did nothing wrong."""


class MissingParameter(VerificationError):
    """A parameter is absent or empty."""

    code = "missing_parameter"
    number = 200


class DuplicateParameter(VerificationError):
    """A parameter is present twice."""

    code = "duplicate_parameter"
    number = 201


class MalformedParameter(VerificationError):
    """A parameter is not of its form."""

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
    """An argument of the right type that can't be used: text with a lone surrogate, a negative
    period, a time that is not a finite number, an unknown name in ``expect``; and the body of a
    webhook that was parsed, so that its bytes aren't known any more."""

    code = "invalid_argument"
    number = 301


class Panic(WorkflowError):
    """A bug in this library was stopped: please report how it came."""

    code = "panic"
    number = 399


# Tracebacks and pickles name the classes as they are imported.
for _class in list(globals().values()):
    if isinstance(_class, type) and issubclass(_class, WorkflowError):
        _class.__module__ = "visiono_workflow"
