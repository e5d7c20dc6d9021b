//! The events that Visiono documents.

/// An event that is documented. A webhook may have another: its name is then all there is.
///
/// Rules: `docs/protocol.md`, section 7.
///
/// # Examples
///
/// ```
/// use visiono_workflow::WebhookEvent;
///
/// let event = WebhookEvent::from_name("submission.created");
/// assert_eq!(event, Some(WebhookEvent::SubmissionCreated));
/// assert_eq!(WebhookEvent::from_name("coffee.ready"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// `photo_request.created`: a request was made.
    PhotoRequestCreated,
    /// `photo_request.first_viewed`: its recipient opened it for the first time.
    PhotoRequestFirstViewed,
    /// `photo_submission.created`: a photo was uploaded.
    PhotoSubmissionCreated,
    /// `photo_request.submitted`: all photos that a request asks for are there.
    PhotoRequestSubmitted,
    /// `photo_request.expired`: a request ended without them.
    PhotoRequestExpired,
    /// `photo_submission.dropbox_synced`: a photo was copied to Dropbox.
    PhotoSubmissionDropboxSynced,
    /// `submission.created`: a person whom a signed link sent has uploaded photos.
    SubmissionCreated,
}

impl WebhookEvent {
    /// Every documented event.
    pub const ALL: [Self; 7] = [
        Self::PhotoRequestCreated,
        Self::PhotoRequestFirstViewed,
        Self::PhotoSubmissionCreated,
        Self::PhotoRequestSubmitted,
        Self::PhotoRequestExpired,
        Self::PhotoSubmissionDropboxSynced,
        Self::SubmissionCreated,
    ];

    /// The name in a webhook's body: `submission.created`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PhotoRequestCreated => "photo_request.created",
            Self::PhotoRequestFirstViewed => "photo_request.first_viewed",
            Self::PhotoSubmissionCreated => "photo_submission.created",
            Self::PhotoRequestSubmitted => "photo_request.submitted",
            Self::PhotoRequestExpired => "photo_request.expired",
            Self::PhotoSubmissionDropboxSynced => "photo_submission.dropbox_synced",
            Self::SubmissionCreated => "submission.created",
        }
    }

    /// The documented event of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}
