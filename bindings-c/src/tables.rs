//! The tables of the core as C has them.

use std::ffi::CStr;

use visiono_workflow::{Code as CoreCode, Field, WebhookEvent};

/// The status of a call: `VISIONO_OK`, or the reason of its failure.
///
/// The numbers never change their meaning; later versions may add some. The 100s are mistakes of
/// the caller, the 200s messages to refuse: `visiono_code_is_refusal`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The call succeeded, and the outputs are written.
    VisionoOk = 0,
    // cargo xtask generate: codes
    // /// {Doc}.
    // Visiono{variant} = {number},
    /// The text is not usable as a secret.
    VisionoInvalidSecret = 100,
    /// A value cannot be signed or expected.
    VisionoInvalidField = 101,
    /// The text is not usable as a link URL.
    VisionoInvalidUrl = 102,
    /// The text is not usable as a redirect template.
    VisionoInvalidTemplate = 103,
    /// A parameter is absent or empty.
    VisionoMissingParameter = 200,
    /// A parameter is present twice, or under a doubtful name.
    VisionoDuplicateParameter = 201,
    /// A parameter has the wrong form.
    VisionoMalformedParameter = 202,
    /// No configured secret signed the message.
    VisionoInvalidSignature = 203,
    /// The message is older than its maximum age.
    VisionoExpired = 204,
    /// The message is from the future.
    VisionoNotYetValid = 205,
    /// The message is authentic, but not what the caller expects.
    VisionoUnexpectedValue = 206,
    /// The caller's buffer is too small; the required length is reported.
    VisionoBufferTooSmall = 300,
    /// An argument is missing, contradictory, out of range, null, closed, or not UTF-8.
    VisionoInvalidArgument = 301,
    /// A bug in the library, stopped at the boundary to another language.
    VisionoPanic = 399,
    // end generated
}

impl From<CoreCode> for Code {
    fn from(code: CoreCode) -> Self {
        match code {
            // cargo xtask generate: codes
            // CoreCode::{variant} => Self::Visiono{variant},
            CoreCode::InvalidSecret => Self::VisionoInvalidSecret,
            CoreCode::InvalidField => Self::VisionoInvalidField,
            CoreCode::InvalidUrl => Self::VisionoInvalidUrl,
            CoreCode::InvalidTemplate => Self::VisionoInvalidTemplate,
            CoreCode::MissingParameter => Self::VisionoMissingParameter,
            CoreCode::DuplicateParameter => Self::VisionoDuplicateParameter,
            CoreCode::MalformedParameter => Self::VisionoMalformedParameter,
            CoreCode::InvalidSignature => Self::VisionoInvalidSignature,
            CoreCode::Expired => Self::VisionoExpired,
            CoreCode::NotYetValid => Self::VisionoNotYetValid,
            CoreCode::UnexpectedValue => Self::VisionoUnexpectedValue,
            CoreCode::BufferTooSmall => Self::VisionoBufferTooSmall,
            CoreCode::InvalidArgument => Self::VisionoInvalidArgument,
            CoreCode::Panic => Self::VisionoPanic,
            // end generated
        }
    }
}

/// Returns the name of a code, with the NUL that C needs.
pub(crate) const fn code_name(code: CoreCode) -> &'static CStr {
    match code {
        // cargo xtask generate: codes
        // CoreCode::{variant} => c"{name}",
        CoreCode::InvalidSecret => c"invalid_secret",
        CoreCode::InvalidField => c"invalid_field",
        CoreCode::InvalidUrl => c"invalid_url",
        CoreCode::InvalidTemplate => c"invalid_template",
        CoreCode::MissingParameter => c"missing_parameter",
        CoreCode::DuplicateParameter => c"duplicate_parameter",
        CoreCode::MalformedParameter => c"malformed_parameter",
        CoreCode::InvalidSignature => c"invalid_signature",
        CoreCode::Expired => c"expired",
        CoreCode::NotYetValid => c"not_yet_valid",
        CoreCode::UnexpectedValue => c"unexpected_value",
        CoreCode::BufferTooSmall => c"buffer_too_small",
        CoreCode::InvalidArgument => c"invalid_argument",
        CoreCode::Panic => c"panic",
        // end generated
    }
}

/// The events that Visiono documents. Later versions may add some.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An event that is not documented: `visiono_delivery_event_name` has its name.
    VisionoEventUnknown = 0,
    // cargo xtask generate: events
    // /// `{name}`: {doc}.
    // VisionoEvent{variant} = {position},
    /// `photo_request.created`: a request was created.
    VisionoEventPhotoRequestCreated = 1,
    /// `photo_request.first_viewed`: the recipient opened a request for the first time.
    VisionoEventPhotoRequestFirstViewed = 2,
    /// `photo_submission.created`: a photo was uploaded.
    VisionoEventPhotoSubmissionCreated = 3,
    /// `photo_request.submitted`: all requested photos were uploaded.
    VisionoEventPhotoRequestSubmitted = 4,
    /// `photo_request.expired`: a request ended without all photos.
    VisionoEventPhotoRequestExpired = 5,
    /// `photo_submission.dropbox_synced`: a photo was copied to Dropbox.
    VisionoEventPhotoSubmissionDropboxSynced = 6,
    /// `submission.created`: a person who came through a signed link has uploaded photos.
    VisionoEventSubmissionCreated = 7,
    // end generated
}

/// The events in the order of the core.
const EVENTS: [Event; WebhookEvent::ALL.len()] = [
    // cargo xtask generate: events
    // Event::VisionoEvent{variant},
    Event::VisionoEventPhotoRequestCreated,
    Event::VisionoEventPhotoRequestFirstViewed,
    Event::VisionoEventPhotoSubmissionCreated,
    Event::VisionoEventPhotoRequestSubmitted,
    Event::VisionoEventPhotoRequestExpired,
    Event::VisionoEventPhotoSubmissionDropboxSynced,
    Event::VisionoEventSubmissionCreated,
    // end generated
];

/// Returns an event as C has it.
pub(crate) fn event(event: Option<WebhookEvent>) -> Event {
    event.map_or(Event::VisionoEventUnknown, |event| EVENTS[event as usize])
}

/// The fields of links and returns that a caller can expect.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldNumber {
    // cargo xtask generate: fields except Signature
    // /// `{short}`: {doc}. In {messages}.
    // VisionoField{variant} = {position},
    /// `sub`: the ID of the submission at Visiono, such as `pls_123`. In returns.
    VisionoFieldSubmissionId = 1,
    /// `uv`: the documented item: an order or a license plate. In links and returns.
    VisionoFieldUniqueValue = 2,
    /// `src`: the system that sends the person, such as `zendesk`. In links.
    VisionoFieldSource = 3,
    /// `ref`: the record in that system, such as `ticket-456`. In links and returns.
    VisionoFieldReference = 4,
    /// `cnt`: the number of uploaded photos. In returns.
    VisionoFieldPhotoCount = 5,
    /// `ts`: the time of signing, in Unix seconds. In links and returns.
    VisionoFieldTimestamp = 6,
    // end generated
}

/// Returns the field with a number of `visiono_field_t`.
pub(crate) const fn field(number: i32) -> Option<Field> {
    match number {
        // cargo xtask generate: fields except Signature
        // {position} => Some(Field::{variant}),
        1 => Some(Field::SubmissionId),
        2 => Some(Field::UniqueValue),
        3 => Some(Field::Source),
        4 => Some(Field::Reference),
        5 => Some(Field::PhotoCount),
        6 => Some(Field::Timestamp),
        // end generated
        _ => None,
    }
}
