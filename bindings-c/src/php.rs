//! The functions that the PHP package calls. C programs have no use for them.
//!
//! ```text
//! texts ─ codec ─▶ arguments ─ operations ─▶ core ─ codec ─▶ result, or failure
//! ```
//!
//! A foreign call costs PHP time for each argument and for each object that it makes, so all texts
//! travel in one, and come back in one. UTF-8 never has the bytes 0xFE and 0xFF, so they can
//! separate and mark texts that must be UTF-8. A text that may be any bytes travels after its
//! length, an absent one after no length, and the last one is the rest. Texts that may be absent
//! come back in JSON.

mod codec;
mod operations;

use std::ffi::c_char;
use std::ptr;

use visiono_workflow::Error;
use zeroize::Zeroizing;

use crate::error::{Result, guard};
use crate::read::Reader;
use codec::{Call, Output};
use operations::State;

/// The number of bytes kept for results after a call; the memory of a larger result is freed.
const KEPT: usize = 1 << 16;

const OWN_RESULT: Error =
    Error::invalid_argument("a text is in the result of the last call: copy it");

/// A workflow or a webhook of the PHP package, with the result of its last call. C programs have
/// no use for it.
///
/// A result is a text with a NUL after it: outputs with 0xFF between them, or a list in JSON. A
/// failure is 0xFE and a list in JSON: the code's number, the message, the parameters' names, the
/// seconds and the position.
pub struct PhpHandle {
    state: State,
    result: Vec<u8>,
}

impl Reader {
    /// Takes an object out of its place, to free it.
    fn taken(self, place: *mut *mut PhpHandle) -> Result<Box<PhpHandle>> {
        let place = self.changed(place)?;
        self.owned(std::mem::replace(place, ptr::null_mut()))
    }

    /// Reads a text, which can be null.
    fn chars<'a>(self, data: *const c_char, len: usize) -> Result<Option<&'a [u8]>> {
        let is_given = !data.is_null();
        is_given.then(|| self.list(data.cast(), len)).transpose()
    }
}

/// Makes an object without secrets.
///
/// Ownership: the object is the caller's, until `visiono_php_free`. Threads: any. Errors: none;
/// null after a panic.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_php_new() -> *mut PhpHandle {
    let new = || {
        let (state, result) = (State::Secrets(Vec::new()), Vec::new());
        Ok(Box::into_raw(Box::new(PhpHandle { state, result })))
    };
    guard(new).unwrap_or(ptr::null_mut())
}

export! {
    /// Adds a secret to an object that is neither a workflow nor a webhook yet. A null text is an
    /// absent secret, which keeps its position.
    ///
    /// Ownership: the text is copied. Threads: one at a time. Errors: none; the operation that
    /// makes a workflow or a webhook checks the secrets.
    ///
    /// # Safety
    ///
    /// `object` is null or came from `visiono_php_new`, and `text` is null or can be read for `len`
    /// bytes.
    fn visiono_php_secret(
        object: *mut PhpHandle => changed,
        text: *const c_char, len: usize => chars
    ) -> (), or (), {
        if let State::Secrets(secrets) = &mut object.state {
            secrets.push(text.map(|text| Zeroizing::new(text.to_vec())));
        }
    }

    /// Runs an operation. `texts` is its name, the byte 0xFF and its texts, as
    /// `bindings-c/src/php/operations.rs` reads them. `time` is the timestamp or the time now.
    ///
    /// Ownership: the texts are copied; the result is the object's, until its next call. It is null
    /// if the object is. Threads: one at a time. Errors: the result is a failure, with the code of
    /// the operation's.
    ///
    /// # Safety
    ///
    /// `object` is null or came from `visiono_php_new`, and `texts` can be read for `len` bytes.
    fn visiono_php_call(
        object: *mut PhpHandle => changed,
        texts: *const c_char, len: usize => chars,
        time: i64 => as_is
    ) -> *const c_char, or ptr::null(), {
        let texts = texts.unwrap_or_default();
        let PhpHandle { state, result } = object;
        let own = result.as_ptr_range().start..result.as_ptr().wrapping_add(result.capacity());
        if own.contains(&texts.as_ptr()) {
            write_result(result, |_| Err(OWN_RESULT))
        } else {
            let time = time.into();
            write_result(result, |out| operations::run(state, &mut Call { texts, time }, out))
        }
    }

    /// Frees an object, wipes its secrets, and sets the pointer to null, so that a later call finds
    /// that there is none. Null is allowed, for both pointers.
    ///
    /// Threads: no other thread may be using it. Errors: none.
    ///
    /// # Safety
    ///
    /// `object` is null or can be read and written, and what it points to is null or came from
    /// `visiono_php_new`.
    fn visiono_php_free(object: *mut *mut PhpHandle => taken) -> (), or (), {
        drop(object);
    }
}

/// Runs an operation. Its failure or panic is written in place of a result.
fn write_result(
    result: &mut Vec<u8>,
    run: impl FnOnce(&mut Output<'_>) -> Result<()>,
) -> *const c_char {
    result.clear();
    result.shrink_to(KEPT);
    let mut out = Output(result);
    if let Err(error) = guard(|| run(&mut out)) {
        out.failure(&error);
    }
    // In C, a NUL ends a text.
    result.pop();
    result.push(0);
    result.as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
    const NOW: i64 = 1705500000;

    struct Object(*mut PhpHandle);

    impl Object {
        /// An object with two secrets, of which the second is absent, after an operation.
        fn after(operation: &[u8]) -> Self {
            let object = Self(visiono_php_new());
            // SAFETY: the object and the texts are this test's.
            unsafe {
                visiono_php_secret(object.0, SECRET.as_ptr().cast(), SECRET.len());
                visiono_php_secret(object.0, ptr::null(), 0);
            }
            assert_eq!(object.call(operation), b"");
            object
        }

        fn workflow() -> Self {
            Self::after(b"workflow\xff\xff\xff")
        }

        fn webhook() -> Self {
            Self::after(b"webhook\xff60\xff0\xff\xff")
        }

        fn call(&self, texts: &[u8]) -> Vec<u8> {
            // SAFETY: the object and the texts are this test's, and the result is copied.
            unsafe {
                let (texts, len) = (texts.as_ptr().cast(), texts.len());
                let result = visiono_php_call(self.0, texts, len, NOW);
                CStr::from_ptr(result).to_bytes().to_vec()
            }
        }

        fn code(&self, texts: &[u8]) -> u32 {
            code_of(&self.call(texts))
        }
    }

    impl Drop for Object {
        fn drop(&mut self) {
            for _ in 0..2 {
                // SAFETY: the object is this test's; freed twice, it is null.
                unsafe { visiono_php_free(&raw mut self.0) };
                assert!(self.0.is_null());
            }
        }
    }

    fn code_of(failure: &[u8]) -> u32 {
        type Failure = (u32, String, Vec<String>, Option<u64>, Option<usize>);
        let failure = failure.strip_prefix(b"\xfe").expect("a failure");
        let (code, ..): Failure = serde_json::from_slice(failure).expect("a list");
        code
    }

    /// Serializes a list of texts and nulls as PHP does.
    fn serialized(values: &[Option<&[u8]>]) -> Vec<u8> {
        let mut array = format!("a:{}:{{", values.len()).into_bytes();
        for (index, value) in values.iter().enumerate() {
            array.extend(format!("i:{index};").bytes());
            match value {
                Some(text) => {
                    array.extend(format!("s:{}:\"", text.len()).bytes());
                    array.extend([*text, b"\";"].concat());
                }
                None => array.extend(b"N;"),
            }
        }
        array.push(b'}');
        array
    }

    #[test]
    fn a_panic_is_a_failure() {
        let mut result = Vec::new();
        write_result(&mut result, |out| {
            out.text("half");
            panic!("on purpose")
        });
        assert_eq!(result.pop(), Some(0));
        assert_eq!(code_of(&result), 399);
    }

    #[test]
    fn a_null_object_answers_null() {
        let text = c"sign_link\xff".as_ptr();
        // SAFETY: null is allowed.
        unsafe {
            assert!(visiono_php_call(ptr::null_mut(), text, 10, 0).is_null());
            visiono_php_secret(ptr::null_mut(), text, 1);
            visiono_php_free(ptr::null_mut());
        }
        let object = Object::workflow();
        // SAFETY: a null text with a length is refused.
        let failure = unsafe { visiono_php_call(object.0, ptr::null(), 1, 0) };
        // SAFETY: the object has not been called since.
        assert_eq!(code_of(unsafe { CStr::from_ptr(failure) }.to_bytes()), 301);
    }

    #[test]
    fn an_object_has_the_operations_of_its_kind() {
        let (workflow, webhook) = (Object::workflow(), Object::webhook());
        assert_eq!(
            webhook.code(b"sign_link\xff4\xffslug\xffA\xffb\xffc\xff"),
            301
        );
        assert_eq!(workflow.code(b"sign\xffbody"), 301);
        assert!(webhook.call(b"sign\xffbody").starts_with(b"sha256="));
        for object in [&workflow, &webhook] {
            for operation in [
                &b"workflow\xff\xff\xff"[..],
                b"webhook\xff\xff\xff\xff",
                b"nope\xff",
                b"",
                b"sign",
            ] {
                assert_eq!(object.code(operation), 301);
            }
        }
    }

    #[test]
    fn secrets_and_limits_are_checked_by_the_operation() {
        let object = Object(visiono_php_new());
        assert_eq!(object.code(b"workflow\xff\xff\xff"), 100);
        // SAFETY: the object and the text are this test's.
        unsafe { visiono_php_secret(object.0, c"short".as_ptr(), 5) };
        assert_eq!(object.code(b"webhook\xff\xff\xff\xff"), 100);
        for limits in [
            &b"workflow\xff-1\xff"[..],
            b"workflow\xff\xff1.5",
            b"workflow\xff1",
        ] {
            assert_eq!(object.code(limits), 301);
        }
    }

    #[test]
    fn lengths_have_to_add_up() {
        let object = Object::workflow();
        let signed = object.call(b"sign_link\xff4\xffslug\xffA\xffb\xffc\xff");
        assert!(signed[65..].starts_with(b"https://visiono.io/s/slug?uv=A&src=b&ref=c&"));
        for texts in [
            &b""[..],
            b"4\xffslug",
            b"4\xffslug\xffA\xffb\xff",
            b"4\xffslug\xffA\xffb\xffc",
            b"4\xffslug\xffA\xffb\xffc\xff\xff",
            b"4\xffslug\xffA\xffb\xffc\xffd\xff",
            b"4\xffslug\xffA\xffb\xff\xfe\xff",
            b"\xff\xffA\xffb\xffc\xff",
            b"0\xff\xffslug\xffA\xffb\xffc\xff",
            b"3\xffslug\xffA\xffb\xffc\xff",
            b"5\xffslug\xffA\xffb\xffc\xff",
            b"99\xffslug\xffA\xffb\xffc\xff",
            b"-1\xffslug\xffA\xffb\xffc\xff",
            b"18446744073709551615\xffslug\xffA\xffb\xffc\xff",
            b"a\xffslug\xffA\xffb\xffc\xff",
            b"4\xffslug1\xff/\xffA\xffb\xffc\xff",
        ] {
            assert_eq!(
                object.code(&[b"sign_link\xff", texts].concat()),
                301,
                "{texts:?}"
            );
        }
    }

    #[test]
    fn an_array_is_read_as_php_writes_it() {
        let object = Object::workflow();
        let verify = |form: &str, array: &[u8]| {
            object.code(&[b"verify_return\xff\xff", form.as_bytes(), b"\xff", array].concat())
        };
        let twice = br#"a:4:{s:3:"ref";s:1:"a";s:3:"REF";s:3:"";}";i:0;N;i:-1;i:2;}"#;
        assert_eq!(verify("map", twice), 201);
        assert_eq!(
            verify(
                "pairs",
                &serialized(&[Some(b"ref"), None, Some(b"ref"), None])
            ),
            201
        );
        assert_eq!(
            verify("pairs", &serialized(&[Some(b"a\xff\xfe\0"), Some(b"\xff")])),
            200
        );
        assert_eq!(verify("pairs", &serialized(&[])), 200);
        for array in [
            &b""[..],
            b"a:1:{",
            b"a:1:{}",
            b"s:1:\"a\";",
            b"a:1:{i:0;s:2:\"a\";}",
            b"a:1:{i:0;s:18446744073709551615:\"a\";}",
            b"a:99999999999999999999:{i:0;N;}",
            b"a:1:{i:0;R:1;}",
            b"a:1:{i:0;R:2;}",
            b"a:1:{i:0;R:x;}",
            b"a:1:{i:0;d:0.5;}",
            b"a:1:{i:0;b:1;}",
            b"a:1:{i:0;a:0:{}}",
            b"a:1:{i:0;O:8:\"stdClass\":0:{}}",
        ] {
            assert_eq!(verify("map", array), 301, "{array:?}");
        }
    }

    #[test]
    fn expectations_are_named_as_in_php() {
        let object = Object::workflow();
        let verify = |expected: &str| {
            object.code(&[b"verify_return\xff\xff", expected.as_bytes(), b"text\xff"].concat())
        };
        assert_eq!(verify(""), 200);
        for name in ["submissionId", "uniqueValue", "reference"] {
            let length = name.len();
            assert_eq!(
                verify(&format!("a:1:{{s:{length}:\"{name}\";s:1:\"a\";}}")),
                200
            );
        }
        for (expected, code) in [
            (
                "a:2:{s:10:\"photoCount\";i:5;s:9:\"timestamp\";s:1:\"5\";}",
                200,
            ),
            ("a:1:{s:10:\"photoCount\";i:-5;}", 101),
            ("a:1:{s:10:\"photoCount\";d:5;}", 301),
            ("a:1:{s:9:\"reference\";b:1;}", 301),
            ("a:1:{s:4:\"nope\";i:1;}", 301),
            ("a:1:{s:9:\"reference\";N;}", 301),
            ("a:1:{s:12:\"unique_value\";s:1:\"a\";}", 301),
            ("a:1:{s:6:\"source\";s:1:\"a\";}", 301),
            ("a:1:{s:9:\"Reference\";s:1:\"a\";}", 301),
            ("a:1:{i:0;s:1:\"a\";}", 301),
            ("a:1:{", 301),
        ] {
            assert_eq!(verify(expected), code, "{expected}");
        }
    }

    #[test]
    fn a_text_in_the_own_result_is_refused() {
        let object = Object::workflow();
        // SAFETY: the object is this test's; the texts lie in its result.
        let failure = unsafe {
            let texts = c"sign_link\xff1\xffa\xffA\xffb\xffc\xff".to_bytes();
            let result = visiono_php_call(object.0, texts.as_ptr().cast(), texts.len(), NOW);
            CStr::from_ptr(visiono_php_call(object.0, result, 64, NOW))
        };
        assert_eq!(code_of(failure.to_bytes()), 301);
    }

    #[test]
    fn a_result_holds_no_nul_and_keeps_little_memory() {
        let object = Object::webhook();
        let body = br#"{"event":"\u0000a","is_test":true}"#;
        let header = object.call(&[b"sign\xff", &body[..]].concat());
        let headers = serialized(&[Some(b"X-Visiono-Signature"), Some(&header)]);
        let result = object.call(&[b"receive\xff", &headers[..], body].concat());
        assert!(result.starts_with(br#"["\u0000a",true,null,""#));

        let object = Object::workflow();
        let large = [
            b"sign_link\xff1\xffs\xff",
            &vec![b'a'; 2 * KEPT][..],
            b"\xffb\xffc\xff",
        ]
        .concat();
        assert!(object.call(&large).len() > KEPT);
        object.call(b"sign_link\xff1\xffs\xffa\xffb\xffc\xff");
        // SAFETY: the object is this test's.
        assert!(unsafe { (*object.0).result.capacity() } <= KEPT);
    }
}
