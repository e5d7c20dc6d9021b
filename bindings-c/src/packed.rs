//! The operations for languages whose foreign calls cost time for every argument and every object
//! that they make, such as PHP: all texts travel in one, and come back in one.
//!
//! ```text
//! texts ─ Reader ─▶ arguments ─▶ core ─ Packer ─▶ result, or failure
//! ```
//!
//! UTF-8 never has the bytes 0xFD, 0xFE and 0xFF, so they can separate and mark texts that have to
//! be UTF-8. A text that may be any bytes travels with its length.

use std::ffi::{CString, c_char};
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use visiono_workflow::{
    DeliveredLink, Error, ExpectLink, ExpectReturn, ExpectedValue, Field, FieldText, Fields, Input,
    LinkFields, LinkUrl, RedirectTemplate, ReturnFields, Signature, TestEvent, Webhook,
    WebhookHeaders, WebhookStyle, Workflow, check_now, check_seconds, field_number,
};

/// Separates two texts.
const SEPARATOR: u8 = 0xff;
/// Precedes a text that may be absent, and a failure.
const MARK: u8 = 0xfe;
/// Replaces a NUL in a result.
const NUL: u8 = 0xfd;
/// The number of bytes kept for results after a call; the memory of a larger result is freed.
const KEPT: usize = 1 << 16;

const NOT_UTF8: Error = Error::invalid_argument("an argument is not UTF-8: convert it");
const WRONG_LENGTH: Error =
    Error::invalid_argument("the lengths of the texts do not add up to what was passed");
const NULL_TEXT: Error =
    Error::invalid_argument("a text is a null pointer, but its length is not zero");
const NULL_PLACE: Error = Error::invalid_argument("the place for the object is null");
const OWN_RESULT: Error =
    Error::invalid_argument("a text lies in the result of the last call: copy it");
const OTHER_KIND: Error =
    Error::invalid_argument("a workflow is needed where a webhook was passed, or the reverse");
const NOT_A_NUMBER: Error = Error::invalid_argument("maxAge and leeway are numbers of seconds");
const UNKNOWN_EXPECTATION: Error =
    Error::invalid_argument("expect has a name that is not a field of this message");

/// A workflow or a webhook for languages in which every argument of a foreign call costs time,
/// with its own result. C programs have no use for it.
///
/// In the functions of this kind, a length or count of -1 says that the text or list is absent.
/// *Frames* are `count` lengths, `int64_t` each, and then the bytes of the texts. *Expected* is
/// one piece for each of `count` expectations, with the byte 0xFF between two of them: the
/// field's long name in camel case, and the byte 0xFE and the value unless the value is null.
///
/// A result is a text with a NUL after it, in which 0xFF separates the outputs, 0xFE precedes an
/// output that may be absent, and 0xFD stands for NUL. A failure is a result that starts with
/// 0xFE: the code's number, the seconds and the position or nothing, the message, and each
/// parameter's name. A result is the object's until its next call, and null if the object is.
pub struct PackedHandle {
    holder: Holder,
    result: Vec<u8>,
}

enum Holder {
    Workflow {
        workflow: Workflow,
        /// The last template, which is most often the next one too.
        template: Option<RedirectTemplate<'static>>,
    },
    Webhook(Webhook),
}

/// A name and a value of any bytes; no value stands for one that is not text.
type Pair<'t> = (&'t [u8], Option<&'t [u8]>);

/// Splits texts off the front of the others.
struct Reader<'t>(&'t [u8]);

impl<'t> Reader<'t> {
    /// Takes a text of a known length, which may be any bytes; `None` if it is absent.
    fn text(&mut self, len: i64) -> Result<Option<&'t [u8]>, Error> {
        let Ok(len) = usize::try_from(len) else {
            return Ok(None);
        };
        let (text, rest) = self.0.split_at_checked(len).ok_or(WRONG_LENGTH)?;
        self.0 = rest;
        Ok(Some(text))
    }

    /// Takes all that is left: `N` texts of UTF-8.
    fn fields<const N: usize>(self) -> Result<[&'t str; N], Error> {
        let mut pieces = self.0.split(|byte| *byte == SEPARATOR);
        let mut texts = [""; N];
        for text in &mut texts {
            *text = utf8(pieces.next().ok_or(NOT_UTF8)?)?;
        }
        match pieces.next() {
            None => Ok(texts),
            Some(_) => Err(NOT_UTF8),
        }
    }

    /// Takes all that is left: `count` texts, each of any bytes or absent.
    fn frames(mut self, count: usize) -> Result<Vec<Option<&'t [u8]>>, Error> {
        let size = count.checked_mul(size_of::<i64>()).ok_or(WRONG_LENGTH)?;
        let (lengths, texts) = self.0.split_at_checked(size).ok_or(WRONG_LENGTH)?;
        self.0 = texts;
        let (lengths, _) = lengths.as_chunks();
        let frames = lengths
            .iter()
            .map(|length| self.text(i64::from_ne_bytes(*length)))
            .collect::<Result<_, _>>()?;
        if self.0.is_empty() {
            Ok(frames)
        } else {
            Err(WRONG_LENGTH)
        }
    }

    /// Takes all that is left: frames of names and values in turn.
    fn pairs(self, count: usize) -> Result<Vec<Pair<'t>>, Error> {
        let frames = self.frames(count)?;
        let (pairs, rest) = frames.as_chunks();
        if !rest.is_empty() {
            return Err(WRONG_LENGTH);
        }
        pairs
            .iter()
            .map(|[name, value]| Ok((name.ok_or(WRONG_LENGTH)?, *value)))
            .collect()
    }
}

/// A message of a caller: text, or decoded pairs.
enum Message<'t> {
    Text(&'t [u8]),
    Pairs(Vec<Pair<'t>>),
}

impl<'t> Message<'t> {
    /// Reads all that is left: text, or the pairs that `count` frames are.
    fn read(reader: Reader<'t>, count: i64) -> Result<Self, Error> {
        usize::try_from(count).map_or(Ok(Self::Text(reader.0)), |count| {
            reader.pairs(count).map(Self::Pairs)
        })
    }

    fn input(&self) -> Input<'_> {
        match self {
            Self::Text(text) => Input::from(*text),
            Self::Pairs(pairs) => Input::from(pairs.as_slice()),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)
}

/// A name in camel case.
fn camel_case(name: &str) -> impl Iterator<Item = u8> {
    let mut after_underscore = false;
    name.bytes().filter_map(move |byte| {
        let starts = std::mem::replace(&mut after_underscore, byte == b'_');
        match byte {
            b'_' => None,
            _ if starts => Some(byte.to_ascii_uppercase()),
            _ => Some(byte),
        }
    })
}

/// Adds the expectations of a caller.
fn expect<'t, E>(
    bytes: &'t [u8],
    count: usize,
    empty: E,
    add: fn(E, Field, Option<ExpectedValue<'t>>) -> Result<E, Error>,
) -> Result<E, Error> {
    if count == 0 && bytes.is_empty() {
        return Ok(empty);
    }
    let mut pieces = bytes.split(|byte| *byte == SEPARATOR);
    if pieces.clone().count() != count {
        // A value that holds a separator would be another expectation.
        return Err(NOT_UTF8);
    }
    pieces.try_fold(empty, |expect, piece| {
        let mut parts = piece.splitn(2, |byte| *byte == MARK);
        let name = parts.next().unwrap_or_default();
        let field = Field::ALL
            .into_iter()
            .find(|field| camel_case(field.long_name()).eq(name.iter().copied()))
            .ok_or(UNKNOWN_EXPECTATION)?;
        let value = parts.next().map(utf8).transpose()?;
        add(expect, field, value.map(ExpectedValue::Text))
    })
}

/// Writes a result.
struct Packer<'r>(&'r mut Vec<u8>);

/// For URLs, fields and numbers, which have no NUL.
impl Write for Packer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl Packer<'_> {
    fn separator(&mut self) {
        self.0.push(SEPARATOR);
    }

    /// Writes a text or number, which may have a NUL.
    fn put(&mut self, value: impl fmt::Display) {
        let start = self.0.len();
        // The packer returns no error of its own.
        let _ = write!(self, "{value}");
        for byte in self.0.iter_mut().skip(start).filter(|byte| **byte == 0) {
            *byte = NUL;
        }
    }

    /// Writes a signature, before the URL that contains it.
    fn signature(&mut self, signature: &Signature) {
        self.0.extend_from_slice(signature.as_str().as_bytes());
    }

    /// Writes a text that may be absent.
    fn optional(&mut self, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.0.push(MARK);
            self.put(value);
        }
        self.separator();
    }

    /// Writes a field, without formatting where it is plain text.
    fn field(&mut self, value: &FieldText<'_>) {
        match value.as_plain() {
            Some(text) => self.0.extend_from_slice(text.as_bytes()),
            None => self.put(value),
        }
        self.separator();
    }

    fn number(&mut self, number: impl itoa::Integer) {
        let mut digits = itoa::Buffer::new();
        self.0.extend_from_slice(digits.format(number).as_bytes());
    }

    fn names(&mut self, fields: Fields) {
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            self.put(field.long_name());
        }
    }

    fn failure(&mut self, error: &Error) {
        self.0.clear();
        self.0.push(MARK);
        self.number(error.code().as_u32());
        self.separator();
        error.seconds().inspect(|seconds| self.put(seconds));
        self.separator();
        error.position().inspect(|position| self.put(position));
        self.separator();
        self.put(error);
        for name in error.parameters() {
            self.separator();
            self.put(name);
        }
    }
}

/// The bytes of a caller's text.
///
/// # Safety
///
/// Unless null, `data` can be read for `len` bytes, which nobody changes during the call.
unsafe fn bytes<'t>(data: *const c_char, len: usize) -> Result<&'t [u8], Error> {
    match (data.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(NULL_TEXT),
        (false, len) if len > isize::MAX as usize => Err(WRONG_LENGTH),
        // SAFETY: as the caller promises; the length was checked.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(data.cast(), len) }),
    }
}

/// Runs an operation, and keeps what it writes, or its failure, in the object.
///
/// # Safety
///
/// `packed` is null, or came from this file and no other thread uses it now; the texts can be read
/// for their lengths.
unsafe fn call<const N: usize>(
    packed: *mut PackedHandle,
    texts: [(*const c_char, usize); N],
    run: impl FnOnce(&mut Holder, [&[u8]; N], &mut Packer<'_>) -> Result<(), Error>,
) -> *const c_char {
    // SAFETY: as the caller promises.
    let Some(packed) = (unsafe { packed.as_mut() }) else {
        return ptr::null();
    };
    let PackedHandle { holder, result } = packed;
    let own = result.as_ptr().addr()..result.as_ptr().addr() + result.capacity();
    if texts
        .iter()
        .any(|(data, len)| *len > 0 && own.contains(&data.addr()))
    {
        Packer(result).failure(&OWN_RESULT);
    } else {
        result.clear();
        result.shrink_to(KEPT);
        let arguments = || -> Result<_, Error> {
            let mut slices = [&[][..]; N];
            for (slice, (data, len)) in slices.iter_mut().zip(texts) {
                // SAFETY: as the caller promises; none is in the result, which is changed.
                *slice = unsafe { bytes(data, len) }?;
            }
            Ok(slices)
        };
        finish(result, |out| run(holder, arguments()?, out));
    }
    result.push(0);
    result.as_ptr().cast()
}

/// Runs an operation, and writes its failure or panic in place of a result.
fn finish(result: &mut Vec<u8>, run: impl FnOnce(&mut Packer<'_>) -> Result<(), Error>) {
    // Only the result may be left half-written, and a failure clears it.
    let done = catch_unwind(AssertUnwindSafe(|| run(&mut Packer(result))));
    if let Err(error) = done.unwrap_or_else(|_| Err(Error::panic())) {
        Packer(result).failure(&error);
    }
}

/// Runs an operation that needs no object. Its result is the caller's.
fn detached(run: impl FnOnce(&mut Packer<'_>) -> Result<(), Error>) -> *mut c_char {
    let mut result = Vec::new();
    finish(&mut result, run);
    // A result has no NUL.
    CString::new(result).unwrap_or_default().into_raw()
}

/// Makes an object of secrets and limits: the frames are `max_age` and `leeway` in decimal digits,
/// and the secrets in order.
///
/// # Safety
///
/// As `visiono_packed_workflow_new`.
unsafe fn make(
    texts: *const c_char,
    len: usize,
    count: usize,
    packed: *mut *mut PackedHandle,
    new: impl FnOnce(Option<u64>, Option<u64>, &[Option<&[u8]>]) -> Result<Holder, Error>,
) -> *mut c_char {
    detached(|_| {
        if packed.is_null() {
            return Err(NULL_PLACE);
        }
        // SAFETY: as the caller promises.
        let frames = Reader(unsafe { bytes(texts, len) }?).frames(count)?;
        let [max_age, leeway, secrets @ ..] = frames.as_slice() else {
            return Err(WRONG_LENGTH);
        };
        let seconds = |digits: &Option<&[u8]>| {
            digits
                .map(|digits| {
                    let number = utf8(digits)?.parse::<i128>().map_err(|_| NOT_A_NUMBER)?;
                    check_seconds(number)
                })
                .transpose()
        };
        let max_age = seconds(max_age)?;
        let leeway = seconds(leeway)?;
        let object = PackedHandle {
            holder: new(max_age, leeway, secrets)?,
            result: Vec::new(),
        };
        // SAFETY: it is not null, and as the caller promises.
        unsafe { packed.write(Box::into_raw(Box::new(object))) };
        Ok(())
    })
}

fn workflow(holder: &Holder) -> Result<&Workflow, Error> {
    match holder {
        Holder::Workflow { workflow, .. } => Ok(workflow),
        Holder::Webhook(_) => Err(OTHER_KIND),
    }
}

/// The workflow, and the template of a text, which is read again only if it is another one.
fn workflow_and_template<'h>(
    holder: &'h mut Holder,
    text: &[u8],
) -> Result<(&'h Workflow, &'h RedirectTemplate<'static>), Error> {
    let Holder::Workflow { workflow, template } = holder else {
        return Err(OTHER_KIND);
    };
    let last = template.take();
    let parsed = match last.filter(|last| last.as_str().as_bytes() == text) {
        Some(last) => last,
        None => RedirectTemplate::parse(text)?.into_owned(),
    };
    Ok((workflow, template.insert(parsed)))
}

fn webhook(holder: &Holder) -> Result<&Webhook, Error> {
    match holder {
        Holder::Webhook(webhook) => Ok(webhook),
        Holder::Workflow { .. } => Err(OTHER_KIND),
    }
}

/// Makes a workflow. The frames are `max_age` and `leeway` in decimal digits, or absent, and the
/// secrets, of which all but the first may be absent.
///
/// Ownership: the texts are copied; `*packed` is the caller's, until `visiono_packed_free`, and so
/// is the text that is returned, until `visiono_packed_text_free`. Threads: any. Errors: a failure
/// with those of `visiono_workflow_new`; otherwise the text is empty.
///
/// # Safety
///
/// `texts` can be read for `len` bytes, and `packed` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_workflow_new(
    texts: *const c_char,
    len: usize,
    count: usize,
    packed: *mut *mut PackedHandle,
) -> *mut c_char {
    let new = |max_age, leeway, secrets: &[Option<&[u8]>]| {
        let mut workflow = Workflow::from_texts(secrets.iter().copied())?;
        if let Some(max_age) = max_age {
            workflow = workflow.max_age(max_age);
        }
        if let Some(leeway) = leeway {
            workflow = workflow.leeway(leeway);
        }
        Ok(Holder::Workflow {
            workflow,
            template: None,
        })
    };
    // SAFETY: as the caller promises.
    unsafe { make(texts, len, count, packed, new) }
}

/// Makes a webhook, as `visiono_packed_workflow_new` makes a workflow.
///
/// Ownership and threads: as there. Errors: a failure with those of `visiono_webhook_new`.
///
/// # Safety
///
/// As `visiono_packed_workflow_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_webhook_new(
    texts: *const c_char,
    len: usize,
    count: usize,
    require_timestamp: bool,
    packed: *mut *mut PackedHandle,
) -> *mut c_char {
    let new = |max_age, leeway, secrets: &[Option<&[u8]>]| {
        let mut webhook =
            Webhook::from_texts(secrets.iter().copied())?.require_timestamp(require_timestamp);
        if let Some(max_age) = max_age {
            webhook = webhook.max_age(max_age);
        }
        if let Some(leeway) = leeway {
            webhook = webhook.leeway(leeway);
        }
        Ok(Holder::Webhook(webhook))
    };
    // SAFETY: as the caller promises.
    unsafe { make(texts, len, count, packed, new) }
}

/// Frees an object, wipes its secrets, and sets the pointer to null, so that a later call finds
/// that there is none. Null is allowed, for both pointers.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `packed` is null or can be read and written, and what it points to is null or came from
/// `visiono_packed_workflow_new` or `visiono_packed_webhook_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_free(packed: *mut *mut PackedHandle) {
    // SAFETY: as the caller promises.
    let Some(place) = (unsafe { packed.as_mut() }) else {
        return;
    };
    let object = std::mem::replace(place, ptr::null_mut());
    if !object.is_null() {
        // SAFETY: as the caller promises; `make` boxed it, and nobody else has the pointer.
        let object = unsafe { Box::from_raw(object) };
        // A panic must not cross the boundary.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(object)));
    }
}

/// Frees a text that is the caller's. Null is allowed.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `text` is null, or came from one of these functions and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_text_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: as the caller promises.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// Packed `visiono_workflow_sign_link`.
///
/// In: slug, link; unique value, source and reference with 0xFF between. Out: the signature and,
/// right after its 64 digits, the URL.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_workflow_sign_link`.
///
/// # Safety
///
/// `packed` is null or came from `visiono_packed_workflow_new`, and `texts` can be read for `len`
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_sign_link(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    slug_len: i64,
    link_len: i64,
    timestamp: i64,
) -> *const c_char {
    let run = |holder: &mut Holder, [texts]: [&[u8]; 1], out: &mut Packer<'_>| {
        let mut reader = Reader(texts);
        let slug = reader.text(slug_len)?;
        let link = reader.text(link_len)?;
        let [unique_value, source, reference] = reader.fields()?;
        let fields = LinkFields {
            unique_value,
            source,
            reference,
            timestamp: field_number(timestamp.into()),
        };
        let link = LinkUrl::from_slug_or_url(slug, link)?;
        let link = workflow(holder)?.sign_link(&link, &fields)?;
        out.signature(link.signature());
        // The packer returns no error of its own.
        let _ = link.write_to(out);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, [(texts, len)], run) }
}

/// Packed `visiono_workflow_verify_link`.
///
/// In: expected; and the input as text, or as frames of names and values if `frame_count` is
/// given. Out: unique value, source, reference, timestamp, secret index.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_workflow_verify_link`.
///
/// # Safety
///
/// As `visiono_packed_sign_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_verify_link(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    expected_len: i64,
    expected_count: usize,
    frame_count: i64,
    now: i64,
) -> *const c_char {
    let run = |holder: &mut Holder, [texts]: [&[u8]; 1], out: &mut Packer<'_>| {
        let mut reader = Reader(texts);
        let expected = reader.text(expected_len)?.unwrap_or_default();
        let message = Message::read(reader, frame_count)?;
        let now = check_now(now.into())?;
        let expected = expect(
            expected,
            expected_count,
            ExpectLink::new(),
            ExpectLink::field,
        )?;
        let link = workflow(holder)?.verify_link(message.input(), now, &expected)?;
        for value in [link.unique_value(), link.source(), link.reference()] {
            out.field(&value);
        }
        out.number(link.timestamp());
        out.separator();
        out.number(link.secret_index());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, [(texts, len)], run) }
}

/// Packed `visiono_workflow_sign_return`.
///
/// In: template; submission ID, unique value and reference with 0xFF between. Out: the signature
/// and, right after its 64 digits, the URL.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_workflow_sign_return` and `visiono_redirect_template_new`.
///
/// # Safety
///
/// As `visiono_packed_sign_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_sign_return(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    template_len: i64,
    photo_count: i64,
    timestamp: i64,
) -> *const c_char {
    let run = |holder: &mut Holder, [texts]: [&[u8]; 1], out: &mut Packer<'_>| {
        let mut reader = Reader(texts);
        let template = reader.text(template_len)?.unwrap_or_default();
        let [submission_id, unique_value, reference] = reader.fields()?;
        let fields = ReturnFields {
            submission_id,
            unique_value,
            reference,
            photo_count: field_number(photo_count.into()),
            timestamp: field_number(timestamp.into()),
        };
        let (workflow, template) = workflow_and_template(holder, template)?;
        let signed = workflow.sign_return(template, &fields)?;
        out.signature(signed.signature());
        // The packer returns no error of its own.
        let _ = signed.write_to(out);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, [(texts, len)], run) }
}

/// Packed `visiono_workflow_verify_return`.
///
/// In: template, which may be absent; expected; and the input as text, or as frames of names and
/// values if `frame_count` is given. Out: submission ID, unique value, reference, photo count,
/// timestamp, secret index.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_workflow_verify_return` and `visiono_redirect_template_new`.
///
/// # Safety
///
/// As `visiono_packed_sign_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_verify_return(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    template_len: i64,
    expected_len: i64,
    expected_count: usize,
    frame_count: i64,
    now: i64,
) -> *const c_char {
    let run = |holder: &mut Holder, [texts]: [&[u8]; 1], out: &mut Packer<'_>| {
        let mut reader = Reader(texts);
        let template = reader.text(template_len)?;
        let expected = reader.text(expected_len)?.unwrap_or_default();
        let message = Message::read(reader, frame_count)?;
        let now = check_now(now.into())?;
        let empty = ExpectReturn::new();
        let expected = expect(expected, expected_count, empty, ExpectReturn::field)?;
        let (workflow, template) = match template {
            Some(text) => {
                let (workflow, template) = workflow_and_template(holder, text)?;
                (workflow, Some(template))
            }
            None => (workflow(holder)?, None),
        };
        let found = workflow.verify_return(message.input(), template, now, &expected)?;
        for value in [
            found.submission_id(),
            found.unique_value(),
            found.reference(),
        ] {
            out.field(&value);
        }
        out.number(found.photo_count());
        out.separator();
        out.number(found.timestamp());
        out.separator();
        out.number(found.secret_index());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, [(texts, len)], run) }
}

/// Reads a redirect template. Out: the long names of its placeholders, and those of the fields
/// that its returns do not carry to a server, each list with commas between.
///
/// Ownership: the text is the caller's, until `visiono_packed_text_free`. Threads: any. Errors: a
/// failure with those of `visiono_redirect_template_new`.
///
/// # Safety
///
/// `text` can be read for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_template(text: *const c_char, len: usize) -> *mut c_char {
    detached(|out| {
        // SAFETY: as the caller promises.
        let template = RedirectTemplate::parse(unsafe { bytes(text, len) }?)?;
        out.names(template.placeholders());
        out.separator();
        out.names(template.missing());
        Ok(())
    })
}

/// Packed `visiono_redirect_template_check_extractable`. Out: nothing.
///
/// Ownership: the text is the caller's, until `visiono_packed_text_free`. Threads: any. Errors: a
/// failure with those of `visiono_redirect_template_check_extractable`.
///
/// # Safety
///
/// `text` can be read for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_check_extractable(
    text: *const c_char,
    len: usize,
) -> *mut c_char {
    // SAFETY: as the caller promises.
    detached(|_| RedirectTemplate::parse(unsafe { bytes(text, len) }?)?.check_extractable())
}

/// Packed `visiono_redirect_template_expand`.
///
/// In: template; submission ID, unique value, reference and signature with 0xFF between. Out: the
/// URL.
///
/// Ownership: the text is the caller's, until `visiono_packed_text_free`. Threads: any. Errors: a
/// failure with those of `visiono_redirect_template_expand`.
///
/// # Safety
///
/// `texts` can be read for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_expand(
    texts: *const c_char,
    len: usize,
    template_len: i64,
    photo_count: i64,
    timestamp: i64,
) -> *mut c_char {
    detached(|out| {
        // SAFETY: as the caller promises.
        let mut reader = Reader(unsafe { bytes(texts, len) }?);
        let template = reader.text(template_len)?.unwrap_or_default();
        let [submission_id, unique_value, reference, signature] = reader.fields()?;
        let fields = ReturnFields {
            submission_id,
            unique_value,
            reference,
            photo_count: field_number(photo_count.into()),
            timestamp: field_number(timestamp.into()),
        };
        let template = RedirectTemplate::parse(template)?;
        // The packer returns no error of its own.
        let _ = template.expand(&fields, signature)?.write_to(out);
        Ok(())
    })
}

/// Reads headers, of which the frames are names and values.
fn headers_of(texts: &[u8], count: usize) -> Result<WebhookHeaders<'_>, Error> {
    let mut headers = WebhookHeaders::new();
    for (name, value) in Reader(texts).pairs(count)? {
        headers.add(name, value.unwrap_or_default());
    }
    Ok(headers)
}

/// Packed `visiono_webhook_receive`.
///
/// In: the body; and the headers as frames of names and values. Out: event, whether it is a test
/// (`1`), event time, deduplication key, secret index, delivery ID, tenant ID, and of the link
/// submission ID, unique value, source, reference. Those that may be absent are marked.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_webhook_receive`.
///
/// # Safety
///
/// `packed` is null or came from `visiono_packed_webhook_new`, and `body` and `headers` can be
/// read for their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_receive(
    packed: *mut PackedHandle,
    body: *const c_char,
    body_len: usize,
    headers: *const c_char,
    headers_len: usize,
    frame_count: usize,
    now: i64,
) -> *const c_char {
    let run = |holder: &mut Holder, [body, headers]: [&[u8]; 2], out: &mut Packer<'_>| {
        let headers = headers_of(headers, frame_count)?;
        let now = check_now(now.into())?;
        let delivery = webhook(holder)?.receive(body, &headers, now)?;
        out.put(delivery.event_name());
        out.separator();
        out.number(u8::from(delivery.is_test()));
        out.separator();
        out.optional(delivery.event_time());
        out.put(delivery.dedup_key());
        out.separator();
        out.number(delivery.secret_index());
        out.separator();
        out.optional(delivery.unauthenticated_delivery_id());
        out.optional(delivery.unauthenticated_tenant_id());
        let link = delivery.link();
        out.optional(link.and_then(|link| link.submission_id()));
        out.optional(link.map(|link| link.unique_value()));
        out.optional(link.map(|link| link.source()));
        out.optional(link.map(|link| link.reference()));
        Ok(())
    };
    let texts = [(body, body_len), (headers, headers_len)];
    // SAFETY: as the caller promises.
    unsafe { call(packed, texts, run) }
}

/// Packed `visiono_webhook_verify`.
///
/// In: the body; and the signature header, absent or as often as it came, as frames of names and
/// values. Out: secret index, deduplication key.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_webhook_verify`.
///
/// # Safety
///
/// As `visiono_packed_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_verify_webhook(
    packed: *mut PackedHandle,
    body: *const c_char,
    body_len: usize,
    headers: *const c_char,
    headers_len: usize,
    frame_count: usize,
) -> *const c_char {
    let run = |holder: &mut Holder, [body, headers]: [&[u8]; 2], out: &mut Packer<'_>| {
        let headers = headers_of(headers, frame_count)?;
        let verified = webhook(holder)?.verify_headers(body, &headers)?;
        out.number(verified.secret_index());
        out.separator();
        out.put(verified.dedup_key());
        Ok(())
    };
    let texts = [(body, body_len), (headers, headers_len)];
    // SAFETY: as the caller promises.
    unsafe { call(packed, texts, run) }
}

/// Packed `visiono_webhook_sign`. Out: the value of the header.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_webhook_sign`.
///
/// # Safety
///
/// As `visiono_packed_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_sign_webhook(
    packed: *mut PackedHandle,
    body: *const c_char,
    body_len: usize,
) -> *const c_char {
    let run = |holder: &mut Holder, [body]: [&[u8]; 1], out: &mut Packer<'_>| {
        out.put(webhook(holder)?.signature_header(body).as_str());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, [(body, body_len)], run) }
}

/// Packed `visiono_webhook_test_delivery`.
///
/// In: frames of event, ID, submission ID, unique value, source, reference and style; those that
/// are absent have their default. Out: the body, and each header's name and value.
///
/// Ownership: the result is the object's, until its next call. Threads: one at a time. Errors: a
/// failure with those of `visiono_webhook_test_delivery`.
///
/// # Safety
///
/// `packed` is null or came from `visiono_packed_webhook_new`, and `texts` can be read for `len`
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_test_delivery(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    timestamp: bool,
    now: i64,
) -> *const c_char {
    let run = |holder: &mut Holder, [texts]: [&[u8]; 1], out: &mut Packer<'_>| {
        let frames = Reader(texts).frames(7)?;
        let mut texts = frames.into_iter().map(|text| text.map(utf8).transpose());
        let mut next = || texts.next().unwrap_or(Ok(None));
        let event = next()?.unwrap_or_default();
        let default = TestEvent::default();
        let test = TestEvent {
            id: next()?.unwrap_or(default.id),
            submission_id: next()?.unwrap_or(default.submission_id),
            unique_value: next()?.unwrap_or(default.unique_value),
            source: next()?.unwrap_or(default.source),
            reference: next()?.unwrap_or(default.reference),
            style: match next()? {
                Some(name) => WebhookStyle::from_name(name)?,
                None => default.style,
            },
            timestamp,
        };
        let now = check_now(now.into())?;
        let delivery = webhook(holder)?.test_delivery(event, &test, now)?;
        out.put(delivery.body());
        for (name, value) in delivery.headers() {
            out.separator();
            out.put(name);
            out.separator();
            out.put(value);
        }
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, [(texts, len)], run) }
}

/// Compares a delivered link with a verified return, as `visiono_delivery_matches` does, for a
/// language that has taken both apart.
///
/// In: the link's unique value, source and reference, the return's submission ID, unique value
/// and reference, and the link's submission ID if it has one, with 0xFF between.
///
/// Threads: any. Errors: none; false if the texts are not as many, or not UTF-8.
///
/// # Safety
///
/// `texts` can be read for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_link_matches(texts: *const c_char, len: usize) -> bool {
    // SAFETY: as the caller promises.
    let texts = unsafe { bytes(texts, len) };
    let run = || {
        let texts = texts.ok()?;
        let (link, link_id) = match Reader(texts).fields::<7>() {
            Ok([link @ .., id]) => (link, Some(id)),
            Err(_) => (Reader(texts).fields::<6>().ok()?, None),
        };
        let [unique_value, source, reference, sub, uv, back] = link;
        let link = DeliveredLink::from_texts(link_id, unique_value, source, reference);
        Some(link.matches_texts(sub, uv, back))
    };
    catch_unwind(run).ok().flatten().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn frames_of(texts: &[Option<&[u8]>]) -> Vec<u8> {
        let lengths = texts.iter().flat_map(|text| {
            let length = text.map_or(-1, |text| text.len() as i64);
            length.to_ne_bytes()
        });
        let bytes = texts.iter().flatten().copied().flatten().copied();
        lengths.chain(bytes).collect()
    }

    /// A text of the caller's, which is freed.
    fn taken(text: *mut c_char) -> Vec<u8> {
        // SAFETY: it came from `detached`.
        let copy = unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
        // SAFETY: as above, and it is not used again.
        unsafe { visiono_packed_text_free(text) };
        copy
    }

    /// A result of an object's.
    fn kept(text: *const c_char) -> Vec<u8> {
        // SAFETY: it came from `call`, and the object has not been called since.
        unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
    }

    fn code_of(failure: &[u8]) -> u32 {
        let (mark, failure) = failure.split_first().expect("a failure");
        assert_eq!(*mark, MARK);
        let mut parts = failure.split(|byte| *byte == SEPARATOR);
        let number = parts.next().expect("a number");
        assert!(parts.count() >= 3);
        utf8(number).expect("text").parse().expect("a number")
    }

    struct Object(*mut PackedHandle);

    impl Object {
        fn workflow() -> Self {
            let mut packed = ptr::null_mut();
            let texts = frames_of(&[None, None, Some(SECRET)]);
            // SAFETY: the texts and the place are this test's.
            let text = unsafe {
                visiono_packed_workflow_new(texts.as_ptr().cast(), texts.len(), 3, &raw mut packed)
            };
            assert_eq!(taken(text), b"");
            Self(packed)
        }

        fn webhook() -> Self {
            let mut packed = ptr::null_mut();
            let texts = frames_of(&[Some(b"60"), Some(b"0"), Some(SECRET), None, Some(SECRET)]);
            // SAFETY: the texts and the place are this test's.
            let text = unsafe {
                visiono_packed_webhook_new(
                    texts.as_ptr().cast(),
                    texts.len(),
                    5,
                    false,
                    &raw mut packed,
                )
            };
            assert_eq!(taken(text), b"");
            Self(packed)
        }

        fn sign_link(&self, texts: &[u8], slug_len: i64, link_len: i64) -> Vec<u8> {
            // SAFETY: the object and the texts are this test's.
            kept(unsafe {
                let texts = (texts.as_ptr().cast(), texts.len());
                visiono_packed_sign_link(self.0, texts.0, texts.1, slug_len, link_len, 1705500000)
            })
        }

        fn verify_return(&self, texts: &[u8], lengths: [i64; 2], count: usize, frames: i64) -> u32 {
            // SAFETY: the object and the texts are this test's.
            code_of(&kept(unsafe {
                visiono_packed_verify_return(
                    self.0,
                    texts.as_ptr().cast(),
                    texts.len(),
                    lengths[0],
                    lengths[1],
                    count,
                    frames,
                    1705500000,
                )
            }))
        }
    }

    impl Drop for Object {
        fn drop(&mut self) {
            for _ in 0..2 {
                // SAFETY: the object is this test's; freed twice, it is null.
                unsafe { visiono_packed_free(&raw mut self.0) };
                assert!(self.0.is_null());
            }
        }
    }

    #[test]
    fn a_panic_is_a_failure() {
        let failure = taken(detached(|out| {
            out.put("half");
            panic!("on purpose")
        }));
        assert_eq!(code_of(&failure), 399);
    }

    #[test]
    fn a_null_object_answers_null() {
        let (null, text) = (ptr::null_mut(), c"".as_ptr());
        // SAFETY: null is allowed.
        unsafe {
            assert!(visiono_packed_sign_link(null, text, 0, -1, -1, 0).is_null());
            assert!(visiono_packed_verify_link(null, text, 0, 0, 0, -1, 0).is_null());
            assert!(visiono_packed_sign_return(null, text, 0, 0, 0, 0).is_null());
            assert!(visiono_packed_verify_return(null, text, 0, -1, 0, 0, -1, 0).is_null());
            assert!(visiono_packed_receive(null, text, 0, text, 0, 0, 0).is_null());
            assert!(visiono_packed_verify_webhook(null, text, 0, text, 0, 0).is_null());
            assert!(visiono_packed_sign_webhook(null, text, 0).is_null());
            assert!(visiono_packed_test_delivery(null, text, 0, true, 0).is_null());
            visiono_packed_free(ptr::null_mut());
            visiono_packed_text_free(ptr::null_mut());
            let place = ptr::null_mut();
            assert_eq!(
                code_of(&taken(visiono_packed_workflow_new(text, 0, 0, place))),
                301
            );
            let text = ptr::null();
            assert_eq!(code_of(&taken(visiono_packed_template(text, 1))), 301);
            assert!(!visiono_packed_link_matches(text, 1));
        }
        let object = Object::workflow();
        // SAFETY: a null text with a length is refused.
        let failure = unsafe { visiono_packed_sign_link(object.0, ptr::null(), 1, -1, -1, 0) };
        assert_eq!(code_of(&kept(failure)), 301);
    }

    #[test]
    fn an_object_of_the_other_kind_is_refused() {
        let (workflow, webhook) = (Object::workflow(), Object::webhook());
        assert_eq!(code_of(&webhook.sign_link(b"slugA\xffb\xffc", 4, -1)), 301);
        // SAFETY: the object is this test's.
        let failure = unsafe { visiono_packed_sign_webhook(workflow.0, c"".as_ptr(), 0) };
        assert_eq!(code_of(&kept(failure)), 301);
        // SAFETY: as above.
        let header = unsafe { visiono_packed_sign_webhook(webhook.0, c"".as_ptr(), 0) };
        assert!(kept(header).starts_with(b"sha256="));
    }

    #[test]
    fn lengths_have_to_add_up() {
        let good = frames_of(&[Some(b"a"), None, Some(b"\xff\xfe")]);
        let frames = |bytes, count| Reader(bytes).frames(count);
        assert_eq!(
            frames(&good, 3).unwrap(),
            [Some(&b"a"[..]), None, Some(b"\xff\xfe")]
        );
        assert!(frames(&[], 0).unwrap().is_empty());
        let more = [&good[..], b"a"].concat();
        for (bytes, count) in [
            (&more[..], 3),
            (&good[..good.len() - 1], 3),
            (&good, 2),
            (&good, 4),
            (&good, usize::MAX),
            (&good, usize::MAX / 8 + 1),
            (b"a", 0),
            (&frames_of(&[None])[..7], 1),
            (&i64::MAX.to_ne_bytes(), 1),
        ] {
            assert!(frames(bytes, count).is_err());
        }
        assert!(Reader(&good).pairs(3).is_err(), "a name without a value");
        let nameless = frames_of(&[None, Some(b"a")]);
        assert!(Reader(&nameless).pairs(2).is_err());

        let object = Object::workflow();
        let signed = object.sign_link(b"slugA\xffb\xffc", 4, -1);
        assert!(signed[64..].starts_with(b"https://visiono.io/s/slug?uv=A&src=b&ref=c&"));
        for (slug_len, link_len) in [(-1, -1), (4, 0), (i64::MAX, -1), (4, i64::MAX), (12, -1)] {
            assert_eq!(
                code_of(&object.sign_link(b"slugA\xffb\xffc", slug_len, link_len)),
                301
            );
        }
        for texts in [
            &b"slugA\xffb"[..],
            b"slugA\xffb\xffc\xff",
            b"slugA\xffb\xff\xfe",
            b"slug",
        ] {
            assert_eq!(code_of(&object.sign_link(texts, 4, -1)), 301);
        }
        assert_eq!(object.verify_return(b"", [1, 0], 0, -1), 301);
        assert_eq!(object.verify_return(b"", [-1, 1], 0, -1), 301);
        assert_eq!(object.verify_return(b"", [-1, 0], 0, 1), 301);
        assert_eq!(object.verify_return(b"", [-1, 0], 0, 0), 200);
        assert_eq!(object.verify_return(b"", [0, 0], 0, 0), 103);
    }

    #[test]
    fn an_expectation_is_one_piece() {
        let object = Object::workflow();
        let verify = |pieces: &[u8], count| {
            object.verify_return(pieces, [-1, pieces.len() as i64], count, -1)
        };
        assert_eq!(verify(b"reference\xfea", 1), 200);
        assert_eq!(verify(b"reference\xfea\xffuniqueValue\xfeb", 2), 200);
        for (pieces, count) in [
            // A value that holds another piece.
            (&b"reference\xfea\xffuniqueValue\xfeb"[..], 1),
            (b"reference\xfea", 2),
            (b"reference\xfea", 0),
            (b"", 1),
            (b"reference", 1),
            (b"reference\xfea\xfeb", 1),
            (b"reference\xfe\xfd", 1),
            (b"unique_value\xfea", 1),
            (b"source\xfea", 1),
            (b"signature\xfea", 1),
            (b"Reference\xfea", 1),
        ] {
            assert_eq!(verify(pieces, count), 301, "{pieces:?}");
        }
        assert_eq!(verify(b"reference\xfe", 1), 101);
        let names = Field::ALL.map(|field| camel_case(field.long_name()).collect::<Vec<_>>());
        let names = names.map(|name| String::from_utf8(name).unwrap());
        assert_eq!(
            names,
            [
                "submissionId",
                "uniqueValue",
                "source",
                "reference",
                "photoCount",
                "timestamp",
                "signature"
            ]
        );
    }

    #[test]
    fn a_text_in_the_own_result_is_refused() {
        let object = Object::workflow();
        // SAFETY: the object is this test's; the texts lie in its result.
        let failure = unsafe {
            let texts = c"aA\xffb\xffc";
            let result = visiono_packed_sign_link(object.0, texts.as_ptr(), 6, 1, -1, 1);
            visiono_packed_verify_link(object.0, result, 64, 0, 0, -1, 1)
        };
        assert_eq!(code_of(&kept(failure)), 301);
    }

    #[test]
    fn a_result_holds_no_nul_and_keeps_little_memory() {
        let object = Object::webhook();
        let body = br#"{"event":"\u0000a","is_test":true}"#;
        // SAFETY: the object and the texts are this test's.
        let result = unsafe {
            let header = kept(visiono_packed_sign_webhook(
                object.0,
                body.as_ptr().cast(),
                body.len(),
            ));
            let headers = frames_of(&[Some(b"X-Visiono-Signature"), Some(&header)]);
            kept(visiono_packed_receive(
                object.0,
                body.as_ptr().cast(),
                body.len(),
                headers.as_ptr().cast(),
                headers.len(),
                2,
                1705500000,
            ))
        };
        assert!(result.starts_with(b"\xfda\xff1\xff\xff"));
        let mut large = vec![b'a'; 1 << 20];
        large.extend(b"\xffb\xffc");
        let object = Object::workflow();
        assert!(object.sign_link(&[b"s", &large[..]].concat(), 1, -1).len() > 1 << 20);
        object.sign_link(b"sa\xffb\xffc", 1, -1);
        // SAFETY: the object is this test's.
        assert!(unsafe { (*object.0).result.capacity() } <= KEPT);
    }
}
