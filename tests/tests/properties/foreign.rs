//! Fragments, other parameters and the order of parameters don't change a result.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use visiono_workflow::{ExpectLink, ExpectReturn, RedirectTemplate};

use crate::strategies::*;

/// Parameters that are not a message's own.
fn other_parameter() -> impl Strategy<Value = String> {
    let some = [
        "uvs=1",
        "xuv=1",
        "uv-=1",
        "_uv=1",
        "u_v=1",
        "%zz=1",
        "%FF=%FF",
        "=",
        "=uv",
        "",
        "x",
        "x=%",
        "x=|",
        "x[uv]=1",
        "x.uv=1",
        "x%3Buv=1",
        "x=1;y=2",
        "x=uv;=3",
        "uv:=1",
        "unique_value=1",
        "amp;uvs=1",
        "sigs;=1",
        "/=1",
        "é=é",
        "%2575v=1",
        "x=[&]=",
    ];
    prop_oneof![
        select(some.to_vec()).prop_map(str::to_owned),
        "x[a-z%+=?/]{0,8}",
    ]
}

/// Pieces of a query: some of the message's own parameters, right, wrong and duplicated.
fn pieces(url: &str) -> impl Strategy<Value = Vec<String>> {
    let mut pieces: Vec<_> = query_of(url).split('&').map(str::to_owned).collect();
    let own = pieces.len();
    for wrong in [
        "uv=", "ref=%zz", "ts=01", "sig=0", "%75v=1", "cnt=x", "sub=|", "src=%FF", "ts",
    ] {
        pieces.push(wrong.to_owned());
    }
    // Usually all of the message's own parameters.
    let all = pieces[..own].to_vec();
    prop_oneof![
        2 => Just(all.clone()),
        1 => subsequence(pieces.clone(), 0..pieces.len()),
        2 => subsequence(pieces[own..].to_vec(), 1).prop_map(move |wrong| {
            all.iter().cloned().chain(wrong).collect()
        }),
    ]
}

fn dressed(url: &str) -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    (pieces(url), vec(other_parameter(), 0..4)).prop_flat_map(|(pieces, others)| {
        let all: Vec<_> = pieces.iter().cloned().chain(others).collect();
        (Just(pieces), Just(all).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn a_fragment_other_parameters_and_their_order_change_nothing(
        (link, link_dressed) in dressed(&a_link()),
        (done, return_dressed) in dressed(&a_return()),
        before in select(&["?", "/?", "/s/a?", "https://visiono.io/s/a?", "HTTP://x?"][..]),
        fragment in prop_oneof![Just(String::new()), text().prop_map(|text| format!("#{text}"))],
        now in NOW - 100..NOW + 100,
    ) {
        let workflow = workflow().max_age(60).leeway(60);
        let plain = |pieces: &[String]| format!("?{}", pieces.join("&"));
        let dressed = |pieces: &[String]| format!("{before}{}{fragment}", pieces.join("&"));
        let expect = ExpectLink::new();
        prop_assert_eq!(
            verify_link(&workflow, &*plain(&link), now, &expect),
            verify_link(&workflow, &*dressed(&link_dressed), now, &expect)
        );
        let expect = ExpectReturn::new();
        prop_assert_eq!(
            verify_return(&workflow, &*plain(&done), None, now, &expect),
            verify_return(&workflow, &*dressed(&return_dressed), None, now, &expect)
        );
        // The same with a template whose placeholders are in the same parameters.
        let template = "https://a.example/?sub={submission_id}&uv={unique_value}&ref={reference}\
            &cnt={photo_count}&ts={timestamp}&sig={signature}";
        let template = RedirectTemplate::parse(template).unwrap();
        prop_assert_eq!(
            verify_return(&workflow, &*plain(&done), None, now, &expect),
            verify_return(&workflow, &*dressed(&return_dressed), Some(&template), now, &expect)
        );
    }
}
