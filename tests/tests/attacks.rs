//! Tests that the attacks which succeeded on version 1 of the protocol are refused.

use conformance::sample::{
    RETURN, RETURN_TIME as NOW, refusal, signed_return as genuine, verify_return as verify,
    workflow,
};
use visiono_workflow::{
    Code, ExpectLink, ExpectReturn, ExpectedValue, Field, LinkFields, LinkUrl, RedirectTemplate,
    ReturnFields,
};

const LOOK_ALIKES: [&str; 16] = [
    "%20ref=ticket-999",
    "+ref=ticket-999",
    "ref%00=ticket-999",
    "ref%00x=ticket-999",
    "ref[]=ticket-999",
    "ref%5B%5D=ticket-999",
    "[ref]=ticket-999",
    "]ref=ticket-999",
    "ref]=ticket-999",
    ".ref=ticket-999",
    "REF=ticket-999",
    "x=1;ref=ticket-999",
    "x;REF=ticket-999",
    "ref%0A=ticket-999",
    "%u0072ef=ticket-999",
    "?ref=ticket-999",
];

#[test]
fn attack_1_a_look_alike_name_next_to_the_parameter() {
    let url = genuine("https://a.example/done");
    let (path, query) = url.split_once('?').unwrap();
    let none = ExpectReturn::new();
    assert_eq!(verify(&url, None, &none), Ok("ticket-456".into()));
    for piece in LOOK_ALIKES {
        for url in [
            format!("{path}?{query}&{piece}"),
            format!("{path}?{piece}&{query}"),
            format!("{piece}&{query}"),
        ] {
            let refused = Err((Code::DuplicateParameter, vec!["ref"]));
            assert_eq!(verify(&url, None, &none), refused, "{url}");
        }
        // In place of `ref`, it is not read as `ref`.
        let url = url.replace("ref=ticket-456", piece);
        let refused = Err((Code::MissingParameter, vec!["ref"]));
        assert_eq!(verify(&url, None, &none), refused, "{url}");
        let expect = none.reference("ticket-456");
        let refused = Err((Code::DuplicateParameter, vec!["ref"]));
        assert_eq!(verify(&url, None, &expect), refused, "{url}");
    }
}

#[test]
fn attack_1_a_look_alike_name_in_a_link() {
    let fields = LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference: "ticket-456",
        timestamp: NOW,
    };
    let link = LinkUrl::from_slug("a").unwrap();
    let url = workflow().sign_link(&link, &fields).unwrap().to_string();
    for piece in LOOK_ALIKES {
        let changed = format!("{url}&{piece}");
        let verified = workflow().verify_link(&changed, NOW, &ExpectLink::new());
        let refused = (Code::DuplicateParameter, vec!["ref"]);
        assert_eq!(verified.map(|_| ()).map_err(refusal), Err(refused));
        // Nor can a link be made with one.
        let url = format!("https://visiono.io/s/a?{piece}");
        let error = LinkUrl::parse(&url).unwrap_err();
        assert_eq!(refusal(error), (Code::InvalidUrl, vec!["ref"]), "{url}");
        let template = format!("https://a.example/?{piece}");
        let error = RedirectTemplate::parse(&template).unwrap_err();
        assert_eq!(refusal(error), (Code::InvalidTemplate, vec!["ref"]));
    }
}

#[test]
fn attack_1_a_look_alike_of_a_templates_name() {
    let template = "https://a.example/?t_s={submission_id}&u={unique_value}&record={reference}\
        &c={photo_count}&t={timestamp}&h={signature}";
    let url = genuine(template);
    for (piece, name) in [
        ("RECORD=ticket-999", "ref"),
        ("record[]=ticket-999", "ref"),
        ("t.s=pls_999", "sub"),
        ("t+s=pls_999", "sub"),
        ("t[s=pls_999", "sub"),
        ("x=1;record=ticket-999", "ref"),
    ] {
        let url = format!("{url}&{piece}");
        let refused = Err((Code::DuplicateParameter, vec![name]));
        let verified = verify(&url, Some(template), &ExpectReturn::new());
        assert_eq!(verified, refused, "{piece}");
    }
    // Without placeholders for the standard names, these are other parameters.
    let url = format!("{url}&REF=1");
    let verified = verify(&url, Some(template), &ExpectReturn::new());
    assert_eq!(verified, Ok("ticket-456".into()));
}

const TICKETS: &str = "https://a.example/tickets/{reference}/done?tenant=acme&s={submission_id}\
    &u={unique_value}&c={photo_count}&t={timestamp}&h={signature}";

#[test]
fn attack_2_another_record_through_the_path() {
    let url = genuine(TICKETS);
    let all = vec!["sub", "uv", "ref", "cnt", "ts", "sig"];
    let none = ExpectReturn::new();
    let expect = none.reference("ticket-456");
    assert_eq!(
        verify(&url, Some(TICKETS), &expect),
        Ok("ticket-456".into())
    );
    for path in [
        "/tickets/ticket-999/done/",
        "/TICKETS/ticket-999/done",
        "//tickets/ticket-999/done",
        "/x/../tickets/ticket-999/done",
        "/tickets/ticket-999/DONE",
        "/tickets//done",
        "/",
        "",
    ] {
        let url = url.replace("/tickets/ticket-456/done", path);
        for expect in [&none, &expect] {
            let (code, names) = verify(&url, Some(TICKETS), expect).unwrap_err();
            if path == "/tickets//done" {
                assert_eq!((code, names), (Code::MissingParameter, vec!["ref"]));
            } else {
                assert_eq!(
                    (code, names),
                    (Code::MissingParameter, all.clone()),
                    "{url}"
                );
            }
        }
    }
    // A path that the template can make has another record, with the original signature.
    let url = url.replace("ticket-456", "ticket-999");
    let refused = Err((Code::InvalidSignature, vec![]));
    assert_eq!(verify(&url, Some(TICKETS), &expect), refused);
}

#[test]
fn attack_2_another_value_of_a_literal_parameter() {
    let all = vec!["sub", "uv", "ref", "cnt", "ts", "sig"];
    for template in [TICKETS, "https://a.example/done?tenant=acme"] {
        let url = genuine(template);
        for tenant in [
            "tenant=globex",
            "tenant=Acme",
            "tenant=",
            "x=1",
            "tenant=acme&tenant=globex",
            "tenant=acme&Tenant=globex",
            "tenant=acme&tenant[]=globex",
            "tenant=acme&x=1;tenant=globex",
        ] {
            let url = url.replace("tenant=acme", tenant);
            let refused = Err((Code::MissingParameter, all.clone()));
            let expect = ExpectReturn::new().reference("ticket-456");
            assert_eq!(verify(&url, Some(template), &expect), refused, "{url}");
        }
    }
}

#[test]
fn attack_3_a_value_that_climbs_the_path() {
    let template = RedirectTemplate::parse(TICKETS).unwrap();
    for reference in ["../admin", "..", ".", "a/../b", "..\\admin", "..;x", "x;.."] {
        let fields = ReturnFields {
            reference,
            ..RETURN
        };
        let error = workflow().sign_return(&template, &fields).unwrap_err();
        assert_eq!(refusal(error), (Code::InvalidField, vec!["ref"]));
        let signature = "0".repeat(64);
        let error = template.expand(&fields, &signature).unwrap_err();
        assert_eq!(refusal(error), (Code::InvalidField, vec!["ref"]));

        // A return that somebody else made from it is refused.
        let plain = workflow()
            .sign_return("https://a.example/", &fields)
            .unwrap();
        let encoded: String = reference
            .bytes()
            .map(|byte| format!("%{byte:02x}"))
            .collect();
        let url = genuine(TICKETS)
            .replace("ticket-456", &encoded)
            .split_once("&h=")
            .map(|(start, _)| format!("{start}&h={}", plain.signature().as_str()))
            .unwrap();
        let refused = Err((Code::MalformedParameter, vec!["ref"]));
        assert_eq!(verify(&url, Some(TICKETS), &ExpectReturn::new()), refused);
    }
}

/// `ExpectReturn::reference` takes a text: the compiler refuses `None`. If the name and the value
/// are only known at run time, an absent value is an error.
#[test]
fn attack_4_an_absent_value_does_not_turn_the_check_off() {
    for field in Field::ALL {
        let error = ExpectReturn::new().field(field, None).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        let error = ExpectLink::new().field(field, None).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
    }
    // An empty value is refused too.
    let expect = ExpectReturn::new()
        .field(Field::Reference, Some(ExpectedValue::Text("")))
        .unwrap();
    let url = genuine("https://a.example/done");
    let refused = Err((Code::InvalidField, vec!["ref"]));
    assert_eq!(verify(&url, None, &expect), refused);
}

#[test]
fn attack_7_bytes_that_are_not_utf_8_in_a_foreign_parameter() {
    let url = genuine("https://a.example/done");
    let none = ExpectReturn::new();
    for piece in [
        &b"&utm=\xff"[..],
        b"&\xff=1",
        b"&\xc3",
        b"&utm=\xed\xa0\x80",
    ] {
        let input = [url.as_bytes(), piece].concat();
        assert_eq!(verify(&input[..], None, &none), Ok("ticket-456".into()));
    }
    // In a parameter of the message they are malformed.
    let (start, end) = url.split_once("ticket-456").unwrap();
    let input = [start.as_bytes(), b"ticket\xff", end.as_bytes()].concat();
    let refused = Err((Code::MalformedParameter, vec!["ref"]));
    assert_eq!(verify(&input[..], None, &none), refused);
    // In decoded pairs too.
    let pairs: [(&[u8], Option<&[u8]>); 2] = [(b"\xff", Some(b"\xff")), (b"ref", Some(b"\xff"))];
    let expect = none
        .submission_id("s")
        .unique_value("u")
        .photo_count(1)
        .timestamp(NOW);
    let (code, names) = verify(&pairs[..], None, &expect).unwrap_err();
    assert_eq!((code, names), (Code::MissingParameter, vec!["sig"]));
}

#[test]
fn attack_8_lists_and_maps_in_decoded_pairs() {
    let url = genuine("https://a.example/done");
    let (_, query) = url.split_once('?').unwrap();
    let own: Vec<(&[u8], Option<&[u8]>)> = query
        .split('&')
        .map(|piece| piece.split_once('=').unwrap())
        .map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())))
        .collect();
    let with = |more: &[(&'static [u8], Option<&'static [u8]>)]| {
        let pairs = [&own[..], more].concat();
        verify(&pairs[..], None, &ExpectReturn::new())
    };
    // `utm: ["1", "2"]` is two pairs, and a map is a value that is not a text.
    let good = Ok("ticket-456".to_owned());
    assert_eq!(with(&[(b"utm", Some(b"1")), (b"utm", Some(b"2"))]), good);
    assert_eq!(with(&[(b"utm", None), (b"\xff", None)]), good);
    let refused = Err((Code::DuplicateParameter, vec!["ref"]));
    assert_eq!(with(&[(b"ref", Some(b"ticket-999"))]), refused);
    assert_eq!(with(&[(b"ref", None)]), refused);
    assert_eq!(with(&[(b"REF[]", Some(b"ticket-999"))]), refused);
    // The pair's own name counts. It is not decoded or split again.
    assert_eq!(
        with(&[(b"x;ref", Some(b"1")), (b"%72ef", Some(b"1"))]),
        good
    );
}
