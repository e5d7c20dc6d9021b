//! The catalogue: one row for each mistake.
//!
//! A row has the sentence and the fixes of a mistake, its entry in the book, and its name in the
//! tests. To add a mistake, add a row here and one transformation in the stage of its section.

use core::fmt;

use serde::{Serialize, Serializer};

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A link to Visiono.
    Link,
    /// A return from Visiono.
    Return,
    /// A webhook from Visiono.
    Webhook,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Link, Self::Return, Self::Webhook];
}

/// The kinds of message in which a mistake exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

const W: Kinds = Kinds(4);
const LR: Kinds = Kinds(3);
const LRW: Kinds = Kinds(7);
const R: Kinds = Kinds(2);

impl Kinds {
    /// Returns `true` if the kind is among them.
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

/// The certainty of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The signature matches under this change.
    Proof,
    /// It looks like this mistake.
    Hint,
    /// It looks like the cause but is not.
    Note,
}

/// A section of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// The key is not the text of the secret.
    Key,
    /// Another algorithm was used, or another form of the signature.
    Signature,
    /// Another text was signed.
    Text,
    /// The time in the signed text is wrong, or the clock.
    Time,
    /// The URL changed in transit.
    Transport,
    /// The body of a webhook changed.
    Body,
    /// The core's own answer names the mistake.
    Answer,
}

impl Section {
    /// Every section, in the order of the book.
    pub const ALL: [Self; 7] = [
        Self::Key,
        Self::Signature,
        Self::Text,
        Self::Time,
        Self::Transport,
        Self::Body,
        Self::Answer,
    ];

    /// Returns the heading in the book.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Key => "The key",
            Self::Signature => "The algorithm and the form of the signature",
            Self::Text => "The signed text of links and returns",
            Self::Time => "The time",
            Self::Transport => "The URL on its way",
            Self::Body => "The body of a webhook",
            Self::Answer => "Answers of verification itself",
        }
    }
}

/// The correct line in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fix {
    /// In PHP.
    pub php: String,
    /// In JavaScript, for Node.
    pub javascript: String,
    /// In Python.
    pub python: String,
}

/// The row of a mistake.
struct Row {
    id: &'static str,
    section: Section,
    kinds: Kinds,
    certainty: Certainty,
    symptom: &'static str,
    sentence: &'static str,
    /// PHP, JavaScript, Python. `@SIGN` and similar names are replaced by code for the kind of
    /// message.
    fix: [&'static str; 3],
}

macro_rules! rows {
    ($($variant:ident $id:literal $section:ident $kinds:ident $certainty:ident $symptom:ident
        $sentence:literal $fix:expr;)*) => {
        /// A mistake of the catalogue.
        ///
        /// The order of the variants is that of preference: of two names for one change, the first
        /// is reported.
        ///
        /// # Examples
        ///
        /// ```
        /// use visiono_workflow_explain::Mistake;
        ///
        /// assert_eq!(Mistake::KeyHexDecoded.id(), "key_hex_decoded");
        /// assert_eq!(Mistake::from_id("key_hex_decoded"), Some(Mistake::KeyHexDecoded));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Mistake {
            $(#[doc = $sentence] $variant,)*
        }

        impl Mistake {
            /// Every mistake, in the order of the catalogue.
            pub const ALL: [Self; [$($id),*].len()] = [$(Self::$variant),*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        id: $id,
                        section: Section::$section,
                        kinds: $kinds,
                        certainty: Certainty::$certainty,
                        symptom: $symptom,
                        sentence: $sentence,
                        fix: $fix,
                    },)*
                }
            }
        }
    };
}

const EVERY: &str = "Every message is refused, from the first one.";
const CHANGED: &str = "It worked, and since a change every message is refused.";
const SOME_VALUES: &str = "Only messages with certain values or characters are refused.";
const SOMETIMES: &str = "A few messages are refused, with no pattern.";
const ON_ITS_WAY: &str =
    "The URL works when it is made, but not from an e-mail, a chat or a proxy.";
const RETURNS: &str = "Links work, and every return is refused.";
const TOO_LATE: &str = "The signature is right, and the time is refused.";
const BODY: &str = "Webhooks are refused, although the secret is right.";
const SOME_BODIES: &str = "Only webhooks with certain contents are refused.";

const SIGN: [&str; 3] = ["@SIGN", "@SIGN", "@SIGN"];
const VERIFY: [&str; 3] = ["@VERIFY", "@VERIFY", "@VERIFY"];
const RAW_BODY: [&str; 3] = [
    "$body = file_get_contents('php://input'); // before anything parses it",
    "app.post('/webhook', express.raw({ type: () => true }), handler) // request.body is a Buffer",
    "body = request.get_data()  # Flask; request.body in Django, await request.body() in FastAPI",
];
const ENVIRONMENT: [&str; 3] = [
    "$secret = getenv('@NAME') ?: throw new RuntimeException('no secret');",
    "const secret = process.env.@NAME; if (!secret) throw new Error('no secret');",
    "secret = os.environ[\"@NAME\"]  # a KeyError, not an empty secret",
];
const TRIM_FILE: [&str; 3] = [
    "$secret = rtrim(file_get_contents($file), \"\\r\\n\");",
    "const secret = readFileSync(file, 'utf8').replace(/[\\r\\n]+$/, '');",
    "secret = Path(file).read_text().rstrip(\"\\r\\n\")",
];
const BUILD_QUERY: [&str; 3] = [
    "$query = http_build_query($fields, '', '&', PHP_QUERY_RFC3986); // sign first, then encode",
    "const query = new URLSearchParams(fields).toString() // sign first, then encode",
    "query = urlencode(fields, quote_via=quote, safe=\"\")  # sign first, then encode",
];
const RECEIVED: [&str; 3] = [
    "@VERIFY; // the request as it arrived",
    "@VERIFY // the request as it arrived",
    "@VERIFY  # the request as it arrived",
];
const NAMES: [&str; 3] = [
    "['uv' => $uv, 'src' => $src, 'ref' => $ref, 'ts' => $ts, 'sig' => $sig]",
    "{ uv, src, ref, ts, sig }",
    "dict(uv=uv, src=src, ref=ref, ts=ts, sig=sig)",
];
const CLOCK: [&str; 3] = [
    "$ts = time(); // once; signed and sent",
    "const ts = Math.floor(Date.now() / 1000) // once; signed and sent",
    "ts = int(time.time())  # once; signed and sent",
];

// The table is formatted by hand.
#[rustfmt::skip]
rows! {
// 1. Key
KeyHexDecoded "key_hex_decoded" Key LRW Proof EVERY
    "The secret was decoded as hex; the key is its text."
    ["@SIGN; // not hex2bin($secret)", "@SIGN // not Buffer.from(secret, 'hex')", "@SIGN  # not bytes.fromhex(secret)"];
KeyBase64Decoded "key_base64_decoded" Key LRW Proof EVERY
    "The secret was decoded as base64; the key is its text."
    ["@SIGN; // not base64_decode($secret)", "@SIGN // not Buffer.from(secret, 'base64')", "@SIGN  # not base64.b64decode(secret)"];
KeyStandardWebhooks "key_standard_webhooks" Key W Proof EVERY
    "The secret lost its whsec_ and was decoded as base64, as the Standard Webhooks scheme does; the key is the whole text."
    ["@SIGN; // $secret with its whsec_", "@SIGN // secret with its whsec_", "@SIGN  # secret with its whsec_"];
KeyPrefixRemoved "key_prefix_removed" Key W Proof EVERY
    "The secret lost its whsec_, which is part of the key."
    ["@SIGN; // $secret with its whsec_", "@SIGN // secret with its whsec_", "@SIGN  # secret with its whsec_"];
KeyNewline "key_newline" Key LRW Proof EVERY
    "The secret has a line ending, as from a file."
    TRIM_FILE;
KeySpace "key_space" Key LRW Proof EVERY
    "The secret has white space or an invisible character at its start or end."
    ["$secret = trim($secret, \" \\t\\u{a0}\\u{200b}\\u{feff}\");", "secret = secret.trim() // and paste it again: trim() keeps U+200B", "secret = secret.strip(\" \\t\\u00a0\\u200b\\ufeff\")"];
KeyQuotes "key_quotes" Key LRW Proof EVERY
    "The secret is in quotes, as from an .env file whose quotes were not removed."
    ["$secret = trim($secret, '\"\\''); // better: remove them from the file", "secret = secret.replace(/^[\"']|[\"']$/g, '') // better: remove them from the file", "secret = secret.strip(\"\\\"'\")  # better: remove them from the file"];
KeyBom "key_bom" Key LRW Proof EVERY
    "The secret starts with a byte order mark, as from a file that Windows saved."
    ["$secret = preg_replace('/^\\xEF\\xBB\\xBF/', '', $secret);", "secret = secret.replace(/^\\uFEFF/, '')", "secret = Path(file).read_text(encoding=\"utf-8-sig\").strip()"];
KeyUnset "key_unset" Key LRW Proof CHANGED
    "The secret is not set: the key is empty, or the name or the text of a missing value."
    ENVIRONMENT;
KeySample "key_sample" Key LRW Proof EVERY
    "The key is the documentation's sample, not your secret."
    ["@NEW; // the value that Visiono shows", "@NEW // the value that Visiono shows", "@NEW  # the value that Visiono shows"];
KeyOtherKind "key_other_kind" Key LRW Proof EVERY
    "The key is a secret of another kind: links and returns need the workflow secret, webhooks the webhook secret."
    ["@NEW; // the secret of this kind, not an API key", "@NEW // the secret of this kind, not an API key", "@NEW  # the secret of this kind, not an API key"];
KeyOtherEndpoint "key_other_endpoint" Key LRW Proof EVERY
    "The key is the secret of another Smart Link or endpoint."
    ["@NEW; // of this Smart Link or endpoint", "@NEW // of this Smart Link or endpoint", "@NEW  # of this Smart Link or endpoint"];
KeyRotated "key_rotated" Key LRW Proof CHANGED
    "The key is the old secret, from before the rotation."
    ["new @CLASS([$secret, $previousSecret]) // accept both for a while", "new @CLASS([secret, previousSecret]) // accept both for a while", "@CLASS([secret, previous_secret])  # accept both for a while"];
KeyDecorated "key_decorated" Key LRW Proof EVERY
    "The secret has a prefix that is not part of it."
    ["@SIGN; // $secret as Visiono shows it", "@SIGN // secret as Visiono shows it", "@SIGN  # secret as Visiono shows it"];
KeyCase "key_case" Key LRW Proof EVERY
    "The secret was written in upper or lower case; the key is its text as Visiono shows it."
    ["@SIGN; // no strtolower(), no strtoupper()", "@SIGN // no toLowerCase(), no toUpperCase()", "@SIGN  # no lower(), no upper()"];
KeyTruncated "key_truncated" Key LRW Proof EVERY
    "The secret was cut."
    ["strlen($secret) // compare with what Visiono shows: no short column, no # or $ in an unquoted .env value", "secret.length // compare with what Visiono shows: no short column, no # or $ in an unquoted .env value", "len(secret)  # compare with what Visiono shows: no short column, no # or $ in an unquoted .env value"];
KeyHashed "key_hashed" Key LRW Proof EVERY
    "The secret was hashed or base64-encoded; the key is its text."
    ["@SIGN; // not hash('sha256', $secret)", "@SIGN // not createHash('sha256').update(secret)", "@SIGN  # not hashlib.sha256(secret)"];
KeyUtf16 "key_utf16" Key LRW Proof EVERY
    "The secret was encoded as UTF-16; the key is its UTF-8 bytes."
    ["@SIGN; // no mb_convert_encoding($secret, 'UTF-16LE')", "@SIGN // not Buffer.from(secret, 'utf16le')", "@SIGN  # secret.encode(), not encode(\"utf-16-le\")"];
// 2. Algorithm and form of the signature
Swapped "swapped" Signature LRW Proof EVERY
    "The key and the signed text are in the wrong order of arguments."
    SIGN;
PlainHash "plain_hash" Signature LRW Proof EVERY
    "The signature is a plain hash, not an HMAC."
    ["@SIGN; // not hash('sha256', …)", "@SIGN // not createHash('sha256')", "@SIGN  # not hashlib.sha256(…)"];
DoubleHash "double_hash" Signature LRW Proof EVERY
    "The text or the signature was hashed once more."
    ["@SIGN; // no hash() inside or around it", "@SIGN // no createHash() inside or around it", "@SIGN  # no hashlib inside or around it"];
Sha1 "sha1" Signature LRW Proof EVERY
    "The algorithm is SHA-1; it must be SHA-256."
    SIGN;
Sha512 "sha512" Signature LRW Proof EVERY
    "The algorithm is SHA-512; it must be SHA-256."
    SIGN;
Sha384 "sha384" Signature LRW Proof EVERY
    "The algorithm is SHA-384; it must be SHA-256."
    SIGN;
Md5 "md5" Signature LRW Proof EVERY
    "The algorithm is MD5; it must be SHA-256."
    SIGN;
UpperCase "upper_case" Signature LRW Proof EVERY
    "The signature is right, but in upper case; it must be lowercase hex."
    ["@SIGN; // no strtoupper()", "@SIGN // no toUpperCase()", "@SIGN  # no upper()"];
Base64 "base64" Signature LRW Proof EVERY
    "The signature is right, but in base64; it must be lowercase hex."
    ["@SIGN; // hex by default", "@SIGN // not digest('base64')", "@SIGN  # not base64.b64encode(….digest())"];
Base64Url "base64url" Signature LRW Proof EVERY
    "The signature is right, but in base64url; it must be lowercase hex."
    ["@SIGN; // hex by default", "@SIGN // not digest('base64url')", "@SIGN  # not base64.urlsafe_b64encode(….digest())"];
Base64OfHex "base64_of_hex" Signature LRW Proof EVERY
    "The signature is right, but its hex digits are base64-encoded."
    ["@SIGN; // not base64_encode() of it", "@SIGN // not btoa() of it", "@SIGN  # not base64.b64encode() of it"];
SchemeMissing "scheme_missing" Signature W Proof EVERY
    "The signature is right, but lacks the prefix sha256= of the header."
    ["'sha256=' . @SIGN", "'sha256=' + @SIGN", "\"sha256=\" + @SIGN"];
SchemeInUrl "scheme_in_url" Signature LR Proof EVERY
    "The signature is right, but has the prefix sha256=, which a URL must not have."
    SIGN;
SchemeSpace "scheme_space" Signature LRW Proof EVERY
    "The signature is right, but has a space at its start or end, or after sha256=."
    ["trim($signature)", "signature.trim()", "signature.strip()"];
Quoted "quoted" Signature LRW Hint EVERY
    "The signature is in quotes, as if it were encoded as JSON."
    ["@SIGN; // not json_encode() of it", "@SIGN // not JSON.stringify() of it", "@SIGN  # not json.dumps() or repr() of it"];
BytesRepr "bytes_repr" Signature LRW Hint EVERY
    "The signature is the text of a Python bytes object: b'…'."
    ["@SIGN;", "@SIGN", "@SIGN  # hexdigest(), not str(….digest())"];
Promise "promise" Signature LRW Hint EVERY
    "The signature is the text of an object, not of its value."
    ["@SIGN; // not a resource or an object", "await signature // a promise has no text", "@SIGN  # call it: hexdigest()"];
Truncated "truncated" Signature LRW Hint EVERY
    "The signature was cut; it has 64 hex digits."
    ["@SIGN; // no substr(), no VARCHAR(32)", "@SIGN // no slice()", "@SIGN  # no slice"];
RawBytes "raw_bytes" Signature LRW Hint EVERY
    "The signature is raw bytes, not hex."
    ["hash_hmac('sha256', @TEXT, $secret) // without a fourth argument", "@SIGN // digest('hex'), not digest()", "@SIGN  # hexdigest(), not digest()"];
// 3. Signed text of links and returns
OtherMessage "other_message" Text LR Proof EVERY
    "The text of the other message was signed: a link's for a return, or the reverse."
    SIGN;
FieldOrder "field_order" Text LR Proof EVERY
    "The fields were joined in another order."
    SIGN;
Separator "separator" Text LR Proof EVERY
    "The fields were joined with another separator than |."
    SIGN;
FieldMissing "field_missing" Text LR Proof EVERY
    "A field is missing from the signed text."
    SIGN;
FieldAdded "field_added" Text LR Proof EVERY
    "The signed text has an extra field."
    SIGN;
NameValueText "name_value_text" Text LR Proof EVERY
    "The fields were signed with their names; only the values are signed."
    SIGN;
WholeUrl "whole_url" Text LR Proof EVERY
    "The URL or a part of it was signed, not the fields."
    SIGN;
JsonOfFields "json_of_fields" Text LR Proof EVERY
    "JSON of the fields was signed, not the fields."
    SIGN;
EncodedValues "encoded_values" Text LR Proof SOME_VALUES
    "The values were percent-encoded before they were signed; sign first, then encode."
    BUILD_QUERY;
DecodedTwice "decoded_twice" Text LR Proof SOME_VALUES
    "The values were decoded twice; the framework's values are decoded already."
    RECEIVED;
PlusAsSpace "plus_as_space" Text LR Proof SOME_VALUES
    "A plus and a space were confused: in a query, + is a space, and a plus is %2B."
    BUILD_QUERY;
Trimmed "trimmed" Text LR Proof SOME_VALUES
    "The signed and the sent value differ in white space at the start or end."
    ["$uv = trim($uv); // once, before it is signed and sent", "uv = uv.trim() // once, before it is signed and sent", "uv = uv.strip()  # once, before it is signed and sent"];
Squeezed "squeezed" Text LR Proof SOME_VALUES
    "White space inside a value was collapsed into one space."
    ["$uv = preg_replace('/\\s+/', ' ', $uv); // once, before it is signed and sent", "uv = uv.replace(/\\s+/g, ' ') // once, before it is signed and sent", "uv = \" \".join(uv.split())  # once, before it is signed and sent"];
Normalized "normalized" Text LR Proof SOME_VALUES
    "The signed and the sent value are in different normal forms of Unicode."
    ["$uv = Normalizer::normalize($uv); // once, before it is signed and sent", "uv = uv.normalize() // once, before it is signed and sent", "uv = unicodedata.normalize(\"NFC\", uv)  # once, before it is signed and sent"];
Charset "charset" Text LR Proof SOME_VALUES
    "The text was signed in another character set than UTF-8."
    ["@SIGN; // no utf8_decode(), no iconv()", "@SIGN // update(text, 'utf8'), not 'latin1'", "@SIGN  # encode(), not encode(\"latin-1\")"];
HtmlEscaped "html_escaped" Text LR Proof SOME_VALUES
    "The values were escaped for HTML before they were signed."
    ["@SIGN; // htmlspecialchars() only where HTML is written", "@SIGN // escape only where HTML is written", "@SIGN  # html.escape() only where HTML is written"];
SlashesAdded "slashes_added" Text LR Proof SOME_VALUES
    "The values have backslashes before quotes, as a content management system adds them."
    ["$uv = wp_unslash($_GET['uv']);", "@SIGN // values without added backslashes", "@SIGN  # values without added backslashes"];
CaseChanged "case_changed" Text LR Proof SOME_VALUES
    "The signed and the sent value differ in case."
    ["$uv = strtoupper($uv); // once, before it is signed and sent", "uv = uv.toUpperCase() // once, before it is signed and sent", "uv = uv.upper()  # once, before it is signed and sent"];
ValueUndefined "value_undefined" Text LR Proof SOME_VALUES
    "A value was not set when the text was signed."
    ["$ref ?? throw new InvalidArgumentException('no reference')", "if (ref === undefined) throw new Error('no reference')", "if ref is None: raise ValueError(\"no reference\")"];
ReplaceDollar "replace_dollar" Text LR Proof SOME_VALUES
    "A replacing function took a $ in a value for a pattern."
    ["@SIGN; // not preg_replace() with a value", "text.replace('{ref}', () => ref) // a function, not a text with $", "@SIGN  # not re.sub() with a value"];
BracesLeft "braces_left" Text LR Proof SOME_VALUES
    "A placeholder was not filled before the text was signed."
    ["@SIGN; // double quotes; single ones fill nothing", "@SIGN // backquotes; other quotes fill nothing", "@SIGN  # with f in front"];
NewlineAtEnd "newline_at_end" Text LR Proof EVERY
    "The signed text has a line ending at its end, as echo writes it."
    ["@SIGN; // on a shell: printf %s, not echo", "@SIGN // on a shell: printf %s, not echo", "@SIGN  # on a shell: printf %s, not echo"];
// 4. Time
TsMilliseconds "ts_milliseconds" Time LR Proof EVERY
    "The timestamp is in milliseconds; it must be in seconds."
    CLOCK;
TsOtherInstant "ts_other_instant" Time LR Proof SOMETIMES
    "The signed timestamp differs from the sent one: the clock was read twice."
    CLOCK;
TsText "ts_text" Time LR Proof EVERY
    "The timestamp was signed as a date or a fraction; it must be whole Unix seconds."
    CLOCK;
ClockZone "clock_zone" Time LRW Hint TOO_LATE
    "The age is a whole number of quarter hours: local time may have been taken for UTC."
    ["$ts = time(); // not strtotime() of a local time", "const ts = Math.floor(Date.now() / 1000) // not of a local time", "ts = int(time.time())  # not datetime.utcnow().timestamp()"];
ClockWrong "clock_wrong" Time LRW Hint TOO_LATE
    "The message is from the future: one of the two clocks may be wrong."
    ["timedatectl timesync-status # on a shell", "timedatectl timesync-status # on a shell", "timedatectl timesync-status # on a shell"];
Expired "expired" Time LRW Proof TOO_LATE
    "The signature is right, but the message is too old."
    ["time() // sign when the person clicks, and verify when the message arrives", "Date.now() // sign when the person clicks, and verify when the message arrives", "time.time()  # sign when the person clicks, and verify when the message arrives"];
Early "early" Time LRW Proof TOO_LATE
    "The signature is right, but the message is from the future."
    CLOCK;
// 5. URL and transport
AmpEntities "amp_entities" Transport LR Proof ON_ITS_WAY
    "The URL has &amp; where & must be: it was escaped for HTML and read as text."
    ["header(\"Location: $url\"); // htmlspecialchars($url) only inside an attribute", "element.href = url // not innerHTML of an escaped URL", "redirect(url)  # html.escape(url) only inside an attribute"];
QuotedPrintable "quoted_printable" Transport LR Proof ON_ITS_WAY
    "The URL has the escapes of quoted-printable, an encoding of e-mails."
    ["quoted_printable_decode($mail)", "libqp.decode(mail).toString()", "quopri.decodestring(mail)"];
EncodedTwice "encoded_twice" Transport LR Proof ON_ITS_WAY
    "The URL was percent-encoded twice."
    BUILD_QUERY;
LongNames "long_names" Transport LR Proof EVERY
    "The URL has long names; its parameters have short names."
    NAMES;
NameCase "name_case" Transport LR Proof EVERY
    "The URL's parameter names are in another case; they are lower case."
    NAMES;
RawReserved "raw_reserved" Transport LR Proof SOME_VALUES
    "A value has a reserved character that is not percent-encoded: &, #, %, + or a space."
    BUILD_QUERY;
Wrapper "wrapper" Transport LR Proof ON_ITS_WAY
    "The URL is inside another one, of a mail filter or a redirector."
    ["// unwrap the URL before you check it, or click it", "// unwrap the URL before you check it, or click it", "# unwrap the URL before you check it, or click it"];
TrailingText "trailing_text" Transport LR Proof ON_ITS_WAY
    "The URL has punctuation at its start or end, from the text around it."
    ["echo \"<a href=\\\"\" . htmlspecialchars($url) . \"\\\">\"; // a link, not bare text", "link.href = url // a link, not bare text", "f'<a href=\"{escape(url)}\">'  # a link, not bare text"];
SigRemoved "sig_removed" Transport LR Hint ON_ITS_WAY
    "The signature is missing and the fields are there: a link cleaner may have removed it."
    ["// send the URL where nothing cleans it; short links hide it", "// send the URL where nothing cleans it; short links hide it", "# send the URL where nothing cleans it; short links hide it"];
TrackingParameters "tracking_parameters" Transport LR Note ON_ITS_WAY
    "The URL has tracking parameters. They are not the cause: other parameters are ignored."
    ["// nothing to change", "// nothing to change", "# nothing to change"];
Duplicate "duplicate" Transport LR Hint SOME_VALUES
    "A parameter occurs twice, and decoders disagree about which one counts."
    RECEIVED;
DoubtfulName "doubtful_name" Transport LR Hint EVERY
    "A parameter has a name that only some decoders take for the right one."
    NAMES;
TemplateLacks "template_lacks" Transport R Hint RETURNS
    "The redirect template does not carry all signed fields."
    ["https://…/done?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}", "https://…/done?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}", "https://…/done?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}"];
TemplateUnfilled "template_unfilled" Transport R Hint RETURNS
    "A placeholder of the redirect template was not filled, perhaps because its braces are encoded."
    ["https://…/done?ref={reference}&sig={signature} // braces, not %7B and %7D", "https://…/done?ref={reference}&sig={signature} // braces, not %7B and %7D", "https://…/done?ref={reference}&sig={signature}  # braces, not %7B and %7D"];
TemplateMismatch "template_mismatch" Transport R Proof RETURNS
    "The URL was not made from this redirect template: another path, mount or template."
    RECEIVED;
UndecodedPairs "undecoded_pairs" Transport LR Proof SOME_VALUES
    "The pairs are still percent-encoded, as some gateways pass them."
    RECEIVED;
// 6. Webhook body
Reserialized "reserialized" Body W Proof BODY
    "The body was parsed and serialized again; the raw bytes are signed."
    RAW_BODY;
Spaces "spaces" Body W Proof BODY
    "The spaces after commas and colons differ from those of the signed body: it was serialized again."
    RAW_BODY;
PrettyPrinted "pretty_printed" Body W Proof BODY
    "The signed body is pretty-printed, and the received one is not: it was serialized again."
    RAW_BODY;
Slashes "slashes" Body W Proof SOME_BODIES
    "Slashes are escaped in only one of the received and the signed body: it was serialized again."
    RAW_BODY;
UnicodeEscapes "unicode_escapes" Body W Proof SOME_BODIES
    "Characters are escaped as \\u in only one of the received and the signed body: it was serialized again."
    RAW_BODY;
HtmlEscapes "html_escapes" Body W Proof SOME_BODIES
    "<, > and & are escaped as \\u in only one of the received and the signed body: it was serialized again."
    RAW_BODY;
Numbers "numbers" Body W Proof SOME_BODIES
    "Numbers are written differently than in the signed body: it was serialized again."
    RAW_BODY;
KeyOrder "key_order" Body W Proof BODY
    "The names are sorted in the signed body, and not in the received one: it was serialized again."
    RAW_BODY;
Newline "newline" Body W Proof BODY
    "A line ending of the body was added, dropped or changed."
    RAW_BODY;
CharsetRoundTrip "charset_round_trip" Body W Proof SOME_BODIES
    "The body was decoded in another character set than UTF-8."
    RAW_BODY;
Base64Body "base64_body" Body W Proof BODY
    "The body is base64-encoded, as a gateway passes it; decode it first."
    ["$body = base64_decode($event['body']); // where isBase64Encoded is true", "const body = Buffer.from(event.body, 'base64') // where isBase64Encoded is true", "body = base64.b64decode(event[\"body\"])  # where isBase64Encoded is true"];
GzipBody "gzip_body" Body W Proof BODY
    "The body is compressed, or was decompressed; the other form is signed."
    ["$body = gzdecode($body); // where Content-Encoding is gzip", "const body = gunzipSync(request.body) // where Content-Encoding is gzip", "body = gzip.decompress(body)  # where Content-Encoding is gzip"];
Repr "repr" Body W Hint BODY
    "The body is the text of an object, not JSON."
    RAW_BODY;
FormEncoded "form_encoded" Body W Proof BODY
    "The body is form-encoded; the raw JSON is signed."
    RAW_BODY;
Empty "empty" Body W Hint BODY
    "The body is empty: the stream may have been read before."
    RAW_BODY;
HeaderStyle "header_style" Body W Hint BODY
    "The signature is not in the header where it is looked for: Visiono sends X-Visiono-Signature or X-Webhook-Signature."
    RECEIVED;
TimestampPrefixed "timestamp_prefixed" Body W Proof EVERY
    "A timestamp was put before the body, as other schemes do; the body alone is signed."
    SIGN;
UrlPrefixed "url_prefixed" Body W Proof EVERY
    "The URL was put before the body, as other schemes do; the body alone is signed."
    SIGN;
// The core's own answers
Missing "missing" Answer LRW Proof EVERY
    "A required part of the message is missing or empty."
    VERIFY;
Malformed "malformed" Answer LRW Proof SOME_VALUES
    "A part of the message has an invalid form, which is refused whatever the signature."
    VERIFY;
Argument "argument" Answer LRW Hint EVERY
    "An argument of the check is refused before the message is read: a secret, the template, an expected value or the time."
    VERIFY;
UnexpectedValue "unexpected_value" Answer LR Proof SOME_VALUES
    "The signature is right, but a value is not the expected one."
    VERIFY;
}

impl Mistake {
    /// Returns the mistake with this ID, if there is one.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mistake| mistake.id() == id)
    }

    /// Returns the ID, such as `key_hex_decoded`. It never changes.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.row().id
    }

    /// Returns the section of the catalogue.
    #[must_use]
    pub const fn section(self) -> Section {
        self.row().section
    }

    /// Returns the kinds of message in which the mistake exists.
    #[must_use]
    pub const fn kinds(self) -> Kinds {
        self.row().kinds
    }

    /// Returns the least certainty. A hint becomes a proof if a signature matches.
    #[must_use]
    pub const fn certainty(self) -> Certainty {
        self.row().certainty
    }

    /// Returns the symptom that a developer sees. The book lists the mistakes by it.
    #[must_use]
    pub const fn symptom(self) -> &'static str {
        self.row().symptom
    }

    /// Returns a sentence that says what is wrong.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        self.row().sentence
    }

    /// Returns the correct line in each language, for a kind of message.
    #[must_use]
    pub fn fix(self, kind: Kind) -> Fix {
        let [php, javascript, python] = self.row().fix;
        let code = Code::of(kind);
        Fix {
            php: code.fill(php, &code.php),
            javascript: code.fill(javascript, &code.javascript),
            python: code.fill(python, &code.python),
        }
    }

    /// Returns the section of the chapter *My signature is wrong*, as a path in the book.
    #[must_use]
    pub fn chapter(self) -> String {
        format!("signature-is-wrong.html#{}", self.id())
    }
}

/// Code that the fixes share, in one language.
struct Snippets {
    text: &'static str,
    sign: &'static str,
    verify: &'static str,
    /// Constructs the verifier.
    new: &'static str,
}

/// Code that the fixes share.
struct Code {
    /// The class that verifies, and the environment variable with its secret.
    class: &'static str,
    name: &'static str,
    php: Snippets,
    javascript: Snippets,
    python: Snippets,
}

impl Code {
    const fn of(kind: Kind) -> Self {
        let (class, name) = match kind {
            Kind::Link | Kind::Return => ("Workflow", "VISIONO_WORKFLOW_SECRET"),
            Kind::Webhook => ("Webhook", "VISIONO_WEBHOOK_SECRET"),
        };
        let (php, javascript, python) = match kind {
            Kind::Link => (
                ("\"$uv|$src|$ref|$ts\"", "$workflow->verifyLink($_SERVER)"),
                (
                    "`${uv}|${src}|${ref}|${ts}`",
                    "workflow.verifyLink(request)",
                ),
                (
                    "f\"{uv}|{src}|{ref}|{ts}\".encode()",
                    "workflow.verify_link(request)",
                ),
            ),
            Kind::Return => (
                (
                    "\"$sub|$uv|$ref|$cnt|$ts\"",
                    "$workflow->verifyReturn($_SERVER, template: $template)",
                ),
                (
                    "`${sub}|${uv}|${ref}|${cnt}|${ts}`",
                    "workflow.verifyReturn(request, { template })",
                ),
                (
                    "f\"{sub}|{uv}|{ref}|{cnt}|{ts}\".encode()",
                    "workflow.verify_return(request, template=template)",
                ),
            ),
            Kind::Webhook => (
                ("$body", "$webhook->receive($body, $_SERVER)"),
                ("body", "webhook.receive(body, request)"),
                ("body", "webhook.receive(body, request)"),
            ),
        };
        Self {
            class,
            name,
            php: Snippets {
                text: php.0,
                sign: "hash_hmac('sha256', @TEXT, $secret)",
                verify: php.1,
                new: "new @CLASS(getenv('@NAME'))",
            },
            javascript: Snippets {
                text: javascript.0,
                sign: "createHmac('sha256', secret).update(@TEXT).digest('hex')",
                verify: javascript.1,
                new: "new @CLASS(process.env.@NAME)",
            },
            python: Snippets {
                text: python.0,
                sign: "hmac.new(secret.encode(), @TEXT, hashlib.sha256).hexdigest()",
                verify: python.1,
                new: "@CLASS(os.environ[\"@NAME\"])",
            },
        }
    }

    fn fill(&self, fix: &str, code: &Snippets) -> String {
        fix.replace("@SIGN", code.sign)
            .replace("@VERIFY", code.verify)
            .replace("@NEW", code.new)
            .replace("@TEXT", code.text)
            .replace("@CLASS", self.class)
            .replace("@NAME", self.name)
    }
}

/// Writes the ID.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Serializes as the ID.
impl Serialize for Mistake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
