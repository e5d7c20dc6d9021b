"""Exceptions: one class for each code, the same codes in every language."""

from __future__ import annotations

from ._bases import ConfigurationError, VerificationError, WorkflowError

__all__ = [  # noqa: RUF022
    "ConfigurationError",
    "VerificationError",
    "WorkflowError",
    # cargo xtask generate: codes except BufferTooSmall
    # "{variant}",
    "InvalidSecret",
    "InvalidField",
    "InvalidUrl",
    "InvalidTemplate",
    "MissingParameter",
    "DuplicateParameter",
    "MalformedParameter",
    "InvalidSignature",
    "Expired",
    "NotYetValid",
    "UnexpectedValue",
    "InvalidArgument",
    "Panic",
    # end generated
]


# cargo xtask generate: codes: mistake refusal Panic except Expired InvalidTemplate NotYetValid
# class {variant}({ConfigurationError/VerificationError/WorkflowError}):
#     """{Doc}."""
#
#     code = "{name}"
#     number = {number}
#
#
class InvalidSecret(ConfigurationError):
    """The text is not usable as a secret."""

    code = "invalid_secret"
    number = 100


class InvalidField(ConfigurationError):
    """A value cannot be signed or expected."""

    code = "invalid_field"
    number = 101


class InvalidUrl(ConfigurationError):
    """The text is not usable as a link URL."""

    code = "invalid_url"
    number = 102


class MissingParameter(VerificationError):
    """A parameter is absent or empty."""

    code = "missing_parameter"
    number = 200


class DuplicateParameter(VerificationError):
    """A parameter is present twice, or under a doubtful name."""

    code = "duplicate_parameter"
    number = 201


class MalformedParameter(VerificationError):
    """A parameter has the wrong form."""

    code = "malformed_parameter"
    number = 202


class InvalidSignature(VerificationError):
    """No configured secret signed the message."""

    code = "invalid_signature"
    number = 203


class UnexpectedValue(VerificationError):
    """The message is authentic, but not what the caller expects."""

    code = "unexpected_value"
    number = 206


class Panic(WorkflowError):
    """A bug in the library, stopped at the boundary to another language."""

    code = "panic"
    number = 399


# end generated


# cargo xtask generate: codes: InvalidArgument
# class {variant}(WorkflowError, ValueError):
#     """{Doc}."""
#
#     code = "{name}"
#     number = {number}
#
#
class InvalidArgument(WorkflowError, ValueError):
    """An argument is missing, contradictory, out of range, null, closed, or not UTF-8."""

    code = "invalid_argument"
    number = 301


# end generated


# cargo xtask generate: codes: InvalidTemplate
# class {variant}({ConfigurationError/VerificationError/WorkflowError}):
#     """{Doc}."""
#
#     code = "{name}"
#     number = {number}
#     position: int | None = None
#     """The byte position of the misplaced brace or placeholder in the template."""
#
#
class InvalidTemplate(ConfigurationError):
    """The text is not usable as a redirect template."""

    code = "invalid_template"
    number = 103
    position: int | None = None
    """The byte position of the misplaced brace or placeholder in the template."""


# end generated


# cargo xtask generate: codes: Expired NotYetValid
# class {variant}({ConfigurationError/VerificationError/WorkflowError}):
#     """{Doc}."""
#
#     code = "{name}"
#     number = {number}
#     seconds: int = 0
#     """By how many seconds it is too old, or too early beyond the leeway."""
#
#
class Expired(VerificationError):
    """The message is older than its maximum age."""

    code = "expired"
    number = 204
    seconds: int = 0
    """By how many seconds it is too old, or too early beyond the leeway."""


class NotYetValid(VerificationError):
    """The message is from the future."""

    code = "not_yet_valid"
    number = 205
    seconds: int = 0
    """By how many seconds it is too old, or too early beyond the leeway."""


# end generated

# Tracebacks and pickles name the classes as they are imported.
for _name in __all__:
    globals()[_name].__module__ = "visiono_workflow"
