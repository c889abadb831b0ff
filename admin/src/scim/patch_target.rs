//! What one operation of a PATCH is about: an attribute, some of its values, or a part of them.

use std::collections::HashSet;

use scim_v2::filter::{AttrExp, CompValue, CompareOp, ValFilter};
use serde_json::{Map, Value};

use super::document::{check_count, one_primary, put, shaped};
use super::error::ScimError;
use super::filter::element_matches;
use super::patch::Op;
use super::schema::{Attribute, Shape, find};

/// What an operation is about.
pub(super) struct Target<'a> {
    pub attribute: &'static Attribute,
    pub filter: Option<&'a ValFilter>,
    pub sub: Option<&'a str>,
}

impl Target<'_> {
    /// Does the operation in the object that has the attribute.
    pub fn change(
        &self,
        map: &mut Map<String, Value>,
        op: Op,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        let attribute = self.attribute;
        match (self.filter, self.sub) {
            (None, None) => self.whole(map, op, value),
            (None, Some(sub)) if !attribute.is_many => {
                let Some(part) = find(attribute.subs, sub) else {
                    return Ok(());
                };
                let inner = map
                    .entry(attribute.name)
                    .or_insert_with(|| Map::new().into());
                if let Some(inner) = inner.as_object_mut() {
                    put(inner, part.name, wanted(part, op, value)?);
                }
                if is_empty(inner) {
                    map.remove(attribute.name);
                }
                Ok(())
            }
            _ => self.elements(map, op, value),
        }
    }

    fn whole(
        &self,
        map: &mut Map<String, Value>,
        op: Op,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        let attribute = self.attribute;
        let name = attribute.name;
        match op {
            Op::Remove if attribute.is_many && value.is_some_and(|value| !value.is_null()) => {
                let gone = shaped(attribute, value.unwrap_or(&Value::Null))?;
                let gone = listed(gone.as_ref());
                let gone: HashSet<Option<&Value>> =
                    gone.iter().map(|one| one.get("value")).collect();
                if let Some(Value::Array(all)) = map.get_mut(name) {
                    all.retain(|one| !gone.contains(&one.get("value")));
                }
            }
            Op::Remove => {
                map.remove(name);
            }
            Op::Add if attribute.is_many => {
                let more = shaped(attribute, value.unwrap_or(&Value::Null))?;
                add(map, attribute, listed(more.as_ref()))?;
            }
            Op::Add | Op::Replace => {
                let new = wanted(attribute, op, value)?;
                let is_merged = attribute.shape == Shape::Complex && !attribute.is_many;
                match (map.get_mut(name).and_then(Value::as_object_mut), new) {
                    (Some(old), Some(Value::Object(new))) if is_merged => old.extend(new),
                    (_, new) => put(map, name, new),
                }
            }
        }
        Ok(())
    }

    /// Some of several values, or a part of each.
    fn elements(
        &self,
        map: &mut Map<String, Value>,
        op: Op,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        let attribute = self.attribute;
        if !attribute.is_many {
            return Ok(());
        }
        let fits = |one: &Value| {
            self.filter
                .is_none_or(|filter| element_matches(attribute.subs, filter, one))
        };
        let entry = map
            .entry(attribute.name)
            .or_insert_with(|| Value::Array(Vec::new()));
        let Some(all) = entry.as_array_mut() else {
            return Ok(());
        };
        if op == Op::Remove && self.sub.is_none() {
            all.retain(|one| !fits(one));
        } else {
            let change = self.change_of_each(op, value)?;
            if op != Op::Remove && !all.iter().any(fits) {
                all.push(Value::Object(self.fresh()));
                check_count(attribute, all.len())?;
            }
            for one in all.iter_mut().filter(|one| fits(one)) {
                if let Some(one) = one.as_object_mut() {
                    for (name, value) in &change {
                        put(one, name, value.clone());
                    }
                }
            }
            all.retain(|one| !is_empty(one));
        }
        let primary = one_primary(std::mem::take(all));
        *all = primary;
        if all.is_empty() {
            map.remove(attribute.name);
        }
        Ok(())
    }

    fn change_of_each(
        &self,
        op: Op,
        value: Option<&Value>,
    ) -> Result<Vec<(&'static str, Option<Value>)>, ScimError> {
        let attribute = self.attribute;
        let Some(sub) = self.sub else {
            let told = shaped(attribute, value.unwrap_or(&Value::Null))?;
            let told = listed(told.as_ref()).into_iter().next().unwrap_or_default();
            let parts = attribute.subs.iter();
            let set =
                parts.filter_map(|part| Some((part.name, Some(told.get(part.name)?.clone()))));
            return Ok(set.collect());
        };
        match find(attribute.subs, sub) {
            Some(part) => Ok(vec![(part.name, wanted(part, op, value)?)]),
            None => Ok(Vec::new()),
        }
    }

    /// A value that fits the filter, where it says what must be equal to what.
    fn fresh(&self) -> Map<String, Value> {
        let mut map = Map::new();
        if let Some(filter) = self.filter {
            equal(self.attribute.subs, filter, &mut map);
        }
        map
    }
}

fn equal(subs: &'static [Attribute], filter: &ValFilter, map: &mut Map<String, Value>) {
    match filter {
        ValFilter::Attr(AttrExp::Comparison(path, CompareOp::Eq, wanted)) => {
            let value = match wanted {
                CompValue::Str(text) => Value::from(text.as_str()),
                CompValue::True => true.into(),
                CompValue::False => false.into(),
                CompValue::Null | CompValue::Number(_) => return,
            };
            if let Some(sub) = find(subs, &path.name) {
                map.insert(sub.name.to_owned(), value);
            }
        }
        ValFilter::And(all) => all.iter().for_each(|one| equal(subs, one, map)),
        _ => {}
    }
}

/// What a value is to be; `None`: it is taken away.
fn wanted(
    attribute: &Attribute,
    op: Op,
    value: Option<&Value>,
) -> Result<Option<Value>, ScimError> {
    if op == Op::Remove {
        return Ok(None);
    }
    shaped(attribute, value.unwrap_or(&Value::Null))
}

fn listed(value: Option<&Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(all)) => all.clone(),
        _ => Vec::new(),
    }
}

/// Adds those that are not there yet. A new one that is primary takes the place of the old one.
fn add(
    map: &mut Map<String, Value>,
    attribute: &Attribute,
    more: Vec<Value>,
) -> Result<(), ScimError> {
    let entry = map.entry(attribute.name);
    let entry = entry.or_insert_with(|| Value::Array(Vec::new()));
    let Some(all) = entry.as_array_mut() else {
        return Ok(());
    };
    let there: HashSet<Value> = all.iter().cloned().collect();
    all.extend(more.into_iter().filter(|one| !there.contains(one)));
    check_count(attribute, all.len())?;
    *all = one_primary(std::mem::take(all));
    Ok(())
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(all) => all.is_empty(),
        _ => false,
    }
}
