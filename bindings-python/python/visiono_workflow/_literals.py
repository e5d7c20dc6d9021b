"""Names that are one of a list.

Written by `cargo xtask generate` from the core's tables; do not edit.
"""

from __future__ import annotations

from typing import Literal

WebhookEvent = Literal[
    "photo_request.created",
    "photo_request.first_viewed",
    "photo_submission.created",
    "photo_request.submitted",
    "photo_request.expired",
    "photo_submission.dropbox_synced",
    "submission.created",
]
"""The events that are documented. A webhook may have another."""
