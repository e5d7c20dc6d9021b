"""Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.

>>> from visiono_workflow import Workflow
>>> workflow = Workflow("0123456789abcdef0123456789abcdef")
>>> url = workflow.sign_link(
...     slug="damage-report", unique_value="ABC123", source="zendesk", reference="ticket-456"
... )
"""

from . import _errors
from ._errors import *  # noqa: F403
from ._expect import ExpectLink, ExpectReturn
from ._literals import WebhookEvent
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
)

__all__ = [
    "DeliveredLink",
    "Delivery",
    "EventData",
    "ExpectLink",
    "ExpectReturn",
    "PermanentLinkSubmission",
    "Photo",
    "PhotoMetadata",
    "PhotoRequest",
    "RedirectTemplate",
    "Submission",
    "TestDelivery",
    "VerifiedLink",
    "VerifiedReturn",
    "VerifiedWebhook",
    "Webhook",
    "WebhookEvent",
    "WebhookSecret",
    "Workflow",
    "WorkflowSecret",
    "__version__",
]
__all__ += _errors.__all__
