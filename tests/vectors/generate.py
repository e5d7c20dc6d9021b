#!/usr/bin/env python3
"""Writes the more_*.json files next to it.

Every expected result below is written by hand, from the rules of docs/protocol.md; only the
signatures are computed, with the standard library's HMAC and none of the project's own code.
Requires only Python 3.8 or later.

    python3 generate.py          writes the files
    python3 generate.py --check  fails if a file is out of date
"""

import hashlib
import hmac
import json
import pathlib
import sys
import urllib.parse

SECRET = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
THIRD = "00112233445566778899aabbccddeeff"
# The first id. An id is unique in its group; those of the other files are smaller.
FIRST_ID = 1001

# Unicode's White_Space, without the control characters of docs/protocol.md, section 3.
WHITE_SPACE = (
    [" ", "\u0085", "\u00a0", "\u1680"]
    + [chr(c) for c in range(0x2000, 0x200B)]
    + ["\u2028", "\u2029", "\u202f", "\u205f", "\u3000"]
)
BYTE_ORDER_MARK = "\ufeff"
CONTROL = [chr(c) for c in range(0x20)] + ["\x7f"]

groups = {}


def add(group, comment, given, result, names=None, output=None):
    """Adds a case. Members that are None are left out."""
    cases = groups.setdefault(group, [])
    case = {"id": FIRST_ID + len(cases), "comment": comment, "input": given, "result": result}
    if names is not None:
        case["names"] = names
    if output is not None:
        case["output"] = output
    assert (result == "ok") == (output is not None), comment
    cases.append(case)


def present(**values):
    return {name: value for name, value in values.items() if value is not None}


def signature(secret, fields):
    text = "|".join(str(field) for field in fields)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def encode(text):
    """Escapes everything except A-Z a-z 0-9 - . _ ~, in uppercase hex."""
    return urllib.parse.quote(str(text), safe="-._~")


def parameters(names, fields, sig):
    pairs = zip(names + ["sig"], list(fields) + [sig])
    return "&".join(f"{name}={encode(value)}" for name, value in pairs)


# --- Links -----------------------------------------------------------------------------------

LINK = ["uv", "src", "ref", "ts"]
A_LINK = ("ABC123", "zendesk", "ticket-456", 1705500000)
LINK_TIME = 1705500000
LINK_URL = "https://visiono.io/s/a"


def sign_link(comment, url=None, result="ok", names=None, *, link=None, slug=None, fields=A_LINK,
              secret=SECRET, secrets=None):
    """`url` is the expected one, with {parameters} for the five parameters."""
    if link is None and slug is None:
        link = LINK_URL
    uv, src, ref, ts = fields
    given = present(
        secret=secret if secrets is None else None,
        secrets=secrets, link=link, slug=slug, uv=uv, src=src, ref=ref, ts=ts)
    output = None
    if result == "ok":
        sig = signature(secrets[0] if secrets else secret, fields)
        written = (url or LINK_URL + "?{parameters}").replace(
            "{parameters}", parameters(LINK, fields, sig))
        output = {"sig": sig, "url": written}
    add("sign_link", comment, given, result, names, output)


def with_field(fields, place, value):
    return fields[:place] + (value,) + fields[place + 1:]


def sign_link_cases():
    # Section 2: valid and invalid secrets.
    for secret, comment, result in [
        ("é" * 8, "a secret of 8 characters that are 16 bytes, and no ASCII", "invalid_secret"),
        ("0123456789\u0085abcdef", "a secret with white space in its middle", "invalid_secret"),
        ("0123456789 abcdef", "a secret with a space in its middle", "invalid_secret"),
        ("\u200b0123456789abcdef", "a zero-width space is no printable ASCII", "invalid_secret"),
        ("0123456789abcdef\u0080", "U+0080 is no printable ASCII", "invalid_secret"),
        ("0123456789_whsec_vsk_", "a prefix elsewhere", "ok"),
        ("0" * 65, "one character repeated, longer than a block of SHA-256", "invalid_secret"),
        ("30313233343536373839616263646566", "a secret of hex digits is not decoded", "ok"),
        ("MDEyMzQ1Njc4OWFiY2RlZg==", "a secret of base64 is not decoded", "ok"),
    ]:
        sign_link(comment, None, result, secret=secret)
    for secret, comment in [
        ("é" * 7 + "a", "a secret of 15 bytes in 8 characters, and no ASCII"),
        ("whsec_0123456789abcdef", "a webhook secret"),
        ("vsk_0123456789abcdef", "an API key"),
        ("whsec_", "the prefix of a webhook secret alone"),
        ("vsk_", "the prefix of an API key alone"),
        (" " * 16, "a secret of spaces"),
    ]:
        sign_link(comment, None, "invalid_secret", secret=secret)
    for white in WHITE_SPACE + [BYTE_ORDER_MARK]:
        name = f"U+{ord(white):04X}"
        sign_link(f"a secret that starts with {name}", None, "invalid_secret",
                  secret=white + SECRET)
        sign_link(f"a secret that ends with {name}", None, "invalid_secret",
                  secret=SECRET + white)
    for control in CONTROL:
        sign_link(f"a secret with U+{ord(control):04X} in its middle", None, "invalid_secret",
                  secret="0123456789" + control + "abcdef")
    sign_link("the first of several secrets signs", secrets=[OTHER, SECRET])
    sign_link("one of several secrets can't be one", None, "invalid_secret",
              secrets=[SECRET, "short"])
    sign_link("no secret", None, "invalid_secret", secrets=[])

    # Section 3: valid and invalid fields.
    for place, name in enumerate(["uv", "src", "ref"]):
        for value, comment in [
            ("", "empty"), ("|", "the separator"), ("a|b", "a separator inside"),
            ("|a", "a separator first"), ("a|", "a separator last"),
        ]:
            sign_link(f"{name}: {comment}", None, "invalid_field", [name],
                      fields=with_field(A_LINK, place, value))
        for value, comment in [
            (" ", "a space"), ("{signature}", "what looks like a placeholder"),
            ("\u0080\u0085\u009f", "C1 controls"), ("\u2028", "U+2028, a line separator"),
            ("\ufeffa", "a byte order mark"), ("\U0010ffff", "the last code point"),
            ("a\u0301", "a combining accent, not normalised"), ("¦ｌ∣", "what looks like '|'"),
            ("..", "dots"), ("%7C", "an encoded separator"),
        ]:
            # Section 3: the whole category Cc and the two separators are refused.
            refused = value[0] in "\u0080\u2028"
            sign_link(f"{name}: {comment}", None, "invalid_field" if refused else "ok",
                      [name] if refused else None, fields=with_field(A_LINK, place, value))
    for control in CONTROL:
        sign_link(f"U+{ord(control):04X} in a field", None, "invalid_field", ["src"],
                  fields=with_field(A_LINK, 1, "a" + control))
    printable = "".join(chr(c) for c in range(0x20, 0x7F) if chr(c) != "|")
    sign_link("every printable ASCII character but '|'",
              fields=with_field(A_LINK, 0, printable))
    sign_link("two bad fields: the first in order is named", None, "invalid_field", ["src"],
              fields=("ABC123", "", "a|b", 100000000000))
    sign_link("a payload longer than a block of SHA-256",
              fields=("a" * 200, "é" * 100, "漢" * 100, LINK_TIME))
    sign_link("the last second", fields=with_field(A_LINK, 3, 99999999999))
    sign_link("milliseconds", None, "invalid_field", ["ts"],
              fields=with_field(A_LINK, 3, 100000000000))

    # Section 4: slugs.
    for slug in ["a", "0", "damage-report", "A-Z_0.9~", "...", ".a", "a..", "-", "_", "~"]:
        sign_link("a slug", "https://visiono.io/s/" + slug + "?{parameters}", slug=slug)
    for slug in ["", ".", "..", "a/b", "/", "a b", " a", "a?b", "a#b", "a%20b", "%2e", "a\\b",
                 "é", "a\n", "a&b", "a+b", "a:b", "a@b", "{a}", "https://visiono.io/s/a"]:
        sign_link("what can't be a slug", None, "invalid_field", ["slug"], slug=slug)

    # Section 4: link URLs.
    for link, expected in [
        ("https://visiono.io", "https://visiono.io?{parameters}"),
        ("https://visiono.io/", "https://visiono.io/?{parameters}"),
        ("https://visiono.io?lang=it", "https://visiono.io?lang=it&{parameters}"),
        ("https://visiono.io#top", "https://visiono.io?{parameters}#top"),
        ("https://visiono.io/s/a?#top", "https://visiono.io/s/a?{parameters}#top"),
        ("https://visiono.io/s/a?lang=it#top", "https://visiono.io/s/a?lang=it&{parameters}#top"),
        ("https://visiono.io/s/a?lang=it&#top", "https://visiono.io/s/a?lang=it&{parameters}#top"),
        ("https://visiono.io/s/a#?uv=1", "https://visiono.io/s/a?{parameters}#?uv=1"),
        ("https://visiono.io/s/a?x=a?b", "https://visiono.io/s/a?x=a?b&{parameters}"),
        ("HTTPS://visiono.io/s/a", "HTTPS://visiono.io/s/a?{parameters}"),
        ("hTTps://Visiono.IO/s/A", "hTTps://Visiono.IO/s/A?{parameters}"),
        ("https://visiono.io:443/s/a", "https://visiono.io:443/s/a?{parameters}"),
        ("https://visiono.io:65535/s/a", "https://visiono.io:65535/s/a?{parameters}"),
        ("https://[2001:db8::1]/s/a", "https://[2001:db8::1]/s/a?{parameters}"),
        ("https://[2001:DB8::1]:8443/s/a", "https://[2001:DB8::1]:8443/s/a?{parameters}"),
        ("https://192.0.2.1/s/a", "https://192.0.2.1/s/a?{parameters}"),
        ("https://visiono.io/@a/b@c?x=d@e#f@g", "https://visiono.io/@a/b@c?x=d@e&{parameters}#f@g"),
        ("https://visiono.io?x=a@b", "https://visiono.io?x=a@b&{parameters}"),
        ("http://localhost", "http://localhost?{parameters}"),
        ("http://localhost:65535/s/a", "http://localhost:65535/s/a?{parameters}"),
        ("HTTP://LocalHost:3000/s/a", "HTTP://LocalHost:3000/s/a?{parameters}"),
        ("http://127.0.0.1:8080/s/a", "http://127.0.0.1:8080/s/a?{parameters}"),
        ("http://127.1.2.3/s/a", "http://127.1.2.3/s/a?{parameters}"),
        ("http://127.255.255.255/s/a", "http://127.255.255.255/s/a?{parameters}"),
        ("http://[::1]/s/a", "http://[::1]/s/a?{parameters}"),
        ("http://[::1]:3000?a=b", "http://[::1]:3000?a=b&{parameters}"),
    ]:
        sign_link("a link URL", expected, link=link)
    for query in ["sub=1&cnt=2", "UV=1&Sig=2", "uv[]=1", "uvw=1", "xuv=1", "=uv", "a=uv=1",
                  "%zz=1", "u%=1", "%25uv=1", "%FF=1", "u+v=1", ";uv=1"]:
        # Section 4: look-alikes of the link's own names are refused.
        if query in ["UV=1&Sig=2", "uv[]=1", ";uv=1"]:
            sign_link("a link URL with a look-alike of a parameter", None, "invalid_url",
                      link=LINK_URL + "?" + query)
            continue
        sign_link("a link URL with parameters of others",
                  LINK_URL + "?" + query + "&{parameters}", link=LINK_URL + "?" + query)
    for query, name in [
        ("uv=1", "uv"), ("src=1", "src"), ("ref=1", "ref"), ("ts=1", "ts"), ("sig=1", "sig"),
        ("uv=", "uv"), ("uv", "uv"), ("a=1&ref=2&b=3", "ref"), ("&&ts=1", "ts"),
        ("%75%76=1", "uv"), ("%73%72%63=1", "src"), ("r%65f=1", "ref"), ("si%67", "sig"),
        ("uv=1#top", "uv"),
    ]:
        sign_link("a link URL that holds a parameter", None, "invalid_url", [name],
                  link=LINK_URL + "?" + query)
    for link in [
        "https:", "https:/", "https:visiono.io/s/a", "https:/visiono.io/s/a", "/s/a", "?a=b",
        "https//visiono.io/s/a", "httpss://visiono.io/s/a", "ws://localhost/s/a",
        "file:///s/a", "data:text/html,a", "ahttps://visiono.io/s/a", "https://?a=b",
        "https://#a", "https://:443/s/a", "https://@/s/a", "https://@visiono.io/s/a",
        "https://u@visiono.io/s/a", "https://visiono.io@evil.example/s/a",
        "https://u:p@[::1]/s/a", "http://localhost@evil.example/s/a",
        "http://127.0.0.1:80@evil.example/", "https://visiono.io:a/s/a",
        "https://visiono.io:80a/s/a", "https://visiono.io:65536/s/a", "https://visiono.io:-1/s/a",
        "https://visiono.io:+1/s/a", "https://visiono.io:80:80/s/a", "https://[::1/s/a",
        "https://::1/s/a", "https://[]/s/a", "https://[::1]a/s/a", "https://a[::1]/s/a",
        "https://visiono.io\\@evil.example/s/a", "https:\\\\visiono.io\\s\\a",
        "https://visiono.io/s\\a", "https://visiono.io/s/a?b=\\", "https://visiono.io/s/a#\\",
        "http://example.com/s/a", "http://localhost./s/a", "http://localhos/s/a",
        "http://xlocalhost/s/a", "http://a.localhost/s/a", "http://localhost.example/s/a",
        "http://127.1/s/a", "http://127.0.0/s/a", "http://127.0.0.256/s/a",
        "http://127.0.0.1./s/a", "http://127.0.0.1.2/s/a", "http://127.0.0.x/s/a",
        "http://128.0.0.1/s/a", "http://126.255.255.255/s/a", "http://1.127.0.0/s/a",
        "http://0x7f.0.0.1/s/a", "http://0177.0.0.1/s/a", "http://2130706433/s/a",
        "http://0.0.0.0/s/a", "http://192.168.0.1/s/a", "http://[::2]/s/a", "http://[::]/s/a",
        "http://[::ffff:127.0.0.1]/s/a", "http://::1/s/a", "http:///s/a", "http://",
    ]:
        # Section 4: a name that ends in .localhost is this machine.
        if link == "http://a.localhost/s/a":
            sign_link("a link URL of a name in .localhost", link + "?{parameters}", link=link)
            continue
        sign_link("a link URL that is refused", None, "invalid_url", link=link)
    for white in WHITE_SPACE:
        for link in [white + LINK_URL, LINK_URL + white, f"https://visiono{white}.io/s/a",
                     f"https://visiono.io/s/a?b=c{white}d"]:
            sign_link(f"a link URL with U+{ord(white):04X}", None, "invalid_url", link=link)
    for control in CONTROL:
        sign_link(f"a link URL with U+{ord(control):04X}", None, "invalid_url",
                  link=f"https://visiono.io/s/a{control}b")


def link_query(fields=A_LINK, sig="{sig}"):
    return parameters(LINK, fields, "") + sig


def verify_link(comment, url=None, result="ok", names=None, *, fields=A_LINK, signed_by=SECRET,
                secrets=None, now=LINK_TIME, expect=None, max_age=None, leeway=None, index=0):
    """`url` is the received one, with {sig} for the signature of `fields`."""
    url = (url if url is not None else "?" + link_query(fields)).replace(
        "{sig}", signature(signed_by, fields))
    given = present(secrets=[SECRET] if secrets is None else secrets, url=url, now=now,
                    expect=expect, max_age=max_age, leeway=leeway)
    output = None
    if result == "ok":
        output = {name: str(value) for name, value in zip(LINK, fields)}
        output["secret_index"] = index
    add("verify_link", comment, given, result, names, output)


def verify_link_cases():
    good = link_query()
    every = LINK + ["sig"]

    # Section 2: several secrets.
    verify_link("the second of three secrets", secrets=[OTHER, SECRET, THIRD], index=1)
    verify_link("the third of three secrets", secrets=[OTHER, THIRD, SECRET], index=2)
    verify_link("none of three secrets", None, "invalid_signature",
                secrets=[OTHER, THIRD, SECRET[::-1]])
    verify_link("one of several secrets is a webhook secret", None, "invalid_secret",
                secrets=[SECRET, "whsec_" + SECRET])
    verify_link("one of several secrets is an API key", None, "invalid_secret",
                secrets=["vsk_" + SECRET, SECRET])
    verify_link("no secret", None, "invalid_secret", secrets=[])
    verify_link("a secret that can't be one, and nothing that could be verified", "",
                "invalid_secret", secrets=[""])

    # Section 5: valid URLs, and the position of the query.
    for url in [
        "https://visiono.io/s/a?" + good, "http://visiono.io/s/a?" + good,
        "HTTP://visiono.io/s/a?" + good, "hTtPs://visiono.io/s/a?" + good,
        "https://visiono.io?" + good, "https://?" + good, "/?" + good, "//a/b?" + good,
        "/a b?" + good, "/%zz?" + good, "?" + good, good, good + "#", good + "#uv=1&sig=2",
        "?" + good + "#?uv=1", "/s/a?" + good + "#a#b", "&" + good, "&&&" + good + "&&&",
        "=&" + good, "=x&" + good, "?" + good + "&x", "?x=?&" + good, "?" + good + "&?uv=1",
        "?x=a?b&" + good,
    ]:
        # Section 5: a bare query has no fragment, so '#' belongs to a value or a name.
        if url == "?" + good + "&?uv=1":
            # Some decoders drop a '?' before a name.
            verify_link("where the query is", url, "duplicate_parameter", ["uv"])
        elif url == good + "#":
            verify_link("a '#' at the end of a bare query", url, "invalid_signature")
        elif url == good + "#uv=1&sig=2":
            verify_link("a '#' in a bare query, and a second signature after it", url,
                        "duplicate_parameter", ["sig"])
        else:
            verify_link("where the query is", url)
    for url in [
        "#" + good, "/#?" + good, "https://visiono.io/s/a#?" + good, "?#" + good, "/s/a",
        "https://visiono.io/s/a?", "https://visiono.io/" + good, "&", "=", "====", "&=&=",
    ]:
        if url == "#" + good:
            verify_link("a '#' before a bare query belongs to its first name", url,
                        "missing_parameter", ["uv"])
        else:
            verify_link("nothing in the query", url, "missing_parameter", every)
    for url in [
        "ftp://visiono.io/s/a?" + good, "visiono.io/s/a?" + good, "s/a?" + good, " ?" + good,
        "https:/visiono.io?" + good, "https:?" + good, "\ufeff?" + good, "??" + good,
        "/??" + good,
    ]:
        verify_link("the name of the first parameter has more before it", url,
                    "missing_parameter", ["uv"])
    verify_link("a fragment cuts the query",
                "?" + good.replace("&ts=", "#&ts="), "missing_parameter", ["ts", "sig"])

    # Section 5: names and values.
    for comment, url, fields in [
        ("a value that holds '='", "uv=a=b&src=s&ref==&ts=0&sig={sig}", ("a=b", "s", "=", 0)),
        ("a value that holds '?'", "uv=?&src=a?b&ref=/?&ts=0&sig={sig}", ("?", "a?b", "/?", 0)),
        ("values that are not encoded", "?uv=é&src=漢 字&ref=a:b/c;d,e\"f\\g&ts=0&sig={sig}",
         ("é", "漢 字", "a:b/c;d,e\"f\\g", 0)),
        ("every character of the values encoded",
         "uv=%41&src=%7e%7E&ref=%2b%2B&ts=%31%32&sig={sig}", ("A", "~~", "++", 12)),
        ("plus signs are spaces", "uv=+&src=a+b&ref=++&ts=0&sig={sig}", (" ", "a b", "  ", 0)),
        ("an encoded plus sign is a plus", "uv=%2B&src=a%2bb&ref=+%2B&ts=0&sig={sig}",
         ("+", "a+b", " +", 0)),
        ("decoded once", "uv=%2541&src=%252B&ref=%25&ts=0&sig={sig}", ("%41", "%2B", "%", 0)),
        ("an encoded '&', '=' and '#'", "uv=a%26uv%3Db&src=%23&ref=%3F&ts=0&sig={sig}",
         ("a&uv=b", "#", "?", 0)),
        ("two, three and four bytes of UTF-8",
         "uv=%C2%80&src=%E0%A0%80&ref=%F0%90%80%80&ts=0&sig={sig}",
         ("\u0080", "\u0800", "\U00010000", 0)),
        ("the ends of UTF-8", "uv=%DF%BF&src=%ED%9F%BF%EE%80%80&ref=%F4%8F%BF%BF&ts=0&sig={sig}",
         ("\u07ff", "\ud7ff\ue000", "\U0010ffff", 0)),
        ("a byte order mark", "uv=%EF%BB%BFa&src=%EF%BF%BE&ref=%EF%BF%BD&ts=0&sig={sig}",
         ("\ufeffa", "\ufffe", "\ufffd", 0)),
        ("names in every encoding", "u%76=A&%73%72%63=B&r%65%66=C&%74s=0&%73%69%67={sig}",
         ("A", "B", "C", 0)),
        ("the last second", "uv=A&src=B&ref=C&ts=99999999999&sig={sig}",
         ("A", "B", "C", 99999999999)),
    ]:
        # Section 5: decoders that split at ';' read another value.
        if ";" in url:
            verify_link(comment + ", one with a ';'", url, "malformed_parameter", ["ref"],
                        fields=fields, now=0)
        # Section 3: U+0080 is a control character.
        elif fields[0] == "\u0080":
            verify_link(comment + ", the first a control", url, "malformed_parameter", ["uv"],
                        fields=fields, now=0)
        else:
            verify_link(comment, url, fields=fields, now=int(fields[3]))
    for other in [
        "%zz=1", "u%=1", "uv%=1", "%=1", "%4=1", "%u0075v=1", "%FF=1", "%C0%F5v=1", "%ED%A0%80=1",
        "x=%zz", "x=%", "x=%FF", "x=%00", "x=|", "%00=1", "UV=1", "Uv=1", "uv[]=1", "uv%5B%5D=1",
        "uv.x=1", "+uv=1", "uv+=1", "%20uv=1", "u%00v=1", "uv%00=1", "sub=1&sub=2", "cnt=x&cnt=y",
        "%2575v=1", "unique_value=1", "amp;uv=1", "uv;=1", "ｕｖ=1", "é=1",
    ]:
        # Section 5: a name that some decoder reads as uv makes it doubtful.
        if other in ["UV=1", "Uv=1", "uv[]=1", "uv%5B%5D=1", "+uv=1", "uv+=1", "%20uv=1",
                     "uv%00=1", "amp;uv=1", "uv;=1", "%u0075v=1", "uv.x=1"]:
            verify_link("a name that some decoder takes for the message's own",
                        f"?{other}&{good}&{other}", "duplicate_parameter", ["uv"])
        else:
            verify_link("a name that is not the message's own", f"?{other}&{good}&{other}")
    for piece in ["uv=%C0%AF", "uv=%E0%80%AF", "uv=%F0%80%80%AF", "uv=%C1%81"]:
        verify_link("an overlong form of UTF-8", "?" + good.replace("uv=ABC123", piece),
                    "malformed_parameter", ["uv"])
    for piece in ["uv=%ED%A0%80", "uv=%ED%BF%BF", "uv=%ED%A0%BD%ED%B9%82"]:
        verify_link("surrogates in UTF-8", "?" + good.replace("uv=ABC123", piece),
                    "malformed_parameter", ["uv"])
    for piece in ["uv=%80", "uv=a%BF", "uv=%C3", "uv=%C3a", "uv=%E6%BC", "uv=%E6%BCa",
                  "uv=%F0%9F%99", "uv=%C3%A9%A9", "uv=%FF", "uv=%FE%FE", "uv=%F4%90%80%80",
                  "uv=%F5%80%80%80", "uv=%F8%88%80%80%80", "uv=%E6é", "uv=%C3+%A9"]:
        verify_link("bytes that are not UTF-8", "?" + good.replace("uv=ABC123", piece),
                    "malformed_parameter", ["uv"])
    for piece in ["uv=%", "uv=a%", "uv=%4", "uv=%4g", "uv=%g4", "uv=%zz", "uv=%%", "uv=%%41",
                  "uv=%u0041", "uv=%+1", "uv=%-1", "uv=%0x41", "uv=% 41", "uv=%4%31", "uv=%é1",
                  "uv=%４１"]:
        verify_link("a broken escape", "?" + good.replace("uv=ABC123", piece),
                    "malformed_parameter", ["uv"])
    for place, name in enumerate(["uv", "src", "ref"]):
        for value in ["|", "%7C", "%7c", "a|b", "%00", "a%0A", "%1f", "%7F", "\x7f", "a\tb"]:
            fields = with_field(A_LINK, place, "X")
            verify_link("what no field may hold",
                        "?" + link_query(fields).replace(f"{name}=X", f"{name}={value}"),
                        "malformed_parameter", [name])
    for text in ["-1", "+1705500000", "%2B1705500000", "01705500000", "00", "1705500000.0",
                 "1.7e9", "0x65a7e7a0", "1705500000+", "%201705500000", "1705500000%0A",
                 "1_705_500_000", "1,705", "١٧٠٥", "%EF%BC%91", "NaN", "1705500000s", "%31%",
                 "100000000000", "1705500000000", "18446744073709551616",
                 "340282366920938463463374607431768211457", "9" * 100]:
        verify_link("a time that is not one",
                    "?" + good.replace("ts=1705500000", "ts=" + text),
                    "malformed_parameter", ["ts"])
    verify_link("time 0", fields=with_field(A_LINK, 3, 0), now=0)

    # Section 5, check 2: duplicates.
    for name in every:
        verify_link("empty, and there as well", f"?{name}=&{good}", "duplicate_parameter", [name])
        verify_link("twice, the second without a value", f"?{good}&{name}",
                    "duplicate_parameter", [name])
        verify_link("twice, the second encoded",
                    f"?{good}&" + "".join(f"%{ord(c):02x}" for c in name) + "=1",
                    "duplicate_parameter", [name])
    verify_link("twice the same", f"{good}&{good}", "duplicate_parameter", ["uv"])
    verify_link("three times", f"?{good}&ts=1&ts=1", "duplicate_parameter", ["ts"])
    verify_link("two are there twice: the first in order is named",
                f"?sig=1&ref=1&{good}", "duplicate_parameter", ["ref"])
    verify_link("twice, and both empty", "?uv=&uv=", "duplicate_parameter", ["uv"])
    verify_link("twice, the second behind the fragment's '#'", f"?{good}#&uv=1")

    # Section 5, check 3: missing or empty.
    for name in every:
        pieces = [piece for piece in good.split("&") if not piece.startswith(name + "=")]
        verify_link("absent", "?" + "&".join(pieces), "missing_parameter", [name])
        verify_link("empty", "?" + "&".join(pieces + [name + "="]), "missing_parameter", [name])
    verify_link("all that are absent or empty are named, in order", "?sig=&src=s&ref",
                "missing_parameter", ["uv", "ref", "ts", "sig"])
    verify_link("only a signature", "?sig={sig}", "missing_parameter", LINK)

    # Section 5, check 4: the first malformed one is named, and never the signature.
    verify_link("two are malformed: the first in order is named",
                "?ts=x&sig={sig}&ref=a|b&src=%zz&uv=A", "malformed_parameter", ["src"])

    # Section 5, check 5: the signature.
    right = signature(SECRET, A_LINK)
    for sig in [
        "0", right[:-1], right + "0", right[:-2], right.upper(), right[:-1] + "g", "0" * 64,
        "f" * 64, right[::-1], "0x" + right, "sha256=" + right, "%20" + right, right + "%20",
        right + "+", right + "%00", right + "%", "%zz" + right, right[:-1] + "%FF", "|",
        right[:32], right * 2, "é" * 32, "０" * 64, right[:63] + "%", right + "%0A",
    ]:
        verify_link("a signature that is not right", "?" + link_query(sig=sig),
                    "invalid_signature")
    digit = right[0]
    verify_link("a digit of the signature percent-encoded",
                "?" + link_query(sig=f"%{ord(digit):02X}" + right[1:]))
    verify_link("the signature of another secret", None, "invalid_signature", signed_by=OTHER)
    verify_link("the secret's text is not decoded from hex", "?" + link_query(sig=hmac.new(
        bytes.fromhex(SECRET), "|".join(map(str, A_LINK)).encode(), hashlib.sha256).hexdigest()),
        "invalid_signature")
    verify_link("values exchanged", "?" + link_query(("zendesk", "ABC123") + A_LINK[2:], right),
                "invalid_signature")
    verify_link("a value normalised on its way",
                "?" + link_query(with_field(A_LINK, 0, "é"), signature(
                    SECRET, with_field(A_LINK, 0, "e\u0301"))), "invalid_signature")
    verify_link("a value trimmed on its way",
                "?" + link_query(A_LINK, signature(SECRET, with_field(A_LINK, 0, "ABC123 "))),
                "invalid_signature")
    returned = ("pls_1", "ABC123", "ticket-456", 5, LINK_TIME)
    verify_link("a return's signature, its first two values joined",
                "?uv=pls_1%7CABC123&src=ticket-456&ref=5&ts=1705500000&sig=" + signature(
                    SECRET, returned), "malformed_parameter", ["uv"])

    # Section 5, check 6: the time.
    for comment, result, options in [
        ("as old as max_age", "ok", {"max_age": 0}),
        ("a second older than max_age", "expired", {"max_age": 0, "now": LINK_TIME + 1}),
        ("the default leeway", "ok", {"max_age": 0, "now": LINK_TIME - 60}),
        ("a second beyond the leeway", "not_yet_valid", {"now": LINK_TIME - 61}),
        ("no leeway", "ok", {"leeway": 0}),
        ("a second beyond no leeway", "not_yet_valid", {"leeway": 0, "now": LINK_TIME - 1}),
        ("a leeway does not lengthen the age", "expired",
         {"leeway": 86400, "now": LINK_TIME + 3601}),
        ("an age does not lengthen the leeway", "not_yet_valid",
         {"max_age": 86400, "now": LINK_TIME - 61}),
        # Section 5: such a time is in milliseconds, or worse.
        ("the largest max_age, and a now that is no time in seconds", "invalid_argument",
         {"max_age": 2**53 - 1, "now": 2**53 - 1}),
        ("the largest leeway", "ok", {"leeway": 2**53 - 1, "now": 0}),
        ("a now that is no time in seconds", "invalid_argument", {"now": 2**53 - 1}),
        ("long to come", "not_yet_valid", {"now": 0}),
    ]:
        verify_link(comment, None, result, **options)
    verify_link("the first second, as old as max_age", fields=with_field(A_LINK, 3, 0), now=3600)
    verify_link("the first second, a second older", None, "expired",
                fields=with_field(A_LINK, 3, 0), now=3601)
    verify_link("the last second, within the leeway", fields=with_field(A_LINK, 3, 99999999999),
                now=99999999939)
    verify_link("the last second, a second beyond the leeway", None, "not_yet_valid",
                fields=with_field(A_LINK, 3, 99999999999), now=99999999938)

    # Section 5, check 7, and the expected values of a link.
    values = dict(zip(LINK, map(str, A_LINK)))
    for name in LINK:
        other = "1705500001" if name == "ts" else "other"
        absent = "?" + "&".join(p for p in good.split("&") if not p.startswith(name + "="))
        empty = absent + f"&{name}="
        verify_link("expected, and there", expect={name: values[name]})
        verify_link("expected, and another is there", None, "unexpected_value", [name],
                    expect={name: other})
        verify_link("expected, and not there", absent, expect={name: values[name]})
        verify_link("another is expected, and none is there", absent, "invalid_signature",
                    expect={name: other})
        verify_link("expected, and empty", empty, "missing_parameter", [name],
                    expect={name: values[name]})
        verify_link("expected, and twice there", f"?{good}&{name}=1", "duplicate_parameter",
                    [name], expect={name: values[name]})
    verify_link("all are expected, and there", expect=values)
    verify_link("all are expected, and none is there", "?sig={sig}", expect=values)
    verify_link("all are expected, and the signature is not there", "", "missing_parameter",
                ["sig"], expect=values)
    verify_link("nothing is expected", expect={})
    verify_link("expected values are compared decoded", "?uv=%41+%2B&src=s&ref=r&ts=0&sig={sig}",
                fields=("A +", "s", "r", 0), now=0, expect={"uv": "A +"})
    verify_link("expected values are not decoded", "?uv=A&src=s&ref=r&ts=0&sig={sig}",
                "unexpected_value", ["uv"], fields=("A", "s", "r", 0), now=0,
                expect={"uv": "%41"})
    verify_link("expected values are compared by case", None, "unexpected_value", ["src"],
                expect={"src": "Zendesk"})
    verify_link("expected values are not normalised", None, "unexpected_value", ["uv"],
                fields=with_field(A_LINK, 0, "e\u0301"), expect={"uv": "é"})
    for name in ["uv", "src", "ref"]:
        for value in ["", "|", "a|b", "\n", "\x7f"]:
            verify_link("what is expected can't be a value", None, "invalid_field", [name],
                        expect={name: value})
    for value in ["", "x", "01705500000", "+1705500000", "-1", " 1705500000", "1705500000 ",
                  "1705500000.0", "100000000000", "1705500000000", "18446744073709551616"]:
        verify_link("what is expected can't be a time", None, "invalid_field", ["ts"],
                    expect={"ts": value})

    # The order of the checks.
    bad = right[:-1] + ("0" if right[-1] != "0" else "1")
    old = LINK_TIME + 3601
    early = LINK_TIME - 61
    for comment, url, result, names, options in [
        ("all at once: what the caller expects", "?uv=1&uv=2&ref=%zz&ts=1&sig=" + bad,
         "invalid_field", ["ref"], {"expect": {"ref": "|"}, "now": old}),
        ("all at once: twice", "?uv=1&uv=2&ref=%zz&ts=1&sig=" + bad,
         "duplicate_parameter", ["uv"], {"expect": {"ref": "other"}, "now": old}),
        ("all at once: absent", "?uv=1&ref=%zz&ts=1&sig=" + bad,
         "missing_parameter", ["src"], {"expect": {"ref": "other"}, "now": old}),
        ("all at once: malformed", "?uv=1&src=2&ref=%zz&ts=1&sig=" + bad,
         "malformed_parameter", ["ref"], {"expect": {"ref": "other"}, "now": old}),
        ("all at once: forged", "?" + link_query(sig=bad),
         "invalid_signature", None, {"expect": {"ref": "other"}, "now": old}),
        ("all at once: forged, and early", "?" + link_query(sig=bad),
         "invalid_signature", None, {"expect": {"ref": "other"}, "now": early}),
        ("all at once: old", None, "expired", None, {"expect": {"ref": "other"}, "now": old}),
        ("all at once: early", None, "not_yet_valid", None,
         {"expect": {"ref": "other"}, "now": early}),
        ("all at once: another", None, "unexpected_value", ["ref"], {"expect": {"ref": "other"}}),
        ("twice, and malformed", "?uv=%zz&uv=%zz", "duplicate_parameter", ["uv"], {}),
        ("twice of the second, absent of the first", "?src=1&src=2", "duplicate_parameter",
         ["src"], {}),
        ("malformed, and absent", "?uv=|&src=2&ref=3&ts=x", "missing_parameter", ["sig"], {}),
        ("a malformed signature, and an absent one", "?sig=x", "missing_parameter", LINK, {}),
        ("a malformed signature, and a malformed time",
         "?uv=1&src=2&ref=3&ts=x&sig=x", "malformed_parameter", ["ts"], {}),
        ("a time in milliseconds is malformed, not early",
         "?uv=1&src=2&ref=3&ts=1705500000000&sig=" + bad, "malformed_parameter", ["ts"], {}),
        ("a time from the future, and forged", "?uv=1&src=2&ref=3&ts=99999999999&sig=" + bad,
         "invalid_signature", None, {}),
        ("expected values stand in, and the message is old", "?sig={sig}", "expired", None,
         {"expect": values, "now": old}),
    ]:
        verify_link(comment, url, result, names, **options)


# --- Templates and returns -------------------------------------------------------------------

RETURN = ["sub", "uv", "ref", "cnt", "ts"]
A_RETURN = ("pls_123", "ABC123", "ticket-456", 5, 1705500100)
RETURN_TIME = 1705500100
LONG = ["submission_id", "unique_value", "reference", "photo_count", "timestamp", "signature"]
STANDARD = ("https://a.example/done?sub={submission_id}&uv={unique_value}&ref={reference}"
            "&cnt={photo_count}&ts={timestamp}&sig={signature}")
# The fields that a case doesn't test, at the end of a query, in a template and in a URL.
REST = "u={unique_value}&s={submission_id}&c={photo_count}&t={timestamp}&h={signature}"
REST_URL = "u=ABC123&s=pls_123&c=5&t=1705500100&h={sig}"


def without(names):
    return [name for name in LONG if name not in names]


def template(comment, text, result="ok", *, carries=None):
    """`carries` are the long names that reach a server; all of them, unless it is given."""
    output = {"missing": without(LONG if carries is None else carries)} \
        if result == "ok" else None
    add("template", comment, {"template": text}, result, None, output)


def template_cases():
    for text in ["https://a.example", "https://a.example?", "https://a.example/done?src=1",
                 "https://a.example/done?UV=1&sub[]=2", "https://a.example/%7Breference%7D",
                 "https://a.example/done#", "HTTPS://A.example/done", "http://127.9.9.9:1/done",
                 "http://[::1]/done", "https://[2001:db8::1]:8443/done",
                 "https://a.example/caf%C3%A9/100%", "https://a.example/done?sig=1",
                 "https://a.example/done?x=1&%75v", "https://a.example/done#sig=1"]:
        # Section 6: refused when the template is created, because a second one would be appended.
        if any(name in text for name in ["UV=", "?sig=", "%75v"]):
            template("no placeholder, but a parameter or a look-alike of one", text,
                     "invalid_template")
        else:
            template("no placeholder: all are appended", text)
    for long in LONG:
        for text in [f"https://a.example/{{{long}}}", f"https://a.example/a/{{{long}}}/b",
                     f"https://a.example?{{{long}}}", f"https://a.example?a={{{long}}}",
                     f"https://a.example/?a=b{{{long}}}c#{{{long}}}"]:
            template("one placeholder", text, carries=[long])
        template("one placeholder, which is not sent", f"https://a.example/#{{{long}}}",
                 carries=[])
    template("one placeholder twice", "https://a.example/{reference}?r={reference}",
             carries=["reference"])
    template("a '?' in the fragment", "https://a.example/#?r={reference}", carries=[])
    template("a '#' in the fragment", "https://a.example/?a={reference}#b#{signature}",
             carries=["reference"])
    template("placeholders with nothing between them",
             "https://a.example/{submission_id}{unique_value}{reference}{photo_count}{timestamp}"
             "{signature}")
    template("Unicode beside a placeholder", "https://a.example/é{reference}漢?字={signature}",
             carries=["reference", "signature"])
    template("a standard parameter beside a placeholder",
             "https://a.example/done?sig=1&r={reference}", carries=["reference"])
    for brace in [
        "{", "}", "{}", "}{", "{{", "}}", "{{}}", "{reference", "reference}", "{reference}}",
        "{{reference}", "{{reference}}", "{ref{reference}erence}", "{reference{", "{refer}ence}",
        "{Reference}", "{REFERENCE}", "{ reference}", "{reference }", "{ref erence}",
        "{reference\u00a0}", "{ref}", "{sub}", "{uv}", "{cnt}", "{ts}", "{sig}", "{source}",
        "{src}", "{secret}", "{0}", "{reference:s}", "{reference|}", "{%72eference}",
        "{reference%7D", "${reference}}", "{\u0000}", "{référence}", "{submission-id}",
        "{unique_value}{", "{unique_value}}", "{signature}{nope}",
    ]:
        for before in ["https://a.example/", "https://a.example/?a=", "https://a.example/#"]:
            template("a brace that is no placeholder's", before + brace, "invalid_template")
    template("a brace in a parameter's name", "https://a.example/?{nope}=1", "invalid_template")
    for text in ["{reference}://a.example/", "https{reference}://a.example/", "{reference}",
                 "https:{reference}//a.example/", "https://{reference}/", "https://{reference}",
                 "https://{reference}?a=b", "https://a.{reference}.example/",
                 "https://a.example:{photo_count}/", "https://{submission_id}@a.example/",
                 "https://a.example{reference}", "https://{/", "https://}/", "https://a}.example",
                 "https://[{reference}]/", "{https://a.example/}"]:
        template("a brace in the scheme or the host", text, "invalid_template")
    for text in ["a.example/done", "//a.example/done", "ftp://a.example/", "https:a.example",
                 "https://", "https:///done", "https://?r={reference}", "https://#a",
                 "http://a.example/{reference}", "http://127.0.0.1.example/{reference}",
                 "http://localhost.example/", "https://u:p@a.example/{reference}",
                 "https://@a.example/", "https://a.example:port/", "https://a.example:65536/",
                 "https://[::1/", "https://a.example\\{reference}", "https://a.example/\\",
                 "https:\\\\a.example/", "https://a.example/?a=\\", "data:,{reference}",
                 " https://a.example/", "https://a.example/ ", "https://a.example/a\u00a0b",
                 "https://a.example/a\u3000b", "https://a.example/a\u2028b",
                 "https://a.example/a\u0085b", "https://a.example/a\tb", "https://a.example/a\nb",
                 "https://a.example/\u0000", "https://a.example/\u007f", "https://a .example/"]:
        template("a template that is refused", text, "invalid_template")


def expand(text, fields, sig):
    """Replaces in one pass, so that a value that looks like a placeholder stays unchanged."""
    values = dict(zip(LONG, [encode(field) for field in fields] + [sig]))
    out, rest = "", text
    while "{" in rest:
        before, rest = rest.split("{", 1)
        name, rest = rest.split("}", 1)
        out += before + values[name]
    return out + rest


def sign_return(comment, text, result="ok", names=None, *, url=None, fields=A_RETURN,
                secret=SECRET, secrets=None):
    """`url` is the expected one, with {parameters} for the six parameters; the template with its
    placeholders replaced, unless it is given."""
    given = present(secret=secret if secrets is None else None, secrets=secrets, template=text)
    given.update(zip(RETURN, fields))
    output = None
    if result == "ok":
        sig = signature(secrets[0] if secrets else secret, fields)
        if url is None:
            written = expand(text, fields, sig)
        else:
            written = url.replace("{parameters}", parameters(RETURN, fields, sig))
        output = {"sig": sig, "url": written}
    add("sign_return", comment, given, result, names, output)


def sign_return_cases():
    done = "https://a.example/done"
    # Section 2.
    sign_return("the first of several secrets signs", done, url=done + "?{parameters}",
                secrets=[OTHER, SECRET])
    for secret in ["", "0123456789abcde", "whsec_" + SECRET, "vsk_" + SECRET, SECRET + "\u3000",
                   BYTE_ORDER_MARK + SECRET]:
        sign_return("a secret that can't be one", done, "invalid_secret", secret=secret)

    # Section 3.
    for place, name in enumerate(["sub", "uv", "ref"]):
        for value in ["", "|", "a|b", "a\n", "\x00", "\x1f", "\x7f"]:
            sign_return(f"{name}: what no field may hold", STANDARD, "invalid_field", [name],
                        fields=with_field(A_RETURN, place, value))
        for value in [" ", "%7C", "{signature}", "{reference}", "..", ".", "a/b", "é漢🙂",
                      "\u0085\u2028", "a&b=c#d?e+f"]:
            if value == "\u0085\u2028":
                sign_return(f"{name}: a C1 control and a line separator", STANDARD,
                            "invalid_field", [name], fields=with_field(A_RETURN, place, value))
            else:
                sign_return(f"{name}: what a field may hold", STANDARD,
                            fields=with_field(A_RETURN, place, value))
    sign_return("two bad fields: the first in order is named", STANDARD, "invalid_field", ["uv"],
                fields=("pls_123", "", "a|b", 4294967296, 100000000000))
    for count in [0, 1, 4294967295]:
        sign_return("a count", STANDARD, fields=with_field(A_RETURN, 3, count))
    for count in [4294967296, 2**53 - 1]:
        sign_return("a count that is too large", STANDARD, "invalid_field", ["cnt"],
                    fields=with_field(A_RETURN, 3, count))
    for time in [0, 99999999999]:
        sign_return("a time", STANDARD, fields=with_field(A_RETURN, 4, time))
    sign_return("milliseconds", STANDARD, "invalid_field", ["ts"],
                fields=with_field(A_RETURN, 4, 100000000000))

    # Section 6: without placeholders, the parameters are appended.
    for text, url in [
        ("https://a.example", "https://a.example?{parameters}"),
        ("https://a.example?", "https://a.example?{parameters}"),
        ("https://a.example#x", "https://a.example?{parameters}#x"),
        ("https://a.example/?a&#x", "https://a.example/?a&{parameters}#x"),
        (done + "?src=1", done + "?src=1&{parameters}"),
        (done + "?%zz=1", done + "?%zz=1&{parameters}"),
        (done + "#sig=1", done + "?{parameters}#sig=1"),
        (done + "/%7Breference%7D", done + "/%7Breference%7D?{parameters}"),
    ]:
        sign_return("no placeholder: all are appended", text, url=url)
    for query, name in [("sub=1", "sub"), ("uv=1", "uv"), ("ref=1", "ref"), ("cnt=1", "cnt"),
                        ("ts=1", "ts"), ("sig=1", "sig"), ("a=b&sig", "sig"), ("%73ub=", "sub")]:
        sign_return("no placeholder, but a standard parameter", f"{done}?{query}",
                    "invalid_template", [name])

    # Section 6: expansion is one pass over path, query and fragment.
    for text in [
        "https://a.example/{reference}/{unique_value}?{submission_id}#{photo_count}",
        "https://a.example/{reference}{reference}?a={reference}#{reference}",
        "https://a.example/?{reference}={unique_value}", "https://a.example/?a={reference}{timestamp}",
        "https://a.example/?sig=1&a={reference}", "https://a.example/100%/{reference}",
        "HTTPS://A.example:8443/é/{reference}", "http://localhost/#{signature}",
        "https://a.example?{signature}", "https://a.example/a?b?c={reference}",
        "https://a.example/{reference}.html;v={photo_count}?#",
    ]:
        sign_return("a template", text)
        sign_return("a template, with values that look like placeholders", text,
                    fields=("{unique_value}", "{reference}", "{submission_id}", 0, 0))
        sign_return("a template, with values of other scripts", text,
                    fields=("é&=", "漢 字", "🙂/+%", 12, 34))

    # Section 6: a path segment that would expand to one with which browsers climb.
    for text in ["https://a.example/{reference}", "https://a.example/a/{reference}/b",
                 "https://a.example/{reference}?a=b", "https://a.example/{reference}#a"]:
        for value in [".", ".."]:
            sign_return("a segment of dots", text, "invalid_field", ["ref"],
                        fields=with_field(A_RETURN, 2, value))
        for value in ["...", ". ", ".a", "%2e", "%2E%2e", "../", "．", "\u2024", ".\u0301"]:
            # Section 6: a server that decodes before it splits climbs with "..%2F".
            if value == "../":
                sign_return("a segment with dots before an encoded '/'", text, "invalid_field",
                            ["ref"], fields=with_field(A_RETURN, 2, value))
            else:
                sign_return("a segment that is none of dots", text,
                            fields=with_field(A_RETURN, 2, value))
    for text in ["https://a.example/.{reference}", "https://a.example/{reference}.",
                 "https://a.example/%2e{reference}", "https://a.example/%2E{reference}/b",
                 "https://a.example/{reference}%2e"]:
        sign_return("a segment of dots, some the template's", text, "invalid_field", ["ref"],
                    fields=with_field(A_RETURN, 2, "."))
        sign_return("three dots, some the template's", text,
                    fields=with_field(A_RETURN, 2, ".."))
    sign_return("a segment of dots from two fields",
                "https://a.example/{submission_id}{unique_value}", "invalid_field",
                fields=(".", ".", "r", 0, 0))
    sign_return("dots of two fields in two segments",
                "https://a.example/{submission_id}-/{unique_value}-", fields=("..", "..", "r", 0, 0))
    for text in ["https://a.example/?a={reference}", "https://a.example/#{reference}",
                 "https://a.example/?a=/{reference}/", "https://a.example/#/{reference}/"]:
        for value in [".", ".."]:
            sign_return("dots outside of the path", text,
                        fields=with_field(A_RETURN, 2, value))


def verify_return(comment, url, result="ok", names=None, *, text=None, fields=A_RETURN,
                  signed_by=SECRET, secrets=None, now=None, expect=None, max_age=None,
                  leeway=None, index=0):
    """`url` is the received one, with {sig} for the signature of `fields`; `text` is the template."""
    url = url.replace("{sig}", signature(signed_by, fields))
    given = present(secrets=[SECRET] if secrets is None else secrets, url=url,
                    now=int(fields[4]) if now is None else now, template=text,
                    expect=expect, max_age=max_age, leeway=leeway)
    output = None
    if result == "ok":
        output = {name: str(value) for name, value in zip(RETURN, fields)}
        output["secret_index"] = index
    add("verify_return", comment, given, result, names, output)


def return_query(fields=A_RETURN, sig="{sig}"):
    return parameters(RETURN, fields, "") + sig


def verify_return_cases():
    good = return_query()
    every = RETURN + ["sig"]
    values = dict(zip(RETURN, map(str, A_RETURN)))

    # Section 2.
    verify_return("the third of three secrets", "?" + good, secrets=[OTHER, THIRD, SECRET],
                  index=2)
    verify_return("the signature of another secret", "?" + good, "invalid_signature",
                  signed_by=OTHER)
    verify_return("one of several secrets is a webhook secret", "?" + good, "invalid_secret",
                  secrets=[SECRET, "whsec_" + SECRET])
    verify_return("no secret", "?" + good, "invalid_secret", secrets=[])

    # Section 3: values signed as something else.
    verify_return("a link's signature offered as a return",
                  "?sub=ABC123&uv=zendesk&ref=ticket-456&cnt=5&ts=1705500000&sig="
                  + signature(SECRET, A_LINK), "invalid_signature", now=LINK_TIME)
    verify_return("fields moved across the separator",
                  "?sub=pls_123%7CABC&uv=123&ref=ticket-456&cnt=5&ts=1705500100&sig={sig}",
                  "malformed_parameter", ["sub"])
    verify_return("a separator moved out of a field",
                  "?sub=pls_123&uv=ABC123%7Cticket-456&ref=5&cnt=1705500100&ts=1705500100"
                  "&sig={sig}", "malformed_parameter", ["uv"])
    for name, place in [("sub", 0), ("uv", 1), ("ref", 2)]:
        for value in ["|", "%7C", "%00", "%0D%0A", "%7F", "%", "%4", "%u0041", "%C0%AF",
                      "%ED%A0%80", "%80", "%E6%BC"]:
            query = return_query(with_field(A_RETURN, place, "X"))
            verify_return("what no field may hold", query.replace(f"{name}=X", f"{name}={value}"),
                          "malformed_parameter", [name])
    for count in ["-1", "+5", "%2B5", "05", "00", "5.0", "5e0", "0x5", "5+", "+", "%205", "٥",
                  "five", "4294967296", "18446744073709551621", "9" * 100, "5%", "5%00", "1_0"]:
        verify_return("a count that is not one", "?" + good.replace("cnt=5", "cnt=" + count),
                      "malformed_parameter", ["cnt"])
    for count in [0, 9, 10, 4294967295]:
        fields = with_field(A_RETURN, 3, count)
        verify_return("a count", "?" + return_query(fields), fields=fields)
    verify_return("a count percent-encoded", "?" + good.replace("cnt=5", "cnt=%35"))
    for time in ["-1", "01705500100", "%2B1705500100", "1705500100.0", "100000000000",
                 "1705500100000", "x"]:
        verify_return("a time that is not one",
                      "?" + good.replace("ts=1705500100", "ts=" + time),
                      "malformed_parameter", ["ts"])

    # Section 5, with the parameters of a return.
    for name in every:
        pieces = [piece for piece in good.split("&") if not piece.startswith(name + "=")]
        verify_return("absent", "?" + "&".join(pieces), "missing_parameter", [name])
        verify_return("empty", "?" + "&".join(pieces + [name + "="]), "missing_parameter", [name])
        verify_return("twice", f"?{good}&{name}=1", "duplicate_parameter", [name])
        verify_return("twice, the first empty", f"?{name}&{good}", "duplicate_parameter", [name])
        verify_return("twice, once encoded",
                      f"?{good}&" + "".join(f"%{ord(c):02X}" for c in name),
                      "duplicate_parameter", [name])
    verify_return("two are there twice: the first in order is named", f"?sig&cnt&{good}",
                  "duplicate_parameter", ["cnt"])
    verify_return("all are absent", "https://a.example/done", "missing_parameter", every)
    verify_return("a link's own parameter is another's here", f"?src=1&{good}&src=2")
    verify_return("two are malformed: the first in order is named",
                  "?" + good.replace("cnt=5", "cnt=x").replace("uv=ABC123", "uv=|"),
                  "malformed_parameter", ["uv"])
    right = signature(SECRET, A_RETURN)
    for sig in [right[:-1], right + "0", right.upper(), "0" * 64, right[:-1] + "%", "sha256=" + right]:
        verify_return("a signature that is not right", "?" + return_query(sig=sig),
                      "invalid_signature")
    for comment, result, options in [
        ("as old as max_age", "ok", {"max_age": 0}),
        ("a second older than max_age", "expired", {"max_age": 0, "now": RETURN_TIME + 1}),
        ("within the leeway", "ok", {"leeway": 1, "now": RETURN_TIME - 1}),
        ("a second beyond the leeway", "not_yet_valid", {"leeway": 1, "now": RETURN_TIME - 2}),
    ]:
        verify_return(comment, "?" + good, result, **options)

    # The expected values of a return.
    for name in RETURN:
        other = {"cnt": "6", "ts": "1705500101"}.get(name, "other")
        absent = "?" + "&".join(p for p in good.split("&") if not p.startswith(name + "="))
        verify_return("expected, and there", "?" + good, expect={name: values[name]})
        verify_return("expected, and another is there", "?" + good, "unexpected_value", [name],
                      expect={name: other})
        verify_return("expected, and not there", absent, expect={name: values[name]})
        verify_return("another is expected, and none is there", absent, "invalid_signature",
                      expect={name: other})
        verify_return("expected, and empty", f"{absent}&{name}=", "missing_parameter", [name],
                      expect={name: values[name]})
    verify_return("all are expected, and none is there", "?sig={sig}", expect=values)
    verify_return("all are expected, and the signature is not there", "/", "missing_parameter",
                  ["sig"], expect=values)
    for name in ["sub", "uv", "ref"]:
        for value in ["", "a|b", "\x00", "\x7f"]:
            verify_return("what is expected can't be a value", "?" + good, "invalid_field", [name],
                          expect={name: value})
    for value in ["", "-1", "05", "5.0", "4294967296", " 5"]:
        verify_return("what is expected can't be a count", "?" + good, "invalid_field", ["cnt"],
                      expect={"cnt": value})
    for value in ["", "01", "100000000000"]:
        verify_return("what is expected can't be a time", "?" + good, "invalid_field", ["ts"],
                      expect={"ts": value})

    # Section 6: templates that can't be read back.
    for text in [
        "https://a.example/{reference}{unique_value}", "https://a.example/{reference}-{timestamp}",
        "https://a.example/a{reference}b{signature}c", "https://a.example/{reference}{reference}",
        "https://a.example/?a={reference}{unique_value}",
        "https://a.example/?a={reference}-{unique_value}", "https://a.example/?a={reference}={timestamp}",
        "https://a.example/?a=b&c={reference},{timestamp}&d=e",
        "https://a.example/?{reference}=1", "https://a.example/?{reference}",
        "https://a.example/?a{reference}=1", "https://a.example/?{reference}={timestamp}",
        "https://a.example/?a=b&{reference}&c=d",
        "https://a.example/?a=%zz{reference}", "https://a.example/?a={reference}%",
        "https://a.example/?a={reference}%4", "https://a.example/?a=%FF{reference}",
        "https://a.example/?a={reference}%C3", "https://a.example/%{reference}",
        "https://a.example/{reference}%FF", "https://a.example/%ED%A0%80{reference}",
        "https://a.example/?%zz={reference}", "https://a.example/?%FF={reference}",
        "https://a.example/?sig=1", "https://a.example/?sub=1", "https://a.example/?a=b&%63nt",
    ]:
        verify_return("a template that can't be read back", "?" + good, "invalid_template",
                      text=text)
    for text in ["", "/done", "http://a.example/", "https://a.example/{nope}"]:
        verify_return("a template that can't be one", "?" + good, "invalid_template", text=text)
    verify_return("a template that can't be read back, and all at once",
                  "?sub=1&sub=2&uv=|&sig=x", "invalid_template",
                  text="https://a.example/?a={reference}{timestamp}", now=0)

    # Section 6: templates without placeholders.
    for url in ["https://a.example/done?" + good, "/other?" + good, good, "?x=1&" + good + "#y"]:
        # Section 6: the template's literals must be present.
        if "x=1" in url:
            verify_return("no placeholder: the standard parameters", url,
                          text="https://a.example/done?x=1")
        else:
            verify_return("no placeholder: the template's own parameter is absent", url,
                          "missing_parameter", every, text="https://a.example/done?x=1")
    verify_return("no placeholder: a standard parameter twice", f"?{good}&uv=1",
                  "duplicate_parameter", ["uv"], text="https://a.example/done")

    # Section 6: a placeholder in the path.
    one = "https://a.example/t/{reference}/done?" + REST
    for url in [
        "https://a.example/t/ticket-456/done?", "http://10.0.0.1:8080/t/ticket-456/done?",
        "HTTPS://A.EXAMPLE/t/ticket-456/done?", "/t/ticket-456/done?", "/%74/ticket-456/done?",
        "/t/%74icket%2D456/don%65?", "/t/ticket-456/done?x=1&", "/t/ticket-456/done?&&",
    ]:
        verify_return("read from the path", url + REST_URL, text=one)
        verify_return("read from the path, whatever the fragment", url + REST_URL + "#/t/x?u=1&u=2",
                      text=one)
    for url in [
        "/t/ticket-456/done/?", "/t/ticket-456?", "/ticket-456/done?", "//t/ticket-456/done?",
        "/t/ticket-456//done?", "/x/t/ticket-456/done?", "/T/ticket-456/done?",
        "/t/ticket-456/Done?", "/t/ticket/456/done?", "/t%2Fticket-456/done?", "/?", "?",
        "https://a.example?", "t/ticket-456/done?", "/t/ticket-456/done%20?", "/%zz/ticket-456/done?",
        "https://a.example/t/ticket-456#/done?", "",
    ]:
        # Section 6: an input without a path lacks only the path's field, which may be expected.
        # Another path is not the template's, so no field can be read or replaced by an expected
        # value.
        if url in ["?", ""]:
            verify_return("there is no path", url + REST_URL, "missing_parameter", ["ref"],
                          text=one)
            verify_return("there is no path, and its field is expected", url + REST_URL, text=one,
                          expect={"ref": "ticket-456"})
        elif url.startswith("t/"):
            verify_return("a path without a '/' is part of a query", url + REST_URL,
                          "missing_parameter", ["uv", "ref"], text=one)
        else:
            verify_return("the path differs", url + REST_URL, "missing_parameter", every, text=one)
            if "#" not in url:
                verify_return("the path differs, and its field is expected", url + REST_URL,
                              "missing_parameter", every, text=one, expect={"ref": "ticket-456"})
    verify_return("an empty segment", "/t//done?" + REST_URL, "missing_parameter", ["ref"],
                  text=one)
    verify_return("an empty segment, and a field that is expected", "/t//done?" + REST_URL,
                  "missing_parameter", ["ref"], text=one, expect={"ref": "ticket-456"})
    for segment, value in [
        ("a+b", "a+b"), ("a%2Bb", "a+b"), ("a%20b", "a b"), ("%2520", "%20"), ("a%2Fb", "a/b"),
        ("%3F%23%26%3D", "?#&="), ("a&b=c", "a&b=c"), ("é", "é"), ("%C3%A9", "é"), ("...", "..."),
        ("%7Breference%7D", "{reference}"), ("{reference}", "{reference}"), ("a;b", "a;b"),
    ]:
        verify_return("a value in the path", f"/t/{segment}/done?" + REST_URL, text=one,
                      fields=with_field(A_RETURN, 2, value))
    for segment in ["|", "%7C", "%00", "%", "%4", "%zz", "%FF", "%C0%AF", "%ED%A0%80", "a%"]:
        verify_return("a value in the path that can't be one", f"/t/{segment}/done?" + REST_URL,
                      "malformed_parameter", ["ref"], text=one)
    for text, url in [
        ("https://a.example/caf%C3%A9/{reference}?", "/caf%c3%a9/ticket-456?"),
        ("https://a.example/caf%C3%A9/{reference}?", "/café/ticket-456?"),
        ("https://a.example/café/{reference}?", "/caf%C3%A9/ticket-456?"),
        ("https://a.example/a+b/{reference}?", "/a%2Bb/ticket-456?"),
        ("https://a.example/a%2Fb/{reference}?", "/a%2fb/ticket-456?"),
        ("https://a.example/~a/{reference}?", "/%7Ea/ticket-456?"),
        ("https://a.example/ticket-{reference}.html?", "/ticket-ticket-456.html?"),
        ("https://a.example/%74icket-{reference}.h%74ml?", "/ticket-ticket-456.html?"),
        ("https://a.example/ticket-{reference}.html?", "/%74icket-ticket-456.htm%6C?"),
        ("https://a.example/a+{reference}?", "/a%2Bticket-456?"),
        ("https://a.example/é{reference}é?", "/%C3%A9ticket-456%C3%A9?"),
        ("https://a.example/%C3%A9{reference}?", "/éticket-456?"),
        ("https://a.example/ticket{reference}456?", "/ticketticket-456456?"),
        ("https://a.example/{reference}?", "https://b.example/ticket-456?"),
        ("https://a.example//{reference}/?", "//ticket-456/?"),
    ]:
        verify_return("literals in the path", url + REST_URL, text=text + REST)
    for text, url in [
        ("https://a.example/a+b/{reference}?", "/a%20b/ticket-456?"),
        ("https://a.example/ticket-{reference}.html?", "/Ticket-ticket-456.html?"),
        ("https://a.example/ticket-{reference}.html?", "/ticket-ticket-456.htm?"),
        ("https://a.example/ticket-{reference}.html?", "/ticket-.htm?"),
        ("https://a.example/aba{reference}aba?", "/ababa?"),
        ("https://a.example/a+{reference}?", "/a%20ticket-456?"),
        ("https://a.example/a%2Fb/{reference}?", "/a/b/ticket-456?"),
        ("https://a.example/{reference}?", "https://a.example?"),
    ]:
        verify_return("literals in the path that differ", url + REST_URL, "missing_parameter",
                      every, text=text + REST)
    two = "https://a.example/{unique_value}/x/{reference}?s={submission_id}&c={photo_count}" \
          "&t={timestamp}&h={signature}"
    two_url = "?s=pls_123&c=5&t=1705500100&h={sig}"
    verify_return("two placeholders in the path", "/ABC123/x/ticket-456" + two_url, text=two)
    verify_return("one literal differs, and all are absent", "/ABC123/y/ticket-456" + two_url,
                  "missing_parameter", every, text=two)
    verify_return("a bare query has no path", two_url[1:], "missing_parameter", ["uv", "ref"],
                  text=two)
    verify_return("a bare query has no path, and both are expected", two_url[1:], text=two,
                  expect={"uv": "ABC123", "ref": "ticket-456"})
    verify_return("a path without placeholders is not compared",
                  "/elsewhere/altogether?r=ticket-456&" + REST_URL,
                  text="https://a.example/done?r={reference}&" + REST)

    # Section 6: a placeholder in the query.
    for text, query in [
        ("r={reference}", "r=ticket-456"), ("r={reference}", "%72=ticket-456"),
        ("%72={reference}", "r=ticket-456"), ("my+ref={reference}", "my%20ref=ticket-456"),
        ("my%20ref={reference}", "my+ref=ticket-456"), ("é={reference}", "%C3%A9=ticket-456"),
        ("={reference}", "=ticket-456"), ("r={reference}", "R=x&r=ticket-456&rr=y"),
        ("sub={reference}", "sub=ticket-456"), ("sig={reference}", "sig=ticket-456"),
        ("r=a+{reference}+b", "r=a%20ticket-456%20b"), ("r=a%20{reference}", "r=a+ticket-456"),
        ("r=%2B{reference}", "r=%2bticket-456"), ("r=a={reference}", "r=a=ticket-456"),
        ("r=a={reference}", "r=a%3Dticket-456"), ("r=/{reference}/", "r=%2Fticket-456%2F"),
        ("r=?{reference}", "r=?ticket-456"), ("r=é{reference}", "r=%C3%A9ticket-456"),
        ("r=a{reference}&x=1", "r=aticket-456"), ("x=1&r={reference}", "x=2&r=ticket-456&x=3"),
        ("r={reference}&sub=1&uv=2", "r=ticket-456&sub=3&uv=4"),
        ("r={reference}&%zz=1", "r=ticket-456"), ("r={reference}", "%zz=1&r=ticket-456&%FF"),
    ]:
        whole = f"https://a.example/?{text}&" + REST
        if query.startswith("R="):
            verify_return("read from the query, with a look-alike", f"?{query}&" + REST_URL,
                          "duplicate_parameter", ["ref"], text=whole)
        elif text.endswith("&x=1") or text.startswith("x=1&") or text.endswith("&sub=1&uv=2"):
            verify_return("a parameter that the template writes out is another or absent",
                          f"?{query}&" + REST_URL, "missing_parameter", every, text=whole)
        elif text.endswith("&%zz=1"):
            verify_return("a parameter that the template writes out can't be decoded",
                          f"?{query}&" + REST_URL, "invalid_template", text=whole)
        else:
            verify_return("read from the query", f"?{query}&" + REST_URL, text=whole)
    verify_return("read from the query, in another order", "?h={sig}&t=1705500100&r=ticket-456"
                  "&c=5&u=ABC123&s=pls_123", text="https://a.example/?r={reference}&" + REST)
    for text, query in [
        ("r={reference}", "R=ticket-456"), ("r={reference}", "r"), ("r={reference}", "r="),
        ("r={reference}", "ref=ticket-456"), ("r={reference}", "r[]=ticket-456"),
        ("r={reference}", "%zr=ticket-456"), ("r={reference}", ""), ("r={reference}", "#r=ticket-456&"),
    ]:
        names = every if query.startswith("#") else ["ref"]
        verify_return("not in the query", f"?{query}&" + REST_URL, "missing_parameter", names,
                      text=f"https://a.example/?{text}&" + REST)
    for query in ["r=ticket-456&r=ticket-456", "r=ticket-456&r=", "r&r=ticket-456",
                  "r=ticket-456&%72=x", "r=%zz&r=%zz"]:
        verify_return("found twice in the query", f"?{query}&" + REST_URL, "duplicate_parameter",
                      ["ref"], text="https://a.example/?r={reference}&" + REST)
    literal = "https://a.example/?r=v1-{reference}.x&" + REST
    verify_return("literals beside a value", "?r=v1-ticket-456.x&" + REST_URL, text=literal)
    for value in ["ticket-456", "v1-ticket-456", "ticket-456.x", "V1-ticket-456.x",
                  "v1-ticket-456.xx", "v1", "v1-x", "v1.x", "v1+ticket-456.x", "%zz", "x"]:
        verify_return("literals beside a value that differ", f"?r={value}&" + REST_URL,
                      "malformed_parameter", ["ref"], text=literal)
        verify_return("literals beside a value that differ, and it is expected",
                      f"?r={value}&" + REST_URL, "malformed_parameter", ["ref"], text=literal,
                      expect={"ref": "ticket-456"})
    verify_return("literals that meet in the middle", "?r=aba&" + REST_URL, "malformed_parameter",
                  ["ref"], text="https://a.example/?r=ab{reference}ba&" + REST)
    verify_return("literals and nothing between them", "?r=v1-.x&" + REST_URL,
                  "missing_parameter", ["ref"], text=literal)
    verify_return("a value that holds its literals", "?r=v1-v1-.x.x&" + REST_URL, text=literal,
                  fields=with_field(A_RETURN, 2, "v1-.x"))
    verify_return("a literal beside a count", "?cnt=n5&" + "sub=pls_123&uv=ABC123&ref=ticket-456"
                  "&ts=1705500100&sig={sig}", text=STANDARD.replace("cnt=", "cnt=n"))
    verify_return("a literal beside a count that differs", "?" + good, "malformed_parameter",
                  ["cnt"], text=STANDARD.replace("cnt=", "cnt=n"))
    verify_return("a literal beside a signature", "?" + good.replace("sig=", "sig=sha256-"),
                  text=STANDARD.replace("sig=", "sig=sha256-"))
    verify_return("a literal beside a signature that differs", "?" + good, "invalid_signature",
                  text=STANDARD.replace("sig=", "sig=sha256-"))

    # Section 6: one placeholder in two places.
    both = "https://a.example/?a={reference}&b=x{reference}&" + REST
    verify_return("found with one value", "?a=ticket-456&b=xticket-456&" + REST_URL, text=both)
    verify_return("found with one value, in two encodings",
                  "?a=%74icket-456&b=xticket%2D456&" + REST_URL, text=both)
    for query in ["a=ticket-456&b=xticket-457", "a=ticket-457&b=xticket-456",
                  "a=ticket-456&b=xTicket-456", "a=&b=xticket-456", "a=ticket-456&b=x"]:
        verify_return("found with two values", f"?{query}&" + REST_URL, "duplicate_parameter",
                      ["ref"], text=both)
    verify_return("found with one value, and without its literal",
                  "?a=ticket-456&b=ticket-456&" + REST_URL, "malformed_parameter", ["ref"],
                  text=both)
    in_path = "https://a.example/{reference}/{reference}?r={reference}&" + REST
    verify_return("found with one value, in path and query",
                  "/ticket-456/ticket-456?r=ticket-456&" + REST_URL, text=in_path)
    verify_return("found with two values, in the path",
                  "/ticket-456/ticket-457?r=ticket-456&" + REST_URL, "duplicate_parameter",
                  ["ref"], text=in_path)
    verify_return("found with two values, in path and query",
                  "/ticket-456/ticket-456?r=ticket-457&" + REST_URL, "duplicate_parameter",
                  ["ref"], text=in_path)
    verify_return("a plus in the path is not the space of the query",
                  "/a+b?r=a+b&" + REST_URL, "duplicate_parameter", ["ref"],
                  text="https://a.example/{reference}?r={reference}&" + REST)
    verify_return("a plus in the path is the encoded plus of the query",
                  "/a+b?r=a%2Bb&" + REST_URL,
                  text="https://a.example/{reference}?r={reference}&" + REST,
                  fields=with_field(A_RETURN, 2, "a+b"))
    verify_return("two signatures",
                  "?a={sig}&b=" + "0" * 64 + "&sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5"
                  "&ts=1705500100", "duplicate_parameter", ["sig"],
                  text="https://a.example/?a={signature}&b={signature}&sub={submission_id}"
                       "&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}")

    # Section 6: the fragment is not sent.
    verify_return("a placeholder in the fragment", "?r=ticket-456&" + REST_URL + "#ABC123",
                  text="https://a.example/?r={reference}&" + REST + "#{unique_value}")
    verify_return("a placeholder in the fragment alone",
                  "?s=pls_123&c=5&t=1705500100&h={sig}&u=ABC123#ticket-456", "missing_parameter",
                  ["ref"], text="https://a.example/?" + REST + "#{reference}")
    verify_return("a placeholder in the fragment alone, and its field is expected",
                  "?s=pls_123&c=5&t=1705500100&h={sig}&u=ABC123#ticket-457",
                  text="https://a.example/?" + REST + "#{reference}",
                  expect={"ref": "ticket-456"})
    verify_return("standard parameters, where the template has others", "?" + good,
                  "missing_parameter", every,
                  text="https://a.example/?r={reference}&" + REST)

    # The order of the checks, with a template.
    order = "https://a.example/{submission_id}?r=v1-{reference}&u={unique_value}" \
            "&c={photo_count}&t={timestamp}&h={signature}"
    bad = "0" * 64
    for comment, url, result, names, options in [
        ("another path, twice, absent and malformed", "/x/y?r=x&u=1&u=2&c=x",
         "missing_parameter", every, {}),
        ("another path, and malformed", "/x/y?r=x&u=1&c=x&t=x&h=" + bad, "missing_parameter",
         every, {}),
        ("a literal that differs, and a malformed count", "/pls_123?r=x&u=1&c=x&t=x&h=" + bad,
         "malformed_parameter", ["ref"], {}),
        ("a malformed count, and a forged signature",
         "/pls_123?r=v1-x&u=1&c=x&t=1705500100&h=" + bad, "malformed_parameter", ["cnt"], {}),
        ("forged and old", "/pls_123?r=v1-x&u=1&c=5&t=1705500100&h=" + bad,
         "invalid_signature", None, {"now": RETURN_TIME + 3601, "expect": {"uv": "2"}}),
        ("old and another", "/pls_123?r=v1-ticket-456&u=ABC123&c=5&t=1705500100&h={sig}",
         "expired", None, {"now": RETURN_TIME + 3601, "expect": {"uv": "2"}}),
        ("early and another", "/pls_123?r=v1-ticket-456&u=ABC123&c=5&t=1705500100&h={sig}",
         "not_yet_valid", None, {"now": RETURN_TIME - 61, "expect": {"uv": "2"}}),
        ("another", "/pls_123?r=v1-ticket-456&u=ABC123&c=5&t=1705500100&h={sig}",
         "unexpected_value", ["uv"], {"expect": {"uv": "2"}}),
        ("what is expected can't be a value, and found twice", "/x?u=1&u=2", "invalid_field",
         ["ref"], {"expect": {"ref": "|"}}),
    ]:
        verify_return(comment, url, result, names, text=order, **options)


# --- Webhooks --------------------------------------------------------------------------------

def webhook(comment, result="ok", names=None, *, body=b"{}", header="sha256={sig}",
            signed_by="whsec_" + SECRET, secrets=None, index=0):
    sig = hmac.new(signed_by.encode(), body, hashlib.sha256).hexdigest()
    given = present(secrets=["whsec_" + SECRET] if secrets is None else secrets,
                    body_hex=body.hex(),
                    header=None if header is None else header.replace("{sig}", sig))
    add("webhook", comment, given, result, names,
        {"secret_index": index} if result == "ok" else None)


def webhook_cases():
    # Section 2: valid and invalid webhook secrets.
    for secret, comment, result in [
        ("whsec_0123456789", "a secret of 16 characters, its prefix among them", "invalid_secret"),
        ("0123456789abcdef", "a secret", "ok"),
        ("é" * 8, "a secret of 8 characters that are 16 bytes, and no ASCII", "invalid_secret"),
        ("whsec_" + "é" * 50, "a secret that is no ASCII", "invalid_secret"),
        ("0123456789 abcdef", "a secret with a space in its middle", "invalid_secret"),
        ("\u200b0123456789abcdef", "a secret with a zero-width space", "invalid_secret"),
    ]:
        webhook(comment, result, signed_by=secret, secrets=[secret])
    for secret in ["", "whsec_012345678", "é" * 7 + "a", "vsk_" + SECRET, " whsec_" + SECRET,
                   "whsec_" + SECRET + "\n", "whsec_\x00" + SECRET, "whsec_\x7f" + SECRET]:
        webhook("a secret that can't be one", "invalid_secret", signed_by=secret,
                secrets=[secret])
    for white in WHITE_SPACE + [BYTE_ORDER_MARK]:
        for secret in [white + "whsec_" + SECRET, "whsec_" + SECRET + white]:
            webhook(f"a secret with U+{ord(white):04X} at an end", "invalid_secret",
                    signed_by=secret, secrets=[secret])
    webhook("the prefix is part of the secret", "invalid_signature", signed_by=SECRET)
    webhook("the prefix is part of the secret, and this one has none", "invalid_signature",
            secrets=[SECRET])
    webhook("the third of three secrets", secrets=[OTHER, THIRD, "whsec_" + SECRET], index=2)
    webhook("one of several secrets can't be one", "invalid_secret",
            secrets=["whsec_" + SECRET, "vsk_" + SECRET])
    webhook("no secret", "invalid_secret", secrets=[])

    # Section 7: the header.
    webhook("an absent header", "missing_parameter", ["sig"], header=None)
    for header in ["", "sha256", "sha256=", "{sig}", "SHA256={sig}", "Sha256={sig}",
                   "sha512={sig}", "sha1={sig}", "sha256:{sig}", "sha256 ={sig}", "sha256= {sig}",
                   " sha256={sig}", "sha256={sig} ", "sha256={sig}\n", "sha256={sig},sha256={sig}",
                   "sha256={sig}0", "sha256=0{sig}", "sha256==" + "{sig}", "v1={sig}",
                   "sha256=" + "0" * 64, "sha256=" + "g" * 64, "sha256=" + "é" * 32, "=",
                   "sha256=0x{sig}", "\"sha256={sig}\""]:
        webhook("a header that is not right", "invalid_signature", header=header)
    sig = hmac.new(("whsec_" + SECRET).encode(), b"{}", hashlib.sha256).hexdigest()
    webhook("a header in upper case", "invalid_signature", header="sha256=" + sig.upper())
    webhook("a header one digit short", "invalid_signature", header="sha256=" + sig[:-1])

    # Section 7: the raw bytes.
    for body in [b"", b"{} ", b"\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf{}", bytes(range(256)),
                 b'{"a": 1}', b'{"a":1}', "é".encode(), b"a" * 1000]:
        webhook("a body", body=body)
        webhook("the signature of another body", "invalid_signature", body=body,
                header="sha256=" + hmac.new(("whsec_" + SECRET).encode(), body + b" ",
                                            hashlib.sha256).hexdigest())


WEBHOOK_SECRET = "whsec_" + SECRET
# 2024-12-25T14:35:00Z
EVENT_TIME = 1735137300
SUBMITTED = b"""{
  "event": "photo_request.submitted",
  "timestamp": "2024-12-25T14:35:00Z",
  "data": {
    "photo_request": {
      "id": "pr_123", "unique_code": "ABC123", "status": "submitted", "submissions_count": 2,
      "metadata": {"ticket_id": "12345"}, "submitted_at": "2024-12-25T14:35:00Z"
    }
  }
}"""
LINKED = (b'{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":{'
          b'"photo_request":{"id":"sl_123","custom_slug":"damage-report"},'
          b'"permanent_link_submission":{"id":"pls_456","unique_field_value":"ABC123",'
          b'"external_source":"zendesk","external_reference":"ticket-456"}}}')
SENT_BY = {"sub": "pls_456", "uv": "ABC123", "src": "zendesk", "ref": "ticket-456"}
EVENTS = ["photo_request.created", "photo_request.first_viewed", "photo_submission.created",
          "photo_request.submitted", "photo_request.expired", "photo_submission.dropbox_synced",
          "submission.created"]


def delivery(comment, body=SUBMITTED, result="ok", names=None, *, headers=None,
             signed_by=WEBHOOK_SECRET, secrets=None, now=EVENT_TIME, time=EVENT_TIME, event=None,
             is_test=False, delivery_id=None, tenant_id=None, link=None, index=0, data=None,
             matches=None, **options):
    """Adds a whole delivery. For a valid body, the caller passes its values."""
    if isinstance(body, str):
        body = body.encode()
    sig = hmac.new(signed_by.encode(), body, hashlib.sha256).hexdigest()
    headers = [["X-Visiono-Signature", "sha256={sig}"]] if headers is None else headers
    given = present(secrets=[WEBHOOK_SECRET] if secrets is None else secrets,
                    body_hex=body.hex(),
                    headers=[[name, value.replace("{sig}", sig)] for name, value in headers],
                    now=now, **options)
    output = None
    if result == "ok":
        output = {"event": event, "documented": event in EVENTS, "time": time,
                  "dedup_key": hashlib.sha256(body).hexdigest(), "secret_index": index,
                  "is_test": is_test, "delivery_id": delivery_id, "tenant_id": tenant_id,
                  "link": link, "data": data}
        if matches is not None:
            output["matches"] = matches
    add("webhook_delivery", comment, given, result, names, output)


def event(name="a", timestamp="2024-12-25T14:35:00Z", more=""):
    time = "" if timestamp is None else f',"timestamp":{json.dumps(timestamp)}'
    return f'{{"event":{json.dumps(name)}{time}{more}}}'


def webhook_delivery_cases():
    submitted = {"event": "photo_request.submitted", "data": json.loads(SUBMITTED)["data"]}
    good = "sha256={sig}"

    # Section 7: the headers, in both styles.
    delivery("the guide's style", headers=[
        ["Content-Type", "application/json"], ["X-Visiono-Event", "photo_request.submitted"],
        ["X-Visiono-Delivery", "d-1"], ["X-Visiono-Signature", good],
        ["X-Visiono-Tenant-Id", "t-1"]], delivery_id="d-1", tenant_id="t-1", **submitted)
    delivery("the developer documentation's style", headers=[
        ["X-Webhook-Signature", good], ["X-Webhook-ID", "wh_123456"],
        ["X-Webhook-Timestamp", "1609459200"]], delivery_id="wh_123456", **submitted)
    for name in ["x-visiono-signature", "X-VISIONO-SIGNATURE", "x-webhook-signature",
                 "X-Webhook-Signature", "HTTP_X_VISIONO_SIGNATURE", "HTTP_X_WEBHOOK_SIGNATURE"]:
        delivery("a signature header's name", headers=[[name, good]], **submitted)
    delivery("both signatures, both right",
             headers=[["X-Visiono-Signature", good], ["X-Webhook-Signature", good]], **submitted)
    wrong = "sha256=" + "0" * 64
    for pair in [[good, wrong], [wrong, good], [good, ""], ["", good], [good, "{sig}"]]:
        delivery("both signatures, one wrong", SUBMITTED, "invalid_signature", headers=[
            ["X-Visiono-Signature", pair[0]], ["X-Webhook-Signature", pair[1]]])
    delivery("the same header twice", SUBMITTED, "invalid_signature", headers=[
        ["X-Visiono-Signature", good], ["x-visiono-signature", good]])
    delivery("joined headers", SUBMITTED, "invalid_signature", headers=[
        ["X-Visiono-Signature", good + ", " + good]])
    delivery("no header", SUBMITTED, "missing_parameter", ["sig"], headers=[])
    delivery("no signature header", SUBMITTED, "missing_parameter", ["sig"], headers=[
        ["X-Visiono-Delivery", "d-1"], ["Signature", good], ["X-Visiono-Signature-2", good],
        ["X-Visiono-Sig", good], ["Visiono-Signature", good]])
    delivery("an empty signature header", SUBMITTED, "invalid_signature",
             headers=[["X-Visiono-Signature", ""]])
    delivery("another event in the header, which is not authenticated",
             headers=[["X-Visiono-Signature", good], ["X-Visiono-Event", "submission.created"]],
             **submitted)
    delivery("another time in the header, which is not authenticated",
             headers=[["X-Visiono-Signature", good], ["X-Webhook-Timestamp", "0"]], **submitted)
    delivery("both kinds of delivery ID", headers=[
        ["X-Visiono-Signature", good], ["X-Webhook-ID", "wh_1"], ["X-Visiono-Delivery", "d-1"]],
        delivery_id="d-1", **submitted)
    delivery("a delivery ID twice", headers=[
        ["X-Visiono-Signature", good], ["X-Visiono-Delivery", "d-1"],
        ["X-Visiono-Delivery", "d-2"]], **submitted)

    # Secrets.
    delivery("the second of two secrets", secrets=[THIRD, WEBHOOK_SECRET], index=1, **submitted)
    delivery("another secret", SUBMITTED, "invalid_signature", signed_by=OTHER)
    delivery("an API key", SUBMITTED, "invalid_secret", secrets=["vsk_" + SECRET])

    # Freshness: the time in the body decides.
    for comment, now, result, names in [
        ("as it happens", EVENT_TIME, "ok", None),
        ("three hours old", EVENT_TIME + 10800, "ok", None),
        ("three hours and a second old", EVENT_TIME + 10801, "expired", None),
        ("a minute early", EVENT_TIME - 60, "ok", None),
        ("a minute and a second early", EVENT_TIME - 61, "not_yet_valid", None),
        ("the last retry", EVENT_TIME + 9360, "ok", None),
    ]:
        ok = submitted if result == "ok" else {}
        delivery(comment, SUBMITTED, result, names, now=now, **ok)
        # Section 7: a timestamp that is present is compared, required or not.
        delivery(comment + ", and no time is required", SUBMITTED, result, names, now=now,
                 require_timestamp=False, **ok)
    delivery("max_age", SUBMITTED, "expired", now=EVENT_TIME + 11, max_age=10)
    delivery("max_age", now=EVENT_TIME + 10, max_age=10, **submitted)
    delivery("leeway", SUBMITTED, "not_yet_valid", now=EVENT_TIME - 1, leeway=0)
    delivery("a wrong signature, and old", SUBMITTED, "invalid_signature", now=EVENT_TIME + 10801,
             signed_by=OTHER)
    for text, time in [
        ("2024-12-25T14:35:00+00:00", EVENT_TIME), ("2024-12-25T14:35:00-00:00", EVENT_TIME),
        ("2024-12-25T15:35:00+01:00", EVENT_TIME), ("2024-12-25T09:05:00-05:30", EVENT_TIME),
        ("2024-12-26T00:00:00+09:25", EVENT_TIME), ("2024-12-25t14:35:00z", EVENT_TIME),
        ("2024-12-25T14:35:00.999999Z", EVENT_TIME), ("2024-12-25T14:35:00.5+00:00", EVENT_TIME),
        ("2024-12-25T14:35:00.12345678901234567890Z", EVENT_TIME),
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("9999-12-31T23:59:59Z", 253402300799), ("2024-02-29T00:00:00Z",
         1709164800), ("2016-12-31T23:59:60Z", 1483228799),
    ]:
        if time >= 100000000000:
            delivery(f"a now that is no time in seconds, and the time {text}",
                     event(timestamp=text), "invalid_argument", now=time)
        elif text.endswith(":60Z"):
            delivery("a leap second", event(timestamp=text), "missing_parameter", ["timestamp"],
                     now=time)
        else:
            delivery(f"the time {text}", event(timestamp=text), now=max(time, 0), event="a",
                     time=time)
    delivery("the year 0000", event(timestamp="0000-01-01T00:00:00Z"), "missing_parameter",
             ["timestamp"], require_timestamp=False)
    delivery("before 1970, and old", event(timestamp="1969-12-31T23:59:59Z"), "expired",
             now=10800)
    for time in ["", " ", "2024-12-25", "14:35:00Z", "2024-12-25T14:35:00", "2024-12-25T14:35Z",
                 "2024-12-25 14:35:00Z", "2024-12-25_14:35:00Z", "2024-13-25T14:35:00Z",
                 "2024-12-32T14:35:00Z", "2023-02-29T00:00:00Z", "2024-12-25T24:00:00Z",
                 "2024-12-25T14:60:00Z", "2024-12-25T14:35:61Z", "2024-12-25T14:35:60Z",
                 "2024-12-25T14:35:00+24:00", "2024-12-25T14:35:00+0100", "2024-12-25T14:35:00+01",
                 "2024-12-25T14:35:00.Z", "2024-12-25T14:35:00,5Z", " 2024-12-25T14:35:00Z",
                 "2024-12-25T14:35:00Z ", "+2024-12-25T14:35:00Z", "24-12-25T14:35:00Z",
                 "20241225T143500Z", "1735137300", "yesterday", "２０２４-12-25T14:35:00Z",
                 1735137300, 1735137300.0, True, None, [], {}]:
        body = event(timestamp="").replace('""', json.dumps(time))
        if time is None:
            # Section 7: null counts as missing, and an event without a time is delivered.
            delivery("a time that is null", body, event="a", time=None)
            delivery("a time that is null, and none is required", body, require_timestamp=False,
                     event="a", time=None)
            continue
        delivery("a time that can't be read", body, "missing_parameter", ["timestamp"])
        delivery("a time that can't be read, and none is required", body, "missing_parameter",
                 ["timestamp"], require_timestamp=False)
    delivery("no time", event(timestamp=None), event="a", time=None)
    delivery("no time, and none is required", event(timestamp=None), require_timestamp=False,
             event="a", time=None)
    delivery("the time is in the data, which is not the event's", event(
        timestamp=None, more=',"data":{"timestamp":"2024-12-25T14:35:00Z"}'), event="a", time=None,
        data={"timestamp": "2024-12-25T14:35:00Z"})

    # The event.
    for name in EVENTS + ["", "a", "photo_request", "PHOTO_REQUEST.CREATED",
                          "photo_request.created ", "é", "\u0000", "a" * 1000, "toString",
                          "__proto__", "constructor"]:
        delivery(f"the event {name[:30]!r}", event(name), event=name)
    for body in ['{"timestamp":"2024-12-25T14:35:00Z"}', "{}", '{"event":null}', '{"event":1}',
                 '{"event":true}', '{"event":["a"]}', '{"event":{"a":"a"}}', '{"Event":"a"}',
                 '{"data":{"event":"a"}}']:
        delivery("no text event", body, "malformed_parameter", ["body"])
        delivery("no text event, and no time is required", body, "malformed_parameter", ["body"],
                 require_timestamp=False)
    delivery("an escaped name", '{"\\u0065vent":"\\u0061","timestamp":"2024-12-25T14:35:00Z"}',
             event="a")
    delivery("the last of two events counts, as JSON parsers have it",
             '{"event":"a","timestamp":"2024-12-25T14:35:00Z","event":"b"}', event="b")
    delivery("the last of two times counts, as JSON parsers have it",
             '{"event":"a","timestamp":"2024-12-25T14:35:00Z","timestamp":"2000-01-01T00:00:00Z"}',
             "expired")

    # Bodies that are not JSON objects.
    deep = ',"deep":' + "[" * 126 + "]" * 126
    too_deep = ',"deep":' + "[" * 127 + "]" * 127
    for body in [b"", b" ", b"null", b"true", b"1", b'"a"', b"[]", b'["event"]', b"{", b"}",
                 b"{}{}", b'{"event":"a"}x', b'{"event":"a",}', b"{'event':'a'}", b"{event:1}",
                 b'{"event":"a"//\n}', b'{"event":"a"/**/}', b"\xef\xbb\xbf" + event().encode(),
                 event().encode("utf-16"), event().encode("utf-16-le"), event().encode("utf-32"),
                 b'{"event":"\xff"}', b'{"event":"\xc3"}', b'{"event":"\xed\xa0\x80"}',
                 b'{"event":"\xc0\xaf"}', b'{"event":"\\ud800"}', b'{"event":"\\udc00\\ud800"}',
                 b'{"event":"a","x":"\\ud800"}', b'{"event":"a","\\udfff":1}',
                 b'{"event":"\\x61"}', b'{"event":"\\u00"}', b'{"event":"a\nb"}', b'{"event":"a',
                 b'{"event":"a","x":NaN}', b'{"event":"a","x":Infinity}',
                 b'{"event":"a","x":-Infinity}', b'{"event":"a","x":1e999}',
                 b'{"event":"a","x":-1e999}', b'{"event":"a","x":01}', b'{"event":"a","x":+1}',
                 b'{"event":"a","x":.5}', b'{"event":"a","x":1.}', b'{"event":"a","x":0x10}',
                 b'{"event":"a","x":1e}', b'{"event":"a","x":-}', b'{"event":"a","x":True}',
                 b'{"event":"a","x":undefined}', b'{"event":"a","x":tru}', b"event=a",
                 event(more=too_deep).encode(), b"[" * 100000, b'{"a":' * 100000,
                 b'\x00{"event":"a"}', b'{"event":"a"}\x00', b"\x0b{}", b"\xc2\xa0{}"]:
        delivery("not a JSON object", body, "malformed_parameter", ["body"])
    delivery("not a JSON object, and a wrong signature", b"[]", "invalid_signature",
             signed_by=OTHER)
    delivery("not a JSON object, and no time is required", b"[]", "malformed_parameter", ["body"],
             require_timestamp=False)
    delivery("as deep as can be", event(more=deep), event="a")
    delivery("white space around", " \t\r\n" + event() + " \t\r\n", event="a")
    delivery("a pair of surrogates", event(more=',"data":{"a":"\\ud83d\\ude00"}'), event="a",
             data={"a": "\U0001f600"})
    delivery("unknown fields survive", event(
        more=',"data":{"new":[1,2.5,null,true,"x",{"deep":{}}],"":"empty","a.b":"é"},"top":1'),
        event="a", data={"new": [1, 2.5, None, True, "x", {"deep": {}}], "": "empty", "a.b": "é"})
    for data in ["null", "1", '"text"', "[]", "[1]", "true", "false", "{}", '{"__proto__":{"a":1}}']:
        delivery("data", event(more=',"data":' + data), event="a", data=json.loads(data))
    delivery("the largest whole numbers that a double holds", event(
        more=',"data":[9007199254740991,-9007199254740991]'), event="a",
        data=[9007199254740991, -9007199254740991])

    # The documented payloads.
    for name, data in [
        ("photo_request.created", {"photo_request": {
            "id": "pr_123", "unique_code": "ABC123", "status": "pending",
            "recipient_email": "user@example.com", "expires_at": "2024-12-27T12:00:00Z",
            "metadata": {"ticket_id": "12345"}}}),
        ("photo_submission.created", {"photo_request": {"id": "pr_123", "status": "in_progress"},
         "submission": {"id": "ps_456", "item_id": "pri_1", "file_size_kb": 1024,
                        "mime_type": "image/jpeg", "has_gps_data": True,
                        "gps_latitude": 45.4642, "gps_longitude": 9.19,
                        "submitted_at": "2024-12-25T14:30:00Z"}}),
        ("photo_request.submitted", {"id": "req_abc123", "type": "one_time",
         "instructions": "Send photos of the vehicle", "photos": [
             {"id": "photo_xyz789", "url": "https://a.example/1.jpg",
              "slot_instructions": "Front view",
              "metadata": {"gps_lat": 45.1234, "gps_lng": 12.5678,
                           "captured_at": "2024-01-15T10:28:00Z"}}]}),
    ]:
        delivery("a documented payload", event(name, more=',"data":' + json.dumps(data)),
                 event=name, data=data)

    # Test events.
    for more, is_test, data in [
        (',"is_test":true', True, None), (',"test":true', True, None),
        (',"data":{"is_test":true}', True, {"is_test": True}),
        (',"data":{"test":true}', True, {"test": True}),
        (',"is_test":false', False, None), (',"is_test":1', False, None),
        (',"is_test":"true"', False, None), (',"test":null', False, None),
        (',"data":[{"is_test":true}]', False, [{"is_test": True}]),
        (',"data":{"a":{"is_test":true}}', False, {"a": {"is_test": True}}),
    ]:
        delivery("a test event, or none", event(more=more), event="a", is_test=is_test, data=data)

    # The link to which a submission.created belongs.
    linked = {"event": "submission.created", "data": json.loads(LINKED)["data"]}
    delivery("a link", LINKED, link=SENT_BY, **linked)
    for values, matches in [
        ({}, True), ({"sub": "pls_457"}, False), ({"uv": "ABC124"}, False),
        ({"ref": "ticket-457"}, False), ({"uv": "abc123"}, False), ({"ref": "ticket-456 "}, False),
    ]:
        other = {"sub": "pls_456", "uv": "ABC123", "ref": "ticket-456", **values}
        delivery("a link and a return", LINKED, link=SENT_BY, matches=matches, **{"return": other},
                 **linked)
    body = LINKED.replace(b'"id":"pls_456",', b"")
    for values, matches in [({}, True), ({"sub": "pls_457"}, True), ({"uv": "2"}, False)]:
        other = {"sub": "pls_456", "uv": "ABC123", "ref": "ticket-456", **values}
        delivery("a link without a submission ID, and a return", body, link={**SENT_BY, "sub": None},
                 matches=matches, event="submission.created", data=json.loads(body)["data"],
                 **{"return": other})
    for name in [b"unique_field_value", b"external_source", b"external_reference"]:
        for body in [LINKED.replace(b'"' + name + b'"', b'"other"'),
                     LINKED.replace(b'"' + name + b'":"', b'"' + name + b'":null,"x":"')]:
            delivery("a link that lacks " + name.decode(), body, event="submission.created",
                     data=json.loads(body)["data"])
    body = LINKED.replace(b"submission.created", b"photo_submission.created")
    delivery("a link in another event", body, event="photo_submission.created",
             data=json.loads(body)["data"])
    delivery("no link", event("submission.created"), event="submission.created")
    for data in [{"permanent_link_submission": None}, {"permanent_link_submission": []}, []]:
        delivery("no link", event("submission.created", more=',"data":' + json.dumps(data)),
                 event="submission.created", data=data)

    # Duplicates have the same key, the hash of the body, with any headers.
    for number in range(3):
        delivery("a duplicate", headers=[["X-Visiono-Signature", good],
                                         ["X-Visiono-Delivery", f"d-{number}"]],
                 delivery_id=f"d-{number}", now=EVENT_TIME + number, **submitted)


    # Fractions whose last digit a careless parser gets wrong: each is the nearest double.
    fractions = "[1.0715660391465826e-75,45.464200000000005,0.1,9.19,1e22,5e-324]"
    delivery("fractions are read exactly", event(more=',"data":' + fractions), event="a",
             data=json.loads(fractions))

    # Of two members with one name the last counts, in any position.
    delivery("the last of two events isn't text", event("a", more=',"event":1'),
             "malformed_parameter", ["body"])
    delivery("the last of two times isn't text", event(more=',"timestamp":1'),
             "missing_parameter", ["timestamp"])
    for more, is_test, data in [
        (',"is_test":true,"is_test":false', False, None),
        (',"test":false,"test":true', True, None),
        (',"is_test":true,"test":false', True, None),
        (',"data":{"test":true},"data":{}', False, {}),
        (',"data":{},"data":{"test":true}', True, {"test": True}),
        (',"data":{"test":true,"\\u0074est":null}', False, {"test": None}),
        (',"data":{"is_test":true},"data":null', False, None),
        (',"data":1,"d\\u0061ta":[2]', False, [2]),
    ]:
        delivery("the last of two members counts", event(more=more), event="a", is_test=is_test,
                 data=data)
    sent = json.dumps(linked["data"])
    other = sent.replace("ABC123", "\\u0041/\\ud83d\\ude00\\n")
    submission = json.dumps(linked["data"]["permanent_link_submission"])
    for data, link in [
        (f'{{}},"data":{sent}', SENT_BY),
        (f'{sent},"data":{{}}', None),
        (f'{sent},"data":[{sent}]', None),
        # Section 7: a link is returned if its texts are fields; a line feed is not allowed in any.
        (f'{sent},"data":{other}', None),
        (f'{{"permanent_link_submission":null,"permanent_link_submission":{submission}}}', SENT_BY),
        (f'{{"permanent_link_submission":{submission},"permanent_link_submission":{{}}}}', None),
        (sent.replace('"external_source"', '"external_source":1,"ext\\u0065rnal_source"'), SENT_BY),
        (sent.replace("}}", ',"external_source":1}}'), None),
        (sent.replace("}}", ',"id":null}}'), {**SENT_BY, "sub": None}),
    ]:
        body = event("submission.created", more=',"data":' + data)
        delivery("the last of two members counts, in a link", body, event="submission.created",
                 link=link, data=json.loads(body)["data"])
    for value in ["-1", "0.5", "-1e2", "null", "true", "[]", "{}", '["b"]', '{"event":"b"}']:
        delivery(f"the last of two events is {value}", event("a", more=f',"event":{value}'),
                 "malformed_parameter", ["body"])
        body = event(more=f',"timestamp":{value}')
        if value == "null":
            delivery("the last of two times is null, which counts as absent", body, event="a",
                     time=None)
        else:
            delivery(f"the last of two times is {value}", body, "missing_parameter", ["timestamp"])
        delivery(f"the last of two test marks is {value}", event(more=f',"test":true,"test":{value}'),
                 event="a", is_test=value == "true", data=None)


# --- Version 2 -------------------------------------------------------------------------------
#
# Added at the end of each group, so that the cases above keep their numbers.

# Names that some decoder reads as {}: PHP, Rack, qs, ASP.NET, and decoders that split at ';'.
LOOK_ALIKES = [
    "{}%00", "{}%00x", "{}%00%zz", "{}%00=%00", "{}[]", "{}[a]", "{}[", "{}]", "]{}", "[{}]", "[{}",
    "[[{}]]", ".{}", "..{}", "[.{}", ".%20{}", "%5B{}%5D", "{}%5B%5D", "{}[%FF", "{}%20[x]",
    "%20[%20{}%20]%20", "%20{}", "+{}", "{}+", "{}%20", "%09{}", "%0A{}", "%0B{}", "%0C{}", "%0D{}",
    "{}%0D%0A", "x;{}", "x=1;{}", ";{}", "x=1;{}=2;y", "{};", "x;%20{}", "x=1;[{}]",
]
# Names that none of these decoders reads as {}.
OTHERS = [
    "x{}", "{}x", "_{}", "{}_", "{}.", "{}_x", "{}-x", "x[{}]", "x.{}", "{}%FF", "%FF{}", "{}%zz",
    "%zz{}", "{}%C2%A0", "%C2%85{}", "{}%E2%80%A8", "%E3%80%80{}", "%EF%BB%BF{}", "%01{}", "{}%1F",
    "{}%2500", "%255B{}", "x%3B{}", "x={}", "x=1%3B{}", "%26{}", "%00{}", "{}{}", "x%00{}", "_]{}",
]


def chunks(items, size):
    return [items[start:start + size] for start in range(0, len(items), size)]


def others(names, size=6):
    """Returns queries of several names that no decoder reads as one of `names`."""
    written = [pattern.replace("{}", names[number % len(names)])
               for number, pattern in enumerate(OTHERS)]
    return ["&".join(chunk) for chunk in chunks(written, size)]


def secret_cases():
    """Adds the cases of section 2."""
    for secret in [
        "!~" * 8, "".join(chr(c) for c in range(0x21, 0x7F)), "01" * 33, "0123456789abcdef",
        "whsec-0123456789abcdef", "vsk-0123456789abcdef", "xvsk_0123456789abcdef",
        "_whsec_0123456789abcdef", "\"0123456789abcdef'", "'0123456789abcdef\"",
        "0123456'789'abcdef", "`0123456789abcdef`", "$abcdefghijklmnop", "$VISIONO-WORKFLOW-SECRET",
        "A$VISIONO_WORKFLOW_SECRET", "$VISIONO_WORKFLOW_SECRET.", "$$VISIONO_WORKFLOW_SECRET",
        "0123456789abcdef${", "}${0123456789abcdef", "$(NAME)0123456789abcdef",
        "{NAME}0123456789abcdef", "%NAME%0123456789abcdef", "your-workflow-secrets",
        "a-your-workflow-secret", "aaaaaaaaaaaaaaaA", "0000000000000001",
    ]:
        sign_link("a secret", secret=secret)
    for secret, comment in [
        ("0123456789abcde", "15 characters"), ("0123456789abcdef\t", "a tab"),
        ("0123456789abcdefé", "a letter that is not ASCII"), ("０１２３４５６７８９ａｂｃｄｅｆ", "wide digits"),
        ("wHsEc_" + SECRET, "a webhook secret, in another case"),
        ("whsec_0123456789", "a webhook secret of 16 characters"),
        ("VSK_" + SECRET, "an API key, in capitals"),
        ("vSk_" + SECRET, "an API key, in another case"),
        ("\"0123456789abcd\"", "in double quotes"), ("'0123456789abcd'", "in single quotes"),
        ("'0123456789'abcd'", "in single quotes, and one inside"),
        ("'" * 15 + "a'", "quotes with a letter among them"),
        ("${A}0123456789abcdef", "a variable at the beginning"),
        ("0123456789abcdef${A}", "a variable at the end"),
        ("01234567${secret_1}89abcdef", "a variable in lower case, in the middle"),
        ("$${NAME}0123456789abcdef", "a variable after another '$'"),
        ("$VISIONO_WORKFLOW_SECRET_2", "a variable that ends in a digit"),
        ("$0123456789ABCDEF", "a '$' and digits"), ("$________________", "a '$' and '_'"),
        ("!" * 64, "one character repeated"), ("~" * 16, "one character repeated 16 times"),
        ("Your-64-Char-Workflow-Secret", "a sample"), ("YOUR-WORKFLOW-SECRET", "a sample"),
        ("Your-Webhook-Secret", "the sample of the other kind"),
        ("your-webhook-secret", "the sample of the other kind"),
        ("whsec_abc123xyz789...", "the sample of the other kind"),
    ]:
        sign_link("no secret: " + comment, None, "invalid_secret", secret=secret)
    sign_link("the second secret is a sample", None, "invalid_secret",
              secrets=[SECRET, "your-workflow-secret"])


def webhook_secret_cases():
    """Adds the cases of section 2 for the other kind of secret."""
    for secret in ["whsec_0123456789abcdef", "WHSEC_" + SECRET, "whsec_whsec_0123456789",
                   "whsec_vsk_0123456789abcdef", "whsec_\"0123456789abcdef\"",
                   "whsec_$VISIONO_WEBHOOK_SECRET", "whsec_aaaaaaaaaaaaaaab", "whsec_" + "!~" * 8,
                   "x-whsec_0123456789abcdef"]:
        webhook("a secret", signed_by=secret, secrets=[secret])
    for secret, comment in [
        ("whsec_0123456789abcde", "15 characters after the prefix"), ("whsec_", "a prefix"),
        ("whsec_" + "a" * 64, "one character repeated after the prefix"),
        ("a" * 64, "one character repeated"), ("VSK_" + SECRET, "an API key, in capitals"),
        ("whsec_" + SECRET + " ", "a space at the end"),
        ("whsec_ " + SECRET, "a space in the middle"), ("whsec_\u0080" + SECRET, "a C1 control"),
        ("\"whsec_" + SECRET + "\"", "in double quotes"), ("'whsec_" + SECRET + "'", "in quotes"),
        ("$VISIONO_WEBHOOK_SECRET", "a variable"), ("whsec_${NAME}0123456789abcdef", "a variable"),
        ("${VISIONO_WEBHOOK_SECRET}", "a variable"), ("your-webhook-secret", "a sample"),
        ("YOUR-Webhook-SECRET", "a sample"), ("your-workflow-secret", "the other kind's sample"),
        ("your-64-char-workflow-secret", "the other kind's sample"),
        ("whsec_abc123xyz789...", "a sample"), ("WHSEC_ABC123XYZ789...", "a sample"),
    ]:
        webhook("no secret: " + comment, "invalid_secret", signed_by=secret, secrets=[secret])
    webhook("the second secret is in quotes", "invalid_secret",
            secrets=["whsec_" + SECRET, "'" + SECRET + "'"])
    webhook("a secret that can't be one is found before an absent header", "invalid_secret",
            secrets=["short"], header=None)


# Section 3: characters refused in every text field, and allowed in other parameters.
NO_FIELD = ["\u007f", "\u0080", "\u0085", "\u009b", "\u009f", "\u2028", "\u2029"]
A_FIELD = ["\u00a0", "\u00ad", "\u200b", "\u2027", "\u202a", "\u202e", "\u2066", "\u2800", "\u3164",
           "\ufeff", "\ufffe", "\U000e0001"]


def new_sign_link_cases():
    secret_cases()
    for number, char in enumerate(NO_FIELD):
        place = number % 3
        sign_link(f"U+{ord(char):04X} in a field", None, "invalid_field", [LINK[place]],
                  fields=with_field(A_LINK, place, "a" + char + "b"))
    for char in A_FIELD:
        sign_link(f"U+{ord(char):04X} in a field", fields=with_field(A_LINK, 0, "a" + char + "b"))

    # Section 4: hosts and ports.
    for link in [
        "https://a", "https://a.b_c-d.example/", "https://-/", "https://_/", "https://a..b/",
        "https://.a/", "https://a./", "https://xn--visino-6ib.io/s/a", "https://1.2.3.4/",
        "https://999.1/", "https://a:1/", "https://a:9", "https://A.EXAMPLE:65535/",
        "https://[::]/", "https://[1:2:3:4:5:6:7:8]/", "https://[::ffff:192.0.2.1]:443/",
        "http://LOCALHOST:80/", "http://a.b.localhost/", "http://App.LocalHost:3000/",
        "http://127.0.0.1.localhost/", "http://_.localhost/", "http://127.0.0.0/",
        "http://127.255.255.255:65535/", "https://a/\u200b", "https://a/\ufeff\u202e",
        "https://a/%00", "https://a/%zz",
    ]:
        sign_link("a link URL", link + "?{parameters}", link=link)
    for link in [
        "https://../", "https://...:443/", "https://a:/", "https://a:00/", "https://a:00443/",
        "https://a:080/", "https://a:100000/", "https://a:65536/", "https://a:99999/",
        "https://a:1e3/", "https://a:0x50/", "https://a:٨٠/", "https://a,b/", "https://a!b/",
        "https://a%2Eb/", "https://%61/", "https://(a)/", "https://*.a/", "https://a~b/",
        "https://a'b/", "https://a;b/", "https://a&b/", "https://a=b/", "https://a+b/",
        "https://a|b/", "https://<a>/", "https://é.example/", "https://ａ.example/",
        "https://a。example/", "https://a\u00ad.example/", "https://[v1.a]/",
        "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[1:2:3]/",
        "https://[:::1]/", "https://[::g]/", "https://[::1]]/", "https://[[::1]]/",
        "https://[::1].example/", "https://[::1]:/", "https://[::1]:0443/", "https://[1::2::3]/",
        "https://[1:2:3:4:5:6:7:8:9]/", "https://[::256.0.0.1]/", "http://alocalhost/",
        "http://a.localhost./", "http://a.localhost.example/", "http://localhost.localhost.a/",
        "http://127.00.0.1/", "http://127.0.0.1e1/", "http://127.0.0.300/", "http://127.0.0/",
        "http://127.0.0.1.1/", "http://[0:0:0:0:0:0:0:1]/", "http://[::01]/",
        "http://[::ffff:7f00:1]/", "http://@localhost/", "http://localhost@a/", "https://a/\u0080",
        "https://a/?\u009f", "https://a/#\u0085",
    ]:
        sign_link("a link URL that is refused", None, "invalid_url", link=link)

    # Sections 4 and 5: a link's query has no look-alike of its parameters.
    names = LINK + ["sig"]
    for number, pattern in enumerate(LOOK_ALIKES):
        sign_link("a link URL with a look-alike of a parameter", None, "invalid_url",
                  link=LINK_URL + "?a=b&" + pattern.replace("{}", names[number % 5]))
    for name in names:
        sign_link("a link URL with a look-alike by case", None, "invalid_url",
                  link=f"{LINK_URL}?{name.upper()}=1#top")
    for query in others(names):
        link = LINK_URL + "?" + query
        sign_link("a link URL with names like a parameter's", link + "&{parameters}", link=link)
    sign_link("look-alikes in the path and the fragment", None, "invalid_url", ["uv"],
              link=LINK_URL + ";uv=1#&UV=1")

    # Section 5, check 1: the order, when signing.
    for options, result, wrong in [
        ({"secret": "short", "link": "a"}, "invalid_secret", None),
        ({"secret": "short", "slug": "/"}, "invalid_secret", None),
        ({"link": "a", "fields": ("", "", "", 10**11)}, "invalid_url", None),
        ({"slug": "/", "fields": ("", "", "", 10**11)}, "invalid_field", ["slug"]),
        ({"fields": ("a", "b", "", 10**11)}, "invalid_field", ["ref"]),
    ]:
        sign_link("two mistakes: the first in order is named", None, result, wrong, **options)


def new_verify_link_cases():
    good = link_query()
    names = LINK + ["sig"]
    values = dict(zip(LINK, map(str, A_LINK)))

    def absent(name):
        return "&".join(p for p in good.split("&") if not p.startswith(name + "="))

    # Section 5: '#' is an ordinary character of a bare query, and ends the query of a URL.
    sharp = ("a#b", "#", "c#", LINK_TIME)
    verify_link("'#' in the values of a bare query",
                "uv=a#b&src=#&ref=c#&ts=1705500000&sig={sig}", fields=sharp)
    verify_link("'#' in the values of a query that '?' begins",
                "?uv=a#b&src=#&ref=c#&ts=1705500000&sig={sig}", "missing_parameter",
                ["src", "ref", "ts", "sig"], fields=sharp)
    verify_link("an encoded '#' in a URL", "/?" + link_query(sharp), fields=sharp)
    verify_link("'#' in a name of a bare query", good.replace("ref=", "#ref="), "missing_parameter",
                ["ref"])
    verify_link("'#' in a time of a bare query", good.replace("&sig=", "#&sig="),
                "malformed_parameter", ["ts"])

    # Section 5: look-alikes next to the parameter, before it, and instead of it.
    for number, pattern in enumerate(LOOK_ALIKES):
        name = names[number % 5]
        alike = pattern.replace("{}", name)
        verify_link("a look-alike", f"?{good}&{alike}", "duplicate_parameter", [name])
        name = LINK[number % 4]
        alike = pattern.replace("{}", name)
        verify_link("a look-alike in the place of an expected value", f"?{alike}&{absent(name)}",
                    "duplicate_parameter", [name], expect=values)
    for name in names:
        alike = name.upper()
        verify_link("a look-alike by case, before", f"?{alike}=x&{good}", "duplicate_parameter",
                    [name])
        verify_link("a look-alike by case, without a value, in a bare query", f"{good}&{alike}",
                    "duplicate_parameter", [name])
        verify_link("a look-alike alone is not the parameter", f"?{absent(name)}&{alike}=x",
                    "missing_parameter", [name])
        verify_link("two look-alikes and no parameter", f"?{alike}=x&{absent(name)}&[{name}]=y",
                    "duplicate_parameter", [name])
        verify_link("a look-alike and the empty parameter", f"?{name}=&{absent(name)}&.{name}=y",
                    "duplicate_parameter", [name])
        verify_link("a part after ';' with the parameter's name", f"?{good}&x=1;{name}=y",
                    "duplicate_parameter", [name])
        verify_link("a part before ';' with the parameter's name", f"?{good}&{name};x=1",
                    "duplicate_parameter", [name])
        verify_link("a part after ';' alone is not the parameter", f"?{absent(name)}&x;{name}=y",
                    "missing_parameter", [name])
    for number, pattern in enumerate(OTHERS):
        other = pattern.replace("{}", names[number % 5])
        verify_link("a name like a parameter's", f"?{other}&{good}&{other}=1")
    for other in ["%C5%BFrc", "s%C4%B1g", "%EF%BC%B5%EF%BC%B6", "te%CC%81f"]:
        verify_link("only the case of ASCII is folded", f"?{good}&{other}=1")
    for name in LINK:
        verify_link("a part after ';' in the place of an expected value",
                    f"?{absent(name)}&x;{name}=y", "duplicate_parameter", [name], expect=values)
    # Decoders that split at ';' read another value, and the part after the ';' as a parameter.
    semicolon = ("ABC123;x=1", "zendesk", "ticket-456", LINK_TIME)
    verify_link("a ';' in a value, and another's name after it",
                "?" + link_query(semicolon).replace("%3B", ";").replace("%3D", "="),
                "malformed_parameter", ["uv"], fields=semicolon)
    for part, name in [("src=1", "src"), ("uv=1", "uv"), ("[SIG]", "sig")]:
        fields = ("ABC123;" + part, "zendesk", "ticket-456", LINK_TIME)
        query = f"?uv=ABC123;{part}&src=zendesk&ref=ticket-456&ts=1705500000&sig={{sig}}"
        verify_link("a ';' in a value, and a name of the message's after it", query,
                    "duplicate_parameter", [name], fields=fields)
        verify_link("an encoded ';' in a value, and a name of the message's after it",
                    query.replace(";", "%3B"), fields=fields)
    verify_link("two look-alikes: the first field in order is named", f"?SIG=1&REF=1&{good}",
                "duplicate_parameter", ["ref"])
    verify_link("a look-alike is found before an absent parameter", f"?REF=1&{absent('uv')}",
                "duplicate_parameter", ["ref"])
    verify_link("a look-alike is found before a malformed parameter",
                f"?SIG=1&{good}".replace("ABC123", "|"), "duplicate_parameter", ["sig"])

    # Section 3: controls and separators.
    for number, char in enumerate(NO_FIELD):
        fields = with_field(A_LINK, number % 3, "a" + char)
        verify_link(f"U+{ord(char):04X} in a value", "?" + link_query(fields),
                    "malformed_parameter", [LINK[number % 3]], fields=fields)
    for name in ["uv", "src", "ref"]:
        verify_link("U+2029 in a value, not encoded",
                    "?" + good.replace(f"{name}=", f"{name}=\u2029"), "malformed_parameter", [name])
        for char in ["\u0085", "\u2028"]:
            verify_link(f"U+{ord(char):04X} in an expected value", None, "invalid_field", [name],
                        expect={name: "a" + char})
    verify_link("characters that are no controls", fields=with_field(A_LINK, 0, "".join(A_FIELD)))

    # Section 5, check 1, and the time.
    for options, result, wrong in [
        ({"now": 10**11, "expect": {"uv": ""}}, "invalid_argument", None),
        ({"now": -1, "url": ""}, "invalid_argument", None),
        ({"secrets": ["short"], "url": "", "expect": {"uv": ""}}, "invalid_secret", None),
        ({"url": "", "expect": {"ts": "x", "src": "|"}}, "invalid_field", ["src"]),
    ]:
        verify_link("two mistakes: the first in order decides", result=result, names=wrong,
                    **options)
    verify_link("the largest now", None, "expired", now=10**11 - 1)
    verify_link("the largest now and the largest max_age", now=10**11 - 1, max_age=2**53 - 1)
    verify_link("a now in milliseconds", None, "invalid_argument", now=LINK_TIME * 1000)


    # Section 5: ASP.NET and Perl's CGI.pm read "%u0041" as a letter, in names as well.
    for name in names:
        for alike in [f"%u{ord(name[0]):04x}{name[1:]}", f"{name}%u0000x", f"%u0020{name}",
                      f"[%u{ord(name[0]) - 32:04X}{name[1:]}]"]:
            verify_link("a letter as '%u' and four digits, in a name", f"?{good}&{alike}=x",
                        "duplicate_parameter", [name])
    for other in ["%u75v", "%U0075v", "%u0175v", "%u00zzuv", "%u007", "uv%u", "%u00fcv", "%uFF35v",
                  "%%u0075v", "%u0075vv", "%25u0075v", "%u%30075v"]:
        verify_link("what no decoder reads as a letter of a name", f"?{good}&{other}=x")
    verify_link("a letter as '%u' and four digits is not the parameter's own name",
                "?" + good.replace("uv=", "%u0075v="), "missing_parameter", ["uv"])
    verify_link("a letter as '%u' and four digits, in a value",
                "?" + good.replace("ABC", "%u0041BC"), "malformed_parameter", ["uv"])
    # Section 5: decoders that split at ';' read another value.
    for place, name in enumerate(["uv", "src", "ref"]):
        for value in [";", "a;", ";b", "a;b", "a%20;b"]:
            fields = with_field(A_LINK, place, value.replace("%20", " "))
            query = "?" + link_query(with_field(A_LINK, place, "X")).replace("=X", "=" + value)
            verify_link("a ';' in a value", query, "malformed_parameter", [name], fields=fields)
        fields = with_field(A_LINK, place, "a;b")
        verify_link("an encoded ';' in a value", "?" + link_query(fields), fields=fields)
    verify_link("a ';' in a time", "?" + good.replace("&sig=", ";&sig="), "malformed_parameter",
                ["ts"])
    verify_link("a ';' in a signature", f"?{good};", "invalid_signature")
    verify_link("a ';' in another's value", f"?{good}&x=a;b")


def new_template_cases():
    # Section 6: without placeholders, no standard parameter and no look-alike of one is allowed.
    done = "https://a.example/done"
    every = RETURN + ["sig"]
    for number, pattern in enumerate(LOOK_ALIKES[::2]):
        template("no placeholder, but a look-alike of a parameter",
                 f"{done}?a=b&" + pattern.replace("{}", every[number % 6]), "invalid_template")
    for name in every:
        template("no placeholder, but a look-alike by case", f"{done}?{name.upper()}=#end",
                 "invalid_template")
    for query in others(every):
        template("no placeholder, and names like a parameter's", f"{done}?{query}")
    template("no placeholder, but a parameter in its path", done + ";sig=1", "invalid_template")
    for text in [done + "#SIG=1", done + ";sigs=1", done + "/sig?src=1&id=2",
                 "http://app.localhost:3000/done", "https://a_b.example:1/done?d[s]=1&d[u]=2",
                 done + "?Tenant=1&tenant=2", done + "?a=%zz&%FF"]:
        template("no placeholder: all are appended", text)
    for text in [done + "?SIG={signature}", done + "?sig[]=1&a={signature}",
                 done + "?a={signature}&a=1&A=2", done + "?a=%zz{signature}"]:
        template("a look-alike beside a placeholder", text, carries=["signature"])
    for text in ["https://a.example:0443/{reference}", "https://a.example:/{reference}",
                 "https://../{reference}", "https://[::g]/{reference}", "https://a b/{reference}",
                 "https://é.example/", "http://localhost./{reference}", "http://127.0.0.01/",
                 "https://a.example/{reference}\u0080", "https://a.example/?a=\u2029{reference}",
                 "https://a.example/{reference}#\u0085", "https://a%41/{reference}"]:
        template("a template that is refused", text, "invalid_template")


def new_sign_return_cases():
    for number, char in enumerate(NO_FIELD):
        sign_return(f"U+{ord(char):04X} in a field", STANDARD, "invalid_field",
                    [RETURN[number % 3]], fields=with_field(A_RETURN, number % 3, char))
    sign_return("characters that are no controls", STANDARD,
                fields=with_field(A_RETURN, 0, "".join(A_FIELD)))

    def in_path(comment, text, value, climbs, name="ref"):
        sign_return(comment, "https://a.example/" + text, "invalid_field" if climbs else "ok",
                    [name] if climbs else None, fields=with_field(A_RETURN, 2, value))

    # Section 6: a decoded segment is split at '/', '\' and ';', and no part may climb.
    for value in ["../", "/..", "./", "/.", "//..", "a/../../b", "..;", ";..", "a;..;b", "a;.",
                  "..;/", "..\\", "\\..", ".\\", "a\\.\\b", "../..;x", "a/b/..", "é/.."]:
        in_path("a segment that climbs", "t/{reference}/done", value, True)
    for value in ["/", "\\", ";", "//", "a/", "/a", ";;", "a..", "a/..b", "a;.b", "...;...",
                  "a\\b.", ". .", " ..", ".. ", "%2e%2e", "..%2f", "..%5c", "．．", "..&", "..=",
                  "..?a", "..#", "\u200b.."]:
        in_path("a segment that doesn't climb", "t/{reference}/done", value, False)
    for text, value, climbs in [
        ("x{reference}", "/..", True), ("x{reference}", "..", False), ("x{reference}", "\\.", True),
        (".{reference}", "./a", True), (".{reference}", "/a", True), (".{reference}", "a/b", False),
        ("{reference}.", "a/.", True), ("{reference}.", "a/", True), ("{reference}.", "a", False),
        ("%2E{reference}", "/x", True), ("{reference}%2e.", "a;", True),
        ("a;{reference}", "..", True), ("{reference};v=1", "..", True),
        ("{reference};v=1", "a", False), ("a%3B{reference}", ".", True),
        ("a%2F{reference}", "..", True), ("a%5c{reference}", "..", True),
        ("%zz{reference}", "/..", True), ("%zz{reference}", "..", False),
        ("%252e{reference}", ".", False), ("..%2F{reference}", "a", True),
        ("{reference}%2F..", "a", True), ("{reference}+", "..", False),
        ("{reference}/x", "..", True), ("?a={reference}&b=/{reference}/", "..", False),
        ("#/{reference}/..;", "..", False),
    ]:
        in_path("a segment with literals" if text[0] not in "?#" else "outside of the path", text,
                value, climbs)
    two = ("..", "a", "b", 5, 1705500100)
    sign_return("two fields in a segment: the first is named",
                "https://a.example/{reference}%2F{submission_id}", "invalid_field", ["ref"],
                fields=two)
    sign_return("two fields in a segment that climbs together: the first is named",
                "https://a.example/{unique_value}{submission_id}", "invalid_field", ["uv"],
                fields=(".", ".", "r", 5, 0))
    sign_return("the second segment climbs", "https://a.example/{unique_value}/{submission_id}",
                "invalid_field", ["sub"], fields=two)
    sign_return("a count and a time don't climb", "https://a.example/{photo_count};{timestamp}/.")
    # Section 5, check 1: a segment that climbs is found last.
    for text, fields, result, wrong, secret in [
        ("https://a.example/{submission_id}", ("..", "a", "|", 5, 0), "invalid_field", ["ref"],
         SECRET), ("https://a.example/{submission_id}", ("..", "a", "b", 2**32, 0), "invalid_field",
                   ["cnt"], SECRET),
        ("https://a.example/{submission_id}", ("..", "a", "b", 5, 10**11), "invalid_field", ["ts"],
         SECRET), ("https://a.example/{nope}", ("", "", "", 5, 0), "invalid_template", None,
                   SECRET), ("https://a.example/{nope}", ("", "", "", 5, 0), "invalid_secret", None,
                             "short"),
        ("https://a.example/done?SUB=1", ("", "", "", 5, 0), "invalid_template", None, SECRET),
    ]:
        sign_return("two mistakes: the first in order is named", text, result, wrong, fields=fields,
                    secret=secret)
    # Templates that can't be extracted can be expanded.
    for text in ["https://a.example/?d[s]={submission_id}&d[u]={unique_value}",
                 "https://a.example/?a={reference}&a=1&A=2",
                 "https://a.example/?%zz={reference}&%FF=%zz",
                 "https://a.example/%zz/{reference}%FF", "https://a.example/?x;a=1&a={reference}"]:
        sign_return("a template that can't be extracted", text)
    for query in ["Tenant=1&tenant=2", "a=%zz&%FF=1", "d[s]=1&d[u]=2"]:
        sign_return("a template that can't be extracted, without placeholders",
                    "https://a.example/done?" + query,
                    url="https://a.example/done?" + query + "&{parameters}")


def new_verify_return_cases():
    good = return_query()
    every = RETURN + ["sig"]
    values = dict(zip(RETURN, map(str, A_RETURN)))

    def absent(name):
        return "&".join(p for p in good.split("&") if not p.startswith(name + "="))

    # Section 5: look-alikes, without a template and with one that has no placeholder.
    for number, pattern in enumerate(LOOK_ALIKES):
        name = every[number % 6]
        alike = pattern.replace("{}", name)
        text = None if number % 2 else "https://a.example/done"
        if number % 3 == 0 or name == "sig":
            verify_return("a look-alike", f"/done?{alike}&{good}", "duplicate_parameter", [name],
                          text=text)
            continue
        verify_return("a look-alike in the place of an expected value", f"?{absent(name)}&{alike}",
                      "duplicate_parameter", [name], text=text, expect=values)
    for name in every:
        verify_return("a look-alike by case", f"?{good}&{name.upper()}=x", "duplicate_parameter",
                      [name])
        verify_return("a look-alike alone is not the parameter",
                      f"?{absent(name)}&{name.upper()}=x", "missing_parameter", [name],
                      text="https://a.example/done")
    for query in others(every):
        verify_return("names like a parameter's", f"?{good}&{query}", text="https://a.example/done")
    verify_return("a link's own parameter is no name of a return's", f"?{good}&SRC=1&src[]=2&x;src")

    # The names of a template with placeholders are only the template's.
    shop = "https://a.example/done?id_1={submission_id}&u={unique_value}&r={reference}" \
           "&c={photo_count}&t={timestamp}&h={signature}"
    shop_url = "id_1=pls_123&u=ABC123&r=ticket-456&c=5&t=1705500100&h={sig}"
    parts = {"sub": "id_1", "uv": "u", "ref": "r", "cnt": "c", "ts": "t", "sig": "h"}
    for number, pattern in enumerate(LOOK_ALIKES):
        name = every[number % 6]
        alike = pattern.replace("{}", parts[name])
        verify_return("a look-alike of a template's parameter", f"?{shop_url}&{alike}",
                      "duplicate_parameter", [name], text=shop)
    for query in others([parts[name] for name in every]):
        verify_return("names like a template's parameter", f"?{query}&{shop_url}", text=shop)
    for alike in ["id.1", "id+1", "id%201", "id[1", "id%5B1", "ID.1", "%20id.1", "id[1%00]",
                  "x;id.1"]:
        verify_return("a name that PHP reads as one with '_'", f"?{shop_url}&{alike}=x",
                      "duplicate_parameter", ["sub"], text=shop)
    for other in ["id[1]", "id-1", "id..1", "id__1", "i.d1", "id]1", "[id[1", "id%5F", "id1"]:
        verify_return("a name that PHP doesn't read as one with '_'", f"?{shop_url}&{other}=x",
                      text=shop)
    for other in ["sub=x", "SIG=x", "ref[]=x", "x;uv=x", "%20ts=x"]:
        verify_return("a standard parameter is another's here", f"?{shop_url}&{other}", text=shop)
    for name in RETURN:
        pieces = [p for p in shop_url.split("&") if not p.startswith(parts[name] + "=")]
        verify_return("a look-alike in the place of a template's parameter",
                      "?" + "&".join(pieces) + f"&[{parts[name]}]=x", "missing_parameter", [name],
                      text=shop)
        verify_return("a template's parameter is absent, and an expected value can't stand in",
                      "?" + "&".join(pieces), "missing_parameter", [name], text=shop, expect=values)
        verify_return("a template's parameter is empty, and an expected value can't stand in",
                      "?" + "&".join(pieces) + f"&{parts[name]}", "missing_parameter", [name],
                      text=shop, expect=values)
    verify_return("a dot in a template's name", "?a.b=ticket-456&" + REST_URL,
                  text="https://a.example/?a.b={reference}&" + REST)
    for alike in ["a_b", "a+b", "A.B", "a[b"]:
        verify_return("a look-alike of a name with a dot", f"?a.b=ticket-456&{alike}&" + REST_URL,
                      "duplicate_parameter", ["ref"],
                      text="https://a.example/?a.b={reference}&" + REST)
    verify_return("brackets in a template's name", "?f[ref]=ticket-456&" + REST_URL,
                  text="https://a.example/?f[ref]={reference}&" + REST)
    for alike in ["f[]", "f", "f[ref", "F[other]"]:
        verify_return("a look-alike of a name with brackets",
                      f"?f[ref]=ticket-456&{alike}=x&" + REST_URL, "duplicate_parameter", ["ref"],
                      text="https://a.example/?f[ref]={reference}&" + REST)

    # Section 6: templates that can't be extracted.
    for query in [
        "a.b={reference}&a_b=1", "a+b={reference}&a.b=1", "a={reference}&A=1",
        "a={reference}&a[]=1", "a={reference}&[a]=1", "a={reference}&%20a=1",
        "a={reference}&a%00=1", "a={reference}&x;A=1", "a={reference}&a=1", "a={reference}&%61=1",
        "a={reference}&a", "a={reference}&x;a=1", "a={reference}&a;x=1", "a={reference};a=1",
        "a={reference}&a={unique_value}", "d[s]=1&d[u]=2&a={reference}",
        "x=1;y=2&Y=1&a={reference}", "a={reference}&b=%zz", "a={reference}&b=%FF",
        "a={reference}&%FF=1", "a={reference}&b=%", "a={reference}&%zz", "a=x%zz{reference}",
        "a={reference}%C3",
    ]:
        verify_return("a template that can't be extracted", "?a=ticket-456&" + REST_URL,
                      "invalid_template", text=f"https://a.example/?{query}&" + REST)
    for query in ["Tenant=1&tenant=2", "a=%zz", "%FF=1", "a=1&%zz", "a=%C3%28", "d[s]=1&d[u]=2",
                  "a=1&x;A=2"]:
        verify_return("a template that can't be extracted, without placeholders",
                      f"?{query}&{good}", "invalid_template",
                      text="https://a.example/done?" + query)
    for path in ["%zz/{reference}", "{reference}/%FF", "a%/{reference}/b", "%C3{reference}",
                 "{reference}%zz"]:
        verify_return("a template that can't be extracted, by its path",
                      "/a/ticket-456?" + REST_URL, "invalid_template",
                      text=f"https://a.example/{path}?" + REST)
    for path, query in [("%zz/%FF", "r={reference}&"), ("%zz", "f=1&f=2&r={reference}&"),
                        ("", "f=1&%66=2&r={reference}&"), ("", "r={reference}&&")]:
        verify_return("a template that can be extracted",
                      "/x?" + query.replace("{reference}", "ticket-456") + REST_URL,
                      text=f"https://a.example/{path}?{query}" + REST)
    verify_return("a fragment is not extracted, whatever it holds", "?r=ticket-456&" + REST_URL,
                  text="https://a.example/?r={reference}&" + REST + "#%zz{reference}{signature}")

    # Section 6: the path.
    one = "https://a.example/tickets/{reference}/done?" + REST
    for path in ["/tickets/ticket-456/done/", "/tickets/ticket-456/done;x",
                 "/tickets/ticket-456/DONE", "/tickets/ticket-456/done%2F",
                 "/tickets//ticket-456/done", "/tickets/ticket-456", "/tickets/ticket-456/",
                 "/tickets/ticket-456/done/more", "//a.example/tickets/ticket-456/done",
                 "/tickets%00/ticket-456/done", "/tickets/../tickets/ticket-456/done",
                 "/%2e/tickets/ticket-456/done", "/tickets\\ticket-456\\done", "/tickets/a/b/done",
                 "/tickets/ticket-456/done%zz", "/t%C3%AFckets/ticket-456/done",
                 "/tickets+/ticket-456/done", "/tickets/ticket-456/done.", "https://a.example",
                 "https://a.example/", "https://tickets/ticket-456/done"]:
        verify_return("another path, and all are expected", path + "?" + REST_URL,
                      "missing_parameter", every, text=one, expect=values)
    for url in ["https://u:p@b.example:1/tickets/ticket-456/done",
                "HTTP://[::1]/tickets/ticket-456/done", "https:///tickets/ticket-456/done",
                "/tickets/ticket-456/d%6Fne", "/%74ickets/ticket-456/done",
                "/tickets/%74icket%2d456/done"]:
        verify_return("the same path", url + "?" + REST_URL, text=one, expect=values)
    for start in ["?", ""]:
        verify_return("no path, and another reference is expected", start + REST_URL,
                      "invalid_signature", text=one, expect={"ref": "ticket-457"})
        verify_return("no path, and a standard parameter, which is another's here",
                      start + "ref=ticket-999&REF=1&" + REST_URL, text=one,
                      expect={"ref": "ticket-456"})
    verify_return("another reference is in the path", "/tickets/ticket-999/done?" + REST_URL,
                  "invalid_signature", text=one, expect={"ref": "ticket-456"})
    other = with_field(A_RETURN, 2, "ticket-999")
    verify_return("a genuine return for another reference", "/tickets/ticket-999/done?" + REST_URL,
                  "unexpected_value", ["ref"], text=one, fields=other, expect={"ref": "ticket-456"})
    few = "https://a.example/t/{reference}?s={submission_id}&h={signature}"
    some = {"uv": "ABC123", "cnt": "5", "ts": "1705500100"}
    verify_return("fields that the template doesn't send are expected",
                  "/t/ticket-456?s=pls_123&h={sig}", text=few, expect=some)
    verify_return("they are also in the query, where the template doesn't put them",
                  "/t/ticket-456?s=pls_123&h={sig}&uv=X&CNT=9&ts=1", text=few, expect=some)
    verify_return("another path: what the template doesn't send stands in, the others are missing",
                  "/T/ticket-456?s=pls_123&h={sig}", "missing_parameter", ["sub", "ref", "sig"],
                  text=few, expect={**values})
    verify_return("another path, and nothing is expected", "/T/ticket-456?s=pls_123&h={sig}",
                  "missing_parameter", every, text=few)
    verify_return("a field that the template doesn't send is not what was expected",
                  "/t/ticket-456?s=pls_123&h={sig}", "invalid_signature", text=few,
                  expect={**some, "cnt": "6"})

    # Section 6: segments that climb carry nothing.
    for segment in ["..", ".", "%2e%2E", ".%2e", "..;x", ";..", "a;..", "..%3Bx", "a%2F..",
                    "a%2f%2e%2e%2fb", "..%5Cx", "a\\..\\b", "%2F.", ".%2F", "a%2F.%2Fb",
                    "..%2Fadmin"]:
        verify_return("a segment that climbs, and all are expected",
                      f"/tickets/{segment}/done?" + REST_URL, "malformed_parameter", ["ref"],
                      text=one, expect=values)
    for segment, value in [("%252e%252e", "%2e%2e"), ("...", "..."), ("a;b", "a;b"),
                           ("a%2Fb", "a/b"), ("a\\b", "a\\b"), ("..a%2Fb..", "..a/b.."),
                           ("%20..", " .."), ("..+", "..+")]:
        verify_return("a segment that doesn't climb", f"/tickets/{segment}/done?" + REST_URL,
                      text=one, fields=with_field(A_RETURN, 2, value))
    for text, segment in [("x{reference}", "x%2F.."), (".{reference}", ".."),
                          (".{reference}", ".%2Fa"), ("{reference}.", "a%2F."),
                          ("v1;{reference}", "v1;.."), ("{reference};v=1", "..;v=1"),
                          ("{reference}%2Fx", "..%2Fx")]:
        verify_return("literals and a value that climb together", f"/{segment}?" + REST_URL,
                      "malformed_parameter", ["ref"], text=f"https://a.example/{text}?" + REST)
    verify_return("a segment that climbs is found after an absent parameter",
                  "/tickets/../done?u=1", "missing_parameter", ["sub", "cnt", "ts", "sig"],
                  text=one)
    verify_return("dots in a query don't climb", "?r=..%2Fa&" + REST_URL,
                  text="https://a.example/?r={reference}&" + REST,
                  fields=with_field(A_RETURN, 2, "../a"))

    # Section 6: literal parameters of the template.
    for number, (template_query, query, ok) in enumerate([
        ("a=1", "a=1", True), ("a=1", "%61=%31", True), ("a=+", "a=%20", True),
        ("a=%2B", "a=+", False), ("a", "a", True), ("a", "a=", True), ("a=", "a", True),
        ("a=é", "a=%C3%A9", True), ("a=1", "a=01", False), ("a=1", "a=1%20", False),
        ("a=A", "a=a", False), ("a=1", "a", False), ("a=1", "", False), ("a=1", "A=1", False),
        ("a=1", "a[]=1", False), ("a=1", "a=1&a=1", False), ("a=1", "a=1&A=1", False),
        ("a=1", "a=1&%20a", False), ("a=1", "a=1&x;a", False), ("a=1", "a=1&a;x", False),
        ("a=1", "a=1;b=2", False), ("a=1", "a=1&a%00", False), ("a=1", "a=%zz", False),
        ("a=1", "a=%FF", False), ("a=1", "a=1&%zza=1&aa=2&a.=3", True), ("a=1", "a=1#", True),
        ("f=1&f=2", "f=1&f=2", True), ("f=1&f=2", "f=2&f=1", False), ("f=1&f=2", "f=1", False),
        ("f=1&f=2", "f=1&f=2&f=2", False), ("f=1&f=2", "f=1&x=1&%66=2", True),
        ("a=1;b=2", "a=1;b=2", True), ("a=1;b=2", "a=1%3Bb=2", False),
        ("a=1;b=2", "a=1;b=2&b=3", False), ("a=1;b=2", "a=1&b=2", False), ("a.b=1", "a.b=1", True),
        ("a.b=1", "a_b=1", False), ("a.b=1", "a.b=1&a_b=1", False), ("=1", "=1", True),
        ("=1", "", False),
    ]):
        end = ""
        if query.endswith("#"):
            query, end = query[:-1], "#a=2&a=3"
        verify_return("what the template writes out" if ok else "not what the template writes out",
                      f"/?{query}&r=ticket-456&{REST_URL}{end}",
                      "ok" if ok else "missing_parameter", None if ok else every,
                      text=f"https://a.example/?{template_query}&r={{reference}}&" + REST)
        if number % 3:
            continue
        verify_return("the same, in a template without placeholders", f"?{good}&{query}{end}",
                      "ok" if ok else "missing_parameter", None if ok else every,
                      text=f"https://a.example/done?{template_query}", expect={"uv": "ABC123"})
    verify_return("another tenant, all expected, and none of the parameters",
                  "?sig={sig}&tenant=globex", "missing_parameter", every,
                  text="https://a.example/done?tenant=acme", expect=values)
    verify_return("the tenant, all expected, and none of the parameters", "?sig={sig}&tenant=acme",
                  text="https://a.example/done?tenant=acme", expect=values)
    verify_return("another tenant is found before a parameter that is there twice",
                  f"?tenant=globex&{good}&uv=1", "missing_parameter", every,
                  text="https://a.example/done?tenant=acme")
    verify_return("the tenant, and a parameter that is there twice", f"?tenant=acme&{good}&uv=1",
                  "duplicate_parameter", ["uv"], text="https://a.example/done?tenant=acme")

    # Sections 3 and 5: values, and expected values.
    for number, char in enumerate(NO_FIELD):
        fields = with_field(A_RETURN, number % 3, "a" + char)
        verify_return(f"U+{ord(char):04X} in a value", "?" + return_query(fields),
                      "malformed_parameter", [RETURN[number % 3]], fields=fields)
    for name in ["sub", "uv", "ref"]:
        verify_return("U+2028 in an expected value", "?" + good, "invalid_field", [name],
                      expect={name: "\u2028"})
    # Section 5: decoders that split at ';' read another value, and "%u0041" is a letter to some.
    semicolons = with_field(A_RETURN, 2, "a;b")
    verify_return("a ';' in a value", "?" + return_query(semicolons).replace("%3B", ";"),
                  "malformed_parameter", ["ref"], fields=semicolons)
    verify_return("a ';' in a value of a template's parameter", "?r=a;b&" + REST_URL,
                  "malformed_parameter", ["ref"], fields=semicolons,
                  text="https://a.example/?r={reference}&" + REST)
    verify_return("an encoded ';' in a value of a template's parameter", "?r=a%3Bb&" + REST_URL,
                  fields=semicolons, text="https://a.example/?r={reference}&" + REST)
    verify_return("a ';' that the template writes out", "?r=v1;x=ticket-456;y&" + REST_URL,
                  text="https://a.example/?r=v1;x={reference};y&" + REST)
    verify_return("a ';' in the path", "/a;b?" + REST_URL, fields=semicolons,
                  text="https://a.example/{reference}?" + REST)
    for alike in ["%u0072", "%u0052", "r%u0000", "x;%u0072"]:
        verify_return("a letter as '%u' and four digits, in a name",
                      f"?r=ticket-456&{alike}=x&" + REST_URL, "duplicate_parameter", ["ref"],
                      text="https://a.example/?r={reference}&" + REST)
    for options, result, wrong in [
        ({"now": 10**11, "expect": {"uv": ""}},
         "invalid_argument", None), ({"now": -1}, "invalid_argument", None),
        ({"secrets": ["short"], "text": "a", "expect": {"uv": ""}}, "invalid_secret", None),
        ({"text": "a", "expect": {"uv": ""}}, "invalid_template", None),
        ({"text": "https://a.example/{reference}{reference}", "expect": {"uv": ""}},
         "invalid_template", None),
        ({"text": "https://a.example/?sig=1", "expect": {"uv": ""}}, "invalid_template", None),
        ({"expect": {"ts": "", "cnt": "x", "ref": "ok"}}, "invalid_field", ["cnt"]),
    ]:
        verify_return("two mistakes: the first in order decides", "", result, wrong, **options)


def verify_pairs(comment, result="ok", names=None, *, fields=A_RETURN, more=None, without=(),
                 now=None, expect=None, secrets=None, index=0):
    """Adds the pairs of `fields`, `without` some names, and with `more`."""
    pairs = dict(zip(RETURN, map(str, fields)))
    pairs["sig"] = signature(SECRET, fields)
    for name in without:
        del pairs[name]
    pairs.update(more or {})
    given = present(secrets=[SECRET] if secrets is None else secrets, pairs=pairs,
                    now=int(fields[4]) if now is None else now, expect=expect)
    output = None
    if result == "ok":
        output = {name: str(value) for name, value in zip(RETURN, fields)}
        output["secret_index"] = index
    add("verify_return_pairs", comment, given, result, names, output)


def verify_return_pairs_cases():
    every = RETURN + ["sig"]
    values = dict(zip(RETURN, map(str, A_RETURN)))
    right = signature(SECRET, A_RETURN)
    patterns = ["{}\0", "{}\0x", "{}[]", "{}[a]", "{}[", "{}]", "]{}", "[{}]", "[[{}", ".{}",
                "[.{}", " {}", "{} ", "\t{}", "\n{}", "\v{}", "\f{}", "{}\r\n", " [ {} ] ", ". {}"]
    for number, pattern in enumerate(patterns):
        name = every[number % 6]
        if number % 2 or name == "sig":
            verify_pairs("a look-alike", "duplicate_parameter", [name],
                         more={pattern.replace("{}", name): "x"})
            continue
        verify_pairs("a look-alike in the place of an expected value", "duplicate_parameter",
                     [name], without=[name], more={pattern.replace("{}", name): "x"}, expect=values)
    for name in every:
        verify_pairs("a look-alike by case", "duplicate_parameter", [name],
                     more={name.upper(): "x"})
        verify_pairs("a look-alike alone is not the parameter", "missing_parameter", [name],
                     without=[name], more={name.upper(): "x"})
        verify_pairs("a look-alike that is no text", "duplicate_parameter", [name],
                     more={name.upper(): {"a": ["x"]}})
        verify_pairs("empty", "missing_parameter", [name], more={name: ""})
        verify_pairs("null", "missing_parameter", [name], more={name: None})
        verify_pairs("a list of one text", more={name: [right if name == "sig" else values[name]]})
        verify_pairs("a list of none", "missing_parameter", [name], more={name: []})
        verify_pairs("a list of two texts", "duplicate_parameter", [name], more={name: ["x", "y"]})
    verify_pairs("a list of an empty text", "missing_parameter", ["uv"], more={"uv": [""]})
    verify_pairs("a list of two texts, one empty", "duplicate_parameter", ["sub"],
                 more={"sub": ["", "pls_123"]})
    # No empty map, and no map with the name 0: in PHP these are lists.
    no_texts = [0, 1.5, True, False, {"k": "x"}, {"k": ["x"]}, [None], ["x", None], [["x"]], [1],
                [{"k": "x"}], ["x", ["y"]]]
    for number, value in enumerate(no_texts):
        name = RETURN[number % 5]
        verify_pairs("no text, and no list of texts", "malformed_parameter", [name],
                     more={name: value})
        verify_pairs("no text, and no list of texts, as a signature", "invalid_signature",
                     more={"sig": value})
    for value in [0, False, {"k": "x"}, [None]]:
        verify_pairs("no text, and an expected value can't stand in", "malformed_parameter",
                     ["ref"], more={"ref": value}, expect=values)
    verify_pairs("an empty text, and an expected value can't stand in", "missing_parameter",
                 ["ref"], more={"ref": ""}, expect=values)
    for value in [None, []]:
        verify_pairs("absent in both of its ways, and expected", more={"ref": value}, expect=values)
        verify_pairs("a look-alike that is absent", more={"REF": value, "ref[]": value})
        verify_pairs("a look-alike that is absent, in the place of an expected value",
                     without=["ref"], more={"REF": value}, expect=values)
    patterns = ["x{}", "{}x", "_{}", "{}_", "{}.", "{}_x", "x[{}]", "{}%00", "{}%5B%5D", "%20{}",
                "+{}", "{}+", "x;{}", "{};", ";{}", "{}=", "{}&", "\u00a0{}", "{}\u2028",
                "\u0001{}", "\ufeff{}", "x\0{}", "{}\u0080"]
    for number, pattern in enumerate(patterns):
        verify_pairs("a name like a parameter's",
                     more={pattern.replace("{}", every[number % 6]): "x"})
    verify_pairs("only the case of ASCII is folded",
                 more={"\u017frc": "x", "s\u0131g": "x", "\u017fub": "x"})
    verify_pairs("names of others, whatever they are", more={
        "": "x", "0": "y", "__proto__": {"ref": "x"}, "constructor": None, "toString": "z",
        "length": 1, "hasOwnProperty": True, "src": ["a", 1], "signature": "0", "reference": []})
    for value in ["ticket%2D456", "ticket-456 ", "Ticket-456", "ticket-456;x", "ticket-456&x=1"]:
        verify_pairs("a value is taken as it is", "invalid_signature", more={"ref": value})
    for value in ["a|b", "\0", "a\n", "\u0085", "\u2029"]:
        verify_pairs("what no field may hold", "malformed_parameter", ["ref"], more={"ref": value})
    for value in ["5.0", "05", "+5", " 5", "5 ", "4294967296", "٥"]:
        verify_pairs("a count that is not one", "malformed_parameter", ["cnt"], more={"cnt": value})
    for value in [right.upper(), right + " ", right[:-1], "sha256=" + right, "0" * 64, "é" * 32]:
        verify_pairs("a signature that is not right", "invalid_signature", more={"sig": value})
    for text in ["a+b", "%41", "a;b=c", "é\U0001f642", " ", "{signature}", "a=b&ref=c#d?"]:
        verify_pairs("a value is not decoded again", fields=with_field(A_RETURN, 2, text),
                     expect={"ref": text})
    verify_pairs("two are there twice: the first in order is named", "duplicate_parameter", ["uv"],
                 more={"SIG": "x", "Uv": "x"})
    verify_pairs("twice, absent and malformed", "duplicate_parameter", ["sig"], without=["uv"],
                 more={"sig": ["a", "b"], "cnt": 5})
    verify_pairs("absent and malformed", "missing_parameter", ["uv"], without=["uv"],
                 more={"cnt": 5})
    verify_pairs("two are malformed: the first in order is named", "malformed_parameter", ["uv"],
                 more={"cnt": 5, "uv": {"k": "x"}})
    verify_pairs("no pairs", "missing_parameter", every, without=every)
    verify_pairs("no pairs, and all are expected", "missing_parameter", ["sig"], without=every,
                 expect=values)
    verify_pairs("the signature alone, and all are expected", without=RETURN, expect=values)
    verify_pairs("another is expected", "unexpected_value", ["ref"], expect={"ref": "ticket-457"})
    verify_pairs("another is expected, and none is there", "invalid_signature", without=["ref"],
                 expect={"ref": "ticket-457"})
    verify_pairs("old", "expired", now=RETURN_TIME + 3601, expect={"ref": "x"})
    verify_pairs("early", "not_yet_valid", now=RETURN_TIME - 61)
    verify_pairs("the second of two secrets", secrets=[OTHER, SECRET], index=1)
    for options, result, wrong in [
        ({"now": 10**11, "expect": {"uv": ""}}, "invalid_argument", None),
        ({"now": -1, "expect": {"uv": ""}}, "invalid_argument", None),
        ({"secrets": ["short"], "expect": {"uv": ""}}, "invalid_secret", None),
        ({"expect": {"uv": "\x85"}, "more": {"ref": ["a", "b"]}}, "invalid_field", ["uv"]),
    ]:
        verify_pairs("two mistakes: the first in order decides", result, wrong, **options)


def receive(comment, body, result="ok", names=None, *, headers=None, signed_by=WEBHOOK_SECRET,
            secrets=None, now=EVENT_TIME, event=None, time=EVENT_TIME, link=None, index=0,
            **options):
    """Adds a delivery, with the parts that every language has."""
    if isinstance(body, str):
        body = body.encode()
    sig = hmac.new(signed_by.encode(), body, hashlib.sha256).hexdigest()
    headers = [["X-Visiono-Signature", "sha256={sig}"]] if headers is None else headers
    given = present(secrets=[WEBHOOK_SECRET] if secrets is None else secrets,
                    headers=[[name, value.replace("{sig}", sig)] for name, value in headers],
                    body_hex=body.hex(), now=now, **options)
    output = None
    if result == "ok":
        output = {"event": event, "event_time": time, "dedup_key": hashlib.sha256(body).hexdigest(),
                  "secret_index": index, "link": link}
    add("webhook_receive", comment, given, result, names, output)


def webhook_receive_cases():
    good = "sha256={sig}"
    wrong = "sha256=" + "0" * 64
    body = event()

    # Section 7: the names of headers.
    for name in ["X-Visiono-Signature", "x-visiono-signature", "X-VISIONO-SIGNATURE",
                 "X_Visiono_Signature", "x_visiono-signature", "HTTP_X_VISIONO_SIGNATURE",
                 "http_x_visiono_signature", "Http_X-Visiono_Signature", "HTTP_X-VISIONO-SIGNATURE",
                 "hTtP_x_visiono-signature", "X-Webhook-Signature", "x_webhook_signature",
                 "HTTP_X_WEBHOOK_SIGNATURE", "http_X-Webhook_Signature"]:
        receive("a signature header's name", body, headers=[["Host", "a"], [name, good]], event="a")
        receive("a signature header there twice", body, "invalid_signature",
                headers=[[name, good], [name.swapcase(), good]])
    for name in ["HTTP_HTTP_X_VISIONO_SIGNATURE", "HTTPX_VISIONO_SIGNATURE",
                 "HTTPS_X_VISIONO_SIGNATURE", "REDIRECT_HTTP_X_VISIONO_SIGNATURE",
                 "XVisionoSignature", "X.Visiono.Signature", "X--Visiono-Signature",
                 "X-Visiono-Signature-", "X-Visiono-Signatur", "X-Vısiono-Signature",
                 "X-Hub-Signature-256", "sig", ""]:
        receive("no signature header's name", body, "missing_parameter", ["sig"],
                headers=[[name, good]])
    for pair in [("X-Visiono-Signature", "HTTP_X_VISIONO_SIGNATURE"),
                 ("X-Webhook-Signature", "x_webhook_signature")]:
        for values in [(good, good), (good, wrong), (wrong, good), (good, ""), ("", good)]:
            receive("a signature header there twice, in two spellings", body, "invalid_signature",
                    headers=[list(both) for both in zip(pair, values)])
    receive("both signatures, and one of them twice", body, "invalid_signature", headers=[
        ["X-Visiono-Signature", good], ["X-Webhook-Signature", good],
        ["X_WEBHOOK_SIGNATURE", good]])
    receive("both signatures in CGI's spelling", body, headers=[
        ["HTTP_X_VISIONO_SIGNATURE", good], ["http_x_webhook_signature", good]], event="a")
    for values in [(good, wrong), (wrong, good), (good, ""), ("", good), ("", ""), (good, "{sig}")]:
        receive("both signatures, one of them wrong", body, "invalid_signature",
                headers=[["X-Visiono-Signature", values[0]], ["X-Webhook-Signature", values[1]]])
    receive("other headers may repeat", body, headers=[
        ["Accept", "a"], ["accept", "b"], ["X-Visiono-Delivery", "1"], ["X-Visiono-Delivery", "2"],
        ["X-Webhook-ID", "3"], ["X-Webhook-Id", "4"], ["X-Visiono-Event", "b"],
        ["X-Visiono-Event", "c"], ["X-Webhook-Timestamp", "0"], ["X-Webhook-Timestamp", "x"],
        ["X-Visiono-Signature", good]], event="a")
    for value in ["", " ", "{sig}", "sha256=", "SHA256={sig}", "sha256={sig} ", " sha256={sig}",
                  "sha256={sig}\n", "sha256={sig},", "sha256={sig}, sha256={sig}", "sha256={sig}0",
                  "sha512={sig}"]:
        receive("a signature header that is not right", body, "invalid_signature",
                headers=[["X-Webhook-Signature", value]])

    # Section 7: an event without a timestamp is delivered, unless one is required.
    linked = LINKED.replace(b'"timestamp":"2024-12-25T14:35:00Z",', b"")
    sent = {"uv": "ABC123", "src": "zendesk", "ref": "ticket-456"}
    receive("the documented submission.created, which is undated", linked,
            event="submission.created", time=None, link=sent)
    receive("an undated event where a timestamp is required", linked, "missing_parameter",
            ["timestamp"], require_timestamp=True)
    for more in [',"timestamp":null', ',"timestamp":"2024-12-25T14:35:00Z","timestamp":null',
                 ',"Timestamp":"x"', ',"data":{"timestamp":"2000-01-01T00:00:00Z"}', ',"time":1']:
        undated = event(timestamp=None, more=more)
        receive("undated", undated, event="a", time=None)
        receive("undated, and none is required", undated, event="a", time=None,
                require_timestamp=False)
        receive("undated, and one is required", undated, "missing_parameter", ["timestamp"],
                require_timestamp=True)
        receive("undated, and as old as may be", undated, event="a", time=None, now=10**11 - 1,
                max_age=0)
    receive("undated, and a wrong signature", event(timestamp=None), "invalid_signature",
            signed_by=OTHER)
    receive("undated, and no event", "{}", "malformed_parameter", ["body"], require_timestamp=True)
    receive("a timestamp, which is required", body, event="a", require_timestamp=True)
    for required in [True, False]:
        receive("old, whether required or not", body, "expired", now=EVENT_TIME + 10801,
                require_timestamp=required)
        receive("early, whether required or not", body, "not_yet_valid", now=EVENT_TIME - 61,
                require_timestamp=required)
        receive("a number, whether required or not", event(timestamp=EVENT_TIME),
                "missing_parameter", ["timestamp"], require_timestamp=required)
    receive("as old as max_age", body, event="a", now=EVENT_TIME + 60, max_age=60)
    receive("a second older than max_age", body, "expired", now=EVENT_TIME + 61, max_age=60)
    receive("the last retry", body, event="a", now=EVENT_TIME + 9360)

    # Section 7: RFC 3339.
    for text, time in [
        ("0001-01-01T00:00:00Z", -62135596800), ("1900-02-28T23:59:59Z", -2203891201),
        ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T00:00:00Z", 951782400),
        ("2024-12-25T14:35:00.0Z", EVENT_TIME),
        ("2024-12-25T14:35:00.9999999999999999999Z", EVENT_TIME),
        ("2024-12-25T14:35:00-00:00", EVENT_TIME), ("2024-12-26T14:34:00+23:59", EVENT_TIME),
        ("2024-12-24T14:36:00-23:59", EVENT_TIME), ("2024-12-25T14:35:59+00:00", EVENT_TIME + 59),
        ("2024-12-25T23:59:59+09:25", EVENT_TIME - 1), ("2024-12-25T00:00:00-14:35", EVENT_TIME),
    ]:
        receive(f"the time {text}", event(timestamp=text), event="a", time=time, max_age=2**53 - 1)
    for text in ["0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "10000-01-01T00:00:00Z",
                 "-0001-01-01T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
                 "2024-02-30T00:00:00Z", "2024-04-31T00:00:00Z", "2024-00-25T14:35:00Z",
                 "2024-12-00T14:35:00Z", "2024-12-25T14:35:60Z", "2016-12-31T23:59:60Z",
                 "2024-12-25T24:00:00Z", "2024-12-25T14:60:00Z", "2024-12-25T14:35:00+24:00",
                 "2024-12-25T14:35:00-24:00", "2024-12-25T14:35:00+23:60",
                 "2024-12-25T14:35:00+99:99", "2024-12-25T14:35:00+1:00",
                 "2024-12-25T14:35:00+01:0", "2024-12-25T14:35:00+0100", "2024-12-25T14:35:00+01",
                 "2024-12-25T14:35:00+", "2024-12-25T14:35:00Z+00:00", "2024-12-25T14:35:00ZZ",
                 "2024-12-25T14:35:00 Z", "2024-12-25T14:35:00\u221201:00", "2024-12-25T14:35:00",
                 "2024-12-25T14:35:00.Z", "2024-12-25T14:35:00.+00:00", "2024-12-25T14:35:00,0Z",
                 "2024-12-25T14:35:00.5.5Z", "2024-12-25T14:35Z", "2024-12-25T14:35:0Z",
                 "2024-12-25T4:35:00Z", "2024-12-25 14:35:00Z", "2024-12-25_14:35:00Z",
                 "2024-12-2514:35:00Z", "2024-W52-3T14:35:00Z", "2024-360T14:35:00Z",
                 "2024/12/25T14:35:00Z", "2024-12-25T14.35.00Z", "2024-12-25T14:35:00Z\n",
                 "\n2024-12-25T14:35:00Z", "2024-12-25T14:35:00Z\u0000",
                 "Wed, 25 Dec 2024 14:35:00 GMT", "٢٠٢٤-12-25T14:35:00Z", "1735137300", "now",
                 "null", ""]:
        receive("a time that is not RFC 3339", event(timestamp=text), "missing_parameter",
                ["timestamp"])
    receive("the fraction is cut off, at the limit of the leeway",
            event(timestamp="2024-12-25T14:35:00.999Z"), event="a", now=EVENT_TIME - 60)
    receive("the last second of the year 9999", event(timestamp="9999-12-31T23:59:59Z"),
            "not_yet_valid")

    # Section 7: the order.
    for options, result, named in [
        ({"now": 10**11, "headers": []}, "invalid_argument", None),
        ({"now": -1, "body": event(timestamp=None)}, "invalid_argument", None),
        ({"now": EVENT_TIME * 1000, "body": event(timestamp=None)}, "invalid_argument", None),
        ({"secrets": ["short"], "headers": []}, "invalid_secret", None),
        ({"headers": [], "body": b"[]"}, "missing_parameter", ["sig"]),
        ({"signed_by": OTHER, "body": b"[]"}, "invalid_signature", None),
        ({"body": '{"event":1,"timestamp":1}'}, "malformed_parameter", ["body"]),
        ({"body": '{"event":1,"timestamp":"2000-01-01T00:00:00Z"}'}, "malformed_parameter",
         ["body"]), ({"body": event(timestamp="x") + "x"}, "malformed_parameter", ["body"]),
    ]:
        receive("two mistakes: the first in order decides", options.pop("body", body), result,
                named, **options)

    # Section 7: the JSON.
    for text in ['{"event":"a","a":NaN}', '{"event":"a","a":1e309}', '{"event":"a","a":-1e309}',
                 '{"event":"a","a":' + "9" * 400 + "}", '{"event":"a","a":"\\udc00"}',
                 '{"event":"a","\\ud800":1}', '{"event":"a\\ud83d"}', '{"event":"a","a":"\t"}',
                 '{"event":"a"},', '{"event":"a"}\u00a0', '\ufeff{"event":"a"}',
                 '{"event":"a","a":' + "[" * 127 + "]" * 127 + "}",
                 '{"event":"a","a":' + '{"a":' * 127 + "1" + "}" * 127 + "}", '{"event":["a"]}',
                 '{"event":{"event":"a"}}', '{"event":"a","event":null}', '["a"]', '"event"']:
        receive("no JSON object with a text event", text, "malformed_parameter", ["body"])
    for text in ['{"event":"a","a":' + "[" * 126 + "]" * 126 + "}",
                 '{"event":"a","a":' + '{"a":' * 126 + "1" + "}" * 126 + "}",
                 '{"event":"a","a":1e308,"b":-1.7976931348623157e308,"c":5e-324,"d":1e-999}',
                 '{"event":"a","a":' + "9" * 300 + "}", '{"event":"b","event":"a"}',
                 '{"event":1,"event":"a"}', '\n\t\r {"event"\n:\t"a" }\r\n']:
        receive("a JSON object with a text event", text, event="a", time=None)

    # Section 7: the link.
    def submission(values, name="submission.created", place="permanent_link_submission"):
        return json.dumps({"event": name, "data": {place: values}})

    texts = {"unique_field_value": "ABC123", "external_source": "zendesk",
             "external_reference": "ticket-456"}
    no_fields = ["", "a|b", "|", "\n", "a\u001b[2J", "\u007f", "\u0085", "\u009b", "\u2028",
                 "\u2029", None, 5, True, [], ["a"], {"a": "b"}]
    for number, value in enumerate(no_fields):
        changed = list(texts)[number % 3]
        receive("a link of which a text is no field", submission({**texts, changed: value}),
                event="submission.created", time=None)
    for changed in texts:
        remaining = {name: text for name, text in texts.items() if name != changed}
        receive("a link that lacks a text", submission(remaining), event="submission.created",
                time=None)
    for value in [" ", "é\U0001f642", "\u202e", "\ufeff", "a&b=c", "{reference}", "x" * 5000]:
        receive("a link of texts that are fields",
                submission({**texts, "external_reference": value}), event="submission.created",
                time=None, link={**sent, "ref": value})
    receive("a link with more in it", submission({**texts, "id": 7, "other": [None]}),
            event="submission.created", time=None, link=sent)
    receive("a link in another event", submission(texts, "photo_request.submitted"),
            event="photo_request.submitted", time=None)
    receive("a link in an event of another case", submission(texts, "Submission.created"),
            event="Submission.created", time=None)
    receive("a link under another name", submission(texts, place="link_submission"),
            event="submission.created", time=None)
    top = {"event": "submission.created", "permanent_link_submission": texts}
    receive("a link at the top", json.dumps(top), event="submission.created", time=None)
    for data in ["null", "[]", "[{}]", '"a"', '{"permanent_link_submission":[]}',
                 '{"permanent_link_submission":"a"}', '{"permanent_link_submission":null}']:
        receive("no link", '{"event":"submission.created","data":' + data + "}",
                event="submission.created", time=None)
    for name in EVENTS + ["new.event", "", "\u001b[2J\n"]:
        receive("an event, known or not", event(name), event=name)
    receive("the second of two secrets", body, secrets=[OTHER, WEBHOOK_SECRET], event="a", index=1)
    receive("an API key in capitals", body, "invalid_secret", secrets=["VSK_" + SECRET])


def new_webhook_delivery_cases():
    late = event(timestamp="9999-12-31T23:59:59Z")
    delivery("the last second of the year 9999", late, "not_yet_valid", now=10**11 - 1)
    delivery("the last second of the year 9999, and the largest leeway", late, now=10**11 - 1,
             leeway=2**53 - 1, event="a", time=253402300799)
    delivery("the first second of the year 0001, and the largest max_age",
             event(timestamp="0001-01-01T00:00:00Z"), now=0, max_age=2**53 - 1, event="a",
             time=-62135596800)
    undated = LINKED.replace(b'"timestamp":"2024-12-25T14:35:00Z",', b"")
    linked = {"event": "submission.created", "data": json.loads(LINKED)["data"], "link": SENT_BY}
    delivery("the documented submission.created, which is undated", undated, time=None, **linked)
    delivery("the documented submission.created, where a timestamp is required", undated,
             "missing_parameter", ["timestamp"], require_timestamp=True)
    delivery("a dated event where a timestamp is required", LINKED, require_timestamp=True,
             **linked)
    delivery("a now in milliseconds, and an undated event", undated, "invalid_argument",
             now=EVENT_TIME * 1000)
    for name in ["HTTP_X_VISIONO_DELIVERY", "http_x_visiono_delivery", "x-visiono_delivery"]:
        headers = [["http_x_visiono_signature", "sha256={sig}"], [name, "d-1"],
                   ["X_VISIONO_TENANT_ID", "t-1"]]
        delivery("the names of other headers match alike", undated, time=None, headers=headers,
                 delivery_id="d-1", tenant_id="t-1", **linked)
    returned = {"sub": "pls_456", "uv": "ABC123", "ref": "ticket-456"}
    no_field = LINKED.replace(b"zendesk", b"zen|desk")
    delivery("a link of which a text is no field belongs to no return", no_field,
             event="submission.created", data=json.loads(no_field)["data"], matches=False,
             **{"return": returned})


def beyond_the_letter_cases():
    """Adds cases of section 5, "Beyond the letter": found in decoders, and missing from the rule's text."""
    link = link_query()
    parts = [f"{name}={value}" for name, value in zip(LINK, A_LINK)]
    without = "&".join(part for part in parts if not part.startswith("ref=")) + "&sig={sig}"
    for name in LINK + ["sig"]:
        for before in [f"/x&{name}=1&y=", f"http://x&{name}=1&y=", f"/;{name}=1", f"/a&%20{name}",
                       f"HTTPS://a/b&x;{name.upper()}=1&c"]:
            verify_link("a parameter before the query, to what takes the text for a query string",
                        before + "?" + link, "duplicate_parameter", [name])
        for query in [f"??{name}=1&{link}", f"?{link}&?{name}=1", f"??{name}[]=1&{link}"]:
            verify_link("a '?' before a name", query, "duplicate_parameter", [name])
        for part in [f"{name}.x=1", f"{name}.0", f"[{name}.x]=1", f"{name.upper()}.x=1"]:
            verify_link("a member of a parameter, to what splits names at dots",
                        f"?{link}&{part}", "duplicate_parameter", [name])
    for before in ["/x&ref=1&y=", "/x;ref"]:
        verify_link("a parameter before the query, in the place of the value that is expected",
                    before + "?" + without, "duplicate_parameter", ["ref"],
                    expect={"ref": A_LINK[2]})
    for before in ["/a&b", "/a&xref=1", "/ref=1", "/x;jsessionid=1", "/a%26ref=1", "https://a/ref"]:
        verify_link("a path of others", before + "?" + link)
    for query in [f"?{link}&x=?ref=1", f"?{link}&%3Fref=1", f"?{link}&ref.", f"?{link}&.x=1"]:
        verify_link("names of others", query)
    for before in ["ftp://a/done?ref=e&", "ws://a/x=1?%20REF&", "*/../done?x=1;ref=e&", "x&y?ref[]=1&",
                   "ftp://a/x&y?;ref&"]:
        verify_link("a bare query that is a URL to others", before + link, "duplicate_parameter",
                    ["ref"])
    verify_link("a bare query that is a URL to others, in the place of the value that is expected",
                "ftp://a/done?ref=e&" + without, "duplicate_parameter", ["ref"],
                expect={"ref": A_LINK[2]})
    verify_link("a '?' in the first name of a bare query", "ftp://a/done?x=1&" + link)
    path = "https://a.example/tickets/{reference}/done?s={submission_id}&u={unique_value}" \
        "&c={photo_count}&t={timestamp}&h={signature}"
    rest = "s=pls_123&u=ABC123&c=5&t=1705500100&h={sig}"
    for before in ["ftp://a/tickets/ticket-999/done?&", "tickets/ticket-999/done?x&",
                   "*/tickets/ticket-999/done?&"]:
        verify_return("a bare query that is a URL to a router, and the reference is expected",
                      before + rest, "missing_parameter", ["ref"], text=path,
                      expect={"ref": "ticket-456"})
    verify_return("a bare query, and the reference is the router's own", rest, text=path,
                  expect={"ref": "ticket-456"})
    semicolon = "https://a.example/done?s={submission_id}&u={unique_value}&r={reference};x=1" \
        "&c={photo_count}&t={timestamp}&h={signature}"
    verify_return("the ';' that the template writes beside a placeholder",
                  "?r=ticket-456;x=1&" + rest, text=semicolon)
    verify_return("an escaped ';' where the template has a raw one", "?r=ticket-456%3Bx=1&" + rest,
                  "malformed_parameter", ["ref"], text=semicolon)
    verify_return("a raw ';' where the template has an escaped one", "?r=v1;ticket-456&" + rest,
                  "malformed_parameter", ["ref"],
                  text=semicolon.replace("{reference};x=1", "v1%3B{reference}"))
    names = "&".join(f"a{number}" for number in range(94))
    verify_return("a template of 100 names", "?" + names + "&r=ticket-456&" + rest,
                  text="https://a.example/?" + names + "&" + REST + "&r={reference}")
    verify_return("a template of more than 100 names", "", "invalid_template",
                  text="https://a.example/?b&" + names + "&" + REST + "&r={reference}")
    template = "https://a.example/done?s={submission_id}&u={unique_value}&r={reference}" \
        "&c={photo_count}&t={timestamp}&h={signature}&tenant=acme"
    values = zip("surcth", list(A_RETURN) + ["{sig}"])
    query = "&".join(f"{name}={value}" for name, value in values)
    for name, short in zip("surcth", RETURN + ["sig"]):
        for before in [f"/x&{name}=1", f"/x;{name}"]:
            verify_return("a template's parameter before the query", f"{before}?{query}&tenant=acme",
                          "duplicate_parameter", [short], text=template)
        for other in [f"?{name}=1", f"{name}.x=1"]:
            verify_return("a name that some decoder takes for a template's parameter",
                          f"/done?{query}&tenant=acme&{other}", "duplicate_parameter", [short],
                          text=template)
    for url in [f"/x&tenant=b?{query}&tenant=acme", f"/done?{query}&tenant=acme&tenant.x=1",
                f"/done??tenant=b&{query}&tenant=acme"]:
        verify_return("another tenant, to some decoder", url, "missing_parameter", RETURN + ["sig"],
                      text=template)
    for number, pattern in enumerate(["?{}", "#{}", ".?{}", "?#{}", " ?{}", "?{}[]"]):
        name = (RETURN + ["sig"])[number % 6]
        verify_pairs("a mark before a decoded name is dropped", "duplicate_parameter", [name],
                     more={pattern.replace("{}", name): "x"})


RECOMMENDED = ("https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}"
               "&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}")


def recommended_template_cases():
    """Adds the redirect URL of `docs/guides/redirect-url.md`, with and without its template."""
    every = RETURN + ["sig"]
    for reference in ["ticket-456", "2024/0815", "50%", "a b+c&d=e?f#g;h", "日本"]:
        fields = with_field(A_RETURN, 2, reference)
        one = encode(reference)
        query = f"sub=pls_123&uv=ABC123&ref={one}&cnt=5&ts=1705500100&sig={{sig}}"
        expected = {"ref": reference}
        sign_return("the recommended redirect URL", RECOMMENDED, fields=fields,
                    url=f"https://app.example/tickets/{one}/done?{{parameters}}")
        for before in ["https://app.example", "http://localhost:8080", ""]:
            for text in [RECOMMENDED, None]:
                verify_return("a return to the recommended redirect URL",
                              f"{before}/tickets/{one}/done?{query}", fields=fields, text=text,
                              expect=expected)
        verify_return("the recommended redirect URL's query alone", "?" + query, fields=fields,
                      expect=expected)
        for text in [RECOMMENDED, None]:
            verify_return("a return to another ticket", f"/tickets/{one}/done?{query}",
                          "unexpected_value", ["ref"], fields=fields, text=text,
                          expect={"ref": "ticket-457"})
        moved = f"/tickets/ticket-457/done?{query}"
        verify_return("a return at the address of another ticket", moved, "unexpected_value",
                      ["ref"], fields=fields, expect={"ref": "ticket-457"})
        for ticket in [reference, "ticket-457"]:
            verify_return("the same, compared with the template", moved, "duplicate_parameter",
                          ["ref"], fields=fields, text=RECOMMENDED, expect={"ref": ticket})
    slash = with_field(A_RETURN, 2, "2024/0815")
    query = "sub=pls_123&uv=ABC123&ref=2024%2F0815&cnt=5&ts=1705500100&sig={sig}"
    decoded = f"/tickets/2024/0815/done?{query}"
    verify_return("a path that a framework decoded", decoded, "missing_parameter", every,
                  fields=slash, text=RECOMMENDED, expect={"ref": "2024/0815"})
    verify_return("a path that a framework decoded, without the template", decoded, fields=slash,
                  expect={"ref": "2024/0815"})
    percent = with_field(A_RETURN, 2, "50%")
    query = "sub=pls_123&uv=ABC123&ref=50%25&cnt=5&ts=1705500100&sig={sig}"
    verify_return("a '%' that a framework decoded in the path", f"/tickets/50%/done?{query}",
                  "duplicate_parameter", ["ref"], fields=percent, text=RECOMMENDED)
    verify_return("a path that a mount has cut", f"/50%25/done?{query}", "missing_parameter", every,
                  fields=percent, text=RECOMMENDED, expect={"ref": "50%"})


def time_of_verification_cases():
    """Adds cases of section 5: a `now` that is not in seconds is the caller's mistake, for any
    message."""
    link, back = "?" + link_query(), "/done?" + REST_URL
    template = "https://a.example/done?" + REST + "&r={reference}"
    for comment, factor in [("milliseconds", 10**3), ("microseconds", 10**6),
                            ("nanoseconds", 10**9)]:
        comment = f"a now in {comment}"
        for url in [link, "", "?ref=1&ref=2"]:
            verify_link(comment, url, "invalid_argument", now=LINK_TIME * factor)
        for url in [back + "&r=ticket-456", "", "?r=1&r=2"]:
            for text in [template, None]:
                verify_return(comment, url, "invalid_argument", text=text, now=RETURN_TIME * factor)
        verify_pairs(comment, "invalid_argument", now=RETURN_TIME * factor)
        verify_pairs(comment, "invalid_argument", without=["sig"], now=RETURN_TIME * factor)
        for body in [SUBMITTED, "{}"]:
            receive(comment, body, "invalid_argument", now=EVENT_TIME * factor)
            delivery(comment, body, "invalid_argument", now=EVENT_TIME * factor)


def version_2_cases():
    new_sign_link_cases()
    new_sign_return_cases()
    new_template_cases()
    new_verify_link_cases()
    new_verify_return_cases()
    verify_return_pairs_cases()
    webhook_secret_cases()
    webhook_receive_cases()
    new_webhook_delivery_cases()
    beyond_the_letter_cases()
    recommended_template_cases()
    time_of_verification_cases()


def main():
    sign_link_cases()
    sign_return_cases()
    template_cases()
    verify_link_cases()
    verify_return_cases()
    webhook_cases()
    webhook_delivery_cases()
    version_2_cases()
    folder = pathlib.Path(__file__).resolve().parent
    differing = []
    for group, cases in groups.items():
        path = folder / f"more_{group}.json"
        text = json.dumps({"group": group, "cases": cases}, ensure_ascii=False, indent=1) + "\n"
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            differing.append(path.name)
        print(f"{path.name}: {len(cases)} cases")
    if differing:
        sys.exit(f"not what generate.py writes: {', '.join(differing)}")


if __name__ == "__main__":
    main()
