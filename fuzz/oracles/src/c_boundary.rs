//! The exports of the C library, called as a C program may call them: with texts of any bytes,
//! null and dangling pointers where there is nothing to read, and buffers of any size.

use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::ptr::{NonNull, null, null_mut};

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, Error, ExpectLink, ExpectReturn, Field, LinkFields, LinkUrl,
    RedirectTemplate, ReturnFields, Webhook, WebhookSecret, Workflow, WorkflowSecret, field_number,
};
use visiono_workflow_c::boundary::{Buffer, Signed, Str};
use visiono_workflow_c::error::{
    Code, ErrorHandle, visiono_code_name, visiono_error_code, visiono_error_free,
    visiono_error_message, visiono_error_new, visiono_error_parameter, visiono_error_position,
    visiono_error_seconds,
};
use visiono_workflow_c::packed::{
    PackedHandle, visiono_packed_error, visiono_packed_free, visiono_packed_new,
    visiono_packed_sign_link, visiono_packed_sign_return, visiono_packed_verify_link,
    visiono_packed_verify_return,
};
use visiono_workflow_c::pairs::{Pair, visiono_query_of_pairs};
use visiono_workflow_c::template::{
    TemplateHandle, visiono_redirect_template_check_extractable, visiono_redirect_template_free,
    visiono_redirect_template_missing, visiono_redirect_template_new,
};
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
    ExpectLink as CExpectLink, ExpectReturn as CExpectReturn, LinkFields as CLinkFields,
    ReturnFields as CReturnFields, WorkflowHandle, visiono_workflow_free, visiono_workflow_new,
    visiono_workflow_sign_link, visiono_workflow_sign_return, visiono_workflow_verify_link,
    visiono_workflow_verify_return,
};

use crate::input::{Pieces, SEPARATOR};
use crate::model::SECRETS;
use crate::{verify_link, verify_return};

/// What stands before a packed text that needn't be given.
const GIVEN: u8 = 0xfe;
/// What a buffer holds where the library has written nothing.
const UNTOUCHED: u8 = 0xaa;
/// How many operations an input may have.
const OPERATIONS: usize = 12;

/// Calls the exports, as a script says.
///
/// Each answers what the core answers to the same texts; text that isn't UTF-8, a pointer that
/// can't be one and a buffer that an input lies in are invalid arguments; and what the library
/// was not asked to write is as it was. The sanitizer sees to the rest: each text and each
/// buffer is memory of exactly its length.
///
/// The pieces: the script, and the texts that it chooses from.
///
/// # Panics
///
/// If one of this doesn't hold.
pub fn c_boundary(data: &[u8]) {
    let mut input = Pieces::of(data);
    let script = input.bytes();
    let texts = input.rest().split(|byte| *byte == SEPARATOR);
    let caller = Caller {
        script: Cell::new(script),
        texts: texts.map(Into::into).collect(),
        error: visiono_error_new(),
    };
    let (handle, core) = caller.workflow();
    let (redirect, template) = caller.template();
    let mut packed = null_mut();
    // SAFETY: the handles are live, and the place is this function's.
    let code = unsafe { visiono_packed_new(handle, &raw mut packed, null_mut()) };
    assert_eq!(code, Code::VisionoOk);
    for _ in 0..OPERATIONS {
        match caller.choose(10) {
            0 => break,
            1 => caller.sign_link(handle, &core),
            2 => caller.sign_return(handle, &core, redirect, &template),
            3 => caller.verify_link(handle, &core),
            4 => caller.verify_return(handle, &core, redirect, &template),
            5 => caller.query_of_pairs(),
            6 => caller.packed_signing(packed, &core, redirect, &template),
            7 => caller.packed_verification(packed, &core, redirect, &template),
            8 => caller.webhook_sign(),
            _ => caller.nulls(),
        }
    }
    // SAFETY: each was handed out above, and nothing uses it from here on.
    unsafe {
        visiono_packed_free(packed);
        visiono_redirect_template_free(redirect);
        visiono_workflow_free(handle);
        visiono_error_free(caller.error);
    }
}

/// What the core answers; no error stands for an invalid argument.
pub(crate) type Wanted<T> = Result<T, Option<Error>>;

/// An input: a script that chooses, and texts to choose from.
struct Caller<'a> {
    script: Cell<&'a [u8]>,
    texts: Vec<Box<[u8]>>,
    error: *mut ErrorHandle,
}

/// A text as C passes it, and the bytes that it stands for, if it can.
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

    fn text(self) -> Wanted<&'a str> {
        std::str::from_utf8(self.bytes.ok_or(None)?).map_err(|_| None)
    }

    fn optional(self) -> Wanted<Option<&'a str>> {
        if self.raw.data.is_null() && self.raw.len == 0 {
            return Ok(None);
        }
        self.text().map(Some)
    }
}

/// What a workflow or a webhook is made from.
struct Settings<'a> {
    texts: Vec<Text<'a>>,
    secrets: Vec<Str>,
    limits: [Option<i64>; 2],
}

impl Settings<'_> {
    fn limits(&self) -> [*const i64; 2] {
        self.limits.each_ref().map(|limit| match limit {
            Some(number) => &raw const *number,
            None => null(),
        })
    }

    fn secrets<S>(&self, new: fn(&str) -> Result<S, Error>) -> Wanted<Vec<S>> {
        let texts = self.texts.iter();
        texts.map(|text| new(text.text()?).map_err(Some)).collect()
    }
}

fn seconds(number: Option<i64>, default: u64) -> Wanted<u64> {
    number.map_or(Ok(default), |number| {
        u64::try_from(number).map_err(|_| None)
    })
}

impl Caller<'_> {
    /// The next choice of the script: one of so many, and the first when it has ended.
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

    /// An error object, or none.
    fn error(&self) -> *mut ErrorHandle {
        match self.choose(4) {
            0 => null_mut(),
            _ => self.error,
        }
    }

    /// Secrets, and how old and how early a message may be.
    fn settings(&self) -> Settings<'_> {
        let texts: Vec<_> = (0..self.choose(4)).map(|_| self.text()).collect();
        Settings {
            secrets: texts.iter().map(|text| text.raw).collect(),
            texts,
            limits: [(); 2].map(|()| (self.choose(2) == 1).then(|| self.number())),
        }
    }

    /// A workflow of the input's secrets, or of the usual ones.
    fn workflow(&self) -> (*mut WorkflowHandle, Workflow<Vec<WorkflowSecret>>) {
        let settings = self.settings();
        let [max_age, leeway] = settings.limits();
        let wanted = || {
            let secrets = settings.secrets(WorkflowSecret::new)?;
            let max_age = seconds(settings.limits[0], DEFAULT_MAX_AGE)?;
            let leeway = seconds(settings.limits[1], DEFAULT_LEEWAY)?;
            let core = Workflow::new(secrets).map_err(Some)?;
            Ok(core.max_age(max_age).leeway(leeway))
        };
        let (secrets, count) = (settings.secrets.as_ptr(), settings.secrets.len());
        let mut handle = null_mut();
        let place = &raw mut handle;
        let error = self.error();
        // SAFETY: every pointer is null where it may be, or to memory of this function's.
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
        let secrets = SECRETS.map(|secret| WorkflowSecret::new(secret).expect("a secret"));
        (handle, Workflow::new(secrets.into()).expect("secrets"))
    }

    /// Makes a webhook of the input's secrets, if it can be one, and signs a body with it.
    fn webhook_sign(&self) {
        let settings = self.settings();
        let [max_age, leeway] = settings.limits();
        let wanted = || {
            let secrets = settings.secrets(WebhookSecret::new)?;
            // What is signed doesn't depend on them.
            seconds(settings.limits[0], 0)?;
            seconds(settings.limits[1], 0)?;
            Webhook::new(secrets).map_err(Some)
        };
        let (secrets, count) = (settings.secrets.as_ptr(), settings.secrets.len());
        let mut handle = null_mut();
        let place = &raw mut handle;
        let error = self.error();
        // SAFETY: every pointer is null where it may be, or to memory of this function's.
        let code =
            unsafe { visiono_webhook_new(secrets, count, max_age, leeway, true, place, error) };
        let Some(core) = check(code, error, wanted()) else {
            assert!(handle.is_null());
            return;
        };
        let body = self.text();
        let wanted = body.bytes.ok_or(None).map(|body| {
            let signature = core.sign(body).expect("a secret");
            (format!("sha256={}", signature.as_str()), ())
        });
        self.fill(&[body], 71, wanted, |buffer, error| {
            let Str { data, len } = body.raw;
            // SAFETY: the handle is live, and all else is this function's and its caller's.
            let code =
                unsafe { visiono_webhook_sign(handle, data.cast(), len, &raw mut *buffer, error) };
            (code, (code == Code::VisionoOk).then_some(()))
        });
        // SAFETY: it was handed out above, and nothing uses it from here on.
        unsafe { visiono_webhook_free(handle) };
    }

    /// A template of the input's, or a plain one.
    fn template(&self) -> (*mut TemplateHandle, RedirectTemplate<'_>) {
        let plain = "https://a.example/done";
        let text = self.text();
        let wanted = || RedirectTemplate::parse(text.text()?).map_err(Some);
        let mut handle = null_mut();
        let error = self.error();
        // SAFETY: the text and the place are this function's.
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
        for index in 0..8 {
            // SAFETY: the handle is live.
            let name = unsafe { visiono_redirect_template_missing(handle, index) };
            assert_eq!(terminated(name), missing.next().unwrap_or_default());
        }
        let error = self.error();
        // SAFETY: the handle is live.
        let code = unsafe { visiono_redirect_template_check_extractable(handle, error) };
        check(code, error, template.check_extractable().map_err(Some));
        (handle, template)
    }

    fn sign_link(&self, handle: *const WorkflowHandle, core: &Workflow<Vec<WorkflowSecret>>) {
        let [slug, url, unique_value, source, reference] = [(); 5].map(|()| self.text());
        let absent = Text {
            raw: Str {
                data: null(),
                len: 0,
            },
            bytes: None,
        };
        // Most often one of the two.
        let (slug, url) = match self.choose(8) {
            0 => (slug, url),
            choice if choice % 2 == 0 => (slug, absent),
            _ => (absent, url),
        };
        let timestamp = self.number();
        let fields = CLinkFields {
            slug: slug.raw,
            url: url.raw,
            unique_value: unique_value.raw,
            source: source.raw,
            reference: reference.raw,
            timestamp,
        };
        let wanted = || {
            let (slug, url) = (slug.optional()?, url.optional()?);
            let fields = LinkFields {
                unique_value: unique_value.text()?,
                source: source.text()?,
                reference: reference.text()?,
                timestamp: field_number(timestamp.into()),
            };
            let link = core
                .sign_link(&link_url(slug, url)?, &fields)
                .map_err(Some)?;
            Ok((link.to_string(), link.signature().as_str().to_owned()))
        };
        let inputs = [slug, url, unique_value, source, reference];
        self.sign(&inputs, wanted(), |signed, error| {
            // SAFETY: the handle is live, and all else is this function's and its caller's.
            unsafe { visiono_workflow_sign_link(handle, &raw const fields, signed, error) }
        });
    }

    fn sign_return(
        &self,
        handle: *const WorkflowHandle,
        core: &Workflow<Vec<WorkflowSecret>>,
        redirect: *const TemplateHandle,
        template: &RedirectTemplate<'_>,
    ) {
        let [submission_id, unique_value, reference] = [(); 3].map(|()| self.text());
        let [photo_count, timestamp] = [(); 2].map(|()| self.number());
        let fields = CReturnFields {
            submission_id: submission_id.raw,
            unique_value: unique_value.raw,
            reference: reference.raw,
            photo_count,
            timestamp,
        };
        let wanted = || {
            let fields = ReturnFields {
                submission_id: submission_id.text()?,
                unique_value: unique_value.text()?,
                reference: reference.text()?,
                photo_count: field_number(photo_count.into()),
                timestamp: field_number(timestamp.into()),
            };
            let done = core.sign_return(template, &fields).map_err(Some)?;
            Ok((done.to_string(), done.signature().as_str().to_owned()))
        };
        let inputs = [submission_id, unique_value, reference];
        self.sign(&inputs, wanted(), |signed, error| {
            // SAFETY: the handles are live, and all else is this function's and its caller's.
            unsafe {
                visiono_workflow_sign_return(handle, redirect, &raw const fields, signed, error)
            }
        });
    }

    /// Signs into a buffer of some kind, and looks at all of it afterwards.
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

    /// Calls an export that writes text, with a buffer of some kind.
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
        // The kinds that are refused, so that nothing is ever written there.
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

    fn verify_link(&self, handle: *const WorkflowHandle, core: &Workflow<Vec<WorkflowSecret>>) {
        let input = self.text();
        let texts = (self.choose(2) == 1).then(|| [(); 4].map(|()| self.text()));
        let expect = texts.map(|[unique_value, source, reference, timestamp]| CExpectLink {
            unique_value: unique_value.raw,
            source: source.raw,
            reference: reference.raw,
            timestamp: timestamp.raw,
        });
        let now = self.number();
        let wanted = || {
            let input = input.text()?;
            let texts = texts.iter().flatten().map(|text| text.optional());
            let expect = known_of_link(&texts.collect::<Wanted<Vec<_>>>()?)?;
            let now = now.try_into().map_err(|_| None)?;
            let link = core.verify_link(input, &expect, now).map_err(Some)?;
            Ok(verify_link::values(&link))
        };
        let mut verified = null_mut();
        let error = self.error();
        let expect = expect.as_ref().map_or(null(), |expect| &raw const *expect);
        // SAFETY: the handle is live, and all else is this function's.
        let code = unsafe {
            visiono_workflow_verify_link(handle, input.raw, expect, now, &raw mut verified, error)
        };
        let wanted = check(code, error, wanted());
        assert_eq!(wanted.is_none(), verified.is_null());
        // SAFETY: what was handed out is live until it is freed; else it is null, which each takes.
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
        core: &Workflow<Vec<WorkflowSecret>>,
        redirect: *const TemplateHandle,
        template: &RedirectTemplate<'_>,
    ) {
        let input = self.text();
        let (redirect, template) = match self.choose(2) {
            0 => (null(), None),
            _ => (redirect, Some(template)),
        };
        let texts = (self.choose(2) == 1).then(|| [(); 5].map(|()| self.text()));
        let expect = texts.map(
            |[
                submission_id,
                unique_value,
                reference,
                photo_count,
                timestamp,
            ]| {
                CExpectReturn {
                    submission_id: submission_id.raw,
                    unique_value: unique_value.raw,
                    reference: reference.raw,
                    photo_count: photo_count.raw,
                    timestamp: timestamp.raw,
                }
            },
        );
        let now = self.number();
        let wanted = || {
            let input = input.text()?;
            let texts = texts.iter().flatten().map(|text| text.optional());
            let expect = known_of_return(&texts.collect::<Wanted<Vec<_>>>()?)?;
            let now = now.try_into().map_err(|_| None)?;
            let done = core
                .verify_return(input, template, &expect, now)
                .map_err(Some)?;
            Ok(verify_return::values(&done))
        };
        let mut verified = null_mut();
        let error = self.error();
        let expect = expect.as_ref().map_or(null(), |expect| &raw const *expect);
        // SAFETY: the handles are live, and all else is this function's.
        let code = unsafe {
            let place = &raw mut verified;
            visiono_workflow_verify_return(handle, input.raw, redirect, expect, now, place, error)
        };
        let wanted = check(code, error, wanted());
        assert_eq!(wanted.is_none(), verified.is_null());
        // SAFETY: what was handed out is live until it is freed; else it is null, which each takes.
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

    /// A query of any pairs is read as these pairs.
    fn query_of_pairs(&self) {
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
        let inputs = texts.concat();
        let wanted = || {
            let bytes = inputs.iter().map(|text| text.bytes.ok_or(None));
            let bytes = bytes.collect::<Wanted<Vec<_>>>()?;
            let encode = |bytes: &[u8]| -> String {
                percent_encoding::percent_encode(bytes, percent_encoding::NON_ALPHANUMERIC)
                    .collect()
            };
            let query: String = bytes
                .chunks_exact(2)
                .map(|pair| format!("{}={}&", encode(pair[0]), encode(pair[1])))
                .collect();
            let read = form_urlencoded::parse(query.as_bytes());
            let lossy = |pair: &[&[u8]]| {
                let [name, value] =
                    [0, 1].map(|place| String::from_utf8_lossy(pair[place]).into_owned());
                (name, value)
            };
            assert!(read.into_owned().eq(bytes.chunks_exact(2).map(lossy)));
            Ok((query, ()))
        };
        let wanted = wanted();
        let needed = wanted.as_ref().map_or(50, |(query, ())| query.len());
        self.fill(&inputs, needed, wanted, |buffer, error| {
            // SAFETY: the list, its texts and the buffer are this function's and its caller's.
            let code = unsafe {
                visiono_query_of_pairs(pairs.as_ptr(), pairs.len(), &raw mut *buffer, error)
            };
            (code, (code == Code::VisionoOk).then_some(()))
        });
    }

    /// Texts for a packed call: what is sent, and what it says if there are so many texts.
    fn packed_texts<const N: usize, const M: usize>(&self) -> (Box<[u8]>, Wanted<Unpacked>) {
        let count = match self.choose(8) {
            0 => self.choose(9),
            _ => N + M,
        };
        let pieces: Vec<_> = (0..count)
            .map(|place| {
                let bytes = self.bytes();
                match (place < N, self.choose(8)) {
                    (true, 1..) | (false, 0) => bytes.to_vec(),
                    (true, 0) | (false, 5..) => [&[GIVEN], bytes].concat(),
                    (false, _) => Vec::new(),
                }
            })
            .collect();
        let sent = pieces.join(&SEPARATOR).into_boxed_slice();
        // No text at all is one that is empty.
        let pieces: Vec<_> = sent
            .split(|byte| *byte == SEPARATOR)
            .map(Vec::from)
            .collect();
        let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| None);
        let optional = |bytes: Vec<u8>| match bytes.split_first() {
            None => Ok(None),
            Some((&GIVEN, text)) => utf8(text.into()).map(Some),
            Some(_) => Err(None),
        };
        let wanted = || {
            let (needed, others) = pieces.split_at_checked(N).ok_or(None)?;
            if others.len() != M {
                return Err(None);
            }
            let needed = needed
                .iter()
                .cloned()
                .map(utf8)
                .collect::<Wanted<Vec<_>>>()?;
            let others = others
                .iter()
                .cloned()
                .map(optional)
                .collect::<Wanted<Vec<_>>>()?;
            Ok((needed, others))
        };
        let wanted = wanted();
        (sent, wanted)
    }

    fn packed_signing(
        &self,
        packed: *mut PackedHandle,
        core: &Workflow<Vec<WorkflowSecret>>,
        redirect: *const TemplateHandle,
        template: &RedirectTemplate<'_>,
    ) {
        let [photo_count, timestamp] = [(); 2].map(|()| self.number());
        if self.choose(2) == 0 {
            let (sent, texts) = self.packed_texts::<3, 2>();
            let wanted = || {
                let (needed, optional) = texts?;
                let fields = LinkFields {
                    unique_value: &needed[0],
                    source: &needed[1],
                    reference: &needed[2],
                    timestamp: field_number(timestamp.into()),
                };
                let url = link_url(optional[0].as_deref(), optional[1].as_deref())?;
                let link = core.sign_link(&url, &fields).map_err(Some)?;
                Ok(vec![link.signature().as_str().to_owned(), link.to_string()])
            };
            // SAFETY: the object is live, and the texts are this function's.
            check_packed(packed, wanted(), &sent, |texts, len| unsafe {
                visiono_packed_sign_link(packed, texts, len, timestamp)
            });
            return;
        }
        let (sent, texts) = self.packed_texts::<3, 0>();
        let wanted = || {
            let (needed, _) = texts?;
            let fields = ReturnFields {
                submission_id: &needed[0],
                unique_value: &needed[1],
                reference: &needed[2],
                photo_count: field_number(photo_count.into()),
                timestamp: field_number(timestamp.into()),
            };
            let done = core.sign_return(template, &fields).map_err(Some)?;
            Ok(vec![done.signature().as_str().to_owned(), done.to_string()])
        };
        // SAFETY: the object and the template are live, and the texts are this function's.
        check_packed(packed, wanted(), &sent, |texts, len| unsafe {
            visiono_packed_sign_return(packed, redirect, texts, len, photo_count, timestamp)
        });
    }

    fn packed_verification(
        &self,
        packed: *mut PackedHandle,
        core: &Workflow<Vec<WorkflowSecret>>,
        redirect: *const TemplateHandle,
        template: &RedirectTemplate<'_>,
    ) {
        let now = self.number();
        let time = || u64::try_from(now).map_err(|_| None);
        if self.choose(2) == 0 {
            let (sent, texts) = self.packed_texts::<1, 4>();
            let wanted = || {
                let (needed, optional) = texts?;
                let texts: Vec<_> = optional.iter().map(Option::as_deref).collect();
                let link = core.verify_link(&needed[0], &known_of_link(&texts)?, time()?);
                Ok(verify_link::values(&link.map_err(Some)?))
            };
            // SAFETY: the object is live, and the texts are this function's.
            check_packed(packed, wanted(), &sent, |texts, len| unsafe {
                visiono_packed_verify_link(packed, texts, len, now)
            });
            return;
        }
        let (sent, texts) = self.packed_texts::<1, 5>();
        let wanted = || {
            let (needed, optional) = texts?;
            let texts: Vec<_> = optional.iter().map(Option::as_deref).collect();
            let expect = known_of_return(&texts)?;
            let done = core.verify_return(&needed[0], Some(template), &expect, time()?);
            Ok(verify_return::values(&done.map_err(Some)?))
        };
        // SAFETY: the object and the template are live, and the texts are this function's.
        check_packed(packed, wanted(), &sent, |texts, len| unsafe {
            visiono_packed_verify_return(packed, redirect, texts, len, now)
        });
    }

    /// A null pointer where an object has to be is an invalid argument, or nothing.
    fn nulls(&self) {
        let (text, number) = (self.text().raw, self.number());
        let place = self.choose(64);
        let mut verified_link = null_mut();
        let mut verified_return = null_mut();
        let mut delivery = null_mut();
        let error = self.error;
        // SAFETY: null is a promise that each of these takes; what isn't null is live.
        unsafe {
            let codes = [
                visiono_workflow_new(null(), 0, null(), null(), null_mut(), error),
                visiono_workflow_new(null(), 1, null(), null(), null_mut(), error),
                visiono_redirect_template_new(text, null_mut(), error),
                visiono_redirect_template_check_extractable(null(), error),
                visiono_packed_new(null(), null_mut(), error),
                visiono_workflow_sign_link(null(), null(), null_mut(), error),
                visiono_workflow_sign_return(null(), null(), null(), null_mut(), error),
                visiono_workflow_verify_link(
                    null(),
                    text,
                    null(),
                    number,
                    &raw mut verified_link,
                    error,
                ),
                visiono_workflow_verify_return(
                    null(),
                    text,
                    null(),
                    null(),
                    number,
                    &raw mut verified_return,
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
            ];
            for code in codes {
                assert_eq!(code, Code::VisionoInvalidArgument);
            }
            assert!(visiono_packed_sign_link(null_mut(), null(), place, number).is_null());
            assert!(visiono_packed_error(null()).is_null());
            assert_eq!(
                terminated(visiono_redirect_template_missing(null(), place)),
                ""
            );
            assert_eq!(visiono_error_code(null()), Code::VisionoOk);
            assert_eq!(terminated(visiono_error_message(null())), "");
            assert_eq!(terminated(visiono_error_parameter(null(), place)), "");
            visiono_workflow_free(null_mut());
            visiono_redirect_template_free(null_mut());
            visiono_packed_free(null_mut());
            visiono_webhook_free(null_mut());
            visiono_error_free(null_mut());
        }
        let name = visiono_code_name(number.try_into().unwrap_or(place as i32));
        // SAFETY: the text is the library's for ever, and has a NUL.
        let name = unsafe { CStr::from_ptr(name) };
        assert!(!name.to_str().expect("a name").is_empty());
    }
}

/// The texts of a packed call.
type Unpacked = (Vec<String>, Vec<Option<String>>);

fn link_url<'t>(slug: Option<&'t str>, url: Option<&'t str>) -> Wanted<LinkUrl<'t>> {
    match (slug, url) {
        (Some(slug), None) => LinkUrl::from_slug(slug).map_err(Some),
        (None, Some(url)) => LinkUrl::parse(url).map_err(Some),
        _ => Err(None),
    }
}

fn known_of_link<'t>(texts: &[Option<&'t str>]) -> Wanted<ExpectLink<'t>> {
    let names = ["uv", "src", "ref", "ts"].into_iter().zip(texts);
    names
        .into_iter()
        .try_fold(ExpectLink::new(), |expect, (name, text)| match text {
            Some(text) => expect
                .field(Field::from_name(name).expect("a name"), text)
                .map_err(Some),
            None => Ok(expect),
        })
}

fn known_of_return<'t>(texts: &[Option<&'t str>]) -> Wanted<ExpectReturn<'t>> {
    let names = ["sub", "uv", "ref", "cnt", "ts"].into_iter().zip(texts);
    names
        .into_iter()
        .try_fold(ExpectReturn::new(), |expect, (name, text)| match text {
            Some(text) => expect
                .field(Field::from_name(name).expect("a name"), text)
                .map_err(Some),
            None => Ok(expect),
        })
}

/// Compares what an export answered with the core's answer, which it returns if it is good.
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

/// Compares the detail of an error with the core's, if it is one of the core's.
///
/// # Safety
///
/// The error object is live.
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

/// Runs a packed call, compares what comes back, and then passes it its own result.
fn check_packed(
    packed: *mut PackedHandle,
    wanted: Wanted<Vec<String>>,
    sent: &[u8],
    call: impl Fn(*const c_char, usize) -> *const c_char,
) {
    let result = call(sent.as_ptr().cast(), sent.len());
    // SAFETY: the object is live.
    let error = unsafe { visiono_packed_error(packed) };
    // SAFETY: what isn't null has a NUL, and the object keeps it until its next call.
    let text = (!result.is_null()).then(|| unsafe { CStr::from_ptr(result) }.to_bytes());
    let code = match text {
        Some(_) => Code::VisionoOk,
        // SAFETY: the error is the object's, which is live.
        None => unsafe { visiono_error_code(error) },
    };
    if let Some(texts) = check(code, error, wanted) {
        let texts: Vec<_> = texts.iter().map(String::as_bytes).collect();
        assert_eq!(text, Some(&*texts.join(&SEPARATOR)));
        assert!(call(result, texts[0].len()).is_null());
        // SAFETY: as above.
        unsafe { check_error(error, Code::VisionoInvalidArgument, None) };
    }
}

/// A text that came out: UTF-8, and a NUL after it.
pub(crate) fn terminated(text: Str) -> String {
    // SAFETY: what comes out is readable for its length and the NUL, and its object is live.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len + 1) };
    let text = CStr::from_bytes_with_nul(bytes).expect("one NUL, at the end");
    text.to_str().expect("UTF-8").to_owned()
}
