//! PATCH (RFC 7644 §3.5.2): what is added to a resource, replaced, and taken away.
//!
//! Beside what the RFC writes, this reads what Okta and Entra ID send: operations in any case, a value without a
//! path whose keys are paths themselves, members that are removed by a list of values, and a value to be set
//! where nothing fits a filter yet.

use scim_v2::filter::{AttrPath, PatchPath};
use serde_json::{Map, Value};

use super::document::read;
use super::error::ScimError;
use super::members::Members;
use super::patch_target::{Target, is_empty};
use super::schema::{Attribute, Place, Schema, find};

/// No request has more operations.
const MOST: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Replace,
    Remove,
}

/// Does all that a request says, or nothing.
///
/// # Errors
/// The first operation that cannot be done.
pub fn apply(
    schema: &Schema,
    document: &Map<String, Value>,
    request: &Value,
) -> Result<Map<String, Value>, ScimError> {
    let operations = key(request, "Operations").and_then(Value::as_array);
    let operations = operations.filter(|all| !all.is_empty()).ok_or_else(|| {
        let what = ("Operations is missing", "缺少 Operations");
        ScimError::bad("invalidSyntax", what)
    })?;
    if operations.len() > MOST {
        return Err(ScimError::bad(
            "tooMany",
            (
                &format!("more than {MOST} operations"),
                &format!("操作超过 {MOST} 个"),
            ),
        ));
    }
    let mut patched = Patched::of(schema, document);
    for operation in operations {
        let op = op(operation)?;
        let value = key(operation, "value");
        let path = key(operation, "path").and_then(Value::as_str);
        match path.map(str::trim).filter(|path| !path.is_empty()) {
            Some(path) => patched.at(op, path, value)?,
            None => patched.everywhere(op, value)?,
        }
    }
    Ok(patched.whole())
}

/// A key of a message, however it is written.
fn key<'a>(message: &'a Value, name: &str) -> Option<&'a Value> {
    let map = message.as_object()?;
    let found = map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

fn op(operation: &Value) -> Result<Op, ScimError> {
    let text = key(operation, "op")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match text.to_ascii_lowercase().as_str() {
        "add" => Ok(Op::Add),
        "replace" => Ok(Op::Replace),
        "remove" => Ok(Op::Remove),
        _ => Err(ScimError::bad(
            "invalidSyntax",
            (
                "op is add, replace or remove",
                "op 应为 add、replace 或 remove",
            ),
        )),
    }
}

fn is_ours(schema: &Schema, path: &AttrPath) -> bool {
    let name = path.name.as_str();
    let common = ["id", "meta", "schemas"];
    match schema.place(path.uri.as_deref()) {
        Some(Place::Core) => {
            common.iter().any(|one| one.eq_ignore_ascii_case(name))
                || schema.core(name).is_some_and(|one| one.is_read_only)
        }
        Some(Place::Extension(..)) | None => false,
    }
}

fn parsed(path: &str) -> Result<PatchPath, ScimError> {
    path.parse().map_err(|_| {
        let what = (
            &*format!("{path} is no path"),
            &*format!("{path} 不是有效的 path"),
        );
        ScimError::bad("invalidPath", what)
    })
}

fn attribute_of(path: &PatchPath) -> &AttrPath {
    match path {
        PatchPath::Attr(attribute) => attribute,
        PatchPath::Value(path) => &path.attr,
    }
}

/// A resource between its operations.
struct Patched<'a> {
    schema: &'a Schema,
    document: Map<String, Value>,
    /// Beside the document: there may be very many.
    members: Members,
}

impl<'a> Patched<'a> {
    fn of(schema: &'a Schema, document: &Map<String, Value>) -> Self {
        let mut document = document.clone();
        Self {
            schema,
            members: Members::take(&mut document),
            document,
        }
    }

    fn whole(self) -> Map<String, Value> {
        let mut document = self.document;
        document.retain(|_, value| !is_empty(value));
        self.members.put(&mut document);
        document
    }

    /// Without a path, each key of the value is one.
    fn everywhere(&mut self, op: Op, value: Option<&Value>) -> Result<(), ScimError> {
        if op == Op::Remove {
            let what = ("remove takes a path", "remove 需要 path");
            return Err(ScimError::bad("noTarget", what));
        }
        let Some(Value::Object(map)) = value else {
            let what = (
                "without a path, value is an object",
                "没有 path 时 value 应为对象",
            );
            return Err(ScimError::invalid_value(what));
        };
        for (path, value) in map {
            // What is told along and is ours to say, such as `id`, changes nothing.
            let told = path.parse::<PatchPath>();
            if told.is_ok_and(|told| is_ours(self.schema, attribute_of(&told))) {
                continue;
            }
            self.at(op, path, Some(value))?;
        }
        Ok(())
    }

    fn at(&mut self, op: Op, path: &str, value: Option<&Value>) -> Result<(), ScimError> {
        if let Some((urn, _)) = self.schema.extension_named(path) {
            return self.extension(op, urn, value);
        }
        let parsed = parsed(path)?;
        if is_ours(self.schema, attribute_of(&parsed)) {
            let what = (
                &*format!("{path} is not for a client to set"),
                &*format!("{path} 不能由客户端设置"),
            );
            return Err(ScimError::bad("mutability", what));
        }
        let (filter, sub) = match &parsed {
            PatchPath::Attr(attribute) => (None, attribute.sub_attr.as_deref()),
            PatchPath::Value(path) => (Some(&path.filter), path.sub_attr.as_deref()),
        };
        // What we have no place for is not kept, and fails nothing.
        let path = attribute_of(&parsed);
        let Some((map, attribute)) = place(self.schema, &mut self.document, path) else {
            return Ok(());
        };
        if attribute.name != "members" {
            let target = Target {
                attribute,
                filter,
                sub,
            };
            return target.change(map, op, value);
        }
        if sub.is_some_and(|sub| !sub.eq_ignore_ascii_case("value")) {
            return Ok(());
        }
        self.members.change(attribute, filter, op, value)
    }

    /// All of the extension at once.
    fn extension(
        &mut self,
        op: Op,
        urn: &'static str,
        value: Option<&Value>,
    ) -> Result<(), ScimError> {
        if op == Op::Remove {
            self.document.remove(urn);
            return Ok(());
        }
        let told = value.cloned().unwrap_or_default();
        let mut wrapped = Map::new();
        wrapped.insert(urn.to_owned(), told);
        let told = read(self.schema, &Value::Object(wrapped))?;
        if let Some(Value::Object(told)) = told.get(urn) {
            let kept = self.document.entry(urn);
            let kept = kept.or_insert_with(|| Map::new().into());
            if let Some(kept) = kept.as_object_mut() {
                kept.extend(told.clone());
            }
        }
        Ok(())
    }
}

/// The object in which an attribute is.
fn place<'a>(
    schema: &Schema,
    document: &'a mut Map<String, Value>,
    path: &AttrPath,
) -> Option<(&'a mut Map<String, Value>, &'static Attribute)> {
    match schema.place(path.uri.as_deref())? {
        Place::Core => Some((document, schema.core(&path.name)?)),
        Place::Extension(urn, attributes) => {
            let attribute = find(attributes, &path.name)?;
            let inner = document.entry(urn).or_insert_with(|| Map::new().into());
            Some((inner.as_object_mut()?, attribute))
        }
    }
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
