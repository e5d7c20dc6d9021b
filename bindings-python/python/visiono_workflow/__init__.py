"""Signs and verifies the links and returns of Visiono's Workflow Mode.

>>> from visiono_workflow import Workflow
>>> workflow = Workflow("0123456789abcdef0123456789abcdef")
>>> url = workflow.sign_link(
...     slug="damage-report", unique_value="ABC123", source="zendesk", reference="ticket-456"
... )
"""

from ._errors import (
    ConfigurationError,
    DuplicateParameter,
    Expired,
    InvalidArgument,
    InvalidField,
    InvalidSecret,
    InvalidSignature,
    InvalidTemplate,
    InvalidUrl,
    MalformedParameter,
    MissingParameter,
    NotYetValid,
    Panic,
    UnexpectedValue,
    VerificationError,
    WorkflowError,
)
from ._expect import ExpectLink, ExpectReturn
from ._native import (
    RedirectTemplate,
    VerifiedLink,
    VerifiedReturn,
    Workflow,
    __version__,
)

__all__ = [
    "ConfigurationError",
    "DuplicateParameter",
    "ExpectLink",
    "ExpectReturn",
    "Expired",
    "InvalidArgument",
    "InvalidField",
    "InvalidSecret",
    "InvalidSignature",
    "InvalidTemplate",
    "InvalidUrl",
    "MalformedParameter",
    "MissingParameter",
    "NotYetValid",
    "Panic",
    "RedirectTemplate",
    "UnexpectedValue",
    "VerificationError",
    "VerifiedLink",
    "VerifiedReturn",
    "Workflow",
    "WorkflowError",
    "__version__",
]
