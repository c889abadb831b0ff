//! Writes down what is there, as files that can be applied.

use config::Language;
use config::language::LocalText;
use config::snapshot::{Brand, Watermark};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::kinds;
use super::{File, Kind, keys, write};
use crate::appearance;
use crate::applications::Definition;
use crate::refused::both;
use crate::sign_in_policy;
use crate::store::listing::{Part, Sort};
use crate::store::{
    Connection, StoreError, applications, documents, groups, ip_entries, ip_lists, managed,
};

/// A list of more is brought by a program: nobody reviews it line by line.
const MOST_ENTRIES: i64 = 10_000;

#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Export {
    pub files: Vec<File>,
    /// What is in none of them, and why.
    pub left_out: Vec<LocalText>,
}

pub async fn export(connection: &mut Connection) -> Result<Export, StoreError> {
    let mut export = Export::default();
    let groups = all_groups(connection).await?;
    export.add("groups.yaml", groups);
    let lists = all_lists(connection, &mut export.left_out).await?;
    export.add("ip-lists.yaml", lists);
    all_applications(connection, &mut export).await?;
    if documents::get::<Value>(connection, documents::SIGN_IN_POLICY)
        .await?
        .is_some()
    {
        let policy = sign_in_policy::get(connection).await?.body;
        let policy = kinds::portable_policy(connection, &policy).await?;
        let text = written(Kind::SignInPolicy, None, policy);
        export.add("sign-in-policy.yaml", text);
    }
    if documents::get::<Value>(connection, documents::BRAND)
        .await?
        .is_some()
    {
        let brand = appearance::get::<Brand>(connection).await?.body;
        export.add("brand.yaml", written(Kind::Brand, None, json!(brand)));
    }
    if documents::get::<Value>(connection, documents::WATERMARK)
        .await?
        .is_some()
    {
        let watermark = appearance::get::<Watermark>(connection).await?.body;
        export.add(
            "watermark.yaml",
            written(Kind::Watermark, None, json!(watermark)),
        );
    }
    Ok(export)
}

impl Export {
    fn add(&mut self, name: &str, text: String) {
        if !text.is_empty() {
            let name = name.to_owned();
            self.files.push(File { name, text });
        }
    }
}

fn written(kind: Kind, key: Option<&str>, value: Value) -> String {
    match value {
        Value::Object(body) => write::document(kind, key, body),
        _ => String::new(),
    }
}

async fn all_groups(connection: &mut Connection) -> Result<String, StoreError> {
    let mut text = String::new();
    let mut part = Part {
        sort: Sort::Name,
        descending: false,
        after: None,
        limit: 1000,
    };
    loop {
        let (page, next) = groups::list(connection, None, &part).await?;
        for row in page {
            let group = kinds::kept_group(connection, &row).await?;
            text.push_str(&written(Kind::Group, None, group));
        }
        if next.is_none() {
            return Ok(text);
        }
        part.after = next;
    }
}

async fn all_lists(
    connection: &mut Connection,
    left_out: &mut Vec<LocalText>,
) -> Result<String, StoreError> {
    let mut text = String::new();
    for row in ip_lists::all(connection).await? {
        let mut list = kinds::list(&row.name, row.effect, row.everywhere);
        if row.entries > MOST_ENTRIES {
            let (name, count) = (&row.name, row.entries);
            left_out.push(both((
                &format!("the {count} entries of the IP list {name}: too many for a file; applying leaves them as they are"),
                &format!("IP 列表“{name}”的 {count} 个条目：数量过多，未写入文件；应用时保持不变"),
            )));
        } else {
            let page = ip_entries::page(connection, &row.revision, 0, MOST_ENTRIES).await?;
            let entries: Vec<Value> = page.into_iter().map(|row| json!(row.entry)).collect();
            list["entries"] = json!(entries);
        }
        text.push_str(&written(Kind::IpList, None, list));
    }
    Ok(text)
}

async fn all_applications(
    connection: &mut Connection,
    export: &mut Export,
) -> Result<(), StoreError> {
    let marks = managed::all(connection).await?;
    let rows = applications::all(connection).await?;
    let keys = keys::of(&rows, &marks);
    for row in rows {
        let key = keys.get(&row.id).map_or("", String::as_str);
        match row.definition {
            Ok(definition) => {
                let whole = kinds::portable(connection, &definition).await?;
                let text = written(Kind::Application, Some(key), without_defaults(whole));
                export.add(&format!("applications/{key}.yaml"), text);
            }
            Err(unreadable) => {
                let (id, why) = (&row.id, unreadable.why);
                export.left_out.push(both((
                    &format!("the application {id}: its definition cannot be read ({why})"),
                    &format!("应用 {id}：定义无法读取（{why}）"),
                )));
            }
        }
    }
    Ok(())
}

/// Leaves out what an application would have anyway.
fn without_defaults(mut whole: Value) -> Value {
    let least = json!({"name": {}, "hosts": [], "pool": {"upstreams": []}});
    let least = serde_json::from_value::<Definition>(least).map(|least| json!(least));
    if let (Ok(Value::Object(least)), Some(fields)) = (least, whole.as_object_mut()) {
        let pool = least.get("pool").and_then(Value::as_object).cloned();
        if let (Some(pool), Some(fields)) =
            (pool, fields.get_mut("pool").and_then(Value::as_object_mut))
        {
            drop_equal(fields, &pool, &["upstreams"]);
        }
        drop_equal(fields, &least, &["name", "hosts", "pool"]);
        if let Some(Value::Object(name)) = fields.get_mut("name") {
            let english = Language::En.tag();
            name.retain(|language, text| language == english || text != "");
        }
    }
    whole
}

fn drop_equal(fields: &mut Map<String, Value>, least: &Map<String, Value>, but: &[&str]) {
    fields.retain(|name, value| but.contains(&name.as_str()) || least.get(name) != Some(value));
}
