"""Names that are one of a list."""

from __future__ import annotations

from typing import Literal

__all__ = ["WebhookEvent"]

WebhookEvent = Literal[
    # cargo xtask generate: events
    # "{name}",
    "photo_request.created",
    "photo_request.first_viewed",
    "photo_submission.created",
    "photo_request.submitted",
    "photo_request.expired",
    "photo_submission.dropbox_synced",
    "submission.created",
    # end generated
]
"""The events that are documented. A webhook may have another."""
