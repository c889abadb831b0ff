//! Fills in what people and things are found by, where a version that did not know of it has
//! written them.

use super::applications::{orders, search};
use super::{Connection, StoreError};
use crate::applications::Definition;
use crate::search_key;

type Person = (
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// How many people there were to fill in, at most `limit`.
pub async fn fill_in_members(connection: &mut Connection, limit: i64) -> Result<usize, StoreError> {
    let people: Vec<Person> = sqlx::query_as(
        "SELECT id, username, display_name, email, mobile, employee_number FROM members \
         WHERE search = '' LIMIT $1",
    )
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    for (id, username, name, email, mobile, number) in &people {
        let (email, mobile, number) = (email.as_deref(), mobile.as_deref(), number.as_deref());
        let search = search_key::of_person(username, name, email, mobile, number);
        // What somebody has written since is newer than what was read here.
        sqlx::query(
            "UPDATE members SET search = $2, name_order = $3 WHERE id = $1 AND search = ''",
        )
        .bind(id.as_str())
        .bind(search)
        .bind(search_key::order(name))
        .execute(&mut *connection)
        .await?;
    }
    Ok(people.len())
}

/// How many departments, groups, IP lists and applications there were to fill in, at most `limit` of each.
pub async fn fill_in_things(connection: &mut Connection, limit: i64) -> Result<usize, StoreError> {
    let of_departments = (
        "SELECT id, name FROM departments WHERE search = '' LIMIT $1",
        "UPDATE departments SET search = $2 WHERE id = $1 AND search = ''",
    );
    let search = |name: &str| vec![search_key::of_thing(name)];
    let mut filled = fill_in(connection, of_departments, search, limit).await?;
    let by_name = |name: &str| vec![search_key::of_thing(name), search_key::order(name)];
    for sql in [
        (
            "SELECT id, name FROM groups WHERE name_order = '' LIMIT $1",
            "UPDATE groups SET search = $2, name_order = $3 WHERE id = $1 AND name_order = ''",
        ),
        (
            "SELECT id, name FROM ip_lists WHERE name_order = '' LIMIT $1",
            "UPDATE ip_lists SET search = $2, name_order = $3 WHERE id = $1 AND name_order = ''",
        ),
    ] {
        filled += fill_in(connection, sql, by_name, limit).await?;
    }
    let of_applications = (
        "SELECT id, definition FROM applications WHERE name_order_en = '' LIMIT $1",
        "UPDATE applications SET search = $2, name_order_en = $3, name_order_zh_cn = $4 \
         WHERE id = $1 AND name_order_en = ''",
    );
    Ok(filled + fill_in(connection, of_applications, of_definition, limit).await?)
}

/// `keys`: what stands in the columns that are written, by what was read.
async fn fill_in(
    connection: &mut Connection,
    (read, write): (&'static str, &'static str),
    keys: impl Fn(&str) -> Vec<String>,
    limit: i64,
) -> Result<usize, StoreError> {
    let things: Vec<(String, String)> = sqlx::query_as(read)
        .bind(limit)
        .fetch_all(&mut *connection)
        .await?;
    for (id, text) in &things {
        let mut query = sqlx::query(write).bind(id.as_str());
        for key in keys(text) {
            query = query.bind(key);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(things.len())
}

/// Of one that cannot be read: nothing finds it.
fn of_definition(text: &str) -> Vec<String> {
    let read = serde_json::from_str::<Definition>(text);
    let (search, orders) = read.map_or_else(
        |_| {
            (
                search_key::of_thing(""),
                [(); 2].map(|()| search_key::order("")),
            )
        },
        |definition| (search(&definition), orders(&definition)),
    );
    std::iter::once(search).chain(orders).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn what_an_older_version_wrote_is_filled_in() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            for sql in [
                "INSERT INTO members (id, kind, status, username, username_key, display_name, \
                 created_at, updated_at, version) \
                 VALUES ('m', 'member', 'active', 'z', 'z', '张三', 0, 0, 1)",
                "INSERT INTO departments (id, name, position, created_at, updated_at, version) \
                 VALUES ('d', '研发', 0, 0, 0, 1)",
                "INSERT INTO groups (id, name, name_key, description, created_at, updated_at, \
                 version) VALUES ('g', '测试组', '测试组', '', 0, 0, 1)",
                "INSERT INTO ip_lists (id, name, name_key, effect, scope, created_at, updated_at, \
                 version) VALUES ('l', '办公室', '办公室', 'allow', 'everywhere', 0, 0, 1)",
                "INSERT INTO applications (id, definition, created_at, updated_at, version) \
                 VALUES ('a', '{\"name\": {\"zh-CN\": \"知识库\"}, \"hosts\": [\"w.example.com\"], \
                 \"pool\": {\"upstreams\": [{\"address\": \"127.0.0.1:1\"}]}}', 0, 0, 1)",
                "INSERT INTO applications (id, definition, created_at, updated_at, version) \
                 VALUES ('b', 'damaged', 0, 0, 1)",
            ] {
                sqlx::query(sql).execute(&mut *tx).await.unwrap();
            }
            assert_eq!(fill_in_members(&mut tx, 10).await.unwrap(), 1);
            assert_eq!(fill_in_members(&mut tx, 10).await.unwrap(), 0);
            assert_eq!(fill_in_things(&mut tx, 10).await.unwrap(), 5);
            assert_eq!(fill_in_things(&mut tx, 10).await.unwrap(), 0);
            let found: (String, String) = sqlx::query_as(
                "SELECT m.name_order, d.search FROM members m, departments d, groups g, \
                 ip_lists l, applications a \
                 WHERE m.search LIKE '%zhangsan%' AND d.search LIKE '%yanfa%' \
                 AND g.search LIKE '%csz%' AND l.search LIKE '%bangongshi%' \
                 AND a.search LIKE '%zsk%'",
            )
            .fetch_one(&mut *tx)
            .await
            .unwrap();
            assert_eq!(found.0, "zhangsan 张三");
        })
        .await;
    }
}
