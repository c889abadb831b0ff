//! PATCH (RFC 7644 §3.5.2): what is added to a resource, replaced, and taken away.
//!
//! Beside what the RFC writes, this reads what Okta and Entra ID send: operations in any case, a value without a
//! path whose keys are paths themselves, members that are removed by a list of values, and a value to be set
//! where nothing fits a filter yet.

use scim_v2::filter::{AttrPath, PatchPath};
use serde_json::{Map, Value};

use super::document::read;
use super::error::ScimError;
use super::patch_target::{Target, is_empty};
use super::schema::{Attribute, Schema, find};

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
    let mut document = document.clone();
    for operation in operations {
        let op = op(operation)?;
        let value = key(operation, "value");
        let path = key(operation, "path").and_then(Value::as_str);
        match path.map(str::trim).filter(|path| !path.is_empty()) {
            Some(path) => at(schema, &mut document, op, path, value)?,
            None => everywhere(schema, &mut document, op, value)?,
        }
    }
    document.retain(|_, value| !is_empty(value));
    Ok(document)
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

/// Without a path, each key of the value is one.
fn everywhere(
    schema: &Schema,
    document: &mut Map<String, Value>,
    op: Op,
    value: Option<&Value>,
) -> Result<(), ScimError> {
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
        if is_ours(schema, path) {
            continue;
        }
        at(schema, document, op, path, Some(value))?;
    }
    Ok(())
}

fn is_ours(schema: &Schema, name: &str) -> bool {
    let common = ["id", "meta", "schemas"];
    common.iter().any(|one| one.eq_ignore_ascii_case(name))
        || schema.core(name).is_some_and(|one| one.is_read_only)
}

fn at(
    schema: &Schema,
    document: &mut Map<String, Value>,
    op: Op,
    path: &str,
    value: Option<&Value>,
) -> Result<(), ScimError> {
    if is_ours(schema, path) {
        let what = (
            &*format!("{path} is not for a client to set"),
            &*format!("{path} 不能由客户端设置"),
        );
        return Err(ScimError::bad("mutability", what));
    }
    if let Some((urn, attributes)) = schema.extension_named(path) {
        return extension(schema, document, op, (urn, attributes), value);
    }
    let parsed: PatchPath = path.parse().map_err(|_| {
        let what = (
            &*format!("{path} is no path"),
            &*format!("{path} 不是有效的 path"),
        );
        ScimError::bad("invalidPath", what)
    })?;
    let (attribute_path, filter, sub) = match &parsed {
        PatchPath::Attr(attribute) => (attribute, None, attribute.sub_attr.as_deref()),
        PatchPath::Value(path) => (&path.attr, Some(&path.filter), path.sub_attr.as_deref()),
    };
    // What we have no place for is not kept, and fails nothing.
    let Some((map, attribute)) = place(schema, document, attribute_path) else {
        return Ok(());
    };
    let target = Target {
        attribute,
        filter,
        sub,
    };
    target.change(map, op, value)
}

/// All of the extension at once.
fn extension(
    schema: &Schema,
    document: &mut Map<String, Value>,
    op: Op,
    (urn, _): (&'static str, &'static [Attribute]),
    value: Option<&Value>,
) -> Result<(), ScimError> {
    if op == Op::Remove {
        document.remove(urn);
        return Ok(());
    }
    let told = value.cloned().unwrap_or_default();
    let mut wrapped = Map::new();
    wrapped.insert(urn.to_owned(), told);
    let told = read(schema, &Value::Object(wrapped))?;
    if let Some(Value::Object(told)) = told.get(urn) {
        let kept = document.entry(urn).or_insert_with(|| Map::new().into());
        if let Some(kept) = kept.as_object_mut() {
            kept.extend(told.clone());
        }
    }
    Ok(())
}

/// The object in which an attribute is.
fn place<'a>(
    schema: &Schema,
    document: &'a mut Map<String, Value>,
    path: &AttrPath,
) -> Option<(&'a mut Map<String, Value>, &'static Attribute)> {
    let extension = path
        .uri
        .as_deref()
        .and_then(|urn| schema.extension_named(urn));
    let Some((urn, attributes)) = extension else {
        return Some((document, schema.core(&path.name)?));
    };
    let attribute = find(attributes, &path.name)?;
    let inner = document.entry(urn).or_insert_with(|| Map::new().into());
    Some((inner.as_object_mut()?, attribute))
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
