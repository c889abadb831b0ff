//! An organisation of 100 000 people in 20 000 departments, and how long its lists take. Run by hand:
//! `cargo test -p admin --lib -- --ignored --nocapture a_large_organisation`.

use config::clock::Stopwatch;
use config::id::{DepartmentId, MemberId};
use config::{PrincipalKind, Timestamp};

use super::department_lists as tree;
use super::departments::{self, Fields as Department};
use super::member_lists::{self, Filter, Part, Sort};
use super::members::{self, Fields};
use super::testing::{TestStore, on_both_engines};

const PEOPLE: usize = 100_000;
const DEPARTMENTS: usize = 20_000;
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗";
const GIVEN: &str = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂";

fn name(n: usize) -> String {
    let pick = |from: &str, at: usize| from.chars().nth(at % from.chars().count()).unwrap();
    let given = [pick(GIVEN, n / 20), pick(GIVEN, n / 480)];
    std::iter::once(pick(SURNAMES, n)).chain(given).collect()
}

/// Ten departments below each.
async fn departments(store: &TestStore) -> Vec<DepartmentId> {
    let mut all: Vec<DepartmentId> = Vec::new();
    let mut tx = store.begin().await.unwrap();
    for n in 0..DEPARTMENTS {
        let fields = Department {
            parent: n.checked_sub(1).map(|n| all[n / 10].clone()),
            name: format!("{}部{n}", name(n)),
            position: i64::try_from(n % 10).unwrap(),
        };
        let id = DepartmentId::generate();
        let made = departments::insert(&mut tx, &id, &fields, Timestamp(0)).await;
        made.unwrap();
        all.push(id);
    }
    tx.commit().await.unwrap();
    all
}

async fn people(store: &TestStore, departments: &[DepartmentId]) {
    let mut tx = store.begin().await.unwrap();
    for n in 0..PEOPLE {
        let id = MemberId::generate();
        let email = format!("user{n}@corp.example.com");
        let fields = Fields {
            kind: PrincipalKind::Member,
            username: format!("user{n}"),
            username_key: format!("user{n}"),
            display_name: name(n),
            email_key: Some(email.clone()),
            email: Some(email),
            mobile: Some(format!("+86138{n:08}")),
            employee_number: Some(format!("E{n:06}")),
        };
        let at = Timestamp(i64::try_from(n).unwrap());
        members::insert(&mut tx, &id, &fields, at).await.unwrap();
        let department = &departments[n * 7 % DEPARTMENTS];
        super::departments::add_member(&mut tx, department, &id)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn took(what: &str, work: impl AsyncFn() -> usize) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..20 {
        let since = Stopwatch::start();
        found = work().await;
        times.push(since.elapsed());
    }
    times.sort();
    eprintln!(
        "{what:<44} {found:>6} rows   p50 {:>9.1?}   p95 {:>9.1?}",
        times[10], times[18]
    );
}

#[tokio::test]
#[ignore = "measures, and takes minutes"]
async fn a_large_organisation_stays_quick() {
    on_both_engines(async |store| {
        let tree = departments(&store).await;
        people(&store, &tree).await;
        if !store.engine().is_sqlite() {
            let mut read = store.read().await.unwrap();
            sqlx::query("ANALYZE").execute(&mut *read).await.unwrap();
        }
        measure_members(&store, &tree).await;
        measure_tree(&store, &tree).await;
    })
    .await;
}

async fn measure_members(store: &TestStore, tree: &[DepartmentId]) {
    let search = |text: &str| Filter {
        search: Some(text.into()),
        ..Filter::default()
    };
    let below = |n: usize| Filter {
        department: Some(tree[n].as_str().to_owned()),
        below: true,
        ..Filter::default()
    };
    let filters = [
        ("all", Filter::default()),
        ("search, many", search("zhang")),
        ("search, few", search("user99999")),
        ("search, none", search("nobody at all")),
        ("search, initials", search("zww")),
        ("search, mobile", search("13800012345")),
        ("below the root", below(0)),
        ("below a department", below(3)),
        (
            "below and searched",
            Filter {
                search: Some("zw".into()),
                ..below(3)
            },
        ),
        (
            "disabled",
            Filter {
                status: Some("disabled".into()),
                ..Filter::default()
            },
        ),
        (
            "role",
            Filter {
                role: Some("owner".into()),
                ..Filter::default()
            },
        ),
    ];
    for (name, filter) in &filters {
        for (order, sort) in [
            ("username", Sort::Username),
            ("display name", Sort::DisplayName),
            ("created", Sort::CreatedAt),
        ] {
            let part = Part {
                sort,
                limit: 50,
                ..Part::default()
            };
            took(&format!("{name} by {order}"), async || {
                let mut read = store.read().await.unwrap();
                member_lists::list(&mut read, filter, &part)
                    .await
                    .unwrap()
                    .len()
            })
            .await;
        }
        took(&format!("{name}, counted"), async || {
            let mut read = store.read().await.unwrap();
            let count = member_lists::count(&mut read, filter, 10_001)
                .await
                .unwrap();
            usize::try_from(count).unwrap()
        })
        .await;
    }
}

async fn measure_tree(store: &TestStore, all: &[DepartmentId]) {
    took("children of the root", async || {
        let mut read = store.read().await.unwrap();
        tree::children(&mut read, Some(&all[0]), None, 50)
            .await
            .unwrap()
            .len()
    })
    .await;
    took("departments searched", async || {
        let mut read = store.read().await.unwrap();
        tree::by_name(&mut read, Some("zhangw"), None, None, 50)
            .await
            .unwrap()
            .len()
    })
    .await;
    took("totals of ten large ones", async || {
        let mut read = store.read().await.unwrap();
        tree::totals(&mut read, &all[1..11]).await.unwrap().len()
    })
    .await;
    took("total of the root", async || {
        let mut read = store.read().await.unwrap();
        tree::totals(&mut read, &all[..1]).await.unwrap().len()
    })
    .await;
}
