//! Tests that the candidates for a body are the texts that real serializers write.

use core::ops::ControlFlow;

use super::*;

/// Returns the changes under which a text first occurs.
fn changes_of(body: &str, wanted: &str, most: usize) -> Vec<&'static str> {
    let body = Body {
        bytes: body.as_bytes(),
        headers: &[],
        endpoint: None,
    };
    let mut found = Vec::new();
    for changes in 0..=most {
        let end = body.emit(changes, &mut |text, changes| {
            if text != wanted.as_bytes() {
                return ControlFlow::Continue(());
            }
            found = changes.iter().map(|change| change.mistake.id()).collect();
            ControlFlow::Break(())
        });
        if end.is_break() {
            return found;
        }
    }
    vec!["nothing"]
}

const RAW: &str =
    r#"{"event":"a","n":9.10,"u":"https://a/ü<'&>","m":{},"l":[1,1.0,1e2],"\u00e9":"\/"}"#;

#[test]
fn languages_reserialize_the_body() {
    let cases = [
        // JSON.stringify(JSON.parse(…)), json.dumps(json.loads(…)), json_encode(json_decode(…, true))
        r#"{"event":"a","n":9.1,"u":"https://a/ü<'&>","m":{},"l":[1,1,100],"é":"/"}"#,
        r#"{"event": "a", "n": 9.1, "u": "https://a/\u00fc<'&>", "m": {}, "l": [1, 1.0, 100.0], "\u00e9": "/"}"#,
        r#"{"event":"a","n":9.1,"u":"https:\/\/a\/\u00fc<'&>","m":[],"l":[1,1,100],"\u00e9":"\/"}"#,
        // json.Marshal of a map
        r#"{"event":"a","l":[1,1,100],"m":{},"n":9.1,"u":"https://a/ü\u003c'\u0026\u003e","é":"/"}"#,
    ];
    for case in cases {
        assert_eq!(changes_of(RAW, case, 1), ["reserialized"], "{case}");
    }
}

#[test]
fn one_feature_has_its_own_name() {
    let cases = [
        (
            "spaces",
            r#"{"event": "a", "n": 9.10, "u": "https://a/ü<'&>", "m": {}, "l": [1, 1.0, 1e2], "\u00e9": "\/"}"#,
        ),
        (
            "slashes",
            r#"{"event":"a","n":9.10,"u":"https:\/\/a\/ü<'&>","m":{},"l":[1,1.0,1e2],"\u00e9":"\/"}"#,
        ),
        (
            "unicode_escapes",
            r#"{"event":"a","n":9.10,"u":"https://a/ü<'&>","m":{},"l":[1,1.0,1e2],"é":"\/"}"#,
        ),
        (
            "unicode_escapes",
            r#"{"event":"a","n":9.10,"u":"https://a/\u00FC<'&>","m":{},"l":[1,1.0,1e2],"\u00E9":"\/"}"#,
        ),
        (
            "html_escapes",
            r#"{"event":"a","n":9.10,"u":"https://a/ü\u003C'\u0026\u003E","m":{},"l":[1,1.0,1e2],"\u00e9":"\/"}"#,
        ),
        (
            "numbers",
            r#"{"event":"a","n":9.1,"u":"https://a/ü<'&>","m":{},"l":[1,1,100],"\u00e9":"\/"}"#,
        ),
        (
            "key_order",
            r#"{"event":"a","l":[1,1.0,1e2],"m":{},"n":9.10,"u":"https://a/ü<'&>","\u00e9":"\/"}"#,
        ),
    ];
    for (name, case) in cases {
        assert_eq!(changes_of(RAW, case, 1), [name], "{case}");
    }
    // The reverse: the received text is the changed one.
    assert_eq!(
        changes_of(r#"{"n":9.1,"m":1}"#, r#"{"n":9.10,"m":1}"#, 1),
        ["numbers"]
    );
    assert_eq!(
        changes_of(r#"{"n":9.1,"m":1}"#, r#"{"n":9.1,"m":1.0}"#, 1),
        ["numbers"]
    );
    assert_eq!(
        changes_of("{\n  \"n\": 1\n}", r#"{"n":1}"#, 1),
        ["reserialized"]
    );
}

#[test]
fn a_body_that_is_not_json_changes_as_a_whole() {
    assert_eq!(changes_of("eyJhIjoxfQ==", r#"{"a":1}"#, 1), ["base64_body"]);
    assert_eq!(
        changes_of("payload=%7B%22a%22%3A1%7D", r#"{"a":1}"#, 1),
        ["form_encoded"]
    );
    assert_eq!(
        changes_of("%7B%22a%22%3A1%7D=", r#"{"a":1}"#, 1),
        ["form_encoded"]
    );
    assert_eq!(changes_of(r#"b'{"a":1}'"#, r#"{"a":1}"#, 1), ["repr"]);
    assert_eq!(
        changes_of("eyJhIjoxfQo=", r#"{"a":1}"#, 2),
        ["base64_body", "newline"]
    );
    assert_eq!(changes_of("", "x", 2), ["nothing"]);
}

#[test]
fn escapes_of_two_units_are_one_character() {
    let (escaped, upper, raw) = (
        r#"["\ud83d\ude00\udbff\udfff"]"#,
        r#"["\uD83D\uDE00\uDBFF\uDFFF"]"#,
        "[\"😀\u{10ffff}\"]",
    );
    assert_eq!(changes_of(escaped, raw, 1), ["reserialized"]);
    assert_eq!(changes_of(raw, escaped, 1), ["reserialized"]);
    assert_eq!(changes_of(raw, upper, 1), ["unicode_escapes"]);
    // Half of a surrogate pair is not a character.
    let half = r#"["\ud83d\u0041 \ude00"]"#;
    assert_eq!(
        changes_of(half, r#"["\ud83dA \ude00"]"#, 1),
        ["reserialized"]
    );
}

/// The expected text is the output of `str(json.loads(…))` in Python.
#[test]
fn python_prints_a_dictionary() {
    let body = r#"{"a":[true,false,null],"b":"it's","c":"it's \"x\"","d":"\\ \n\r\t\u0001\u007f é","e":{},"f":[],"n":[1,-2.50,1e2,1e22]}"#;
    let printed = r#"{'a': [True, False, None], 'b': "it's", 'c': 'it\'s "x"', 'd': '\\ \n\r\t\x01\x7f é', 'e': {}, 'f': [], 'n': [1, -2.5, 100.0, 1e+22]}"#;
    assert_eq!(changes_of(body, printed, 1), ["repr"]);
}

#[test]
fn hostile_bodies_terminate() {
    let deep = "[".repeat(100_000);
    let mut count = 0;
    for text in [
        deep.as_str(),
        "{\"\\",
        "{\"a\":\"\\u12",
        "\\",
        "{\"a\"",
        "[1,",
        "\u{1f}",
        "-",
        "{\"\\ud800\":1}",
    ] {
        let body = Body {
            bytes: text.as_bytes(),
            headers: &[],
            endpoint: None,
        };
        for changes in 0..=2 {
            let end = body.emit(changes, &mut |_, _| {
                count += 1;
                ControlFlow::Continue(())
            });
            assert!(end.is_continue());
        }
    }
    assert!(count > 0);
}

#[test]
fn a_bomb_is_not_decompressed() {
    let zeros = vec![0; 8 << 20];
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&zeros, 9);
    assert!(bomb.len() < 20_000);
    let body = Body {
        bytes: &bomb,
        headers: &[],
        endpoint: None,
    };
    let mut largest = 0;
    let end = body.emit(1, &mut |text, _| {
        largest = largest.max(text.len());
        ControlFlow::Continue(())
    });
    assert!(end.is_continue() && largest < 4 << 20, "{largest}");
}

#[test]
fn other_schemes_sign_a_time_or_a_url_before_the_body() {
    let headers: [(&[u8], &[u8]); 1] = [(b"X-Webhook-Timestamp", b"1735137305")];
    let bytes = br#"{"event":"a","timestamp":"2024-12-25T14:35:00Z"}"#;
    let body = Body {
        bytes,
        headers: &headers,
        endpoint: Some(b"https://a.example/hook?x=1"),
    };
    let mut texts = Vec::new();
    let end = body.emit(1, &mut |text, changes| {
        texts.push((text.to_vec(), changes[0].mistake.id()));
        ControlFlow::Continue(())
    });
    assert!(end.is_continue());
    for (before, name) in [
        (&b"1735137305."[..], "timestamp_prefixed"),
        (b"1735137300.", "timestamp_prefixed"),
        (b"https://a.example/hook?x=1", "url_prefixed"),
        (b"/hook?x=1", "url_prefixed"),
    ] {
        assert!(texts.contains(&([before, bytes].concat(), name)), "{name}");
    }
}
