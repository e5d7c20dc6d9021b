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
    from ._later import *

# ``_later`` imports them when one of them is used.
_LATER = (
    *("DeliveredLink", "Delivery", "EventData", "ExpectLink", "ExpectReturn"),
    *("PermanentLinkSubmission", "Photo", "PhotoMetadata", "PhotoRequest", "Submission"),
    *("TestDelivery", "VerifiedLink", "VerifiedReturn", "VerifiedWebhook", "WebhookEvent"),
)

# A type checker reads the imports above. It would accept any name if it saw this function.
if not TYPE_CHECKING:
    __all__ = [*_errors.__all__, *_native.__all__, *_LATER]

    def __getattr__(name):
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import _later

        value = globals()[name] = getattr(_later, name)
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
