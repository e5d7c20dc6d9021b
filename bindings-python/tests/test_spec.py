"""The specification, sentence by sentence; a test's name begins with the section."""

import base64
import hashlib
import hmac
import json
from typing import Any, Callable, Optional
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

import pytest
from conftest import NOW, OLD_SECRET, SECRET
from visiono_workflow import (
    Delivery,
    DuplicateParameter,
    Expired,
    InvalidArgument,
    InvalidField,
    InvalidSecret,
    InvalidSignature,
    InvalidTemplate,
    InvalidUrl,
    MalformedParameter,
    MissingParameter,
    NotYetValid,
    RedirectTemplate,
    UnexpectedValue,
    VerificationError,
    Webhook,
    WebhookSecret,
    Workflow,
    WorkflowError,
    WorkflowSecret,
)

WORKFLOW = Workflow(SECRET)
WEBHOOK = Webhook("whsec_" + SECRET)
LINK: dict[str, Any] = dict(
    unique_value="ABC123", source="zendesk", reference="ticket-456", timestamp=NOW
)
RETURN: dict[str, Any] = dict(
    submission_id="pls_1",
    unique_value="ABC123",
    reference="ticket-456",
    photo_count=5,
    timestamp=NOW,
)
PLAIN = "https://a.example/done"
URL = WORKFLOW.sign_return(PLAIN, **RETURN)
QUERY = urlsplit(URL).query
PAIRS = dict(parse_qsl(QUERY))
TEXTS = ("submission_id", "unique_value", "reference")


def mac(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed(sub: str, uv: str, ref: str, cnt: str, ts: str) -> dict[str, str]:
    """The parameters of a return, signed whatever they are."""
    sig = mac(SECRET, f"{sub}|{uv}|{ref}|{cnt}|{ts}")
    return {"sub": sub, "uv": uv, "ref": ref, "cnt": cnt, "ts": ts, "sig": sig}


def verify(message: Any, **options: Any) -> Any:
    return WORKFLOW.verify_return(message, **{"now": NOW, **options})


def refused(kind: type[WorkflowError], call: Callable[[], Any], *names: str) -> None:
    with pytest.raises(kind) as error:
        call()
    assert type(error.value) is kind
    if names:
        assert error.value.parameters == names


def receive(body: Any, now: float = NOW, **options: Any) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    webhook = Webhook("whsec_" + SECRET, **options)
    return webhook.receive(raw, {"X-Visiono-Signature": webhook.sign(raw)}, now=now)


class TestSecrets:
    def test_2_a_secret_is_used_as_its_text(self) -> None:
        text = f"pls_1|ABC123|ticket-456|5|{NOW}"
        encoded = base64.b64encode(b"sixteen bytes of").decode()
        for secret in (SECRET, encoded):
            url = Workflow(secret).sign_return(PLAIN, **RETURN)
            assert url.endswith("sig=" + mac(secret, text))
        assert Webhook("whsec_" + SECRET).sign(b"{}") == "sha256=" + mac("whsec_" + SECRET, "{}")

    @pytest.mark.parametrize("kind", [WorkflowSecret, WebhookSecret, Workflow, Webhook])
    @pytest.mark.parametrize(
        "secret",
        [SECRET + c for c in " \t\n\0\x7fé\u2028\ud800"] + ["\ufeff" + SECRET, "x" * 14 + "y", ""],
    )
    def test_2_it_is_printable_ascii_of_16_characters(self, kind: Any, secret: str) -> None:
        refused(InvalidSecret, lambda: kind(secret))
        assert kind("!~0123456789abcd")

    def test_2_a_prefix_does_not_count(self) -> None:
        refused(InvalidSecret, lambda: WebhookSecret("whsec_0123456789abcde"))
        assert WebhookSecret("whsec_0123456789abcdef")

    @pytest.mark.parametrize(
        "secret, told",
        [
            ("vsk_" + SECRET, "vsk_"),
            ("VSK_" + SECRET, "vsk_"),
            (f'"{SECRET}"', "quot"),
            (f"'{SECRET}'", "quot"),
            ("0123${SECRET}4567", "variable"),
            ("$VISIONO_WORKFLOW_SECRET_1", "variable"),
            ("a" * 64, "repeated"),
            ("your-64-char-workflow-secret", "sample"),
            ("YOUR-WORKFLOW-SECRET", "sample"),
            ("your-webhook-secret", "sample"),
            ("whsec_abc123xyz789...", None),
        ],
    )
    def test_2_what_is_no_secret_and_the_message_says_why(
        self, secret: str, told: Optional[str]
    ) -> None:
        for kind in (WorkflowSecret, WebhookSecret, Workflow, Webhook):
            with pytest.raises(InvalidSecret) as error:
                kind(secret)
            assert told is None or told in str(error.value)
            assert secret not in str(error.value)
        for prefixed in ("whsec_" + SECRET, "WHSEC_" + SECRET):
            refused(InvalidSecret, lambda prefixed=prefixed: Workflow(prefixed))
        refused(InvalidSecret, lambda: Webhook("whsec_" + "a" * 32))

    def test_2_neither_kind_can_be_used_for_the_other(self) -> None:
        refused_type(lambda: Workflow(WebhookSecret(SECRET)))  # type: ignore[arg-type]
        refused_type(lambda: Webhook([SECRET, WorkflowSecret(SECRET)]))  # type: ignore[list-item]

    def test_2_several_are_accepted_and_the_first_signs(self) -> None:
        both = Workflow([OLD_SECRET, None, SECRET])
        assert both.verify_return(URL, now=NOW).secret_index == 2
        assert both.sign_return(PLAIN, **RETURN) == Workflow(OLD_SECRET).sign_return(
            PLAIN, **RETURN
        )
        refused(InvalidSecret, lambda: Workflow([None, SECRET]))
        with pytest.raises(InvalidSecret, match=r"secret\[2\]"):
            Workflow([SECRET, None, "short"])

    def test_2_nothing_shows_a_secret_or_an_expected_signature(self) -> None:
        for thing in (WORKFLOW, WEBHOOK, WorkflowSecret(SECRET), WebhookSecret(SECRET)):
            assert SECRET not in repr(thing) + str(thing) + repr(dir(thing))
        with pytest.raises(InvalidSignature) as error:
            verify({**PAIRS, "sig": "0" * 64})
        assert PAIRS["sig"] not in str(error.value) + repr(error.value.__dict__)


def refused_type(call: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        call()


class TestFields:
    @pytest.mark.parametrize("name", TEXTS)
    @pytest.mark.parametrize(
        "value", ["", *(f"a{c}b" for c in "|\0\t\n\x1f\x7f\x80\x85\x9f\u2028\u2029")]
    )
    def test_3_a_text_is_not_empty_and_has_no_separator_or_control(
        self, name: str, value: str
    ) -> None:
        short = dict(zip(TEXTS, ("sub", "uv", "ref")))[name]
        fields = {**RETURN, name: value}
        refused(InvalidField, lambda: WORKFLOW.sign_return(PLAIN, **fields), short)
        given = signed(*(str(fields[name]) for name in RETURN))
        kind = MalformedParameter if value else MissingParameter
        refused(kind, lambda: verify(given), short)
        refused(InvalidField, lambda: verify(URL, expect={name: value}), short)

    @pytest.mark.parametrize("value", [" a ", "e\u0301", "\u00e9", "\u00a0", "\u200b\u202e", "{}%"])
    def test_3_everything_else_is_signed_byte_for_byte(self, value: str) -> None:
        url = WORKFLOW.sign_return(PLAIN, **{**RETURN, "unique_value": value})
        assert url.endswith(mac(SECRET, f"pls_1|{value}|ticket-456|5|{NOW}"))
        assert verify(url).unique_value == value

    def test_3_a_link_is_no_return(self) -> None:
        fields = {**LINK, "unique_value": "pls_1|X"}
        refused(InvalidField, lambda: WORKFLOW.sign_link(slug="a", **fields), "uv")

    @pytest.mark.parametrize(
        "value", ["-1", "+1", "01", "1.0", "1e3", " 1", "", "\uff11", "100000000000"]
    )
    def test_3_a_timestamp_is_decimal(self, value: str) -> None:
        kind = MalformedParameter if value else MissingParameter
        refused(kind, lambda: verify(signed("a", "b", "c", "5", value)), "ts")
        refused(InvalidField, lambda: verify(URL, expect={"timestamp": value}), "ts")

    def test_3_milliseconds_are_told(self) -> None:
        with pytest.raises(InvalidField, match="milliseconds"):
            WORKFLOW.sign_link(slug="a", **{**LINK, "timestamp": NOW * 1000})
        with pytest.raises(MalformedParameter, match="milliseconds"):
            verify(signed("a", "b", "c", "5", str(NOW * 1000)))

    @pytest.mark.parametrize("value", ["-1", "05", "4294967296", "5.0", "x"])
    def test_3_a_count_has_the_same_form(self, value: str) -> None:
        refused(MalformedParameter, lambda: verify(signed("a", "b", "c", value, str(NOW))), "cnt")
        assert verify(signed("a", "b", "c", "4294967295", str(NOW))).photo_count == 4294967295
        refused(
            InvalidField, lambda: WORKFLOW.sign_return(PLAIN, **{**RETURN, "photo_count": 1 << 32})
        )


class TestUrls:
    @pytest.mark.parametrize("slug", ["", ".", "..", "a/b", "a b", "é", "a%20", "a?b", "\ud800"])
    def test_4_a_slug(self, slug: str) -> None:
        refused(InvalidField, lambda: WORKFLOW.sign_link(slug=slug, **LINK), "slug")
        assert WORKFLOW.sign_link(slug="aZ0-._~", **LINK).startswith(
            "https://visiono.io/s/aZ0-._~?"
        )

    @pytest.mark.parametrize(
        "base",
        [
            "https://a.example",
            "HTTPS://A.example:65535",
            "https://[2001:db8::1]:1",
            "https://xn--a_b-",
            "http://localhost",
            "http://a.LOCALHOST:80",
            "http://127.0.0.255",
            "http://[::1]:8000",
        ],
    )
    def test_4_hosts(self, base: str) -> None:
        assert WORKFLOW.sign_link(link=base + "/x", **LINK).startswith(base + "/x?uv=")
        assert RedirectTemplate(base + "/x").missing() == ()

    @pytest.mark.parametrize(
        "base",
        [
            "http://a.example",
            "ftp://a.example",
            "https://",
            "https:///x",
            "//a.example",
            "a.example",
            "https://u@a.example",
            "https://u:p@a.example",
            "https://é.example",
            "https://...",
            "https://a.example:0443",
            "https://a.example:65536",
            "https://a.example:",
            "https://a b",
            "http://127.0.0.256",
            "http://127.0.0.01",
            "http://localhost.a",
            "https://a\\b",
            "�",
            "https://a.example/\n",
            "https://a.example/a b",
            "https://a.example\\@b",
            "https://[::1",
        ],
    )
    def test_4_what_is_no_url(self, base: str) -> None:
        refused(InvalidUrl, lambda: WORKFLOW.sign_link(link=base, **LINK))
        refused(InvalidTemplate, lambda: RedirectTemplate(base))

    def test_4_a_query_and_fragment_of_its_own_are_kept(self) -> None:
        url = WORKFLOW.sign_link(link="https://a.example/s?x=1&y#end", **LINK)
        assert url.startswith("https://a.example/s?x=1&y&uv=ABC123") and url.endswith("#end")
        for other in ("uv=1", "%75v=1", "UV=1", "uv[]=1", "+sig=1", "a=1;ts=2", "ref%00"):
            link = "https://a.example/s?" + other
            refused(InvalidUrl, lambda link=link: WORKFLOW.sign_link(link=link, **LINK))

    def test_4_the_order_and_the_encoding(self) -> None:
        value = "".join(map(chr, range(0x20, 0x7C))) + "}~é"
        url = WORKFLOW.sign_link(slug="a", **{**LINK, "unique_value": value})
        names = [name for name, _ in parse_qsl(urlsplit(url).query)]
        assert names == ["uv", "src", "ref", "ts", "sig"]
        assert f"?uv={quote(value, safe='-._~')}&src=" in url and "+" not in url


class TestInput:
    @pytest.mark.parametrize(
        "form",
        ["https://a.example/x?{}", "HTTP://a?{}#?ref=x", "/x?{}#&ref=x", "?{}", "{}", "&&{}&&"],
    )
    def test_5_a_url_or_a_bare_query(self, form: str) -> None:
        assert verify(form.format(QUERY)).reference == "ticket-456"

    def test_5_the_query_is_after_the_first_question_mark(self) -> None:
        refused(DuplicateParameter, lambda: verify(f"/x?{QUERY}&?ref=x&ref=x"), "ref")
        assert verify(f"/x?{QUERY}&a=?ref=x").reference == "ticket-456"
        refused(MissingParameter, lambda: verify(f"/x?a=1?{QUERY}"), "sub")

    def test_5_in_a_bare_query_a_hash_is_a_character(self) -> None:
        given = signed("a#b", "c", "d", "1", str(NOW))
        bare = "&".join(f"{name}={value}" for name, value in given.items())
        assert verify(bare).submission_id == "a#b"

    @pytest.mark.parametrize(
        "broken", ["%", "%4", "%zz", "%FF", "%C3", "%ED%A0%80", "%C0%AF", "%F4%90%80%80"]
    )
    def test_5_decoding(self, broken: str) -> None:
        url = URL.replace("ABC123", "A%42+C")
        assert verify({**PAIRS, "x": broken}) == verify(f"{URL}&x={broken}&{broken}=1")
        refused(InvalidSignature, lambda: verify(url))
        refused(MalformedParameter, lambda: verify(URL.replace("ABC123", broken)), "uv")
        raw = unquote_to_bytes(broken)
        if raw != broken.encode():
            refused(MalformedParameter, lambda: verify(URL.encode().replace(b"ABC123", raw)), "uv")
            assert verify(URL.encode() + b"&x=" + raw)

    def test_5_bytes_that_are_not_utf8_matter_only_in_the_message(self) -> None:
        assert verify(URL + "&\ud800=\udfff") == verify(URL.encode() + b"&\xff=\xfe")
        refused(MalformedParameter, lambda: verify(URL.replace("ABC123", "\ud800")), "uv")
        refused(InvalidSecret, lambda: Workflow(SECRET + "\ud800"))
        refused(InvalidUrl, lambda: WORKFLOW.sign_link(link="https://a.example/\ud800", **LINK))
        refused(InvalidTemplate, lambda: RedirectTemplate("https://a.example/\ud800"))

    @pytest.mark.parametrize(
        "name",
        [
            "ref%00x",
            "ref[]",
            "%20ref",
            "+ref",
            "ref%0A",
            "[ref]",
            "]ref",
            "ref]",
            ".ref",
            "REF",
            "ref%00",
            "%5Bref",
            "ref%5B0%5D",
            "x;ref",
            "x=1;ref",
            ";ref",
            "ref;x",
            "%0Bref%0C",
        ],
    )
    def test_5_look_alikes_of_a_name(self, name: str) -> None:
        for message in (f"{URL}&{name}=x", f"?{name}=x&{QUERY}", f"{URL}&{name}"):
            refused(DuplicateParameter, lambda message=message: verify(message), "ref")

    @pytest.mark.parametrize("name", ["reff", "re", "r%20ef", "ref_x", "ref-", "%FFref", "x[ref]"])
    def test_5_other_names_are_no_look_alikes(self, name: str) -> None:
        assert verify(f"{URL}&{name}=x").reference == "ticket-456"

    def test_5_names_of_a_template_have_look_alikes(self) -> None:
        template = (
            "https://a.example/?my_id={submission_id}&u={unique_value}&r={reference}"
            "&c={photo_count}&t={timestamp}&s={signature}"
        )
        url = WORKFLOW.sign_return(template, **RETURN)
        assert verify(url, template=template)
        for name in ("my.id", "my+id", "my[id", "MY_ID", "my_id[]"):
            message = f"{url}&{name}=pls_2"
            with pytest.raises(DuplicateParameter):
                verify(message, template=template)

    def test_5_only_the_own_name_of_a_decoded_pair_counts(self) -> None:
        for name in ("%72ef", "x;ref", "x=1;ref"):
            assert verify({**PAIRS, name: "x"}).reference == "ticket-456"
        refused(DuplicateParameter, lambda: verify({**PAIRS, "ref[]": "x"}), "ref")

    def test_5_lists_in_decoded_pairs(self) -> None:
        assert verify({**PAIRS, "ref": ["ticket-456"], "x": ["1", 2, None]})
        refused(DuplicateParameter, lambda: verify({**PAIRS, "ref": ["ticket-456"] * 2}), "ref")
        refused(MissingParameter, lambda: verify({**PAIRS, "ref": []}), "ref")
        assert verify({**PAIRS, "ref[]": []})

    def test_5_none_is_absent(self) -> None:
        refused(MissingParameter, lambda: verify({**PAIRS, "ref": None}), "ref")
        assert verify({**PAIRS, "REF": None}, expect={"reference": "ticket-456"})

    @pytest.mark.parametrize("value", [5, True, 0.5, {}, {"a": "b"}, ["a", None], [["a"]], {"a"}])
    def test_5_anything_else_is_one_malformed_occurrence(self, value: Any) -> None:
        refused(MalformedParameter, lambda: verify({**PAIRS, "uv": value}), "uv")
        assert verify({**PAIRS, "other": value})


class TestChecks:
    BROKEN = "https://a.example/{nope}"

    def test_5_step_1_before_the_message_is_read(self) -> None:
        bad = {"reference": "a|b", "unique_value": ""}
        refused(InvalidArgument, lambda: verify("", template=self.BROKEN, expect=bad, now=-1))
        refused(InvalidTemplate, lambda: verify("", template=self.BROKEN, expect=bad))
        refused(InvalidField, lambda: verify("", expect=bad), "uv")
        refused(InvalidArgument, lambda: Workflow("short", leeway=-1))

    def test_5_signing_has_the_same_order(self) -> None:
        bad = {**LINK, "source": ""}
        refused(InvalidArgument, lambda: WORKFLOW.sign_link(**bad))
        refused(InvalidArgument, lambda: WORKFLOW.sign_link(slug="", link="x", **bad))
        refused(InvalidUrl, lambda: WORKFLOW.sign_link(link="x", **bad))
        refused(InvalidField, lambda: WORKFLOW.sign_link(slug="..", **bad), "slug")
        refused(InvalidField, lambda: WORKFLOW.sign_link(slug="a", **bad), "src")
        path = "https://a.example/{reference}/?s={signature}"
        climbing = {**RETURN, "reference": "..", "photo_count": -1}
        refused(InvalidField, lambda: WORKFLOW.sign_return(path, **climbing), "cnt")
        climbing["photo_count"] = 1
        refused(InvalidField, lambda: WORKFLOW.sign_return(path, **climbing), "ref")

    def test_5_step_2_duplicates_come_before_what_is_missing(self) -> None:
        refused(DuplicateParameter, lambda: verify("ref=a&uv=b&ref=c&uv=d"), "uv")
        others = "&".join(f"{n}={v}" for n, v in PAIRS.items() if n != "ref")
        expect = {"reference": "ticket-456"}
        assert verify(others, expect=expect)
        refused(DuplicateParameter, lambda: verify(others + "&REF=x", expect=expect), "ref")
        refused(MissingParameter, lambda: verify(others + "&REF=x"), "ref")

    def test_5_step_3_names_all_that_are_absent_or_empty(self) -> None:
        refused(MissingParameter, lambda: verify("uv=a|b&ref=&sig=x"), "sub", "ref", "cnt", "ts")

    def test_5_step_4_names_the_first_that_is_malformed(self) -> None:
        given = {**PAIRS, "cnt": "x", "uv": "a|b", "sig": "x"}
        refused(MalformedParameter, lambda: verify(given), "uv")

    @pytest.mark.parametrize("sig", ["x", "0" * 63, "0" * 65, PAIRS["sig"].upper(), "\ud800", 5])
    def test_5_step_5_a_signature_is_never_malformed(self, sig: Any) -> None:
        refused(InvalidSignature, lambda: verify({**PAIRS, "sig": sig}))

    def test_5_step_6_the_time(self) -> None:
        assert verify(URL, now=NOW + 3600) and verify(URL, now=NOW - 60)
        with pytest.raises(Expired) as old:
            verify(URL, now=NOW + 3601)
        with pytest.raises(NotYetValid) as early:
            verify(URL, now=NOW - 62)
        assert (old.value.seconds, early.value.seconds) == (1, 2)
        refused(Expired, lambda: verify(URL, now=NOW + 3601, expect={"reference": "x"}))

    def test_5_step_7_an_unexpected_value(self) -> None:
        expect = {"reference": "ticket-457", "photo_count": 5}
        refused(UnexpectedValue, lambda: verify(URL, expect=expect), "ref")

    @pytest.mark.parametrize("now", [-1, -0.5, 10**11, NOW * 1000, 10**40])
    def test_5_a_time_that_is_none(self, now: Any) -> None:
        refused(InvalidArgument, lambda: verify(URL, now=now))
        refused(InvalidArgument, lambda: WEBHOOK.receive(b"", {}, now=now))

    def test_5_a_negative_period(self) -> None:
        for name in ("max_age", "leeway"):
            refused(InvalidArgument, lambda name=name: Workflow(SECRET, **{name: -1}))
            refused(InvalidArgument, lambda name=name: Webhook(SECRET, **{name: -1}))

    def test_5_an_expected_value_stands_in_for_an_absent_one(self) -> None:
        others = {name: value for name, value in PAIRS.items() if name not in ("uv", "cnt")}
        expect: Any = {"unique_value": "ABC123", "photo_count": 5}
        assert verify(others, expect=expect).unique_value == "ABC123"
        refused(InvalidSignature, lambda: verify(others, expect={**expect, "photo_count": 6}))
        refused(MissingParameter, lambda: verify({**others, "uv": ""}, expect=expect), "uv")

    @pytest.mark.parametrize("name", ["source", "signature", "refrence", "ref", "slug", ""])
    def test_5_a_name_that_is_no_field_of_the_message(self, name: str) -> None:
        for value in ("a", "", None):
            refused(InvalidArgument, lambda value=value: verify(URL, expect={name: value}))

    @pytest.mark.parametrize("name", [*TEXTS, "photo_count", "timestamp"])
    def test_5_an_expected_value_that_is_none(self, name: str) -> None:
        refused(InvalidArgument, lambda: verify(URL, expect={name: None}))


class TestTemplates:
    PATH = (
        "https://a.example/t/{reference}/v-{submission_id}.x?u={unique_value}&c={photo_count}"
        "&t={timestamp}&s={signature}&tenant=acme"
    )

    @pytest.mark.parametrize(
        "text, position",
        [
            ("https://a.example/{nope}", 18),
            ("https://a.example/{reference", 18),
            ("https://a.example/}", 18),
            ("https://a.example/{{reference}}", 18),
            ("https://{reference}.example/", 8),
            ("https://a.example/é{ref}", 20),
        ],
    )
    def test_6_any_other_brace_has_its_position(self, text: str, position: int) -> None:
        with pytest.raises(InvalidTemplate) as error:
            RedirectTemplate(text)
        assert error.value.position == position

    def test_6_placeholders_in_path_query_and_fragment(self) -> None:
        template = RedirectTemplate("https://a.example/{reference}?s={signature}#{timestamp}")
        assert template.placeholders() == ("reference", "timestamp", "signature")
        assert template.missing() == ("submission_id", "unique_value", "photo_count", "timestamp")

    def test_6_expansion_is_one_pass(self) -> None:
        fields = {**RETURN, "reference": "{signature} /é"}
        url = RedirectTemplate("https://a.example/?r={reference}&s={signature}").expand(
            **fields, signature="0" * 64
        )
        assert url == f"https://a.example/?r=%7Bsignature%7D%20%2F%C3%A9&s={'0' * 64}"

    @pytest.mark.parametrize("value", ["..", ".", "a/..", "..\\b", "a;..", "../admin", "a/./b"])
    def test_6_climbing_segments(self, value: str) -> None:
        template = "https://a.example/t/{reference}/?s={signature}"
        fields = {**RETURN, "reference": value}
        refused(InvalidField, lambda: WORKFLOW.sign_return(template, **fields), "ref")
        message = f"/t/{quote(value, safe='')}/?s={'0' * 64}"
        expect = {name: RETURN[name] for name in RedirectTemplate(template).missing()}
        refused(
            MalformedParameter, lambda: verify(message, template=template, expect=expect), "ref"
        )
        assert WORKFLOW.sign_return(PLAIN, **fields)

    def test_6_a_template_without_placeholders(self) -> None:
        url = WORKFLOW.sign_return("https://a.example/done?x=1#end", **RETURN)
        assert url.startswith("https://a.example/done?x=1&sub=pls_1&uv=ABC123&ref=ticket-456&cnt=5")
        for other in ("sub=1", "SUB", "ref[]=1", "a;sig=1", "%20ts"):
            text = "https://a.example/done?" + other
            refused(InvalidTemplate, lambda text=text: RedirectTemplate(text))

    def test_6_the_documented_template_lacks_three_fields(self) -> None:
        text = "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}"
        template = RedirectTemplate(text)
        assert template.missing() == ("unique_value", "photo_count", "timestamp")
        url = WORKFLOW.sign_return(template, **RETURN)
        refused(MissingParameter, lambda: verify(url, template=template), "uv", "cnt", "ts")
        expect = {name: RETURN[name] for name in template.missing()}
        assert verify(url, template=template, expect=expect).submission_id == "pls_1"

    def test_6_scheme_host_and_port_are_not_compared(self) -> None:
        url = WORKFLOW.sign_return(self.PATH, **RETURN)
        for base in ("http://b.example:8080", "HTTPS://localhost", ""):
            given = url.replace("https://a.example", base)
            assert verify(given, template=self.PATH).reference == "ticket-456"

    @pytest.mark.parametrize(
        "old, new",
        [
            ("/t/", "/T/"),
            ("/t/", "//t/"),
            ("/t/", "/x/../t/"),
            ("/t/", "/t/x/"),
            (".x?", ".x/?"),
            (".x?", ".y?"),
            ("/v-", "/w-"),
            ("tenant=acme", "tenant=globex"),
            ("tenant=acme", "x=1"),
            ("tenant=acme", "tenant=acme&tenant=acme"),
            ("tenant=acme", "tenant=acme&TENANT=globex"),
        ],
    )
    def test_6_a_url_that_the_template_cannot_have_made(self, old: str, new: str) -> None:
        url = WORKFLOW.sign_return(self.PATH, **RETURN)
        assert verify(url, template=self.PATH)
        given = url.replace(old, new)
        for expect in ({}, RETURN):
            with pytest.raises(MissingParameter, match="match") as error:
                verify(given, template=self.PATH, expect=expect)
            assert error.value.parameters == ("sub", "uv", "ref", "cnt", "ts", "sig")

    def test_6_another_record_through_the_path(self) -> None:
        url = WORKFLOW.sign_return(self.PATH, **RETURN).replace("ticket-456", "ticket-999")
        refused(InvalidSignature, lambda: verify(url, template=self.PATH))
        expect = {"reference": "ticket-456"}
        refused(InvalidSignature, lambda: verify(url, template=self.PATH, expect=expect))

    def test_6_an_expected_value_stands_in_for_the_path_without_one(self) -> None:
        url = WORKFLOW.sign_return(self.PATH, **RETURN)
        query, template = urlsplit(url).query, self.PATH
        expect = {"reference": "ticket-456", "submission_id": "pls_1"}
        for message in (query, "?" + query, dict(parse_qsl(query)), parse_qsl(query)):
            assert verify(message, template=template, expect=expect).reference == "ticket-456"
            with pytest.raises(MissingParameter):
                verify(message, template=template)
        without = url.replace("&c=5", "")
        refused(MissingParameter, lambda: verify(without, template=template, expect=RETURN), "cnt")

    def test_6_literals_and_duplicates_in_a_query(self) -> None:
        template = (
            "https://a.example/?i={submission_id}&u={unique_value}&r=v1-{reference}&c={photo_count}"
            "&t={timestamp}&s={signature}"
        )
        url = WORKFLOW.sign_return(template, **RETURN)
        assert verify(url, template=template).reference == "ticket-456"
        other = url.replace("v1-", "v2-")
        refused(MalformedParameter, lambda: verify(other, template=template), "ref")
        for more in ("&r=v1-ticket-456", "&R=x", "&r[]=x"):
            refused(
                DuplicateParameter, lambda more=more: verify(url + more, template=template), "ref"
            )
        twice = template + "&again={reference}"
        url = WORKFLOW.sign_return(twice, **RETURN)
        assert verify(url, template=twice)
        other = url.replace("again=ticket-456", "again=ticket-457")
        refused(DuplicateParameter, lambda: verify(other, template=twice), "ref")

    def test_6_a_plus_in_a_path_is_a_plus(self) -> None:
        url = WORKFLOW.sign_return(self.PATH, **{**RETURN, "reference": "a+b c"})
        assert verify(url.replace("%2B", "+"), template=self.PATH).reference == "a+b c"

    @pytest.mark.parametrize(
        "rest",
        [
            "{reference}{signature}",
            "?a={reference}-{signature}",
            "?{reference}=1",
            "?%zz={reference}",
            "?a=%FF&r={reference}",
            "?r=%zz{reference}",
            "%zz/{reference}",
            "?r={reference}&r=1",
            "?d[s]={signature}&d[u]={unique_value}",
            "?a={reference}&b=1;A=2",
        ],
    )
    def test_6_what_can_be_expanded_but_not_extracted(self, rest: str) -> None:
        template = RedirectTemplate("https://a.example/" + rest)
        assert WORKFLOW.sign_return(template, **RETURN)
        refused(InvalidTemplate, template.check_extractable)
        refused(InvalidTemplate, lambda: verify(URL, template=template))
        refused(InvalidTemplate, lambda: verify(URL, template=str(template)))

    def test_6_extraction_is_the_inverse_of_expansion(self) -> None:
        for value in ("ticket-456", "a/b?c#d&e=f;g", "é 漢 %2F+", "{reference}", "...", "\u00a0"):
            fields = {**RETURN, "reference": value, "submission_id": value}
            url = WORKFLOW.sign_return(self.PATH, **fields)
            done = verify(url, template=self.PATH)
            assert (done.reference, done.submission_id, done.photo_count) == (value, value, 5)


class TestWebhooks:
    EVENT = b'{"event":"submission.created"}'
    SIGNATURE = WEBHOOK.sign(EVENT)

    def test_7_the_raw_bytes_are_signed(self) -> None:
        for other in (self.EVENT + b"\n", json.dumps(json.loads(self.EVENT)).encode()):
            refused(InvalidSignature, lambda other=other: WEBHOOK.verify(other, self.SIGNATURE))

    @pytest.mark.parametrize(
        "header",
        [
            "",
            SIGNATURE[7:],
            SIGNATURE.upper(),
            "sha256=",
            " " + SIGNATURE,
            SIGNATURE + ",",
            b"\xff",
        ],
    )
    def test_7_the_header_is_exact(self, header: Any) -> None:
        refused(InvalidSignature, lambda: WEBHOOK.verify(self.EVENT, header))
        headers = {"X-Visiono-Signature": header}
        refused(InvalidSignature, lambda: WEBHOOK.receive(self.EVENT, headers))

    def test_7_no_signature_header_is_missing(self) -> None:
        refused(MissingParameter, lambda: WEBHOOK.verify(self.EVENT, None), "sig")
        refused(MissingParameter, lambda: WEBHOOK.receive(self.EVENT, {}), "sig")

    def test_7_an_absent_body_is_empty_and_the_size_comes_first(self) -> None:
        assert WEBHOOK.verify(None, WEBHOOK.sign(b"")) == WEBHOOK.verify(b"", WEBHOOK.sign(None))
        large = b" " * (2**20 + 1)
        refused(MalformedParameter, lambda: WEBHOOK.receive(large, {}), "body")
        refused(MalformedParameter, lambda: WEBHOOK.verify(large, None), "body")
        refused(MissingParameter, lambda: WEBHOOK.receive(large[1:], {}), "sig")

    @pytest.mark.parametrize(
        "name",
        [
            "X-Visiono-Signature",
            "x-webhook-signature",
            "X_VISIONO_SIGNATURE",
            "HTTP_X_WEBHOOK_SIGNATURE",
            "http_x_visiono_signature",
            "Http_X-Visiono_signature",
        ],
    )
    def test_7_names_of_headers(self, name: str) -> None:
        assert WEBHOOK.receive(self.EVENT, {name: self.SIGNATURE})
        twice = [(name, self.SIGNATURE), (name.swapcase(), self.SIGNATURE)]
        refused(InvalidSignature, lambda: WEBHOOK.receive(self.EVENT, twice))
        others = [(name, self.SIGNATURE), ("X-Other", "a"), ("X-Other", "b")]
        assert WEBHOOK.receive(self.EVENT, [*others, ("X-Webhook-ID", "a"), ("X-Webhook-ID", "b")])

    def test_7_both_signatures_must_verify(self) -> None:
        both = {"X-Visiono-Signature": self.SIGNATURE, "X-Webhook-Signature": self.SIGNATURE}
        assert WEBHOOK.receive(self.EVENT, both)
        for name in both:
            other = {**both, name: "sha256=" + "0" * 64}
            refused(InvalidSignature, lambda other=other: WEBHOOK.receive(self.EVENT, other))

    def test_7_a_duplicate_is_recognized_by_the_body(self) -> None:
        delivery = receive(self.EVENT)
        assert delivery.dedup_key == hashlib.sha256(self.EVENT).hexdigest()

    def test_7_an_event_without_a_timestamp_is_delivered(self) -> None:
        for event in ({"event": "a"}, {"event": "a", "timestamp": None}):
            assert receive(event).event_time is None
            refused(
                MissingParameter,
                lambda event=event: receive(event, require_timestamp=True),
                "timestamp",
            )

    @pytest.mark.parametrize(
        "time",
        [
            5,
            "",
            "2024-01-17",
            "2024-01-17 14:03:20Z",
            "2024-01-17T14:03:20",
            "2024-01-17T14:03:60Z",
            "0000-01-01T00:00:00Z",
            "2024-01-17T14:03:20+24:00",
            "2024-01-17T14:03:20+00:60",
            [],
            True,
        ],
    )
    def test_7_any_other_timestamp_is_rfc_3339(self, time: Any) -> None:
        refused(MissingParameter, lambda: receive({"event": "a", "timestamp": time}), "timestamp")
        good = {"event": "a", "timestamp": "2024-01-17T16:33:20.999+02:30"}
        assert receive(good).event_time == NOW

    def test_7_an_event_is_recent(self) -> None:
        event = {"event": "a", "timestamp": "2024-01-17T14:03:20Z"}
        assert receive(event, NOW + 3 * 3600) and receive(event, NOW - 60)
        refused(Expired, lambda: receive(event, NOW + 3 * 3600 + 1))
        refused(NotYetValid, lambda: receive(event, NOW - 61))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"1",
            b"{}",
            b'{"event":5}',
            b'{"event":"a",}',
            b'\xef\xbb\xbf{"event":"a"}',
            b'{"event":"a","x":NaN}',
            b'{"event":"\\ud800"}',
            b'{"event":"a","x":1e999}',
            b"\xff",
            b'{"event":"a","x":' + b"[" * 128 + b"]" * 128 + b"}",
        ],
    )
    def test_7_a_body_is_a_json_object_with_an_event(self, body: bytes) -> None:
        refused(MalformedParameter, lambda: receive(body), "body")
        assert receive(b'{"event":"b","event":"a"}').event == "a"

    def test_7_an_unknown_event_is_delivered(self) -> None:
        assert receive({"event": "coffee.ready"}).event == "coffee.ready"

    @pytest.mark.parametrize("bad", ["", "a|b", "a\n", "\x1b[31m", "\u2028", 5, None])
    def test_7_a_link_has_fields_only(self, bad: Any) -> None:
        names = ("unique_field_value", "external_source", "external_reference")
        event: Any = {"event": "submission.created", "data": {}}
        good = dict.fromkeys(names, "a")
        event["data"]["permanent_link_submission"] = good
        assert receive(event).link is not None
        for name in names:
            event["data"]["permanent_link_submission"] = {**good, name: bad}
            assert receive(event).link is None

    def test_7_what_is_shown_is_escaped(self) -> None:
        shown = repr(receive({"event": "a\n\x1b\u202e"}))
        assert "a\\n\\x1b\\u202e" in shown and shown.isprintable()


class TestErrors:
    def test_8_is_refusal_is_true_for_the_200s(self) -> None:
        for call in (lambda: verify(""), lambda: verify(URL, now=NOW + 9999)):
            with pytest.raises(VerificationError) as refusal:
                call()
            assert refusal.value.is_refusal and 200 <= refusal.value.number < 300
        for call in (lambda: Workflow("short"), lambda: verify(URL, now=-1)):
            with pytest.raises(WorkflowError) as mistake:
                call()
            assert not mistake.value.is_refusal

    def test_8_a_wrong_type_is_a_type_error_and_what_arrives_never_is(self) -> None:
        for wrong in (5, object(), None):
            refused_type(lambda wrong=wrong: verify(wrong))
            refused_type(lambda wrong=wrong: WEBHOOK.receive(b"", wrong))
        for arrived in ({5: 5}, [5], [("a",)], b"\xff", "\ud800", {"uv": {}}, [None], ()):
            refused(MissingParameter, lambda arrived=arrived: verify(arrived))
            if not isinstance(arrived, (str, bytes)):
                refused(
                    MissingParameter,
                    lambda arrived=arrived: WEBHOOK.receive(b"", arrived),
                )
