//! The shapes of a message: the positions of the fields in a link or a return.

use visiono_workflow::Field::{
    self, PhotoCount, Reference, Signature, Source, SubmissionId, Timestamp, UniqueValue,
};

/// The role of a name in a message.
pub(crate) enum Role {
    /// A field of the message.
    Field(Field),
    /// A field between two literals of the template.
    Around(&'static str, Field, &'static str),
    /// Literal texts of the template.
    Literals(&'static [&'static str]),
}

/// A name in the query, and its role.
pub(crate) type Named = (&'static str, Role);

/// A kind of message, and the fields that an application finds under its names.
pub(crate) struct Shape {
    /// `true` for a link, which has no template.
    pub(crate) is_link: bool,
    /// The template of a return.
    pub(crate) template: &'static str,
    /// `true` if the return is also verified with the template.
    pub(crate) with_template: bool,
    /// The name of the route for the path in the drivers.
    pub(crate) route: Option<&'static str>,
    /// The fields in the path, in the route's order.
    pub(crate) path: &'static [Field],
    /// The names in the query.
    pub(crate) query: &'static [Named],
}

const SUB: Named = ("sub", Role::Field(SubmissionId));
const UV: Named = ("uv", Role::Field(UniqueValue));
const SRC: Named = ("src", Role::Field(Source));
const REF: Named = ("ref", Role::Field(Reference));
const CNT: Named = ("cnt", Role::Field(PhotoCount));
const TS: Named = ("ts", Role::Field(Timestamp));
const TENANT: Named = ("tenant", Role::Literals(&["acme"]));
const SIG: Named = ("sig", Role::Field(Signature));

const LINK: &[Named] = &[UV, SRC, REF, TS, SIG];
const RETURN: &[Named] = &[SUB, UV, REF, CNT, TS, SIG];
const BESIDE_REFERENCE: &[Named] = &[SUB, UV, CNT, TS, SIG];

const fn plain(template: &'static str, query: &'static [Named]) -> Shape {
    Shape {
        is_link: false,
        template,
        with_template: true,
        route: None,
        path: &[],
        query,
    }
}

const fn routed(
    route: &'static str,
    path: &'static [Field],
    template: &'static str,
    query: &'static [Named],
) -> Shape {
    Shape {
        route: Some(route),
        path,
        ..plain(template, query)
    }
}

/// All shapes. The generator uses them in turn.
pub(crate) const SHAPES: &[Shape] = &[
    Shape {
        is_link: true,
        ..plain("", LINK)
    },
    Shape {
        with_template: false,
        ..plain("https://desk.example/done", RETURN)
    },
    plain(
        "https://desk.example/done?tenant=acme",
        &[TENANT, SUB, UV, REF, CNT, TS, SIG],
    ),
    plain(
        "https://desk.example/done?id={submission_id}&item={unique_value}&ref={reference}\
         &n={photo_count}&time={timestamp}&sig={signature}",
        &[
            ("id", Role::Field(SubmissionId)),
            ("item", Role::Field(UniqueValue)),
            REF,
            ("n", Role::Field(PhotoCount)),
            ("time", Role::Field(Timestamp)),
            SIG,
        ],
    ),
    // `_` is what PHP makes of a dot, a space and an opening bracket.
    plain(
        "https://desk.example/done?tenant=acme&my_id={submission_id}&my_uv={unique_value}\
         &my_ref={reference}&my_cnt={photo_count}&my_ts={timestamp}&my_sig={signature}",
        &[
            TENANT,
            ("my_id", Role::Field(SubmissionId)),
            ("my_uv", Role::Field(UniqueValue)),
            ("my_ref", Role::Field(Reference)),
            ("my_cnt", Role::Field(PhotoCount)),
            ("my_ts", Role::Field(Timestamp)),
            ("my_sig", Role::Field(Signature)),
        ],
    ),
    // A name that many decoders split.
    plain(
        "https://desk.example/done?case[id]={reference}&sub={submission_id}&uv={unique_value}\
         &cnt={photo_count}&ts={timestamp}&sig={signature}",
        &[("case[id]", Role::Field(Reference)), SUB, UV, CNT, TS, SIG],
    ),
    plain(
        "https://desk.example/done?case.ref={reference}&Item%20No={unique_value}\
         &s%75b={submission_id}&cnt={photo_count}&ts={timestamp}&sig={signature}",
        &[
            ("case.ref", Role::Field(Reference)),
            ("Item No", Role::Field(UniqueValue)),
            SUB,
            CNT,
            TS,
            SIG,
        ],
    ),
    // Literals around a placeholder, and literal names that occur twice.
    plain(
        "https://desk.example/done?tag=a&tag=b&ref=case-{reference}.x&uv={unique_value}\
         &sub={submission_id}&cnt={photo_count}&ts={timestamp}&sig={signature}&Mode=done",
        &[
            ("tag", Role::Literals(&["a", "b", "a,b"])),
            ("Mode", Role::Literals(&["done"])),
            ("ref", Role::Around("case-", Reference, ".x")),
            UV,
            SUB,
            CNT,
            TS,
            SIG,
        ],
    ),
    routed(
        "tickets",
        &[Reference],
        "https://desk.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}\
         &cnt={photo_count}&ts={timestamp}&sig={signature}",
        BESIDE_REFERENCE,
    ),
    routed(
        "page",
        &[Reference],
        "https://desk.example/t/x-{reference}.html?sub={submission_id}&uv={unique_value}\
         &cnt={photo_count}&ts={timestamp}&sig={signature}",
        BESIDE_REFERENCE,
    ),
    routed(
        "two",
        &[SubmissionId, Reference],
        "https://desk.example/r/{submission_id}/{reference}?uv={unique_value}\
         &cnt={photo_count}&ts={timestamp}&sig={signature}",
        &[UV, CNT, TS, SIG],
    ),
    // The path's field is in the query too, and both must agree.
    routed(
        "root",
        &[Reference],
        "https://desk.example/{reference}?tenant=acme&ref={reference}&sub={submission_id}\
         &uv={unique_value}&cnt={photo_count}&ts={timestamp}&sig={signature}",
        &[TENANT, REF, SUB, UV, CNT, TS, SIG],
    ),
    routed(
        "slash",
        &[Reference],
        "https://desk.example/tickets/{reference}/?sub={submission_id}&uv={unique_value}\
         &cnt={photo_count}&ts={timestamp}&sig={signature}",
        BESIDE_REFERENCE,
    ),
    routed(
        "tenant",
        &[UniqueValue, Reference],
        "https://desk.example/Tenant/acme/{unique_value}/{reference}?sub={submission_id}\
         &cnt={photo_count}&ts={timestamp}&sig={signature}&tenant=acme",
        &[TENANT, SUB, CNT, TS, SIG],
    ),
];
