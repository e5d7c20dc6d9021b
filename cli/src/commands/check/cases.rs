//! The messages that `check` sends, as one table.
//!
//! Each case is a row: its name, a description, the required answer, and the constructor of the
//! message. If the receiver answers differently, one sentence describes the fault and one the fix.

use visiono_workflow::MAX_WEBHOOK_BODY;

use super::returns::{ReturnDraft, ReturnMaker};
use super::webhooks::{DEVELOPER, GUIDE, Sending, Signed, WebhookDraft, WebhookMaker};

/// The required answer of a receiver.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Must {
    /// 2xx for a webhook, 2xx or 3xx for a return.
    Accept,
    /// 4xx.
    Refuse,
    /// 4xx, or close the connection without an answer.
    Drop,
    /// Any status below 500.
    Answer,
}

impl Must {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Drop => "refuse_or_close",
            Self::Answer => "answer",
        }
    }
}

/// A message and the required answer.
pub(super) struct Case {
    /// A unique name that starts with the kind of message.
    pub(super) id: &'static str,
    pub(super) sends: &'static str,
    pub(super) must: Must,
    pub(super) make: Make,
    pub(super) fault: &'static str,
    pub(super) fix: &'static str,
}

/// The constructor of a message. It returns no return if the template has no place for it.
#[derive(Clone, Copy)]
pub(super) enum Make {
    Webhook(for<'k> fn(&'k WebhookMaker<'k>) -> WebhookDraft<'k>),
    Return(for<'v> fn(&'v ReturnMaker<'v>) -> Option<ReturnDraft<'v>>),
}

use Make::{Return, Webhook};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

const EITHER_HEADER: &str = "Read the signature from X-Visiono-Signature or X-Webhook-Signature, \
    whichever is there, and require each one that is there to be right.";
const FORM: &str = "Accept exactly sha256= and 64 lower-case hex digits.";
const ONE_HEADER: &str = "Refuse a signature header that occurs twice: count its lines before \
    your framework joins them or drops one.";
const RAW: &str = "Verify the raw bytes, never JSON that was parsed and written again.";
const NOT_AN_EVENT: &str =
    "After the signature, refuse a body that is not a JSON object with a text under \"event\".";
const LOOK_ALIKE: &str = "Verify the query as the browser sent it, and refuse a name that another \
    decoder takes for one of Visiono's (docs/protocol.md, section 5).";
const SIGNATURE: &str =
    "Compare all 64 digits of the signature over the decoded values, in constant time.";
const FIELDS: &str = "Refuse values that no return has: an empty one, one with |, a number with a \
    sign, a leading zero or milliseconds.";
const TICKET: &str = "Expect the ticket of the path or the session: verify_return with expect.";
const OWN_ERRORS: &str = "Answer unknown and malformed addresses with 404 or 400 yourself.";

const fn accept(id: &'static str, sends: &'static str, make: Make) -> Case {
    row(id, sends, Must::Accept, make)
}

const fn refuse(id: &'static str, sends: &'static str, make: Make) -> Case {
    row(id, sends, Must::Refuse, make)
}

const fn answer(id: &'static str, sends: &'static str, make: Make) -> Case {
    let case = row(id, sends, Must::Answer, make);
    case.or(
        "It doesn't answer this address with a status below 500.",
        OWN_ERRORS,
    )
}

const fn row(id: &'static str, sends: &'static str, must: Must, make: Make) -> Case {
    Case {
        id,
        sends,
        must,
        make,
        fault: "",
        fix: "",
    }
}

impl Case {
    /// Sets the sentences about a receiver that does the opposite: the fault and the fix.
    const fn or(self, fault: &'static str, fix: &'static str) -> Self {
        Self { fault, fix, ..self }
    }

    pub(super) fn is_webhook(&self) -> bool {
        matches!(self.make, Webhook(_))
    }
}

#[rustfmt::skip]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of `WebhookMaker<'_>` is not one for every lifetime"
)]
pub(super) const CASES: &[Case] = &[
    // --- Genuine webhooks ---------------------------------------------------------------------

    accept("webhook-good", "an event, as the guide for integrators documents it",
        Webhook(|maker| maker.event()))
        .or("It refuses a genuine event, so nothing that Visiono sends arrives.",
            "Check the secret and the address, and verify the raw body before anything parses it."),

    accept("webhook-developer-headers", "an event with X-Webhook-Signature",
        Webhook(|maker| maker.developer()))
        .or("It refuses the header that Visiono's developer documentation has.", EITHER_HEADER),

    accept("webhook-both-headers", "an event with both signature headers, both right",
        Webhook(|maker| maker.event().also(DEVELOPER, Signed::Right)))
        .or("It refuses an event that has both documented headers.", EITHER_HEADER),

    accept("webhook-undated", "submission.created without a timestamp",
        Webhook(|maker| maker.undated()))
        .or("It refuses an event without a timestamp, and Visiono's own submission.created has none.",
            "Accept it, and keep its dedup_key as long as the secret is in use."),

    accept("webhook-last-retry", "an event from 2 h 35 min ago",
        Webhook(|maker| maker.ago(2 * HOUR + 35 * MINUTE)))
        .or("It refuses Visiono's last retry, which comes 2 h 36 min after the event.",
            "Accept events that are up to three hours old."),

    accept("webhook-duplicate", "an event, and the same again",
        Webhook(|maker| maker.event().sent(Sending::Twice)))
        .or("It refuses an event that it already has, so Visiono keeps sending it.",
            "Answer a duplicate with 2xx, and do nothing else."),

    accept("webhook-retry", "half an event, then a closed connection, then all of it",
        Webhook(|maker| maker.event().sent(Sending::Retried)))
        .or("It refuses the retry after a delivery that failed, so the event is lost.",
            "Remember an event only after it was received and verified as a whole."),

    accept("webhook-concurrent", "an event five times at once, and then again",
        Webhook(|maker| maker.event().sent(Sending::Together)))
        .or("It refuses one of several concurrent deliveries of an event.",
            "Insert the dedup_key under a unique constraint, and answer a conflict with 2xx."),

    accept("webhook-slow-body", "a body in four parts, over more than a second",
        Webhook(|maker| maker.event().slowly()))
        .or("It refuses a body that arrives in parts.",
            "Read the whole body, up to Content-Length, before you verify it."),

    accept("webhook-no-content-type", "an event without Content-Type",
        Webhook(|maker| maker.event().without("Content-Type")))
        .or("It refuses an event without Content-Type: its framework read no body.",
            "Read the raw body whatever its type is: in Express, express.raw({ type: () => true })."),

    accept("webhook-odd-numbers", "numbers that change when JSON is written again",
        Webhook(|maker| maker.event().adding(r#""odd":[12345678901234567890,1.0,1e2,-0.0,0.10]"#)))
        .or("It refuses a body with numbers such as 1.0 or 12345678901234567890.", RAW),

    accept("webhook-white-space", "white space around and between the tokens of JSON",
        Webhook(|maker| maker.event().saying(|body| format!(" {}\r\n", body.replacen(':', " : ", 1)))))
        .or("It refuses a body with white space around the JSON.", RAW),

    accept("webhook-unicode", "letters beyond ASCII, and escapes that nobody needs",
        Webhook(|maker| maker.event().adding("\"note\":\"Straße \\u00e9 📷 <\\/b>\"")))
        .or("It refuses a body with letters beyond ASCII.", RAW),

    accept("webhook-unknown-event", "an event of a kind that isn't documented",
        Webhook(|maker| maker.event().saying(|body| body.replacen("submission.created", "submission.archived", 1))))
        .or("It refuses an event of a new kind, so Visiono sends it again for hours.",
            "Answer 2xx to every verified event, and ignore the kinds that you don't use."),

    // --- Hostile webhooks ---------------------------------------------------------------------

    refuse("webhook-old", "an event from 3 h 10 min ago",
        Webhook(|maker| maker.ago(3 * HOUR + 10 * MINUTE)))
        .or("It accepts an old event: anyone who recorded one can send it again at any time.",
            "Refuse an event that is more than three hours old."),

    refuse("webhook-future", "an event that is ten minutes ahead",
        Webhook(|maker| maker.ahead(10 * MINUTE)))
        .or("It accepts an event from the future, which can be sent again for longer.",
            "Refuse an event whose timestamp is more than a minute ahead."),

    refuse("webhook-odd-timestamp", "a timestamp that is a word",
        Webhook(|maker| maker.event().saying(|body| body.replacen("\"timestamp\":\"", "\"timestamp\":\"at ", 1))))
        .or("It accepts a timestamp that is not a time, so the event never expires.",
            "If an event has a timestamp, require the form of RFC 3339."),

    refuse("webhook-tampered-body", "a body with a digit changed after signing",
        Webhook(|maker| maker.event().changed(|body| {
            if let Some(digit) = body.iter_mut().rfind(|byte| byte.is_ascii_digit()) {
                *digit ^= 1;
            }
        })))
        .or("It accepts a body that was changed after it was signed.",
            "Verify the signature over the raw body before you read anything of it."),

    refuse("webhook-longer-body", "a body with a space added after signing",
        Webhook(|maker| maker.event().changed(|body| body.push(b' '))))
        .or("It accepts a body with a byte added after signing.",
            "Verify the signature over all of the raw bytes: don't trim them."),

    refuse("webhook-tampered-header", "a signature with one wrong digit",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Tampered)))
        .or("It accepts a signature that is wrong in its last digit.",
            "Compare all 64 digits, in constant time."),

    refuse("webhook-wrong-secret", "an event that is signed with another secret",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Forged)))
        .or("It accepts an event that anybody can sign.",
            "Verify the signature with the webhook secret, and stop at the start if that is unset."),

    refuse("webhook-developer-wrong-secret", "X-Webhook-Signature, signed with another secret",
        Webhook(|maker| maker.event().without(GUIDE).also(DEVELOPER, Signed::Forged)))
        .or("It accepts an event that anybody can sign, under the other header.", EITHER_HEADER),

    refuse("webhook-both-developer-forged", "both headers, X-Webhook-Signature forged",
        Webhook(|maker| maker.event().also(DEVELOPER, Signed::Forged)))
        .or("It accepts two signatures of which one is forged.", EITHER_HEADER),

    refuse("webhook-both-guide-forged", "both headers, X-Visiono-Signature forged",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Forged).also(DEVELOPER, Signed::Right)))
        .or("It accepts two signatures of which one is forged.", EITHER_HEADER),

    refuse("webhook-upper-case", "a signature in upper-case hex",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Upper)))
        .or("It accepts a form of the signature that Visiono never writes.", FORM),

    refuse("webhook-no-prefix", "a signature without sha256=",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Bare)))
        .or("It accepts a form of the signature that Visiono never writes.", FORM),

    refuse("webhook-no-header", "an event without a signature",
        Webhook(|maker| maker.event().without(GUIDE)))
        .or("It accepts an event without a signature, which anybody can send.",
            "Refuse a request without a signature header."),

    refuse("webhook-empty-header", "an event with an empty signature",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Empty)))
        .or("It accepts an empty signature, which anybody can send.", FORM),

    refuse("webhook-short-header", "the first digits of the right signature",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Short)))
        .or("It accepts the start of a signature, which can be guessed.",
            "Check the length before you compare: timingSafeEqual throws for another one."),

    refuse("webhook-latin-header", "a signature of letters beyond ASCII",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Latin)))
        .or("It accepts a signature that has no hex digits.",
            "Check the form before you compare: compare_digest throws for text beyond ASCII."),

    refuse("webhook-header-twice", "the right signature header, twice",
        Webhook(|maker| maker.event().also(GUIDE, Signed::Right)))
        .or("It accepts a duplicate header, of which components may read different ones.", ONE_HEADER),

    refuse("webhook-header-twice-forged-last", "the right signature header, and a forged one after it",
        Webhook(|maker| maker.event().also(GUIDE, Signed::Forged)))
        .or("It uses the first of two signatures; a proxy in front may have checked the other.", ONE_HEADER),

    refuse("webhook-header-twice-forged-first", "a forged signature header, and the right one after it",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Forged).also(GUIDE, Signed::Right)))
        .or("It uses the last of two signatures; a proxy in front may have checked the other.", ONE_HEADER),

    row("webhook-huge", "a signed body of 2 MiB", Must::Drop,
        Webhook(|maker| maker.event().adding(&format!("\"padding\":\"{}\"", "a".repeat(2 * MAX_WEBHOOK_BODY)))))
        .or("It accepts a body of more than 1 MiB, so a stranger can fill its memory.",
            "Limit the body to 1 MiB while it is read, and answer 413."),

    refuse("webhook-not-json", "a signed body that is not JSON",
        Webhook(|maker| maker.event().saying(|_| "event=submission.created")))
        .or("It accepts a body that is not JSON.", NOT_AN_EVENT),

    refuse("webhook-not-an-object", "a signed JSON array",
        Webhook(|maker| maker.event().saying(|body| format!("[{body}]"))))
        .or("It accepts JSON that is not an object.", NOT_AN_EVENT),

    refuse("webhook-no-event", "a signed object without an event",
        Webhook(|maker| maker.event().saying(|body| body.replacen("\"event\":", "\"kind\":", 1))))
        .or("It accepts a body that doesn't name its event.", NOT_AN_EVENT),

    refuse("webhook-deep-json", "signed JSON of 200 levels",
        Webhook(|maker| maker.event().adding(&format!("\"deep\":{}{}", "[".repeat(200), "]".repeat(200)))))
        .or("It accepts JSON of 200 levels, and more of them overflow a parser.",
            "Refuse JSON that is nested deeper than 127 levels."),

    refuse("webhook-no-body", "an empty body, signed",
        Webhook(|maker| maker.event().saying(|_| "")))
        .or("It accepts an empty body.", NOT_AN_EVENT),

    // --- The webhook's address ----------------------------------------------------------------

    answer("webhook-unknown-path", "a forged event, to an unknown path",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Forged).at(|path| format!("{path}/no-such-page")))),

    answer("webhook-malformed-path", "a forged event, to a path with a malformed escape",
        Webhook(|maker| maker.event().with(GUIDE, Signed::Forged).at(|path| format!("{path}/%zz")))),

    // --- Genuine returns ----------------------------------------------------------------------

    accept("return-good", "the return of a person who has just uploaded",
        Return(|maker| Some(maker.back())))
        .or("It refuses a genuine return, so nobody gets back.",
            "Check the secret and the template, and that the ticket is one that your integration knows."),

    accept("return-late", "a return from 55 minutes ago",
        Return(|maker| Some(maker.ago(55 * MINUTE))))
        .or("It refuses a return that is less than an hour old.",
            "Accept returns that are up to an hour old, and synchronize this machine's clock."),

    accept("return-own-parameter", "a return with a parameter that is not Visiono's",
        Return(|maker| Some(maker.back().and("utm_source=mail"))))
        .or("It refuses a return to which a proxy or a mail program added a parameter.",
            "Ignore parameters that are not Visiono's; verify the values, not the text of the URL."),

    accept("return-escaped-letter", "a return in which one more letter is escaped",
        Return(|maker| maker.back().submission(|id| id.replacen('p', "%70", 1))))
        .or("It refuses a value with an escape that isn't needed.",
            "Verify the values after decoding them once."),

    // --- Hostile returns ----------------------------------------------------------------------

    refuse("return-forged", "a return that is signed with another secret",
        Return(|maker| Some(maker.forged())))
        .or("It accepts a return that anybody can sign.",
            "Verify the signature with the workflow secret, and stop at the start if that is unset."),

    refuse("return-tampered-signature", "a signature with one wrong digit",
        Return(|maker| maker.back().tampered()))
        .or("It accepts a signature that is wrong in its last digit.", SIGNATURE),

    refuse("return-tampered-value", "a submission changed after signing",
        Return(|maker| maker.back().submission(|id| format!("{id}0"))))
        .or("It accepts a value that was changed after it was signed.", SIGNATURE),

    refuse("return-upper-case", "a signature in upper-case hex",
        Return(|maker| maker.back().signature(str::to_uppercase)))
        .or("It accepts a form of the signature that Visiono never writes.", SIGNATURE),

    refuse("return-short-signature", "the first digits of the right signature",
        Return(|maker| maker.back().signature(|signature| signature.chars().take(8).collect())))
        .or("It accepts the start of a signature, which can be guessed.", SIGNATURE),

    refuse("return-latin-signature", "a signature of letters beyond ASCII",
        Return(|maker| maker.back().signature(|_| "%C3%A9".repeat(64))))
        .or("It accepts a signature that has no hex digits.", SIGNATURE),

    refuse("return-empty-signature", "an empty signature",
        Return(|maker| maker.back().signature(|_| String::new())))
        .or("It accepts an empty signature, which anybody can send.", SIGNATURE),

    refuse("return-no-signature", "a return without a signature",
        Return(|maker| maker.back().without_signature()))
        .or("It accepts a return without a signature, which anybody can send.", SIGNATURE),

    refuse("return-no-time", "a return without its time",
        Return(|maker| maker.back().without_time()))
        .or("It accepts a return with a missing value.", FIELDS),

    refuse("return-no-submission", "a return without its submission",
        Return(|maker| maker.back().without_submission()))
        .or("It accepts a return with a missing value.", FIELDS),

    refuse("return-expired", "a return from 70 minutes ago",
        Return(|maker| Some(maker.ago(70 * MINUTE))))
        .or("It accepts a return forever: anyone who finds one in a log or a history can use it again.",
            "Refuse a return that is more than an hour old."),

    refuse("return-future", "a return that is ten minutes ahead",
        Return(|maker| Some(maker.ahead(10 * MINUTE))))
        .or("It accepts a return from the future, which is valid for longer than an hour.",
            "Refuse a return whose time is more than a minute ahead."),

    refuse("return-milliseconds", "a signed time in milliseconds",
        Return(|maker| maker.back().signing(&maker.id, &format!("{}000", maker.now))))
        .or("It accepts a time in milliseconds, which is 50,000 years ahead.", FIELDS),

    refuse("return-leading-zero", "a signed time with a leading zero",
        Return(|maker| maker.back().signing(&maker.id, &format!("0{}", maker.now))))
        .or("It accepts a number in a form that Visiono never writes.", FIELDS),

    refuse("return-separator", "a signed value with |, from which another return can be made",
        Return(|maker| maker.back().signing("pls_1|X", &maker.now.to_string())))
        .or("It accepts a value with |, which can shift text between fields.", FIELDS),

    refuse("return-empty-value", "an empty submission, signed",
        Return(|maker| maker.back().signing("", &maker.now.to_string())))
        .or("It accepts an empty value.", FIELDS),

    refuse("return-decoded-twice", "a value that is right only if it is decoded twice",
        Return(|maker| maker.back().submission(|id| id.replacen('p', "%2570", 1))))
        .or("It decodes a value twice, so it verifies another value than others read.",
            "Verify values that were decoded once: don't decode your framework's values again."),

    refuse("return-malformed-escape", "a value with a malformed escape",
        Return(|maker| maker.back().submission(|id| format!("{id}%zz"))))
        .or("It accepts a value that decoders read in different ways.", SIGNATURE),

    refuse("return-not-utf8", "a value with bytes that are not UTF-8",
        Return(|maker| maker.back().submission(|id| format!("{id}%FF"))))
        .or("It accepts a value that decoders read in different ways.", SIGNATURE),

    // --- Parameters twice, and names that some decoder takes for Visiono's --------------------

    refuse("return-doubled-last", "the submission, and another one after it",
        Return(|maker| maker.back().doubled_last()))
        .or("It uses the first of two values; another component may use the last.", LOOK_ALIKE),

    refuse("return-doubled-first", "another submission, and the right one after it",
        Return(|maker| maker.back().doubled_first()))
        .or("It uses the last of two values; another component may use the first.", LOOK_ALIKE),

    refuse("return-look-alike-upper-case", "a second submission as SUB=",
        Return(|maker| maker.back().beside(str::to_uppercase)))
        .or("It accepts a second value that ASP.NET reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-space", "a second submission as %20sub=",
        Return(|maker| maker.back().beside(|name| format!("%20{name}"))))
        .or("It accepts a second value that PHP reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-plus", "a second submission as +sub=",
        Return(|maker| maker.back().beside(|name| format!("+{name}"))))
        .or("It accepts a second value that PHP reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-tab", "a second submission as sub%09=",
        Return(|maker| maker.back().beside(|name| format!("{name}%09"))))
        .or("It accepts a second value that trimming decoders read under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-nul", "a second submission as sub%00x=",
        Return(|maker| maker.back().beside(|name| format!("{name}%00x"))))
        .or("It accepts a second value that PHP reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-list", "a second submission as sub[]=",
        Return(|maker| maker.back().beside(|name| format!("{name}[]"))))
        .or("It accepts a second value that PHP and qs read under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-key", "a second submission as sub%5Bx%5D=",
        Return(|maker| maker.back().beside(|name| format!("{name}%5Bx%5D"))))
        .or("It accepts a second value that PHP and qs read under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-brackets", "a second submission as [sub]=",
        Return(|maker| maker.back().beside(|name| format!("[{name}]"))))
        .or("It accepts a second value that Rack and qs read under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-bracket-before", "a second submission as ]sub=",
        Return(|maker| maker.back().beside(|name| format!("]{name}"))))
        .or("It accepts a second value that Rack reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-bracket-after", "a second submission as sub]=",
        Return(|maker| maker.back().beside(|name| format!("{name}]"))))
        .or("It accepts a second value that Rack reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-dot", "a second submission as .sub=",
        Return(|maker| maker.back().beside(|name| format!(".{name}"))))
        .or("It accepts a second value that qs reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-semicolon", "a second submission behind a semicolon",
        Return(|maker| maker.back().beside(|name| format!("x=1;{name}"))))
        .or("It accepts a second value that decoders read if they split at ;.", LOOK_ALIKE),

    refuse("return-look-alike-underscore", "a second submission whose name has . for _",
        Return(|maker| maker.back().beside(|name| name.replacen('_', ".", 1))))
        .or("It accepts a second value that PHP reads under the same name.", LOOK_ALIKE),

    refuse("return-look-alike-instead", "the submission as %20sub= alone",
        Return(|maker| maker.back().renamed(|name| format!("%20{name}"))))
        .or("It accepts a name that only PHP reads as Visiono's.", LOOK_ALIKE),

    // --- Tickets and paths --------------------------------------------------------------------

    refuse("return-other-ticket", "the genuine return for another ticket, on the page of this one",
        Return(|maker| maker.for_other_ticket()))
        .or("It accepts the return of one ticket for another.", TICKET),

    refuse("return-climbing-path", "a path that goes to another ticket and climbs back",
        Return(|maker| maker.climbing()))
        .or("It accepts a path that a proxy reads as another one.", TICKET),

    answer("return-slash-after-path", "the return with a slash after its path",
        Return(|maker| Some(maker.back().at(|path| format!("{path}/"))))),

    answer("return-slash-before-path", "the return with two slashes before its path",
        Return(|maker| Some(maker.back().at(|path| format!("/{path}"))))),

    answer("return-unknown-path", "the return with an unknown path",
        Return(|maker| Some(maker.back().at(|path| format!("{path}/no-such-page"))))),

    answer("return-malformed-path", "the return with a malformed escape in its path",
        Return(|maker| Some(maker.back().at(|path| format!("{path}/%zz"))))),

    answer("return-malformed-segment", "the return with a segment that isn't UTF-8",
        Return(|maker| Some(maker.back().at(|path| path.replacen('/', "/%FF", 2))))),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_row_is_complete_and_has_a_unique_name() {
        let ids: BTreeSet<_> = CASES.iter().map(|case| case.id).collect();
        assert_eq!(ids.len(), CASES.len());
        for Case {
            id,
            sends,
            fault,
            fix,
            ..
        } in CASES
        {
            let kind = if ids.contains(id) {
                id.split('-').next()
            } else {
                None
            };
            assert!(matches!(kind, Some("webhook" | "return")), "{id}");
            assert!(
                !sends.is_empty() && fault.ends_with('.') && fix.ends_with('.'),
                "{id}"
            );
        }
    }
}
