//! In which order things are listed.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Page, Problem};
use crate::refused::Invalid;
use crate::store::listing::{Part, Place, Sort};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Ascending,
    Descending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    Name,
    CreatedAt,
    UpdatedAt,
}

/// In which order things with a name are listed.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Order {
    /// Unless told, by name, but applications by when they were made. Names as they are read.
    #[param(inline)]
    sort: Option<SortBy>,
    /// Ascending unless told.
    #[param(inline)]
    order: Option<Direction>,
}

impl Order {
    /// The part of the list that a page is; `usual`: by what it is put in order unless told.
    ///
    /// # Errors
    /// If there is no such page.
    pub fn part(&self, usual: Sort, page: &Page) -> Result<Part, Problem> {
        let sort = match self.sort {
            None => usual,
            Some(SortBy::Name) => Sort::Name,
            Some(SortBy::CreatedAt) => Sort::CreatedAt,
            Some(SortBy::UpdatedAt) => Sort::UpdatedAt,
        };
        let place = |text| Place::read(text, sort.is_of_numbers()).ok_or_else(Invalid::no_place);
        Ok(Part {
            sort,
            descending: self.order == Some(Direction::Descending),
            after: page.after.as_deref().map(place).transpose()?,
            limit: page.limit()?,
        })
    }
}
