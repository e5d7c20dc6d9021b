"""Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.

>>> from visiono_workflow import Workflow
>>> workflow = Workflow("0123456789abcdef0123456789abcdef")
>>> url = workflow.sign_link(
...     slug="damage-report", unique_value="ABC123", source="zendesk", reference="ticket-456"
... )
"""

from . import _errors, _expect, _literals, _native, _payloads
from ._errors import *
from ._expect import *
from ._literals import *
from ._native import *
from ._payloads import *

__all__ = [*_errors.__all__, *_expect.__all__, *_literals.__all__]
__all__ += [*_native.__all__, *_payloads.__all__]
