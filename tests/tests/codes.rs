//! Tests the names and numbers of the codes. `docs.rs` compares them with `docs/errors.md`, which
//! is written by hand.

use visiono_workflow::Code;

#[test]
fn each_code_has_one_name_and_one_number() {
    for code in Code::ALL {
        let number = code.as_u32();
        assert_eq!(Code::from_u32(number), Some(code));
        assert_eq!(code.is_refusal(), number / 100 == 2, "{code}");
        assert_eq!(code.to_string(), code.as_str());
        let same_name = |other: &Code| other.as_str() == code.as_str();
        assert_eq!(Code::ALL.iter().filter(|other| same_name(other)).count(), 1);
        // The class name of the code in languages with a class for each code.
        let words = code.as_str().split('_').map(|word| {
            let (initial, rest) = word.split_at(1);
            initial.to_uppercase() + rest
        });
        assert_eq!(words.collect::<String>(), format!("{code:?}"));
    }
    assert!(Code::ALL.is_sorted());
}

#[test]
fn no_other_number_is_a_code() {
    let numbers: Vec<_> = (0..1 << 16)
        .chain([u32::MAX, 1 << 31, 100 + (1 << 16)])
        .filter(|number| Code::from_u32(*number).is_some())
        .collect();
    assert_eq!(numbers, Code::ALL.map(Code::as_u32));
}
