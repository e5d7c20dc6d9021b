//! Names that some decoder takes for a message's: every decoder reads the verified values. The
//! decoders are implemented here from their own documentation, not from the core's rules.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use visiono_workflow::{Code, ExpectLink, ExpectReturn, RedirectTemplate};

use crate::strategies::*;

// --- Decoders --------------------------------------------------------------------------------

/// Decodes `%41` and `+`, and `%u0041` if `is_wide`. A broken escape is kept.
fn unescape(text: &str, is_wide: bool) -> String {
    let digit = |at: usize| {
        text.as_bytes()
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
    };
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let wide = || {
            (at + 2..at + 6)
                .map(digit)
                .try_fold(0, |number, digit| Some(number * 16 + digit?))
        };
        match (text.as_bytes()[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'%', ..) if is_wide && text[at..].starts_with("%u") && wide().is_some() => {
                let c = wide().and_then(char::from_u32).unwrap_or('?');
                bytes.extend(c.to_string().into_bytes());
                at += 5;
            }
            (b'+', ..) => bytes.push(b' '),
            (byte, ..) => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

type Pairs = Vec<(String, String)>;

/// Returns the names and values between separators.
fn split(query: &str, separators: &[char], is_wide: bool) -> Pairs {
    query
        .split(separators)
        .filter(|piece| !piece.is_empty())
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
        .map(|(name, value)| (unescape(name, is_wide), unescape(value, is_wide)))
        .collect()
}

fn renamed(pairs: Pairs, name: impl Fn(&str) -> Option<String>) -> Pairs {
    let renamed = pairs.into_iter();
    renamed
        .filter_map(|(own, value)| Some((name(&own)?, value)))
        .collect()
}

/// `parse_str`: <https://www.php.net/manual/en/language.variables.external.php>.
fn php(query: &str) -> Pairs {
    renamed(split(query, &['&'], false), |name| {
        let name = name.split('\0').next()?.trim_start_matches(' ');
        let under = |text: &str| text.replace(['.', ' '], "_");
        Some(match name.split_once('[') {
            Some((name, rest)) if rest.contains(']') => under(name),
            Some((name, rest)) => format!("{}_{rest}", under(name)),
            None => under(name),
        })
    })
}

/// `HttpValueCollection`, whose names are case-insensitive and whose escapes may be wide.
fn asp_net(query: &str) -> Pairs {
    renamed(split(query, &['&'], true), |name| {
        Some(name.to_ascii_lowercase())
    })
}

/// Rack 2: `normalize_params` of pieces split at `&` or `;`, without surrounding spaces.
fn rack(query: &str) -> Pairs {
    let pieces: Vec<_> = query
        .split(['&', ';'])
        .map(|piece| piece.trim_start_matches([' ', '+']))
        .collect();
    renamed(split(&pieces.join("&"), &['&'], false), |name| {
        let name = name.trim_start_matches(['[', ']']);
        Some(name.split(['[', ']']).next()?.to_owned())
    })
}

/// qs, with its option for dots.
fn qs(query: &str) -> Pairs {
    renamed(split(query, &['&'], false), |name| {
        let name = name.trim_start_matches(['[', '.']);
        Some(name.split(['[', ']', '.']).next()?.to_owned())
    })
}

/// CGI.pm: `&` or `;`, and wide escapes.
fn perl(query: &str) -> Pairs {
    split(query, &['&', ';'], true)
}

/// A form library that trims names and, like C, ends them at a NUL.
fn trimming(query: &str) -> Pairs {
    renamed(split(query, &['&'], false), |name| {
        Some(
            name.split('\0')
                .next()?
                .trim_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r'])
                .to_owned(),
        )
    })
}

type Decoder = fn(&str) -> Pairs;

const DECODERS: [(&str, Decoder); 6] = [
    ("PHP", php),
    ("ASP.NET", asp_net),
    ("Rack", rack),
    ("qs", qs),
    ("CGI.pm", perl),
    ("trimming", trimming),
];

#[test]
fn the_decoders_of_the_properties_are_as_documented() {
    for (decoder, query, wanted) in [
        (php as Decoder, "a.b=1", "a_b"),
        (php, "+a%00x=1", "a"),
        (php, "a[b=1", "a_b"),
        (php, "a[]=1", "a"),
        (asp_net, "A%u0062=1", "ab"),
        (rack, "x=2;+%5Da%5Bb%5D=1", "a"),
        (rack, "[a]=1", "a"),
        (qs, ".a=1", "a"),
        (qs, "a.b=1", "a"),
        (perl, "x=2;%u0061=1", "a"),
        (trimming, "%0ba%0d=1", "a"),
    ] {
        let pairs = decoder(query);
        let found = pairs
            .iter()
            .any(|(name, value)| name == wanted && value == "1");
        assert!(found, "{query}: {pairs:?}");
    }
}

/// Returns the expectation of every field of [`DONE`].
fn all_of_done() -> ExpectReturn<'static> {
    ExpectReturn::new()
        .submission_id(DONE[0])
        .unique_value(DONE[1])
        .reference(DONE[2])
        .photo_count(5)
        .timestamp(NOW)
}

// --- Mangled names ---------------------------------------------------------------------------

/// The spellings of a name that some decoder reads as the name.
fn mangled(name: &'static str) -> impl Strategy<Value = String> {
    let step = select((0..16_u8).collect::<Vec<_>>());
    (vec((step, any::<prop::sample::Index>()), 1..4)).prop_map(move |steps| {
        let mut text = name.to_owned();
        for (step, at) in steps {
            let at = at.index(text.len());
            let is_letter = text.is_char_boundary(at)
                && text.as_bytes()[at].is_ascii_alphabetic()
                && !text[..at].ends_with('%');
            text = match step {
                0 => text.to_uppercase().replace("%U", "%u"),
                1 if is_letter => {
                    let byte = text.as_bytes()[at];
                    format!("{}%{byte:02x}{}", &text[..at], &text[at + 1..])
                }
                2 if is_letter => {
                    let byte = text.as_bytes()[at];
                    format!("{}%u00{byte:02X}{}", &text[..at], &text[at + 1..])
                }
                3 => format!("+{text}"),
                4 => format!("%20%09{text}"),
                5 => format!("{text}%0A"),
                6 => format!("{text}%00x"),
                7 => format!("{text}[]"),
                8 => format!("{text}%5Bx%5D"),
                9 => format!("[{text}]"),
                10 => format!("]{text}"),
                11 => format!(".{text}"),
                12 => format!("x=1;{text}"),
                13 => text.replacen('_', "[", 1),
                14 => text.replace('_', "."),
                _ => text.replace('_', "+"),
            };
        }
        text
    })
}

/// The names of a return's parameters, in order, and the template that uses them.
const PLAIN: [&str; 6] = RETURN_NAMES;
const UNDERSCORED: [&str; 6] = ["d_s", "u_v", "Ref", "c_n_t", "t_s", "s-g"];
const TEMPLATE: &str = "https://a.example/?d_s={submission_id}&u_v={unique_value}&Ref={reference}\
    &c_n_t={photo_count}&t_s={timestamp}&s-g={signature}";

const DONE: [&str; 5] = ["pls_1", "ABC 123", "ticket-456", "5", "1705500000"];

fn genuine(names: [&'static str; 6]) -> Vec<String> {
    let sig = hmac_sha256(SECRET, DONE.join("|").as_bytes());
    let values = DONE
        .map(|value| value.replace(' ', "+"))
        .into_iter()
        .chain([sig]);
    names
        .into_iter()
        .zip(values)
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

/// Pieces to add to the genuine ones: mangled names, each with its index and a value.
fn extra(names: [&'static str; 6]) -> impl Strategy<Value = (usize, String)> {
    (0..6_usize).prop_flat_map(move |index| {
        let values = ["ticket-999", "5", "ticket-456", "", "ABC+123", "1705500000"].to_vec();
        (Just(index), mangled(names[index]), select(values))
            .prop_map(|(index, name, value)| (index, format!("{name}={value}")))
    })
}

fn check_decoders(
    names: [&'static str; 6],
    query: &str,
    verified: &[String],
) -> Result<(), TestCaseError> {
    for (decoder, decode) in DECODERS {
        for (name, value) in decode(query) {
            // With a decoder that ignores case, the application may use either spelling.
            let is_own = |own: &str| {
                name == own || (decoder == "ASP.NET" && own.eq_ignore_ascii_case(&name))
            };
            let index = names.iter().position(|own| is_own(own));
            if let Some(wanted) = index.and_then(|index| verified.get(index)) {
                prop_assert_eq!(&value, wanted, "{} reads {} of {}", decoder, name, query);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn every_decoder_reads_the_verified_values(
        plain in vec(extra(PLAIN), 0..3), underscored in vec(extra(UNDERSCORED), 0..3),
        left_out in proptest::option::of(0..6_usize), rotation in 0..9_usize,
        before in select(&["", "?", "/done?", "https://a.example/?"][..]), expected in any::<bool>(),
    ) {
        let workflow = workflow();
        let template = RedirectTemplate::parse(TEMPLATE).unwrap();
        for (names, extra, template) in
            [(PLAIN, plain, None), (UNDERSCORED, underscored, Some(&template))]
        {
            let mut pieces = genuine(names);
            if let Some(index) = left_out {
                pieces.remove(index);
            }
            pieces.extend(extra.into_iter().map(|(_, piece)| piece));
            let len = pieces.len();
            pieces.rotate_left(rotation % len);
            let query = pieces.join("&");
            let expect = if expected { all_of_done() } else { ExpectReturn::new() };
            let input = format!("{before}{query}");
            let verified = verify_return(&workflow, &*input, template, NOW, &expect);
            if let Ok(verified) = verified {
                check_decoders(names, &query, &verified)?;
            }
        }
    }

    #[test]
    fn a_look_alike_next_to_a_parameter_is_a_duplicate(
        (index, plain) in extra(PLAIN), (other, underscored) in extra(UNDERSCORED),
        at in 0..7_usize, before in select(&["", "?", "/done?", "HTTP://a.example?"][..]),
    ) {
        let workflow = workflow();
        let template = RedirectTemplate::parse(TEMPLATE).unwrap();
        for (names, index, piece, template) in
            [(PLAIN, index, plain, None), (UNDERSCORED, other, underscored, Some(&template))]
        {
            // Only a name that some decoder takes for the genuine one counts.
            let wanted = names[index];
            let mut reads = DECODERS.iter().flat_map(|(_, decode)| decode(&piece));
            if !reads.any(|(name, _)| name.eq_ignore_ascii_case(wanted)) {
                continue;
            }
            let mut pieces = genuine(names);
            pieces.insert(at, piece);
            let input = format!("{before}{}", pieces.join("&"));
            let verified =
                verify_return(&workflow, &*input, template, NOW, &ExpectReturn::new());
            let refused = (Code::DuplicateParameter, vec![RETURN_NAMES[index]]);
            prop_assert_eq!(verified, Err(refused), "{}", input);
        }
    }

    #[test]
    fn a_look_alike_in_place_of_a_parameter_carries_nothing(
        (index, piece) in extra(PLAIN), link in 0..5_usize, expected in any::<bool>(),
    ) {
        let workflow = workflow();
        let mut reads = DECODERS.iter().flat_map(|(_, decode)| decode(&piece));
        prop_assume!(reads.any(|(name, _)| name.eq_ignore_ascii_case(PLAIN[index])));
        // Decoded strictly, it is the name itself.
        let (name, _) = piece.split_once('=').unwrap();
        prop_assume!(unescape(name, false) != PLAIN[index]);
        let mut pieces = genuine(PLAIN);
        pieces[index] = piece;
        let expect = if expected { all_of_done() } else { ExpectReturn::new() };
        let query = pieces.join("&");
        let verified = verify_return(&workflow, &*query, None, NOW, &expect);
        // An expected value doesn't replace a field that is present under another name.
        let code = match (expected, PLAIN[index]) {
            (true, "sub" | "uv" | "ref" | "cnt" | "ts") => Code::DuplicateParameter,
            _ => Code::MissingParameter,
        };
        prop_assert_eq!(verified, Err((code, vec![PLAIN[index]])), "{}", query);

        // The same for a link.
        let name = LINK_NAMES[link];
        let query = a_link().replace(&format!("{name}="), &format!("{}=", name.to_uppercase()));
        let verified = verify_link(&workflow, &*query, NOW, &ExpectLink::new());
        prop_assert_eq!(verified, Err((Code::MissingParameter, vec![name])), "{}", query);
    }
}
