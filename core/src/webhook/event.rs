//! The events that Visiono documents: one table for every language.

/// Defines [`WebhookEvent`] from one row an event: documentation and name.
macro_rules! events {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal;)*) => {
        /// A documented event. A webhook may have another, of which only the name is known.
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
            $($(#[doc = $doc])* $variant,)*
        }

        impl WebhookEvent {
            /// Every documented event.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// Returns the name in a webhook's body: `submission.created`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the documentation of the row, for `cargo xtask generate`.
            #[doc(hidden)]
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),*),)*
                }
            }
        }
    };
}

events! {
    /// `photo_request.created`: a request was created.
    PhotoRequestCreated = "photo_request.created";
    /// `photo_request.first_viewed`: the recipient opened a request for the first time.
    PhotoRequestFirstViewed = "photo_request.first_viewed";
    /// `photo_submission.created`: a photo was uploaded.
    PhotoSubmissionCreated = "photo_submission.created";
    /// `photo_request.submitted`: all requested photos were uploaded.
    PhotoRequestSubmitted = "photo_request.submitted";
    /// `photo_request.expired`: a request ended without all photos.
    PhotoRequestExpired = "photo_request.expired";
    /// `photo_submission.dropbox_synced`: a photo was copied to Dropbox.
    PhotoSubmissionDropboxSynced = "photo_submission.dropbox_synced";
    /// `submission.created`: a person who came through a signed link has uploaded photos.
    SubmissionCreated = "submission.created";
}

impl WebhookEvent {
    /// Returns the documented event of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}
