//! Calls the exports of the C library like a C program: with texts of any bytes, null and dangling
//! pointers for empty texts, and buffers of any size.

use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::ptr::{NonNull, null, null_mut};

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, Error, ExpectLink, ExpectReturn, ExpectedValue, Field, Input,
    LinkFields, LinkUrl, RedirectTemplate, ReturnFields, TestEvent, Webhook, WebhookStyle,
    Workflow, check_now, check_seconds, field_number,
};
use visiono_workflow_c::codes::{
    visiono_code_is_refusal, visiono_code_name, visiono_error_code, visiono_error_free,
    visiono_error_message, visiono_error_new, visiono_error_parameter, visiono_error_position,
    visiono_error_seconds,
};
use visiono_workflow_c::error::ErrorHandle;
use visiono_workflow_c::fields::{
    Expected, LinkFields as CLinkFields, ReturnFields as CReturnFields,
};
use visiono_workflow_c::output::{Buffer, Signed};
use visiono_workflow_c::pairs::{Pair, visiono_query_of_pairs};
use visiono_workflow_c::php::{
    PhpHandle, visiono_php_call, visiono_php_free, visiono_php_new, visiono_php_secret,
};
use visiono_workflow_c::tables::Code;
use visiono_workflow_c::template::{
    TemplateHandle, visiono_redirect_template_check_extractable, visiono_redirect_template_expand,
    visiono_redirect_template_free, visiono_redirect_template_missing,
    visiono_redirect_template_new, visiono_redirect_template_placeholders,
};
use visiono_workflow_c::test_delivery::{
    TestEvent as CTestEvent, visiono_test_delivery_body, visiono_test_delivery_free,
    visiono_test_delivery_headers, visiono_webhook_test_delivery,
};
use visiono_workflow_c::text::Str;
use visiono_workflow_c::verified::{
    visiono_verified_link_free, visiono_verified_link_reference,
    visiono_verified_link_secret_index, visiono_verified_link_source,
    visiono_verified_link_timestamp, visiono_verified_link_unique_value,
    visiono_verified_return_free, visiono_verified_return_photo_count,
    visiono_verified_return_reference, visiono_verified_return_secret_index,
    visiono_verified_return_submission_id, visiono_verified_return_timestamp,
    visiono_verified_return_unique_value,
};
use visiono_workflow_c::webhook::{
    visiono_webhook_free, visiono_webhook_new, visiono_webhook_receive, visiono_webhook_sign,
    visiono_webhook_verify,
};
use visiono_workflow_c::workflow::{
    WorkflowHandle, visiono_workflow_free, visiono_workflow_new, visiono_workflow_sign_link,
    visiono_workflow_sign_return, visiono_workflow_sign_return_text, visiono_workflow_verify_link,
    visiono_workflow_verify_return,
};

use crate::input::{Chunks, SEPARATOR};
use crate::model::SECRETS;
use crate::{verify_link, verify_return};

/// The fields by their numbers in C, from 1.
const FIELDS: [Field; 6] = [
    Field::SubmissionId,
    Field::UniqueValue,
    Field::Source,
    Field::Reference,
    Field::PhotoCount,
    Field::Timestamp,
];
/// The fill byte of a buffer, to detect writes.
const UNTOUCHED: u8 = 0xaa;
/// The maximum number of operations of an input.
const OPERATIONS: usize = 12;

/// Calls the exports, as a script says.
///
/// Each must return the core's answer for the same texts. Invalid arguments are: an absent text
/// where one is required, an expectation without a value, an impossible pointer, and a buffer that
/// overlaps an input. The library must write nothing but its outputs. The sanitizer checks the
/// rest: each text and each buffer is memory of exactly its length.
///
/// The chunks: the script, and the texts that it chooses from.
///
/// # Panics
///
/// If one of these does not hold.
pub fn c_boundary(data: &[u8]) {
    let mut input = Chunks::of(data);
    let script = input.bytes();
    let texts = input.rest().split(|byte| *byte == SEPARATOR);
    let caller = Caller {
        script: Cell::new(script),
        texts: texts.map(Into::into).collect(),
        error: visiono_error_new(),
    };
    let (handle, core) = caller.workflow();
    let (redirect, template) = caller.template();
    for _ in 0..OPERATIONS {
        match caller.choose(13) {
            0 => break,
            1 => caller.sign_link(handle, &core),
            2 => caller.sign_return(handle, &core, redirect, &template),
            3 => caller.verify_link(handle, &core),
            4 => caller.verify_return(handle, &core, redirect, &template),
            5 => caller.query_of_pairs(&core),
            6 => caller.sign_return_text(handle, &core),
            7 => caller.expand(&core, redirect, &template),
            8 => caller.webhook_sign(),
            9 => caller.test_delivery(),
            10 => caller.php(&template),
            11 => caller.php_with_any_texts(),
            _ => caller.nulls(),
        }
    }
    // SAFETY: each was handed out above, and is not used afterwards.
    unsafe {
        visiono_redirect_template_free(redirect);
        visiono_workflow_free(handle);
        visiono_error_free(caller.error);
    }
}

/// The core's answer. `Err(None)` stands for an invalid argument.
pub(crate) type Wanted<T> = Result<T, Option<Error>>;

/// An input: a script that makes choices, and texts to choose from.
struct Caller<'a> {
    script: Cell<&'a [u8]>,
    texts: Vec<Box<[u8]>>,
    error: *mut ErrorHandle,
}

/// A text as C passes it, and its bytes, if it is valid.
#[derive(Clone, Copy)]
struct Text<'a> {
    raw: Str,
    bytes: Option<&'a [u8]>,
}

impl<'a> Text<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let raw = Str {
            data: bytes.as_ptr().cast(),
            len: bytes.len(),
        };
        Self {
            raw,
            bytes: Some(bytes),
        }
    }

    /// Returns the bytes, or `None` if the text is absent.
    fn given(self) -> Wanted<Option<&'a [u8]>> {
        if self.raw.data.is_null() && self.raw.len == 0 {
            return Ok(None);
        }
        self.bytes.ok_or(None).map(Some)
    }

    fn optional(self) -> Wanted<Option<&'a str>> {
        let text = self.given()?.map(str::from_utf8).transpose();
        text.map_err(|_| None)
    }

    fn text(self) -> Wanted<&'a str> {
        self.optional()?.ok_or(None)
    }
}

/// The arguments that a workflow or a webhook is made from.
struct Settings<'a> {
    texts: Vec<Text<'a>>,
    secrets: Vec<Str>,
    limits: [Option<i64>; 2],
}

impl<'a> Settings<'a> {
    fn limits(&self) -> [*const i64; 2] {
        self.limits.each_ref().map(|limit| match limit {
            Some(number) => &raw const *number,
            None => null(),
        })
    }

    fn secrets(&self) -> Wanted<Vec<Option<&'a [u8]>>> {
        self.texts.iter().map(|text| text.given()).collect()
    }

    /// Returns the limits. An absent one has its default.
    fn seconds(&self, defaults: [u64; 2]) -> Wanted<[u64; 2]> {
        let [max_age, leeway] = [0, 1].map(|place| match self.limits[place] {
            Some(number) => check_seconds(number.into()).map_err(Some),
            None => Ok(defaults[place]),
        });
        Ok([max_age?, leeway?])
    }
}

/// A list of expected values, as C passes it.
struct Expectation<'a> {
    entries: Vec<Expected>,
    texts: Vec<Text<'a>>,
    is_null: bool,
}

impl<'a> Expectation<'a> {
    fn list(&self) -> *const Expected {
        if self.is_null {
            return null();
        }
        self.entries.as_ptr()
    }

    /// Returns the entries, if each is valid in a list.
    fn read(&self) -> Wanted<Vec<(Field, &'a str)>> {
        if self.entries.is_empty() != self.is_null {
            return Err(None);
        }
        let mut read = Vec::new();
        for (entry, text) in self.entries.iter().zip(&self.texts) {
            let place = usize::try_from(entry.field)
                .ok()
                .and_then(|n| n.checked_sub(1));
            let field = *place.and_then(|place| FIELDS.get(place)).ok_or(None)?;
            if read.iter().any(|(other, _)| *other == field) {
                return Err(None);
            }
            read.push((field, text.text()?));
        }
        Ok(read)
    }

    fn of_link(&self) -> Wanted<ExpectLink<'a>> {
        let start = ExpectLink::new();
        self.read()?
            .into_iter()
            .try_fold(start, |expect, (field, text)| {
                let value = Some(ExpectedValue::Text(text));
                expect.field(field, value).map_err(|_| None)
            })
    }

    fn of_return(&self) -> Wanted<ExpectReturn<'a>> {
        let start = ExpectReturn::new();
        self.read()?
            .into_iter()
            .try_fold(start, |expect, (field, text)| {
                let value = Some(ExpectedValue::Text(text));
                expect.field(field, value).map_err(|_| None)
            })
    }
}

impl Caller<'_> {
    /// Returns the script's next choice of `count`, or 0 after its end.
    fn choose(&self, count: usize) -> usize {
        let script = self.script.get();
        let Some((first, rest)) = script.split_first() else {
            return 0;
        };
        self.script.set(rest);
        usize::from(*first) % count
    }

    fn bytes(&self) -> &[u8] {
        &self.texts[self.choose(self.texts.len())]
    }

    fn text(&self) -> Text<'_> {
        let (data, len, bytes) = match self.choose(16) {
            0 => (null(), 0, Some(&[][..])),
            1 => (null(), 1 + self.choose(8), None),
            2 => (
                NonNull::<c_char>::dangling().as_ptr().cast_const(),
                0,
                Some(&[][..]),
            ),
            3 => (self.bytes().as_ptr().cast(), usize::MAX, None),
            _ => return Text::of(self.bytes()),
        };
        Text {
            raw: Str { data, len },
            bytes,
        }
    }

    fn number(&self) -> i64 {
        match self.choose(8) {
            0 => -1,
            1 => i64::MIN,
            2 => i64::MAX,
            3 => 1_705_500_000,
            choice => {
                let text = str::from_utf8(self.bytes()).unwrap_or_default();
                text.parse().unwrap_or(choice as i64)
            }
        }
    }

    /// Returns an error object, or null.
    fn error(&self) -> *mut ErrorHandle {
        match self.choose(4) {
            0 => null_mut(),
            _ => self.error,
        }
    }

    /// Returns the secrets, and the limits of a message's age and earliness.
    fn settings(&self) -> Settings<'_> {
        let texts: Vec<_> = (0..self.choose(4)).map(|_| self.text()).collect();
        Settings {
            secrets: texts.iter().map(|text| text.raw).collect(),
            texts,
            limits: [(); 2].map(|()| (self.choose(2) == 1).then(|| self.number())),
        }
    }

    /// Returns a workflow of the input's secrets, or of the usual ones.
    fn workflow(&self) -> (*mut WorkflowHandle, Workflow) {
        let settings = self.settings();
        let [max_age, leeway] = settings.limits();
        let wanted = || {
            let secrets = settings.secrets()?;
            let [max_age, leeway] = settings.seconds([DEFAULT_MAX_AGE, DEFAULT_LEEWAY])?;
            let core = Workflow::from_texts(secrets).map_err(Some)?;
            Ok(core.max_age(max_age).leeway(leeway))
        };
        let (secrets, count) = (settings.secrets.as_ptr(), settings.secrets.len());
        let mut handle = null_mut();
        let place = &raw mut handle;
        let error = self.error();
        // SAFETY: every pointer is null where allowed, or to memory of this function.
        let code = unsafe { visiono_workflow_new(secrets, count, max_age, leeway, place, error) };
        if let Some(core) = check(code, error, wanted()) {
            return (handle, core);
        }
        assert!(handle.is_null());
        let secrets = SECRETS.map(|secret| Text::of(secret.as_bytes()).raw);
        let (secrets, count) = (secrets.as_ptr(), secrets.len());
        // SAFETY: as above.
        let code = unsafe {
            visiono_workflow_new(secrets, count, null(), null(), &raw mut handle, null_mut())
        };
        assert_eq!(code, Code::VisionoOk);
        (
            handle,
            Workflow::from_texts(SECRETS.map(Some)).expect("secrets"),
        )
    }

    /// Makes a webhook of the input's secrets, if they are valid, and signs a body with it.
    fn webhook_sign(&self) {
        let settings = self.settings();
        let [max_age, leeway] = settings.limits();
        let wanted = || {
            let secrets = settings.secrets()?;
            // Signing does not depend on the limits.
            settings.seconds([0, 0])?;
            Webhook::from_texts(secrets).map_err(Some)
        };
        let (secrets, count) = (settings.secrets.as_ptr(), settings.secrets.len());
        let mut handle = null_mut();
        let place = &raw mut handle;
        let error = self.error();
        // SAFETY: every pointer is null where allowed, or to memory of this function.
        let code =
            unsafe { visiono_webhook_new(secrets, count, max_age, leeway, true, place, error) };
        let Some(core) = check(code, error, wanted()) else {
            assert!(handle.is_null());
            return;
        };
        let body = self.text();
        let wanted = body.bytes.ok_or(None).map(|body| {
            let header = core.signature_header(body);
            assert_eq!(
                header.as_str(),
                format!("sha256={}", core.sign(body).as_str())
            );
            (header.as_str().to_owned(), ())
        });
        self.fill(&[body], 71, wanted, |buffer, error| {
            let Str { data, len } = body.raw;
            // SAFETY: the handle is live, and everything else belongs to this function or its
            // caller.
            let code =
                unsafe { visiono_webhook_sign(handle, data.cast(), len, &raw mut *buffer, error) };
            (code, (code == Code::VisionoOk).then_some(()))
        });
        // SAFETY: the handle was handed out above, and is not used afterwards.
        unsafe { visiono_webhook_free(handle) };
    }

    /// Returns a template of the input, or a plain one.
    fn template(&self) -> (*mut TemplateHandle, RedirectTemplate<'_>) {
        let plain = "https://a.example/done";
        let text = self.text();
        let wanted = || RedirectTemplate::parse(text.given()?.ok_or(None)?).map_err(Some);
        let mut handle = null_mut();
        let error = self.error();
        // SAFETY: the text and the place belong to this function.
        let code = unsafe { visiono_redirect_template_new(text.raw, &raw mut handle, error) };
        let template = check(code, error, wanted());
        let template = template.unwrap_or_else(|| {
            assert!(handle.is_null());
            let text = Text::of(plain.as_bytes()).raw;
            // SAFETY: as above.
            let code = unsafe { visiono_redirect_template_new(text, &raw mut handle, null_mut()) };
            assert_eq!(code, Code::VisionoOk);
            RedirectTemplate::parse(plain).expect("a template")
        });
        let mut missing = template.missing().iter().map(Field::long_name);
        let mut placeholders = template.placeholders().iter().map(Field::long_name);
        for index in 0..8 {
            // SAFETY: the handle is live.
            let name = unsafe { visiono_redirect_template_missing(handle, index) };
            assert_eq!(terminated(name), missing.next().unwrap_or_default());
            // SAFETY: as above.
            let name = unsafe { visiono_redirect_template_placeholders(handle, index) };
            assert_eq!(terminated(name), placeholders.next().unwrap_or_default());
        }
        let error = self.error();
        // SAFETY: the handle is live.
        let code = unsafe { visiono_redirect_template_check_extractable(handle, error) };
        check(code, error, template.check_extractable().map_err(Some));
        (handle, template)
    }

    fn sign_link(&self, handle: *const WorkflowHandle, core: &Workflow) {
        let [slug, link, unique_value, source, reference] = [(); 5].map(|()| self.text());
        let absent = Text {
            raw: Str {
                data: null(),
                len: 0,
            },
            bytes: Some(&[]),
        };
        // Usually one of the two.
        let (slug, link) = match self.choose(8) {
            0 => (slug, link),
            choice if choice % 2 == 0 => (slug, absent),
            _ => (absent, link),
        };
        let timestamp = self.number();
        let fields = CLinkFields {
            slug: slug.raw,
            link: link.raw,
            unique_value: unique_value.raw,
            source: source.raw,
            reference: reference.raw,
            timestamp,
        };
        let wanted = || {
            let fields = LinkFields {
                unique_value: unique_value.text()?,
                source: source.text()?,
                reference: reference.text()?,
                timestamp: field_number(timestamp.into()),
            };
            let (slug, link) = (slug.given()?, link.given()?);
            let url = LinkUrl::from_slug_or_url(slug, link).map_err(Some)?;
            let link = core.sign_link(&url, &fields).map_err(Some)?;
            Ok((link.to_string(), link.signature().as_str().to_owned()))
        };
        let inputs = [slug, link, unique_value, source, reference];
        self.sign(&inputs, wanted(), |signed, error| {
            // SAFETY: the handle is live, and everything else belongs to this function or its
            // caller.
            unsafe { visiono_workflow_sign_link(handle, &raw const fields, signed, error) }
        });
    }

    /// Returns the fields of a return, as C passes them, and their texts.
    fn return_fields(&self) -> (CReturnFields, [Text<'_>; 3]) {
        let texts = [(); 3].map(|()| self.text());
        let [photo_count, timestamp] = [(); 2].map(|()| self.number());
        let [submission_id, unique_value, reference] = texts.map(|text| text.raw);
        let fields = CReturnFields {
            submission_id,
            unique_value,
            reference,
            photo_count,
            timestamp,
        };
        (fields, texts)
    }

    fn sign_return(
        &self,
        handle: *const WorkflowHandle,
        core: &Workflow,
        redirect: *const TemplateHandle,
        template: &RedirectTemplate<'_>,
    ) {
        let (fields, inputs) = self.return_fields();
        let wanted = || {
            let fields = read_return(&fields, inputs)?;
            let done = core.sign_return(template, &fields).map_err(Some)?;
            Ok((done.to_string(), done.signature().as_str().to_owned()))
        };
        self.sign(&inputs, wanted(), |signed, error| {
            // SAFETY: the handles are live, and everything else belongs to this function or its
            // caller.
            unsafe {
                visiono_workflow_sign_return(handle, redirect, &raw const fields, signed, error)
            }
        });
    }

    fn sign_return_text(&self, handle: *const WorkflowHandle, core: &Workflow) {
        let template = self.text();
        let (fields, texts) = self.return_fields();
        let wanted = || {
            let text = template.given()?.ok_or(None)?;
            let fields = read_return(&fields, texts)?;
            let template = RedirectTemplate::parse(text).map_err(Some)?;
            let done = core.sign_return(&template, &fields).map_err(Some)?;
            Ok((done.to_string(), done.signature().as_str().to_owned()))
        };
        let inputs = [template, texts[0], texts[1], texts[2]];
        self.sign(&inputs, wanted(), |signed, error| {
            let (text, fields) = (template.raw, &raw const fields);
            // SAFETY: the handle is live, and everything else belongs to this function or its
            // caller.
            unsafe { visiono_workflow_sign_return_text(handle, text, fields, signed, error) }
        });
    }

    /// Expands a template with the signature of the fields, or with any text.
    fn expand(
        &self,
        core: &Workflow,
        redirect: *const TemplateHandle,
        template: &RedirectTemplate<'_>,
    ) {
        let (fields, texts) = self.return_fields();
        let signed = read_return(&fields, texts)
            .and_then(|fields| core.sign_return(template, &fields).map_err(Some));
        let signed = signed.map(|signed| signed.signature().as_str().to_owned());
        let signature = match (&signed, self.choose(4)) {
            (Ok(signature), 1..) => Text::of(signature.as_bytes()),
            _ => self.text(),
        };
        let wanted = || {
            let fields = read_return(&fields, texts)?;
            let done = template.expand(&fields, signature.text()?).map_err(Some)?;
            Ok((done.to_string(), ()))
        };
        let wanted = wanted();
        let needed = wanted.as_ref().map_or(200, |(url, ())| url.len());
        let inputs = [signature, texts[0], texts[1], texts[2]];
        self.fill(&inputs, needed, wanted, |buffer, error| {
            let (fields, url) = (&raw const fields, &raw mut *buffer);
            // SAFETY: the handle is live, and all else is this function's and its caller's.
            let code = unsafe {
                visiono_redirect_template_expand(redirect, fields, signature.raw, url, error)
            };
            (code, (code == Code::VisionoOk).then_some(()))
        });
    }

    /// Makes a test delivery, and compares it with the core's.
    fn test_delivery(&self) {
        let secret = Text::of(SECRETS[0].as_bytes()).raw;
        let core = Webhook::from_texts([Some(SECRETS[0])]).expect("a secret");
        let mut webhook = null_mut();
        let place = &raw mut webhook;
        // SAFETY: the secret and the place belong to this function, and the others may be null.
        let code = unsafe {
            visiono_webhook_new(
                &raw const secret,
                1,
                null(),
                null(),
                false,
                place,
                null_mut(),
            )
        };
        assert_eq!(code, Code::VisionoOk);
        let event = match self.choose(4) {
            0 => self.text(),
            _ => Text::of(b"submission.created"),
        };
        let texts = [(); 5].map(|()| self.text());
        let style = match self.choose(8) {
            0 => i32::MAX,
            choice => (choice % 3) as i32,
        };
        let without_timestamp = self.choose(2) == 1;
        let [id, submission_id, unique_value, source, reference] = texts.map(|text| text.raw);
        let fields = CTestEvent {
            id,
            submission_id,
            unique_value,
            source,
            reference,
            style,
            without_timestamp,
        };
        let fields = (self.choose(4) > 0).then_some(fields);
        let now = self.number();
        let wanted = || {
            let event = event.text()?;
            let default = TestEvent::default();
            let read = match fields {
                None => default,
                Some(_) => {
                    let [id, submission_id, unique_value, source, reference] = texts;
                    TestEvent {
                        id: id.optional()?.unwrap_or(default.id),
                        submission_id: submission_id.optional()?.unwrap_or(default.submission_id),
                        unique_value: unique_value.optional()?.unwrap_or(default.unique_value),
                        source: source.optional()?.unwrap_or(default.source),
                        reference: reference.optional()?.unwrap_or(default.reference),
                        style: match style {
                            0 => WebhookStyle::Guide,
                            1 => WebhookStyle::Developer,
                            _ => return Err(None),
                        },
                        timestamp: !without_timestamp,
                    }
                }
            };
            let now = check_now(now.into()).map_err(Some)?;
            core.test_delivery(event, &read, now).map_err(Some)
        };
        let mut delivery = null_mut();
        let place = &raw mut delivery;
        let error = self.error();
        let fields = fields.as_ref().map_or(null(), |fields| &raw const *fields);
        // SAFETY: the webhook is live, and everything else belongs to this function.
        let code =
            unsafe { visiono_webhook_test_delivery(webhook, event.raw, fields, now, place, error) };
        let wanted = check(code, error, wanted());
        assert_eq!(wanted.is_none(), delivery.is_null());
        let mut count = 7;
        // SAFETY: handed-out objects are live until they are freed; otherwise they are null, which
        // each function accepts.
        unsafe {
            let body = terminated(visiono_test_delivery_body(delivery));
            let headers = visiono_test_delivery_headers(delivery, &raw mut count);
            let headers: Vec<_> = match headers.is_null() {
                true => Vec::new(),
                false => std::slice::from_raw_parts(headers, count)
                    .iter()
                    .map(|pair| [terminated(pair.name), terminated_or_not(pair.value)])
                    .collect(),
            };
            let wanted_headers = wanted
                .iter()
                .flat_map(visiono_workflow::TestDelivery::headers);
            let wanted_headers =
                wanted_headers.map(|(name, value)| [name, value].map(str::to_owned));
            assert!(headers.iter().cloned().eq(wanted_headers));
            assert_eq!(count, headers.len());
            assert_eq!(body, wanted.as_ref().map_or("", |wanted| wanted.body()));
            visiono_test_delivery_free(delivery);
            visiono_webhook_free(webhook);
        }
    }

    /// Packs texts as PHP does, and compares the result with the core's.
    fn php(&self, template: &RedirectTemplate<'_>) {
        let object = php_object(false);
        let texts = [(); 4].map(|()| self.bytes());
        let now = self.number();
        let is_template = self.choose(2) == 1;
        let template = is_template.then_some(template);
        let template_text = template.map(|template| template.as_str().as_bytes());
        let [name, value, reference, input] = texts;
        let length = template_text.map_or_else(String::new, |text| text.len().to_string());
        let expected = serialized(&[(Some(b"reference"), Some(reference))]);
        let pairs = [(name, Some(value)), (b"ref", None)];
        let is_text = self.choose(2) == 0;
        let message = match is_text {
            true => [b"text\xff", input].concat(),
            false => {
                let texts = pairs.iter().flat_map(|(name, value)| [Some(*name), *value]);
                let texts: Vec<_> = texts.map(|text| (None, text)).collect();
                [b"pairs\xff", &*serialized(&texts)].concat()
            }
        };
        let template_text = template_text.unwrap_or_default();
        let sent = [
            b"verify_return\xff",
            length.as_bytes(),
            b"\xff",
            template_text,
            &*expected,
            &*message,
        ]
        .concat();
        let wanted = str::from_utf8(reference)
            .map_err(|_| None)
            .and_then(|text| {
                let now = check_now(now.into()).map_err(Some)?;
                let value = Some(ExpectedValue::Text(text));
                let expect = ExpectReturn::new().field(Field::Reference, value);
                let input = match is_text {
                    true => Input::from(input),
                    false => Input::from(&pairs[..]),
                };
                let core = Workflow::from_texts([Some(SECRETS[0])]).map_err(Some)?;
                let done = core.verify_return(input, template, now, &expect.map_err(Some)?);
                Ok(verify_return::values(&done.map_err(Some)?))
            });
        // SAFETY: the object is live, and the texts belong to this function.
        let result = unsafe { called(object, &sent, now) };
        match wanted {
            Ok(values) => {
                let values: Vec<_> = values.iter().map(String::as_bytes).collect();
                assert_eq!(result, values.join(&SEPARATOR));
            }
            Err(refused) => {
                let code = refused.map_or(301, |error: Error| error.code().as_u32());
                assert_eq!(code_of(&result), Some(code));
            }
        }
        free_php(object);
    }

    /// Calls every operation with texts and lengths that need not match. Each must return a result
    /// or a failure.
    fn php_with_any_texts(&self) {
        let length = match self.choose(4) {
            0 => String::new(),
            1 => self.number().to_string(),
            choice => (choice - 2).to_string(),
        };
        let now = self.number();
        let texts = match self.choose(2) {
            0 => self.bytes().to_vec(),
            _ => serialized(&[(None, Some(self.bytes())), (Some(self.bytes()), None)]),
        };
        let form: &[u8] = [&b""[..], b"text\xff", b"map\xff", b"pairs\xff"][self.choose(4)];
        for operation in PHP_OPERATIONS {
            let length = length.as_bytes();
            let operation = operation.as_bytes();
            let head = [operation, b"\xff", length, b"\xff"].concat();
            let sent = [&*head, form, &*texts, self.bytes()].concat();
            for object in [php_object(false), php_object(true), visiono_php_new()] {
                // SAFETY: the object is live, and the texts belong to this function.
                let result = unsafe { called(object, &sent, now) };
                if result.first() == Some(&MARK) {
                    assert!(code_of(&result).is_some_and(|code| code != 399));
                }
                free_php(object);
            }
        }
        // SAFETY: null is allowed.
        unsafe { assert!(visiono_php_call(null_mut(), null(), 0, now).is_null()) };
    }

    /// Returns a list of expected values, or null.
    fn expectation(&self) -> Expectation<'_> {
        let choice = self.choose(8);
        let count = match choice {
            0 | 6 => 0,
            7 => 1,
            count => count,
        };
        let mut texts = Vec::new();
        let mut entries = Vec::new();
        for place in 0..count {
            let field = match self.choose(8) {
                0 => i32::try_from(self.number()).unwrap_or(7),
                choice => ((place + choice) % FIELDS.len() + 1) as i32,
            };
            let text = self.text();
            entries.push(Expected {
                field,
                value: text.raw,
            });
            texts.push(text);
        }
        Expectation {
            is_null: choice == 0 || choice == 7,
            entries,
            texts,
        }
    }

    /// Signs into a kind of buffer, and checks the whole buffer afterwards.
    fn sign(
        &self,
        inputs: &[Text<'_>],
        wanted: Wanted<(String, String)>,
        call: impl Fn(*mut Signed, *mut ErrorHandle) -> Code,
    ) {
        let needed = wanted.as_ref().map_or(200, |(url, _)| url.len());
        let untouched = [UNTOUCHED as c_char; 65];
        self.fill(inputs, needed, wanted, |buffer, error| {
            let mut signed = Signed {
                url: *buffer,
                signature: untouched,
            };
            if buffer.data.cast() == &raw mut *buffer {
                signed.url.data = (&raw mut signed).cast();
            }
            let code = call(&raw mut signed, error);
            buffer.len = signed.url.len;
            let text = signed.signature.map(|byte| byte as u8);
            match code {
                Code::VisionoOk => {
                    let text = CStr::from_bytes_until_nul(&text).expect("a NUL");
                    (code, Some(text.to_str().expect("digits").to_owned()))
                }
                _ => {
                    assert_eq!(signed.signature, untouched);
                    (code, None)
                }
            }
        });
    }

    /// Calls an export that writes text, with a kind of buffer.
    fn fill<T: PartialEq + std::fmt::Debug>(
        &self,
        inputs: &[Text<'_>],
        needed: usize,
        wanted: Wanted<(String, T)>,
        call: impl Fn(&mut Buffer, *mut ErrorHandle) -> (Code, Option<T>),
    ) {
        let mut memory = match self.choose(8) {
            0 => Box::default(),
            1 => vec![UNTOUCHED; needed.saturating_sub(1 + self.choose(3))].into(),
            2 => vec![UNTOUCHED; needed].into(),
            _ => vec![UNTOUCHED; needed + self.choose(64)].into_boxed_slice(),
        };
        let mut buffer = Buffer {
            data: memory.as_mut_ptr().cast(),
            capacity: memory.len(),
            len: 7,
        };
        // These kinds are refused, so nothing is ever written there.
        let input = inputs
            .iter()
            .find_map(|text| text.bytes.filter(|bytes| !bytes.is_empty()));
        let mut refused = true;
        match (self.choose(16), input) {
            (0, _) => (buffer.data, buffer.capacity) = (null_mut(), 9),
            (1, Some(input)) => {
                let last = input.len() - 1;
                (buffer.data, buffer.capacity) = (input[last..].as_ptr().cast_mut().cast(), 1);
            }
            (2, _) => {
                buffer.data = (&raw mut buffer).cast();
                buffer.capacity = 1;
            }
            _ => refused = false,
        }
        let error = self.error();
        let (code, given) = call(&mut buffer, error);
        if refused {
            assert_eq!(code, Code::VisionoInvalidArgument);
            assert_eq!(buffer.len, 7);
            return;
        }
        let too_small = match &wanted {
            Ok((text, _)) => text.len() > memory.len(),
            Err(_) => false,
        };
        if too_small {
            assert_eq!(code, Code::VisionoBufferTooSmall);
            assert_eq!(buffer.len, needed);
            assert!(memory.iter().all(|byte| *byte == UNTOUCHED));
            return;
        }
        match check(code, error, wanted) {
            Some((text, rest)) => {
                assert_eq!(buffer.len, text.len());
                let (written, after) = memory.split_at(text.len());
                assert_eq!(written, text.as_bytes());
                assert!(after.iter().all(|byte| *byte == UNTOUCHED));
                assert_eq!(given, Some(rest));
            }
            None => {
                assert_eq!(buffer.len, 7);
                assert!(memory.iter().all(|byte| *byte == UNTOUCHED));
            }
        }
    }

    fn verify_link(&self, handle: *const WorkflowHandle, core: &Workflow) {
        let input = self.text();
        let expectation = self.expectation();
        let now = self.number();
        let wanted = || {
            let input = input.bytes.ok_or(None)?;
            let now = check_now(now.into()).map_err(Some)?;
            let expect = expectation.of_link()?;
            let link = core.verify_link(input, now, &expect).map_err(Some)?;
            Ok(verify_link::values(&link))
        };
        let mut verified = null_mut();
        let error = self.error();
        let (list, count) = (expectation.list(), expectation.entries.len());
        // SAFETY: the handle is live, and everything else belongs to this function.
        let code = unsafe {
            let place = &raw mut verified;
            visiono_workflow_verify_link(handle, input.raw, now, list, count, place, error)
        };
        let wanted = check(code, error, wanted());
        assert_eq!(wanted.is_none(), verified.is_null());
        // SAFETY: handed-out objects are live until they are freed; otherwise they are null, which
        // each function accepts.
        let given = unsafe {
            let texts = [
                visiono_verified_link_unique_value(verified),
                visiono_verified_link_source(verified),
                visiono_verified_link_reference(verified),
            ];
            let given = texts.map(terminated).to_vec();
            let timestamp = visiono_verified_link_timestamp(verified).to_string();
            let index = visiono_verified_link_secret_index(verified).to_string();
            visiono_verified_link_free(verified);
            [given, vec![timestamp, index]].concat()
        };
        let nothing = ["", "", "", "-1", "0"].map(str::to_owned);
        assert_eq!(given, wanted.unwrap_or(nothing.into()));
    }

    fn verify_return(
        &self,
        handle: *const WorkflowHandle,
        core: &Workflow,
        redirect: *const TemplateHandle,
        template: &RedirectTemplate<'_>,
    ) {
        let input = self.text();
        let (redirect, template) = match self.choose(2) {
            0 => (null(), None),
            _ => (redirect, Some(template)),
        };
        let expectation = self.expectation();
        let now = self.number();
        let wanted = || {
            let input = input.bytes.ok_or(None)?;
            let now = check_now(now.into()).map_err(Some)?;
            let expect = expectation.of_return()?;
            let done = core.verify_return(input, template, now, &expect);
            Ok(verify_return::values(&done.map_err(Some)?))
        };
        let mut verified = null_mut();
        let error = self.error();
        let (list, count) = (expectation.list(), expectation.entries.len());
        // SAFETY: the handles are live, and everything else belongs to this function.
        let code = unsafe {
            let (input, place) = (input.raw, &raw mut verified);
            visiono_workflow_verify_return(handle, input, redirect, now, list, count, place, error)
        };
        let wanted = check(code, error, wanted());
        assert_eq!(wanted.is_none(), verified.is_null());
        // SAFETY: handed-out objects are live until they are freed; otherwise they are null, which
        // each function accepts.
        let given = unsafe {
            let texts = [
                visiono_verified_return_submission_id(verified),
                visiono_verified_return_unique_value(verified),
                visiono_verified_return_reference(verified),
            ];
            let given = texts.map(terminated).to_vec();
            let count = visiono_verified_return_photo_count(verified).to_string();
            let timestamp = visiono_verified_return_timestamp(verified).to_string();
            let index = visiono_verified_return_secret_index(verified).to_string();
            visiono_verified_return_free(verified);
            [given, vec![count, timestamp, index]].concat()
        };
        let nothing = ["", "", "", "-1", "-1", "0"].map(str::to_owned);
        assert_eq!(given, wanted.unwrap_or(nothing.into()));
    }

    /// Checks that a query made of pairs is read as these pairs, by other decoders and by the core.
    fn query_of_pairs(&self, core: &Workflow) {
        let texts: Vec<_> = (0..self.choose(5))
            .map(|_| [self.text(), self.text()])
            .collect();
        let pairs: Vec<_> = texts
            .iter()
            .map(|[name, value]| Pair {
                name: name.raw,
                value: value.raw,
            })
            .collect();
        let wanted = || {
            let mut given = Vec::new();
            for [name, value] in &texts {
                let name = name.bytes.ok_or(None)?;
                if let Some(value) = value.given()? {
                    given.push([name, value]);
                }
            }
            let encode = |bytes: &[u8]| -> String {
                percent_encoding::percent_encode(bytes, percent_encoding::NON_ALPHANUMERIC)
                    .collect()
            };
            // The core drops a decoded mark at the start of a name, but no encoded one.
            let unmarked = |name: &[u8]| {
                let is_kept = |byte: &u8| !b"[].?# \t\n\x0b\x0c\r".contains(byte);
                let start = name.iter().position(is_kept).unwrap_or(name.len());
                let (dropped, rest) = name.split_at(start);
                let dropped = dropped.iter().map(|byte| match byte {
                    b'?' | b'#' => b']',
                    byte => *byte,
                });
                dropped.chain(rest.iter().copied()).collect::<Vec<_>>()
            };
            let query: String = given
                .iter()
                .map(|[name, value]| format!("{}={}&", encode(&unmarked(name)), encode(value)))
                .collect();
            let read = form_urlencoded::parse(query.as_bytes()).into_owned();
            let lossy = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            let pairs = given
                .iter()
                .map(|[name, value]| (lossy(&unmarked(name)), lossy(value)));
            assert!(read.eq(pairs));
            let pairs: Vec<_> = given
                .iter()
                .map(|[name, value]| (*name, Some(*value)))
                .collect();
            let answers = [Input::from(query.as_str()), Input::from(&*pairs)].map(|input| {
                let expect = ExpectReturn::new().reference("ticket-456");
                let done = core.verify_return(input, None, 1_705_500_100, &expect);
                done.map(|done| verify_return::values(&done))
                    .map_err(|error| error.to_string())
            });
            assert_eq!(answers[0], answers[1]);
            Ok((query, ()))
        };
        let wanted = wanted();
        let needed = wanted.as_ref().map_or(50, |(query, ())| query.len());
        // The texts of an absent pair are not read.
        let inputs: Vec<_> = texts
            .iter()
            .filter(|[_, value]| !matches!(value.given(), Ok(None)))
            .flatten()
            .copied()
            .collect();
        self.fill(&inputs, needed, wanted, |buffer, error| {
            // SAFETY: the list, its texts and the buffer belong to this function or its caller.
            let code = unsafe {
                visiono_query_of_pairs(pairs.as_ptr(), pairs.len(), &raw mut *buffer, error)
            };
            (code, (code == Code::VisionoOk).then_some(()))
        });
    }

    /// Checks that a null pointer instead of an object is an invalid argument, or has no effect.
    fn nulls(&self) {
        let (text, number) = (self.text().raw, self.number());
        let place = self.choose(64);
        let mut verified_link = null_mut();
        let mut verified_return = null_mut();
        let mut delivery = null_mut();
        let error = self.error;
        // SAFETY: each function accepts null; other objects are live.
        unsafe {
            let verified = (&raw mut verified_link, &raw mut verified_return);
            let codes = [
                visiono_workflow_new(null(), 0, null(), null(), null_mut(), error),
                visiono_workflow_new(null(), 1, null(), null(), null_mut(), error),
                visiono_redirect_template_new(text, null_mut(), error),
                visiono_redirect_template_check_extractable(null(), error),
                visiono_redirect_template_expand(null(), null(), text, null_mut(), error),
                visiono_workflow_sign_link(null(), null(), null_mut(), error),
                visiono_workflow_sign_return(null(), null(), null(), null_mut(), error),
                visiono_workflow_sign_return_text(null(), text, null(), null_mut(), error),
                visiono_workflow_verify_link(null(), text, number, null(), 0, verified.0, error),
                visiono_workflow_verify_return(
                    null(),
                    text,
                    null(),
                    number,
                    null(),
                    place,
                    verified.1,
                    error,
                ),
                visiono_query_of_pairs(null(), place, null_mut(), error),
                visiono_webhook_new(null(), 1, null(), null(), true, null_mut(), error),
                visiono_webhook_receive(
                    null(),
                    null(),
                    0,
                    null(),
                    0,
                    number,
                    &raw mut delivery,
                    error,
                ),
                visiono_webhook_verify(null(), null(), 0, text, null_mut(), error),
                visiono_webhook_sign(null(), null(), 0, null_mut(), error),
                visiono_webhook_test_delivery(null(), text, null(), number, null_mut(), error),
            ];
            for code in codes {
                assert_eq!(code, Code::VisionoInvalidArgument);
            }
            assert!(visiono_test_delivery_headers(null(), null_mut()).is_null());
            assert_eq!(
                terminated(visiono_redirect_template_placeholders(null(), place)),
                ""
            );
            assert_eq!(
                terminated(visiono_redirect_template_missing(null(), place)),
                ""
            );
            assert_eq!(visiono_error_code(null()), Code::VisionoOk);
            assert_eq!(terminated(visiono_error_message(null())), "");
            assert_eq!(terminated(visiono_error_parameter(null(), place)), "");
            visiono_workflow_free(null_mut());
            visiono_redirect_template_free(null_mut());
            visiono_test_delivery_free(null_mut());
            visiono_webhook_free(null_mut());
            visiono_error_free(null_mut());
        }
        let number = number.try_into().unwrap_or(place as i32);
        assert_eq!(
            visiono_code_is_refusal(number),
            (200..=206).contains(&number)
        );
        let name = visiono_code_name(number);
        // SAFETY: the text is static and ends with a NUL.
        let name = unsafe { CStr::from_ptr(name) };
        assert!(!name.to_str().expect("a name").is_empty());
    }
}

/// The byte that precedes a failure in PHP's protocol.
const MARK: u8 = 0xfe;

const PHP_OPERATIONS: [&str; 14] = [
    "workflow",
    "webhook",
    "sign_link",
    "verify_link",
    "sign_return",
    "verify_return",
    "template",
    "check_extractable",
    "expand",
    "receive",
    "verify",
    "sign",
    "test_delivery",
    "link_matches",
];

/// Creates a workflow or webhook for PHP, with the first of the usual secrets.
fn php_object(is_webhook: bool) -> *mut PhpHandle {
    let object = visiono_php_new();
    let operation: &[u8] = match is_webhook {
        true => b"webhook\xff\xff\xff\xff",
        false => b"workflow\xff\xff\xff",
    };
    // SAFETY: the object is live, and the texts belong to this function.
    let result = unsafe {
        visiono_php_secret(object, SECRETS[0].as_ptr().cast(), SECRETS[0].len());
        visiono_php_secret(object, null(), 0);
        called(object, operation, 0)
    };
    assert_eq!(result, b"");
    object
}

/// Frees PHP's object twice. The second time it is null.
fn free_php(mut object: *mut PhpHandle) {
    for _ in 0..2 {
        // SAFETY: the object is live or null, and is not used afterwards.
        unsafe { visiono_php_free(&raw mut object) };
        assert!(object.is_null());
    }
}

/// A key and a value.
type SerializedPair<'t> = (Option<&'t [u8]>, Option<&'t [u8]>);

/// Writes an array as PHP's `serialize` does. An absent key is the index.
fn serialized(array: &[SerializedPair<'_>]) -> Vec<u8> {
    let text = |text: &[u8]| [format!("s:{}:\"", text.len()).as_bytes(), text, b"\";"].concat();
    let mut serialized = format!("a:{}:{{", array.len()).into_bytes();
    for (index, (key, value)) in array.iter().enumerate() {
        serialized.extend(key.map_or_else(|| format!("i:{index};").into_bytes(), text));
        serialized.extend(value.map_or_else(|| b"N;".to_vec(), text));
    }
    serialized.push(b'}');
    serialized
}

/// Returns the result of a call.
///
/// # Safety
///
/// The object must be live.
unsafe fn called(object: *mut PhpHandle, texts: &[u8], time: i64) -> Vec<u8> {
    let (data, len) = (texts.as_ptr().cast(), texts.len());
    // SAFETY: as the caller promises.
    unsafe { kept(visiono_php_call(object, data, len, time)) }
}

/// Copies a result of PHP's protocol.
fn kept(text: *const c_char) -> Vec<u8> {
    // SAFETY: the text ends with a NUL, and its object has not been called since.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

/// Returns the number of a failure's code.
fn code_of(result: &[u8]) -> Option<u32> {
    let (mark, failure) = result.split_first()?;
    type Failure = (u32, String, Vec<String>, Option<u64>, Option<usize>);
    let (code, ..): Failure = serde_json::from_slice(failure).ok()?;
    (*mark == MARK && visiono_workflow::Code::from_u32(code).is_some()).then_some(code)
}

/// Returns the fields of a return that C passes, with these texts.
fn read_return<'t>(fields: &CReturnFields, texts: [Text<'t>; 3]) -> Wanted<ReturnFields<'t>> {
    let [submission_id, unique_value, reference] = texts;
    Ok(ReturnFields {
        submission_id: submission_id.text()?,
        unique_value: unique_value.text()?,
        reference: reference.text()?,
        photo_count: field_number(fields.photo_count.into()),
        timestamp: field_number(fields.timestamp.into()),
    })
}

/// Compares an export's result with the core's answer, and returns the answer if it is a success.
pub(crate) fn check<T>(code: Code, error: *const ErrorHandle, wanted: Wanted<T>) -> Option<T> {
    let refused = match wanted {
        Ok(good) => {
            assert_eq!(code, Code::VisionoOk);
            return Some(good);
        }
        Err(refused) => refused,
    };
    assert_eq!(
        code,
        refused.map_or(Code::VisionoInvalidArgument, |error| error.code().into())
    );
    if !error.is_null() {
        // SAFETY: the error object is live.
        unsafe { check_error(error, code, refused) };
    }
    None
}

/// Compares the detail of an error with the core's, if it is an error of the core.
///
/// # Safety
///
/// The error object must be live.
unsafe fn check_error(error: *const ErrorHandle, code: Code, wanted: Option<Error>) {
    // SAFETY: as the caller promises.
    unsafe {
        assert_eq!(visiono_error_code(error), code);
        let message = terminated(visiono_error_message(error));
        assert!(!message.is_empty());
        let Some(wanted) = wanted else { return };
        assert_eq!(message, wanted.to_string());
        let mut names = wanted.parameters();
        for index in 0..8 {
            let name = terminated(visiono_error_parameter(error, index));
            assert_eq!(name, names.next().unwrap_or_default());
        }
        let number = |number: Option<u64>| number.map_or(-1, |number| number as i64);
        assert_eq!(visiono_error_seconds(error), number(wanted.seconds()));
        let position = wanted.position().map(|position| position as u64);
        assert_eq!(visiono_error_position(error), number(position));
    }
}

/// Returns a text that the library handed out. It must be UTF-8 and followed by a NUL.
pub(crate) fn terminated(text: Str) -> String {
    // SAFETY: the text is readable for its length and the NUL, and its object is live.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len + 1) };
    let text = CStr::from_bytes_with_nul(bytes).expect("one NUL, at the end");
    text.to_str().expect("UTF-8").to_owned()
}

/// Returns a text that the library handed out, which may contain a NUL.
fn terminated_or_not(text: Str) -> String {
    // SAFETY: as above.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len + 1) };
    let text = bytes.strip_suffix(b"\0").expect("a NUL at the end");
    String::from_utf8(text.to_vec()).expect("UTF-8")
}
