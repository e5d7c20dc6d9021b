//! The shapes of a message: where a link or a return has its fields.

use visiono_workflow::Field::{
    self, PhotoCount, Reference, Signature, Source, SubmissionId, Timestamp, UniqueValue,
};

/// The role of a name in a message.
pub(crate) enum Content {
    /// A field of the message.
    Field(Field),
    /// A field between two literals of the template.
    Around(&'static str, Field, &'static str),
    /// Texts that the template writes out.
    Literals(&'static [&'static str]),
}

/// A kind of message, and what an application finds under its names.
pub(crate) struct Shape {
    /// `true` for a link, which has no template.
    pub(crate) is_link: bool,
    /// The template that a return is made from.
    pub(crate) template: &'static str,
    /// `true` if the return is also verified with the template.
    pub(crate) with_template: bool,
    /// The name of the route that the drivers have for the path.
    pub(crate) route: Option<&'static str>,
    /// The fields in the path, in the route's order.
    pub(crate) path: &'static [Field],
    /// The names in the query.
    pub(crate) query: &'static [(&'static str, Content)],
}

const LINK: &[(&str, Content)] = &[
    ("uv", Content::Field(UniqueValue)),
    ("src", Content::Field(Source)),
    ("ref", Content::Field(Reference)),
    ("ts", Content::Field(Timestamp)),
    ("sig", Content::Field(Signature)),
];
const RETURN: &[(&str, Content)] = &[
    ("sub", Content::Field(SubmissionId)),
    ("uv", Content::Field(UniqueValue)),
    ("ref", Content::Field(Reference)),
    ("cnt", Content::Field(PhotoCount)),
    ("ts", Content::Field(Timestamp)),
    ("sig", Content::Field(Signature)),
];
const BESIDE_REFERENCE: &[(&str, Content)] = &[
    ("sub", Content::Field(SubmissionId)),
    ("uv", Content::Field(UniqueValue)),
    ("cnt", Content::Field(PhotoCount)),
    ("ts", Content::Field(Timestamp)),
    ("sig", Content::Field(Signature)),
];

const fn plain(template: &'static str, query: &'static [(&'static str, Content)]) -> Shape {
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
    query: &'static [(&'static str, Content)],
) -> Shape {
    Shape {
        route: Some(route),
        path,
        ..plain(template, query)
    }
}

/// Every shape. The generator takes them by turns.
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
        &[
            ("tenant", Content::Literals(&["acme"])),
            ("sub", Content::Field(SubmissionId)),
            ("uv", Content::Field(UniqueValue)),
            ("ref", Content::Field(Reference)),
            ("cnt", Content::Field(PhotoCount)),
            ("ts", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
        ],
    ),
    plain(
        "https://desk.example/done?id={submission_id}&item={unique_value}&ref={reference}\
         &n={photo_count}&time={timestamp}&sig={signature}",
        &[
            ("id", Content::Field(SubmissionId)),
            ("item", Content::Field(UniqueValue)),
            ("ref", Content::Field(Reference)),
            ("n", Content::Field(PhotoCount)),
            ("time", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
        ],
    ),
    // `_` is what PHP makes of a dot, a space and an opening bracket.
    plain(
        "https://desk.example/done?tenant=acme&my_id={submission_id}&my_uv={unique_value}\
         &my_ref={reference}&my_cnt={photo_count}&my_ts={timestamp}&my_sig={signature}",
        &[
            ("tenant", Content::Literals(&["acme"])),
            ("my_id", Content::Field(SubmissionId)),
            ("my_uv", Content::Field(UniqueValue)),
            ("my_ref", Content::Field(Reference)),
            ("my_cnt", Content::Field(PhotoCount)),
            ("my_ts", Content::Field(Timestamp)),
            ("my_sig", Content::Field(Signature)),
        ],
    ),
    // A name that many decoders take apart.
    plain(
        "https://desk.example/done?case[id]={reference}&sub={submission_id}&uv={unique_value}\
         &cnt={photo_count}&ts={timestamp}&sig={signature}",
        &[
            ("case[id]", Content::Field(Reference)),
            ("sub", Content::Field(SubmissionId)),
            ("uv", Content::Field(UniqueValue)),
            ("cnt", Content::Field(PhotoCount)),
            ("ts", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
        ],
    ),
    plain(
        "https://desk.example/done?case.ref={reference}&Item%20No={unique_value}\
         &s%75b={submission_id}&cnt={photo_count}&ts={timestamp}&sig={signature}",
        &[
            ("case.ref", Content::Field(Reference)),
            ("Item No", Content::Field(UniqueValue)),
            ("sub", Content::Field(SubmissionId)),
            ("cnt", Content::Field(PhotoCount)),
            ("ts", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
        ],
    ),
    // Literals around a placeholder, and names that the template writes out twice.
    plain(
        "https://desk.example/done?tag=a&tag=b&ref=case-{reference}.x&uv={unique_value}\
         &sub={submission_id}&cnt={photo_count}&ts={timestamp}&sig={signature}&Mode=done",
        &[
            ("tag", Content::Literals(&["a", "b", "a,b"])),
            ("Mode", Content::Literals(&["done"])),
            ("ref", Content::Around("case-", Reference, ".x")),
            ("uv", Content::Field(UniqueValue)),
            ("sub", Content::Field(SubmissionId)),
            ("cnt", Content::Field(PhotoCount)),
            ("ts", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
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
        &[
            ("uv", Content::Field(UniqueValue)),
            ("cnt", Content::Field(PhotoCount)),
            ("ts", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
        ],
    ),
    // The path's field is in the query too, where both must agree.
    routed(
        "root",
        &[Reference],
        "https://desk.example/{reference}?tenant=acme&ref={reference}&sub={submission_id}\
         &uv={unique_value}&cnt={photo_count}&ts={timestamp}&sig={signature}",
        &[
            ("tenant", Content::Literals(&["acme"])),
            ("ref", Content::Field(Reference)),
            ("sub", Content::Field(SubmissionId)),
            ("uv", Content::Field(UniqueValue)),
            ("cnt", Content::Field(PhotoCount)),
            ("ts", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
        ],
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
        &[
            ("tenant", Content::Literals(&["acme"])),
            ("sub", Content::Field(SubmissionId)),
            ("cnt", Content::Field(PhotoCount)),
            ("ts", Content::Field(Timestamp)),
            ("sig", Content::Field(Signature)),
        ],
    ),
];
