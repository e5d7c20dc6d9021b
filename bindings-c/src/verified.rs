//! The results of a verification.

use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};

result! {
    /// A link that passed every check. It never changes, and any number of threads can read it.
    VerifiedLinkHandle(verified: VerifiedLink<'_>)
    from "`visiono_workflow_verify_link`" until visiono_verified_link_free {
        // cargo xtask generate: link except Signature
        // /// Returns `{short}`: {doc}.
        // /// {Empty/-1/-1} if `verified` is null.
        // visiono_verified_link_{long}: {text/i64/i64} = verified.{long}();
        /// Returns `uv`: the documented item: an order or a license plate.
        /// Empty if `verified` is null.
        visiono_verified_link_unique_value: text = verified.unique_value();
        /// Returns `src`: the system that sends the person, such as `zendesk`.
        /// Empty if `verified` is null.
        visiono_verified_link_source: text = verified.source();
        /// Returns `ref`: the record in that system, such as `ticket-456`.
        /// Empty if `verified` is null.
        visiono_verified_link_reference: text = verified.reference();
        /// Returns `ts`: the time of signing, in Unix seconds.
        /// -1 if `verified` is null.
        visiono_verified_link_timestamp: i64 = verified.timestamp();
        // end generated

        /// Returns the position of the secret that signed it, from 0; 0 if `verified` is null.
        visiono_verified_link_secret_index: usize = verified.secret_index();
    }
}

result! {
    /// A return that passed every check. It never changes, and any number of threads can read it.
    VerifiedReturnHandle(verified: VerifiedReturn<'_>)
    from "`visiono_workflow_verify_return`" until visiono_verified_return_free {
        // cargo xtask generate: return except Signature
        // /// Returns `{short}`: {doc}.
        // /// {Empty/-1/-1} if `verified` is null.
        // visiono_verified_return_{long}: {text/i64/i64} = verified.{long}();
        //
        /// Returns `sub`: the ID of the submission at Visiono, such as `pls_123`.
        /// Empty if `verified` is null.
        visiono_verified_return_submission_id: text = verified.submission_id();

        /// Returns `uv`: the documented item: an order or a license plate.
        /// Empty if `verified` is null.
        visiono_verified_return_unique_value: text = verified.unique_value();

        /// Returns `ref`: the record in that system, such as `ticket-456`.
        /// Empty if `verified` is null.
        visiono_verified_return_reference: text = verified.reference();

        /// Returns `cnt`: the number of uploaded photos.
        /// -1 if `verified` is null.
        visiono_verified_return_photo_count: i64 = verified.photo_count();

        /// Returns `ts`: the time of signing, in Unix seconds.
        /// -1 if `verified` is null.
        visiono_verified_return_timestamp: i64 = verified.timestamp();

        // end generated

        /// Returns the position of the secret that signed it, from 0; 0 if `verified` is null.
        visiono_verified_return_secret_index: usize = verified.secret_index();
    }
}

result! {
    /// A webhook whose signature matches. It never changes, and any number of threads can read it.
    VerifiedWebhookHandle(verified: VerifiedWebhook)
    from "`visiono_webhook_verify`" until visiono_verified_webhook_free {
        /// Returns the hexadecimal SHA-256 of the body: the same for all deliveries of one event.
        /// Empty if `verified` is null.
        visiono_verified_webhook_dedup_key: text = verified.dedup_key();

        /// Returns the position of the secret that signed it, from 0; 0 if `verified` is null.
        visiono_verified_webhook_secret_index: usize = verified.secret_index();
    }
}
