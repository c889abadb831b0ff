//! Who is in a group, while the operations of a PATCH are done one after the other: by their ids alone, so that
//! no operation looks at all of a large group to change a few.

use std::collections::BTreeSet;

use scim_v2::filter::{AttrExp, CompValue, CompareOp, ValFilter};
use serde_json::{Map, Value, json};

use super::document::{check_count, shaped};
use super::error::ScimError;
use super::filter::element_matches;
use super::patch::Op;
use super::schema::Attribute;

/// So many members are looked at for filters that no id answers, over all operations of a request.
const MOST_LOOKS: usize = 2_000_000;

#[derive(Debug, Default)]
pub(super) struct Members {
    ids: BTreeSet<String>,
    looks: usize,
}

impl Members {
    /// Takes them out of a group.
    pub fn take(document: &mut Map<String, Value>) -> Self {
        let members = document.remove("members");
        Self {
            ids: members.as_ref().map(ids).unwrap_or_default(),
            looks: 0,
        }
    }

    /// Puts them into it again.
    pub fn put(self, document: &mut Map<String, Value>) {
        if self.ids.is_empty() {
            return;
        }
        let members = self.ids.into_iter().map(|id| json!({ "value": id }));
        document.insert("members".to_owned(), members.collect());
    }

    pub fn change(
        &mut self,
        attribute: &Attribute,
        filter: Option<&ValFilter>,
        op: Op,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        let told = value.filter(|value| !value.is_null());
        let told = told.map(|value| shaped(attribute, value)).transpose()?;
        let told = told.map(|told| told.as_ref().map(ids).unwrap_or_default());
        match (filter, op) {
            // Entra ID removes members by naming them in the value.
            (None, Op::Remove) => match told {
                Some(gone) => gone.iter().for_each(|id| _ = self.ids.remove(id)),
                None => self.ids.clear(),
            },
            (None, Op::Add) => self.ids.extend(told.unwrap_or_default()),
            (None, Op::Replace) => self.ids = told.unwrap_or_default(),
            (Some(filter), Op::Remove) => self.remove(attribute, filter)?,
            (Some(filter), Op::Add | Op::Replace) => {
                let named = id_of(filter).map(|id| BTreeSet::from([id.to_owned()]));
                let coming = told.or(named).unwrap_or_default();
                if op == Op::Replace {
                    self.remove(attribute, filter)?;
                }
                self.ids.extend(coming);
            }
        }
        check_count(attribute, self.ids.len())
    }

    fn remove(&mut self, attribute: &Attribute, filter: &ValFilter) -> Result<(), ScimError> {
        if let Some(id) = id_of(filter) {
            self.ids.remove(id);
            return Ok(());
        }
        self.looks = self.looks.saturating_add(self.ids.len());
        if self.looks > MOST_LOOKS {
            return Err(ScimError::bad(
                "tooMany",
                (
                    "these filters look at too many members: name them by value",
                    "过滤条件涉及的成员过多，请用 value 指定成员",
                ),
            ));
        }
        let is_meant =
            |id: &String| element_matches(attribute.subs, filter, &json!({ "value": id }));
        self.ids.retain(|id| !is_meant(id));
        Ok(())
    }
}

fn ids(members: &Value) -> BTreeSet<String> {
    let members = members.as_array().into_iter().flatten();
    let ids = members.filter_map(|one| one.get("value").and_then(Value::as_str));
    ids.map(str::to_owned).collect()
}

/// The id that a filter names.
fn id_of(filter: &ValFilter) -> Option<&str> {
    match filter {
        ValFilter::Attr(AttrExp::Comparison(path, CompareOp::Eq, CompValue::Str(id)))
            if path.name.eq_ignore_ascii_case("value") && path.sub_attr.is_none() =>
        {
            Some(id)
        }
        _ => None,
    }
}
