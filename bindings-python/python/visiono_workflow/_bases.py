"""The base classes of the exceptions."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    row_index: int | None = None
    """The position of the row that it is about, from 0, if :meth:`Workflow.sign_links` raised or
    returned it."""

    def __init__(self, message: str, parameters: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.parameters = parameters


class ConfigurationError(WorkflowError, ValueError):
    """The 100s: a mistake in the calling program, to be corrected there."""


class VerificationError(WorkflowError):
    """The 200s: a message to refuse. The calling program did nothing wrong."""

    is_refusal = True
