"""Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.

>>> from visiono_workflow import Workflow
>>> workflow = Workflow("0123456789abcdef0123456789abcdef")
>>> url = workflow.sign_link(
...     slug="damage-report", unique_value="ABC123", source="zendesk", reference="ticket-456"
... )
"""

from ._errors import *
from ._expect import *
from ._literals import *
from ._native import *
from ._payloads import *
from ._results import *

# In full, because mypy reads no list that is put together.
__all__ = [  # noqa: RUF022
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
    "ConfigurationError",
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
