//! The form of an upload page: the photos and values that a link or a request asks for.

use crate::model::{FullName, Item, Link, PhotoRequest, Visit};
use crate::state::State;

/// The form of an upload page.
#[derive(Clone, Debug)]
pub(crate) struct UploadForm {
    /// The path of the page.
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) instructions: String,
    pub(crate) items: Vec<Item>,
    /// The label of the unique value.
    pub(crate) label: String,
    /// `true` if the person types the unique value, because the link is not signed.
    pub(crate) types_value: bool,
    pub(crate) full_name: FullName,
    pub(crate) require_gps: bool,
    pub(crate) notes: bool,
    /// The redirect template, if the browser is sent back.
    pub(crate) redirect: Option<String>,
}

impl UploadForm {
    /// Returns the form of a visit, or `None` if its link or request was deleted.
    pub(crate) fn of(state: &State, visit: &Visit) -> Option<Self> {
        match &visit.request {
            Some(id) => Some(Self::request(state.request(id)?)),
            None => Some(Self::link(
                state.links.get(&visit.slug)?,
                visit.origin().is_some(),
            )),
        }
    }

    fn link(link: &Link, is_signed: bool) -> Self {
        Self {
            path: format!("/s/{}", link.slug),
            title: link.name.clone(),
            instructions: link.instructions.clone(),
            items: link.items.clone(),
            label: link.unique_field_label.clone(),
            types_value: !is_signed && !link.unique_field_label.is_empty(),
            full_name: link.full_name,
            require_gps: link.require_gps,
            notes: link.notes,
            redirect: link.redirect.clone().filter(|_| is_signed),
        }
    }

    fn request(request: &PhotoRequest) -> Self {
        Self {
            path: format!("/p/{}", request.unique_code),
            title: "Photo request".to_owned(),
            instructions: request.instructions.clone(),
            items: request.items.clone(),
            label: String::new(),
            types_value: false,
            full_name: FullName::Hidden,
            require_gps: request.require_gps,
            notes: request.notes,
            redirect: None,
        }
    }

    /// Returns the item with this ID.
    pub(crate) fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }
}
