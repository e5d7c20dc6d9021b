"""The documented events of webhooks and their data, in both styles that Visiono documents.

All data is optional, and there may be more than is documented: see ``Delivery.body`` for that.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

__all__ = [
    "EventData",
    "PermanentLinkSubmission",
    "Photo",
    "PhotoMetadata",
    "PhotoRequest",
    "Submission",
    "WebhookEvent",
]

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


class PhotoRequest(TypedDict, total=False):
    """A request for photos, or the Smart Link that stands for one."""

    id: str
    """Such as ``pr_123``, or ``sl_123`` of a Smart Link."""
    unique_code: str
    """The code in its URL."""
    custom_slug: str
    """The slug of a Smart Link."""
    status: str
    """Such as ``pending``, ``in_progress`` or ``submitted``."""
    recipient_email: str
    """To whom it was sent."""
    request_url: str
    """The URL at which the recipient uploads."""
    expires_at: str
    """The time at which it ends, as in RFC 3339."""
    submitted_at: str
    """The time of the last photo, as in RFC 3339."""
    submissions_count: int
    """The number of photos."""
    metadata: Any
    """Data that its maker attached to it."""


class Submission(TypedDict, total=False):
    """One photo that was uploaded."""

    id: str
    """Such as ``ps_456``."""
    item_id: str
    """The requested photo that it is: ``pri_1``."""
    file_size_kb: float
    """Its size in kilobytes."""
    mime_type: str
    """Such as ``image/jpeg``."""
    has_gps_data: bool
    """True if it says where it was taken."""
    gps_latitude: float
    """The place where it was taken, in degrees north."""
    gps_longitude: float
    """The place where it was taken, in degrees east."""
    submitted_at: str
    """The time of the upload, as in RFC 3339."""


class PermanentLinkSubmission(TypedDict, total=False):
    """The upload of a person by a Smart Link. ``Delivery.link`` reads it."""

    id: str
    """Such as ``pls_456``: the return's ``sub``."""
    unique_field_value: str
    """The link's ``uv``."""
    external_source: str
    """The link's ``src``."""
    external_reference: str
    """The link's ``ref``."""


class PhotoMetadata(TypedDict, total=False):
    """The place and time of a photo."""

    gps_lat: float
    """Degrees north."""
    gps_lng: float
    """Degrees east."""
    captured_at: str
    """As in RFC 3339."""


class Photo(TypedDict, total=False):
    """One photo, in the other style."""

    id: str
    """Such as ``photo_xyz789``."""
    url: str
    """The URL to fetch it from."""
    slot_instructions: str
    """The requested photo that it is."""
    metadata: PhotoMetadata
    """The place and time at which it was taken."""


class EventData(TypedDict, total=False):
    """The ``data`` of an event."""

    photo_request: PhotoRequest
    """The request, or the Smart Link, that the event is about."""
    submission: Submission
    """The photo that was uploaded."""
    permanent_link_submission: PermanentLinkSubmission
    """The upload of a person by a Smart Link."""
    id: str
    """The other style: the ID of the request."""
    type: str
    """The other style: the kind of request, such as ``one_time``."""
    instructions: str
    """The other style: the instructions to the recipient."""
    photos: list[Photo]
    """The other style: the photos."""
