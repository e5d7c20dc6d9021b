"""Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.

>>> from visiono_workflow import Workflow
>>> workflow = Workflow("0123456789abcdef0123456789abcdef")
>>> url = workflow.sign_link(
...     slug="damage-report", unique_value="ABC123", source="zendesk", reference="ticket-456"
... )
"""

from . import _errors, _native
from ._errors import *
from ._native import *

# As in ``typing``, whose import takes longer than that of this package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._expect import *
    from ._payloads import *
    from ._results import *

# The modules that need ``typing`` or ``dataclasses`` are imported when one of their names is used.
_LATER = {
    "_expect": ("ExpectLink", "ExpectReturn"),
    "_payloads": (
        *("EventData", "PermanentLinkSubmission", "Photo", "PhotoMetadata", "PhotoRequest"),
        *("Submission", "WebhookEvent"),
    ),
    "_results": (
        *("DeliveredLink", "Delivery", "TestDelivery", "VerifiedLink", "VerifiedReturn"),
        "VerifiedWebhook",
    ),
}

# A type checker reads the imports above. It would accept any name if it saw this function.
if not TYPE_CHECKING:
    __all__ = [
        *_errors.__all__,
        *_native.__all__,
        *(each for names in _LATER.values() for each in names),
    ]

    def __getattr__(name):
        from importlib import import_module

        for module, names in _LATER.items():
            if name in names:
                value = getattr(import_module(f"{__name__}.{module}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})
