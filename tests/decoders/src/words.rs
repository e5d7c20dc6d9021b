//! The texts with which messages are mangled.

/// Texts to insert into names, before and after them.
pub(crate) const CHARACTERS: &[&str] = &[
    " ", "+", "%20", "\t", "%09", "\n", "%0A", "\r", "%0d", "%0b", "\u{b}", "\u{c}", "%0c",
    "\0", "%00", "[", "]", "%5B", "%5d", "[]", "%5B%5D", ".", "%2e", "_", "%5f", "-", "=",
    "%3D", "&", "%26", "&amp;", ";", "%3b", ",", "%2C", ":", "#", "%23", "?", "%3F", "/", "%2f",
    "\\", "%5c", "%", "%2", "%zz", "%u", "%25", "|", "'", "\"", "<", ">", "{", "}", "(", ")",
    "@", "$", "~", "^", "`", "*", "!", "%1c", "%1f", "%7f", "\u{85}", "%C2%85", "\u{a0}",
    "%C2%A0", "\u{ad}", "\u{200b}", "%E2%80%8B", "\u{feff}", "%EF%BB%BF", "\u{3000}",
    "%E3%80%80", "\u{2028}", "%E2%80%A8", "\u{301}", "%cc%81", "%c0%80", "%ff", "%u0000",
    "%u0020", "%u003b", "%u0026",
];

/// Texts that follow a name, for decoders that make lists and objects.
pub(crate) const SUFFIXES: &[&str] = &[
    "[]", "[0]", "[1]", "[a]", "[a][b]", "[][]", "[]a", "[", "]", "[ref]", ".0", ".a", "[]=x",
    "%00", "%00x", "%00[]", "[%00", "%5B0%5D", "[0", "0]", "[]%20", "%20[]", "*", "%u0000x",
];

/// Texts to put before a name.
pub(crate) const PREFIXES: &[&str] = &[
    "?", "??", "[", "]", ".", "[]", "[][", "%5B", "x=1;", ";", "x;", "&", "x=1&amp;", "amp;",
    "#", "%20", "+", " ", "\t", "%0a", "x=1%26", "x=1%3b", "$", "__proto__[", "__proto__.",
    "0[", "constructor[prototype][", "*", "/", "./", "x=1;%20", "x=1; ", "x[", "%EF%BB%BF",
    "x?", "x=?",
];

/// Foreign parameters.
pub(crate) const FOREIGN: &[&str] = &[
    "utm_source=mail", "utm=1&utm=2", "a[b]=c", "a[]=1&a[]=2", "lang=en", "x", "x=", "=x",
    "q=a+b", "gclid=%zz", "y=%ff", "n=%00", "refs=1", "xref=1", "ref2=1", "ref_=1", "_ref=1",
    "href=%2F", "reference=x", "tenants=globex", "caseid=1", "x=a;b", "x;y", "x=%3Bref%3D1",
    "d=2026-01-01", "csrc=1", "s=1", "t=1", "id2=5", "my=1", "my-ref=1", "utf8=%E2%9C%93",
    "_method=put",
];

/// Values that a foreign message could have.
pub(crate) const OTHERS: &[&str] = &[
    "ticket-999", "999", "globex", "pls_999", "", "ticket-456", "acme", "1705500000", "x",
];

/// Values of genuine messages that decoders and routers may read differently.
pub(crate) const ODD: &[&str] = &[
    "a;b", "ticket-456;ref=ticket-999", "a/b", "a//b", "a/", "/a", "a\\b", "a+b", "a b", " a",
    "a ", "a&b", "a=b", "100%", "%41", "%2e%2e", "%u0041", "a#b", "a?b", "a[b]", "[a]", "a.b",
    "a.", ".a", "...", "é", "日本", "a,b", "\"a\"", "'a'", "<a>", "{a}", "${a}", "a:b", "ſ", "A",
    "a\u{a0}", "\u{feff}a", "a\u{301}", "0", "-1", "null", "true", "a;", ";a", "a%00", "a*",
    "~a", "a@b", "\u{200b}", "𝒂", "case-1.x", "a.html", "done", "tickets", "a%2fb", "a%5cb",
    "a%252fb",
];

/// Texts to insert into a path.
pub(crate) const PATH_PARTS: &[&str] = &[
    "/", "//", "/.", "/..", "/./", "/../", "/x/../", "%2e", "%2E%2e", "%2f", "%2F", "%5c", "\\",
    ";", ";x=1", ";x", ";/", "%3b", "%3Bx=1", "%00", "%20", " ", "+", "%2B", "#", "#/", "?",
    "?x", "%3f", "%23", "\t", "%09", "%0a", "\n", "%25", "%252f", "%252e", "%", "%zz", "%ff",
    "%c0%af", ".", "..", "~", "*", ":", "@", "&", "=", "x", "%u002f", "%u0064", "\u{a0}", "é",
    "%C3%A9", "/ticket-999", "/ticket-999/..", "/ticket-999/../", "%2fticket-999",
    "..%2fticket-999", "/tickets", "/done", "index.php/", ".php", ".json", "//x", "/%2e%2e/",
    "/.%2e/", "/..;/",
];
