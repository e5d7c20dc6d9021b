"""Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.

>>> from visiono_workflow import Workflow
>>> workflow = Workflow("0123456789abcdef0123456789abcdef")
>>> url = workflow.sign_link(
...     slug="damage-report", unique_value="ABC123", source="zendesk", reference="ticket-456"
... )
"""

from ._errors import *
from ._native import *

# As in ``typing``, whose import takes longer than that of this package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._expect import *
    from ._literals import *
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

# The modules that need ``typing`` or ``dataclasses`` are imported when one of their names is used.
_LATER = {
    "_expect": ("ExpectLink", "ExpectReturn"),
    "_literals": ("WebhookEvent",),
    "_payloads": (
        *("EventData", "PermanentLinkSubmission", "Photo", "PhotoMetadata", "PhotoRequest"),
        "Submission",
    ),
    "_results": (
        *("DeliveredLink", "Delivery", "TestDelivery", "VerifiedLink", "VerifiedReturn"),
        "VerifiedWebhook",
    ),
}

# A type checker that saw this function would accept any name.
if not TYPE_CHECKING:

    def __getattr__(name):
        from importlib import import_module

        for module, names in _LATER.items():
            if name in names:
                value = getattr(import_module(f"{__name__}.{module}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
