"""Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.

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
    DeliveredLink,
    Delivery,
    RedirectTemplate,
    TestDelivery,
    VerifiedLink,
    VerifiedReturn,
    VerifiedWebhook,
    Webhook,
    WebhookSecret,
    Workflow,
    WorkflowSecret,
    __version__,
)
from ._payloads import (
    EventData,
    PermanentLinkSubmission,
    Photo,
    PhotoMetadata,
    PhotoRequest,
    Submission,
    WebhookEvent,
)

__all__ = [
    "ConfigurationError",
    "DeliveredLink",
    "Delivery",
    "DuplicateParameter",
    "EventData",
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
    "PermanentLinkSubmission",
    "Photo",
    "PhotoMetadata",
    "PhotoRequest",
    "RedirectTemplate",
    "Submission",
    "TestDelivery",
    "UnexpectedValue",
    "VerificationError",
    "VerifiedLink",
    "VerifiedReturn",
    "VerifiedWebhook",
    "Webhook",
    "WebhookEvent",
    "WebhookSecret",
    "Workflow",
    "WorkflowError",
    "WorkflowSecret",
    "__version__",
]
