//! The layouts of JSON in various languages, and the features in which a layout can differ.

use crate::catalogue::Mistake;
use crate::change::Change;

use super::json::{Escape, Order, Spacing, Style};
use super::number::Numbers;

/// The layout of a serializer that parsed the text and escapes only what it must.
const PARSED: Style = Style {
    spacing: Spacing::Line(",", ":"),
    slash: Escape::Raw,
    unicode: Escape::Raw,
    html: Escape::Raw,
    apostrophe: Escape::Raw,
    separators: Escape::Raw,
    parsed: true,
    ..Style::KEEP
};

const JAVASCRIPT: Style = Style {
    numbers: Numbers::JavaScript,
    order: Order::Integers,
    ..PARSED
};
const PYTHON: Style = Style {
    spacing: Spacing::Line(", ", ": "),
    unicode: Escape::Lower,
    numbers: Numbers::Python,
    ..PARSED
};
const PHP: Style = Style {
    slash: Escape::Lower,
    unicode: Escape::Lower,
    numbers: Numbers::Php,
    ..PARSED
};
const GO: Style = Style {
    html: Escape::Lower,
    separators: Escape::Lower,
    numbers: Numbers::JavaScript,
    order: Order::Sorted,
    ..PARSED
};

/// The layouts that the JSON functions of languages produce without options.
pub(super) const LANGUAGES: [(&str, Style); 7] = [
    ("as JavaScript writes it", JAVASCRIPT),
    ("as Python writes it", PYTHON),
    (
        "as PHP writes arrays",
        Style {
            empty_list: true,
            ..PHP
        },
    ),
    ("as PHP writes objects", PHP),
    (
        "as Ruby and Java write it",
        Style {
            numbers: Numbers::Python,
            ..PARSED
        },
    ),
    (
        "as Go writes a struct",
        Style {
            order: Order::Keep,
            ..GO
        },
    ),
    ("as Go writes a map", GO),
];

/// Layouts that are only named if no single feature produces the same text.
pub(super) const OTHERS: [(&str, Style); 2] = [
    (
        "as .NET writes it",
        Style {
            unicode: Escape::Upper,
            html: Escape::Upper,
            apostrophe: Escape::Upper,
            ..PARSED
        },
    ),
    (
        "as PostgreSQL's jsonb writes it",
        Style {
            spacing: Spacing::Line(", ", ": "),
            order: Order::Length,
            ..PARSED
        },
    ),
];

/// A single feature in which a layout can differ.
#[derive(Clone, Copy)]
pub(super) enum Feature {
    Spacing(Spacing),
    Slash(Escape),
    Unicode(Escape),
    Html(Escape),
    /// PHP's `JSON_HEX_TAG`, `JSON_HEX_AMP` and `JSON_HEX_APOS`.
    HtmlAndApostrophe(Escape),
    Numbers(Numbers, &'static str),
    Order(Order),
}

/// The features, the most frequent first.
pub(super) const FEATURES: [Feature; 22] = [
    Feature::Spacing(Spacing::Line(", ", ": ")),
    Feature::Spacing(Spacing::Line(",", ":")),
    Feature::Spacing(Spacing::Line(",", ": ")),
    Feature::Spacing(Spacing::Line(", ", ":")),
    Feature::Spacing(Spacing::Indent("  ")),
    Feature::Spacing(Spacing::Indent("    ")),
    Feature::Spacing(Spacing::Indent("\t")),
    Feature::Slash(Escape::Raw),
    Feature::Slash(Escape::Lower),
    Feature::Unicode(Escape::Raw),
    Feature::Unicode(Escape::Lower),
    Feature::Unicode(Escape::Upper),
    Feature::Html(Escape::Raw),
    Feature::Html(Escape::Lower),
    Feature::Html(Escape::Upper),
    Feature::HtmlAndApostrophe(Escape::Lower),
    Feature::HtmlAndApostrophe(Escape::Upper),
    Feature::Numbers(
        Numbers::JavaScript,
        "without a zero at the end, as JavaScript writes them",
    ),
    Feature::Numbers(Numbers::Python, "as Python writes them"),
    Feature::Numbers(Numbers::Fraction(1), "whole ones with .0"),
    Feature::Numbers(Numbers::Padded(2), "with two decimals"),
    Feature::Order(Order::Sorted),
];

impl Feature {
    /// Returns the layout with this feature applied on top of another layout.
    pub(super) const fn on(&self, style: &Style) -> Style {
        let mut style = *style;
        match *self {
            Self::Spacing(spacing) => style.spacing = spacing,
            Self::Slash(escape) => style.slash = escape,
            Self::Unicode(escape) => {
                style.unicode = escape;
                style.separators = escape;
            }
            Self::Html(escape) => style.html = escape,
            Self::HtmlAndApostrophe(escape) => {
                style.html = escape;
                style.apostrophe = escape;
            }
            Self::Numbers(numbers, _) => style.numbers = numbers,
            Self::Order(order) => style.order = order,
        }
        style
    }

    /// Returns the layout with only this feature applied. A text in another order keeps its kind of
    /// spacing.
    pub(super) const fn alone(&self, spacing: Spacing) -> Style {
        let mut style = self.on(&Style::KEEP);
        if let Self::Order(_) = self {
            style.spacing = spacing;
        }
        style
    }

    pub(super) const fn change(&self) -> Change {
        match *self {
            Self::Spacing(Spacing::Indent(_)) => Change::new(Mistake::PrettyPrinted),
            Self::Spacing(_) => Change::new(Mistake::Spaces),
            Self::Slash(_) => Change::new(Mistake::Slashes),
            Self::Unicode(_) => Change::new(Mistake::UnicodeEscapes),
            Self::Html(_) | Self::HtmlAndApostrophe(_) => Change::new(Mistake::HtmlEscapes),
            Self::Numbers(_, detail) => Change::with(Mistake::Numbers, detail),
            Self::Order(_) => Change::new(Mistake::KeyOrder),
        }
    }

    /// Returns the detail for a text that differs in this feature alone, and that a language's
    /// layout produces as well.
    pub(super) const fn only(&self) -> &'static str {
        match *self {
            Self::Spacing(Spacing::Indent(_)) => "only the lines differ",
            Self::Spacing(_) => "only the spaces differ",
            Self::Slash(_) => "only the escapes of slashes differ",
            Self::Unicode(_) => "only the escapes of characters differ",
            Self::Html(_) | Self::HtmlAndApostrophe(_) => "only the escapes of <, > and & differ",
            Self::Numbers(..) => "only numbers differ",
            Self::Order(_) => "only the order of names differs",
        }
    }

    /// Returns `true` if the second feature undoes the first.
    pub(super) fn excludes(first: &Self, second: &Self) -> bool {
        let spacing = |feature: &Self| matches!(feature, Self::Spacing(_));
        first.change().mistake == second.change().mistake || spacing(first) && spacing(second)
    }
}
