//! The query of a list: its page and its filters.

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::clock;
use crate::rest::error::{ApiError, Details};

/// The default number of elements on a page.
const PER_PAGE: usize = 15;
/// The maximum number of elements on a page.
const MOST: usize = 100;
/// The highest page number. It only keeps the number within every client's integers.
const HIGHEST: usize = i32::MAX as usize;

/// The page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it describes what `ListQuery::page` reads")]
pub(crate) struct PageParams {
    /// Inferred. The number of the page.
    #[param(minimum = 1, maximum = 2147483647, default = 1)]
    page: Option<usize>,
    /// Inferred. The number of elements on a page.
    #[param(minimum = 1, maximum = 100, default = 15)]
    per_page: Option<usize>,
}

/// The position of a page in its list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Page)]
pub(crate) struct PageMeta {
    /// Inferred.
    current_page: usize,
    /// Inferred.
    per_page: usize,
    /// Inferred. At least 1.
    last_page: usize,
    /// Inferred. The number of elements on all pages.
    total: usize,
}

/// The answer with a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// Documented.
    pub(crate) data: Vec<T>,
    /// Inferred.
    pub(crate) meta: PageMeta,
}

/// The answer with one object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Single<T> {
    /// Documented.
    pub(crate) data: T,
}

/// The query of a list, and the errors so far.
pub(crate) struct ListQuery {
    pairs: Vec<(String, String)>,
    errors: Details,
    page: usize,
    per_page: usize,
}

impl<S: Send + Sync> FromRequestParts<S> for ListQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let pairs: Result<Query<Vec<(String, String)>>, QueryRejection> =
            Query::from_request_parts(parts, state).await;
        let Query(pairs) = pairs.map_err(|_| ApiError::bad_request("The query can't be read."))?;
        let mut query = Self {
            pairs,
            errors: Details::new(),
            page: 1,
            per_page: PER_PAGE,
        };
        query.page = query.number("page", HIGHEST).unwrap_or(1);
        query.per_page = query.number("per_page", MOST).unwrap_or(PER_PAGE);
        Ok(query)
    }
}

impl ListQuery {
    /// Returns the value of a parameter. Refuses one that occurs twice.
    fn get(&mut self, name: &str) -> Option<String> {
        let mut found = self.pairs.iter().filter(|(other, _)| other == name);
        let value = found.next().map(|(_, value)| value.clone());
        if found.next().is_some() {
            self.refuse(name, format!("The {name} occurs twice."));
            return None;
        }
        value
    }

    /// Returns the values of a list parameter: `a,b`, or `name[]` for each.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let is_it = |other: &str| other.strip_suffix("[]").unwrap_or(other) == name;
        let values = self.pairs.iter().filter(|(other, _)| is_it(other));
        let parts = values.flat_map(|(_, value)| value.split(','));
        let parts = parts.map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    fn refuse(&mut self, name: &str, sentence: String) {
        self.errors
            .entry(name.to_owned())
            .or_default()
            .push(sentence);
    }

    fn number(&mut self, name: &str, most: usize) -> Option<usize> {
        let text = self.get(name)?;
        let number = text
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.refuse(
                name,
                format!("The {name} must be an integer from 1 to {most}."),
            );
        }
        number
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.get(name)?.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.refuse(name, format!("The {name} must be true or false."));
                None
            }
        }
    }

    /// Returns the value that a parameter names.
    pub(crate) fn one_of<T: Copy>(&mut self, name: &str, all: &[(&str, T)]) -> Option<T> {
        let text = self.get(name)?;
        let found = all.iter().find(|(other, _)| *other == text);
        if found.is_none() {
            let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
            self.refuse(
                name,
                format!("The {name} must be one of {}.", names.join(", ")),
            );
        }
        found.map(|(_, value)| *value)
    }

    pub(crate) fn time(&mut self, name: &str) -> Option<u64> {
        let time = clock::parse(&self.get(name)?);
        if time.is_none() {
            self.refuse(
                name,
                format!("The {name} must be a time as in RFC 3339, or a date."),
            );
        }
        time
    }

    /// Returns a page of a list.
    pub(crate) fn page<T, U>(
        self,
        all: Vec<T>,
        show: impl FnMut(T) -> U,
    ) -> Result<Listed<U>, ApiError> {
        if !self.errors.is_empty() {
            return Err(ApiError::invalid(self.errors));
        }
        let total = all.len();
        let meta = PageMeta {
            current_page: self.page,
            per_page: self.per_page,
            last_page: total.div_ceil(self.per_page).max(1),
            total,
        };
        let before = (self.page - 1).saturating_mul(self.per_page);
        let data = all.into_iter().skip(before).take(self.per_page);
        Ok(Listed {
            data: data.map(show).collect(),
            meta,
        })
    }
}
