//! Compares the list of codes with the table of `docs/protocol.md`, section 8, written out by hand.

use visiono_workflow::Code;

/// Number, code, page that Visiono shows.
const TABLE: [(u32, &str, Code, Option<&str>); 14] = [
    (100, "invalid_secret", Code::InvalidSecret, None),
    (101, "invalid_field", Code::InvalidField, None),
    (102, "invalid_url", Code::InvalidUrl, None),
    (103, "invalid_template", Code::InvalidTemplate, None),
    (
        200,
        "missing_parameter",
        Code::MissingParameter,
        Some("Missing Parameters"),
    ),
    (
        201,
        "duplicate_parameter",
        Code::DuplicateParameter,
        Some("Invalid Signature"),
    ),
    (
        202,
        "malformed_parameter",
        Code::MalformedParameter,
        Some("Invalid Signature"),
    ),
    (
        203,
        "invalid_signature",
        Code::InvalidSignature,
        Some("Invalid Signature"),
    ),
    (204, "expired", Code::Expired, Some("Link Expired")),
    (
        205,
        "not_yet_valid",
        Code::NotYetValid,
        Some("Link Expired"),
    ),
    (
        206,
        "unexpected_value",
        Code::UnexpectedValue,
        Some("Invalid Signature"),
    ),
    (300, "buffer_too_small", Code::BufferTooSmall, None),
    (301, "invalid_argument", Code::InvalidArgument, None),
    (399, "panic", Code::Panic, None),
];

#[test]
fn the_list_is_the_table() {
    let table = TABLE.map(|(_, _, code, _)| code);
    assert_eq!(Code::ALL, table);
    for (number, name, code, page) in TABLE {
        assert_eq!(code.as_u32(), number);
        assert_eq!(code.as_str(), name);
        assert_eq!(code.to_string(), name);
        assert_eq!(code.error_page(), page, "{name}");
        assert_eq!(code.is_refusal(), number / 100 == 2, "{name}");
        assert_eq!(Code::from_u32(number), Some(code));
    }
}

/// The compiler asks for an arm when a code is added, and then the list has to have it as well.
#[test]
fn the_list_is_complete() {
    let place = |code| match code {
        Code::InvalidSecret => 0,
        Code::InvalidField => 1,
        Code::InvalidUrl => 2,
        Code::InvalidTemplate => 3,
        Code::MissingParameter => 4,
        Code::DuplicateParameter => 5,
        Code::MalformedParameter => 6,
        Code::InvalidSignature => 7,
        Code::Expired => 8,
        Code::NotYetValid => 9,
        Code::UnexpectedValue => 10,
        Code::BufferTooSmall => 11,
        Code::InvalidArgument => 12,
        Code::Panic => 13,
    };
    let places: Vec<_> = Code::ALL.into_iter().map(place).collect();
    assert_eq!(places, (0..Code::ALL.len()).collect::<Vec<_>>());
}

#[test]
fn no_other_number_is_a_code() {
    let numbers: Vec<_> = (0..1 << 16)
        .chain([u32::MAX, 1 << 31, 100 + (1 << 16)])
        .filter(|number| Code::from_u32(*number).is_some())
        .collect();
    assert_eq!(numbers, TABLE.map(|(number, ..)| number));
}
