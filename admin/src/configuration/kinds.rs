//! What a file wants of each kind of object: how it is read, shown and written.

use std::collections::{HashMap, VecDeque};

use config::snapshot::{Brand, Effect, IpEntry, Watermark};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::document::{Document, shaped};
use super::references::{rule_lists, rule_to_ids, rule_to_names, to_ids, to_names};
use super::{Kind, ip_list};
use crate::appearance;
use crate::applications::{self, Definition};
use crate::authz::Action;
use crate::edit::Edit;
use crate::groups::{self, GroupDraft, GroupRule};
use crate::guests::network;
use crate::ip_lists::{self, IpList, IpListDraft};
use crate::members::names;
use crate::refused::{Expected, Invalid, Refused};
use crate::sign_in_policy::{self, SignInPolicy};
use crate::store::{self, Connection, StoreError};

#[derive(Clone, Debug)]
pub enum Wanted {
    Group(GroupDraft),
    IpList(IpListDraft, Option<Vec<IpEntry>>),
    Application(Box<Definition>),
    SignInPolicy(Box<SignInPolicy>),
    Brand(Box<Brand>),
    Watermark(Watermark),
}

/// What the document asks for. `id` is that of the object that is there already.
pub async fn wanted(
    connection: &mut Connection,
    document: &Document,
    id: Option<&str>,
) -> Result<Wanted, Refused> {
    let body = document.body.clone();
    Ok(match document.kind {
        Kind::Group => {
            let mut body = Value::Object(body);
            let mut wrong = rule_to_ids(connection, &mut body).await?;
            wrong.extend(to_ids(connection, &mut body).await?);
            if !wrong.is_empty() {
                return Err(Refused::Invalid(wrong));
            }
            let Value::Object(body) = body else {
                return Err(Refused::Invalid(wrong));
            };
            let mut draft: GroupDraft = shaped(body)?;
            draft.name = names::display_name("name", &draft.name)?;
            draft.description = names::description(&draft.description)?;
            if let Some(rule) = &draft.rule {
                draft.rule = Some(rule.checked(connection).await?);
            }
            Wanted::Group(draft)
        }
        Kind::IpList => {
            let (mut draft, entries) = ip_list::read(document).map_err(Refused::Invalid)?;
            draft.name = names::display_name("name", &draft.name)?;
            Wanted::IpList(draft, entries)
        }
        Kind::Application => {
            let definition = application(connection, body, id).await?;
            Wanted::Application(Box::new(definition))
        }
        Kind::SignInPolicy => Wanted::SignInPolicy(Box::new(policy(connection, body).await?)),
        Kind::Brand => Wanted::Brand(Box::new(shaped(body)?)),
        Kind::Watermark => Wanted::Watermark(shaped(body)?),
    })
}

async fn application(
    connection: &mut Connection,
    body: Map<String, Value>,
    id: Option<&str>,
) -> Result<Definition, Refused> {
    let mut body = Value::Object(body);
    let mut wrong = rule_ids(&body);
    wrong.extend(to_ids(connection, &mut body).await?);
    if let Some(id) = id
        && let Some(row) = store::applications::find(connection, &id.into()).await?
        && let Ok(definition) = row.definition
    {
        keep_ids(&mut body, &json(&definition));
    }
    let Value::Object(body) = body else {
        return Err(Refused::Invalid(wrong));
    };
    match shaped(body) {
        Ok(definition) if wrong.is_empty() => Ok(definition),
        Ok(_) => Err(Refused::Invalid(wrong)),
        Err(invalid) => {
            wrong.push(invalid);
            Err(Refused::Invalid(wrong))
        }
    }
}

async fn policy(
    connection: &mut Connection,
    body: Map<String, Value>,
) -> Result<SignInPolicy, Refused> {
    let mut body = Value::Object(body);
    let wrong = to_ids(connection, &mut body).await?;
    match body {
        Value::Object(body) if wrong.is_empty() => Ok(shaped(body)?),
        _ => Err(Refused::Invalid(wrong)),
    }
}

/// The policy as a file has it: names in place of ids.
pub async fn portable_policy(
    connection: &mut Connection,
    policy: &SignInPolicy,
) -> Result<Value, StoreError> {
    let mut value = json(policy);
    to_names(connection, &mut value).await?;
    Ok(value)
}

fn json<T: Serialize>(thing: &T) -> Value {
    serde_json::to_value(thing).unwrap_or_default()
}

/// Ids of rules say nothing to another installation: rules are known by their names.
fn rule_ids(application: &Value) -> Vec<Invalid> {
    let lists = std::iter::once("/path_rules".to_owned()).chain(rule_lists(application));
    let mut wrong = Vec::new();
    for list in lists {
        let rules = application.pointer(&list).and_then(Value::as_array);
        for (at, rule) in rules.into_iter().flatten().enumerate() {
            if rule.get("id").is_some() {
                let list = list.trim_start_matches('/').replace('/', ".");
                wrong.push(Invalid::new(
                    &format!("{list}.{at}.id"),
                    ("a rule in a file has no id", "文件中的规则没有 id"),
                    ("leave it out; the name tells it", "请删去；规则以名称识别"),
                ));
            }
        }
    }
    wrong
}

/// Gives rules the ids that they have in the store, by their names: logs refer to them.
fn keep_ids(body: &mut Value, kept: &Value) {
    let mut known: HashMap<(String, String), VecDeque<Value>> = HashMap::new();
    each_rule(&mut kept.clone(), |scope, name, rule| {
        if let Some(id) = rule.get("id") {
            let ids = known
                .entry((scope.to_owned(), name.to_owned()))
                .or_default();
            ids.push_back(id.clone());
        }
    });
    each_rule(body, |scope, name, rule| {
        let ids = known.get_mut(&(scope.to_owned(), name.to_owned()));
        if let Some(id) = ids.and_then(VecDeque::pop_front) {
            rule.insert("id".to_owned(), id);
        }
    });
}

/// Visits each rule with its name, and with that of the path rule which it is a part of.
fn each_rule(application: &mut Value, mut visit: impl FnMut(&str, &str, &mut Map<String, Value>)) {
    let mut lists = vec![(String::new(), "/path_rules".to_owned())];
    for list in rule_lists(application) {
        let of = list.strip_suffix("/access/rules").unwrap_or_default();
        let name = application.pointer(&format!("{of}/name"));
        let scope = match of {
            "" => "/".to_owned(),
            _ => format!("/{}", name.and_then(Value::as_str).unwrap_or_default()),
        };
        lists.push((scope, list));
    }
    for (scope, list) in lists {
        let rules = application.pointer_mut(&list).and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten() {
            if let Value::Object(rule) = rule {
                let name = rule.get("name").and_then(Value::as_str);
                let name = name.unwrap_or_default().to_owned();
                visit(&scope, &name, rule);
            }
        }
    }
}

/// The definition as a file has it: names in place of ids.
pub async fn portable(
    connection: &mut Connection,
    definition: &Definition,
) -> Result<Value, StoreError> {
    let mut value = json(definition);
    each_rule(&mut value, |_, _, rule| {
        rule.remove("id");
    });
    to_names(connection, &mut value).await?;
    Ok(value)
}

/// A group as a file has it.
pub async fn group(connection: &mut Connection, draft: &GroupDraft) -> Result<Value, StoreError> {
    let mut group = json!({"name": draft.name, "description": draft.description});
    if draft.for_guests {
        group["for_guests"] = true.into();
    }
    if !draft.ip_lists.is_empty() {
        group["ip_lists"] = json(&draft.ip_lists);
        to_names(connection, &mut group).await?;
    }
    if let Some(rule) = &draft.rule {
        group["rule"] = json(rule);
        rule_to_names(connection, &mut group).await?;
    }
    Ok(group)
}

/// The same of what is kept.
pub async fn kept_group(
    connection: &mut Connection,
    row: &store::groups::GroupRow,
) -> Result<Value, StoreError> {
    let draft = GroupDraft {
        name: row.name.clone(),
        description: row.description.clone(),
        rule: row.rule.as_deref().map(GroupRule::read).transpose()?,
        for_guests: row.for_guests,
        ip_lists: network::read(row.ip_lists.as_deref())?,
    };
    group(connection, &draft).await
}

/// An IP list, its entries apart, as a file has it.
#[must_use]
pub fn list(name: &str, effect: Effect, everywhere: bool) -> Value {
    json!({"name": name, "effect": effect, "everywhere": everywhere})
}

/// What is there, as a file would have it.
pub async fn current(
    connection: &mut Connection,
    kind: Kind,
    id: &str,
) -> Result<Option<Value>, StoreError> {
    Ok(match kind {
        Kind::Group => {
            let row = store::groups::find(connection, &id.into()).await?;
            match row {
                Some(row) => Some(kept_group(connection, &row).await?),
                None => None,
            }
        }
        Kind::IpList => {
            let row = store::ip_lists::find(connection, &id.into()).await?;
            row.map(|row| list(&row.name, row.effect, row.everywhere))
        }
        Kind::Application => {
            let row = store::applications::find(connection, &id.into()).await?;
            match row.map(|row| row.definition) {
                Some(Ok(definition)) => Some(portable(connection, &definition).await?),
                Some(Err(_)) => Some(Value::Null),
                None => None,
            }
        }
        Kind::SignInPolicy => {
            let policy = sign_in_policy::get(connection).await?.body;
            Some(portable_policy(connection, &policy).await?)
        }
        Kind::Brand => Some(json(&appearance::get::<Brand>(connection).await?.body)),
        Kind::Watermark => Some(json(&appearance::get::<Watermark>(connection).await?.body)),
    })
}

impl Wanted {
    /// As a file has it, with every default written out.
    pub async fn portable(&self, connection: &mut Connection) -> Result<Value, StoreError> {
        Ok(match self {
            Self::Group(draft) => group(connection, draft).await?,
            Self::IpList(draft, _) => list(&draft.name, draft.effect, draft.everywhere),
            Self::Application(definition) => portable(connection, definition).await?,
            Self::SignInPolicy(policy) => portable_policy(connection, policy).await?,
            Self::Brand(brand) => json(brand),
            Self::Watermark(watermark) => json(watermark),
        })
    }

    /// Makes it so, but for entries of a list; the id of the object.
    pub async fn write(self, edit: &mut Edit<'_>, id: Option<&str>) -> Result<String, Refused> {
        let any = Expected::Any;
        Ok(match (self, id) {
            (Self::Group(draft), None) => groups::add(edit, &draft).await?.id.to_string(),
            (Self::Group(draft), Some(id)) => {
                let after = groups::change(edit, &id.into(), any, &draft).await?;
                after.id.to_string()
            }
            (Self::IpList(draft, _), None) => ip_lists::add(edit, &draft).await?.id.to_string(),
            (Self::IpList(draft, _), Some(id)) => {
                let after = ip_lists::change(edit, &id.into(), any, &draft).await?;
                after.id.to_string()
            }
            (Self::Application(definition), None) => {
                let made = applications::add(edit, &definition).await?;
                made.id.to_string()
            }
            (Self::Application(definition), Some(id)) => {
                let after = applications::change(edit, &id.into(), any, &definition).await?;
                after.id.to_string()
            }
            (Self::SignInPolicy(policy), _) => {
                sign_in_policy::change(edit, any, *policy).await?;
                String::new()
            }
            (Self::Brand(brand), _) => {
                appearance::change(edit, any, *brand).await?;
                String::new()
            }
            (Self::Watermark(watermark), _) => {
                appearance::change(edit, any, watermark).await?;
                String::new()
            }
        })
    }
}

/// What there is one of is not removed but changed back.
#[must_use]
pub fn removal(kind: Kind) -> Action {
    if kind.is_single() {
        Action::Change
    } else {
        Action::Remove
    }
}

/// Removes an object; what there is one of goes back to how it was at first.
pub async fn remove(edit: &mut Edit<'_>, kind: Kind, id: &str) -> Result<(), Refused> {
    match kind {
        Kind::Group => groups::take_away(edit, &id.into(), Expected::Any).await,
        Kind::IpList => ip_lists::take_away(edit, &id.into(), Expected::Any).await,
        Kind::Application => applications::take_away(edit, &id.into(), Expected::Any).await,
        Kind::SignInPolicy => {
            sign_in_policy::change(edit, Expected::Any, SignInPolicy::default()).await?;
            Ok(())
        }
        Kind::Brand => {
            appearance::change(edit, Expected::Any, Brand::default()).await?;
            Ok(())
        }
        Kind::Watermark => {
            appearance::change(edit, Expected::Any, Watermark::default()).await?;
            Ok(())
        }
    }
}

/// An allow list everywhere without an entry would lock everybody out.
pub async fn lets_somebody_in(
    connection: &mut Connection,
    id: &str,
    entries: Option<&[IpEntry]>,
) -> Result<(), Refused> {
    let mut list: IpList = ip_lists::find(connection, &id.into()).await?;
    if let Some(entries) = entries {
        list.entries = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    }
    ip_lists::locks_nobody_out(&list)
}
