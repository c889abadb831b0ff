//! Departments and members with names as people have them.

use admin::name_key::name_key;
use admin::store::departments::{self, Fields as Department};
use admin::store::members::{self, Fields};
use admin::store::{Store, Tx};
use config::id::{DepartmentId, MemberId};
use config::{Clock, PrincipalKind};

use crate::chance::Chance;

const SURNAMES: [(&str, &str); 12] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("赵", "zhao"),
    ("黄", "huang"),
    ("周", "zhou"),
    ("吴", "wu"),
    ("徐", "xu"),
    ("孙", "sun"),
];
const GIVEN: [(&str, &str); 16] = [
    ("伟", "wei"),
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("洋", "yang"),
    ("勇", "yong"),
    ("艳", "yan"),
    ("杰", "jie"),
    ("涛", "tao"),
    ("明", "ming"),
    ("霞", "xia"),
    ("平", "ping"),
];
const FIELDS: [&str; 8] = [
    "研发", "市场", "销售", "财务", "人事", "运维", "法务", "客服",
];
/// Departments directly below another.
const FAN_OUT: usize = 9;
const BATCH: usize = 2000;

/// One of those who do something.
pub struct Person {
    pub id: MemberId,
    pub username: String,
}

/// Commits now and then.
async fn next_batch(store: &Store, tx: Tx, n: usize) -> Tx {
    if !n.is_multiple_of(BATCH) {
        return tx;
    }
    tx.commit().await.unwrap();
    store.begin().await.unwrap()
}

pub async fn departments(store: &Store, many: u64) -> Vec<DepartmentId> {
    let now = Clock::system().now();
    let mut made: Vec<DepartmentId> = Vec::new();
    let mut tx = store.begin().await.unwrap();
    for n in 0..many as usize {
        let id = DepartmentId::generate();
        let parent = n.checked_sub(1).map(|n| made[n / FAN_OUT].clone());
        let fields = Department {
            name: match parent {
                None => "示例集团".to_owned(),
                Some(_) => format!("{}{}部", FIELDS[n % FIELDS.len()], n),
            },
            parent,
            position: (n % FAN_OUT) as i64,
        };
        departments::insert(&mut tx, &id, &fields, now)
            .await
            .unwrap();
        made.push(id);
        tx = next_batch(store, tx, n + 1).await;
    }
    tx.commit().await.unwrap();
    made
}

pub async fn members(
    store: &Store,
    departments: &[DepartmentId],
    many: u64,
    chance: &mut Chance,
) -> Vec<Person> {
    let now = Clock::system().now();
    let mut made = Vec::new();
    let mut tx = store.begin().await.unwrap();
    for n in 0..many as usize {
        let (id, fields) = (MemberId::generate(), person(n, chance));
        members::insert(&mut tx, &id, &fields, now).await.unwrap();
        if !departments.is_empty() {
            let home = chance.of(departments).clone();
            members::set_departments(&mut tx, &id, &[home])
                .await
                .unwrap();
        }
        if chance.permille(40) {
            members::set_status(&mut tx, &id, "disabled", now)
                .await
                .unwrap();
        }
        let username = fields.username;
        made.push(Person { id, username });
        tx = next_batch(store, tx, n + 1).await;
    }
    tx.commit().await.unwrap();
    made
}

fn person(n: usize, chance: &mut Chance) -> Fields {
    let (surname, given) = (chance.of(&SURNAMES), chance.of(&GIVEN));
    let second = chance.of(&GIVEN);
    let username = format!("{}.{}{}{n}", surname.1, given.1, second.1);
    let email = format!("{username}@example.com");
    Fields {
        kind: if n.is_multiple_of(50) {
            PrincipalKind::Guest
        } else {
            PrincipalKind::Member
        },
        username_key: name_key(&username),
        display_name: format!("{}{}{}", surname.0, given.0, second.0),
        email_key: Some(name_key(&email)),
        email: Some(email),
        mobile: Some(format!("+86138{n:08}")),
        employee_number: Some(format!("E{n:06}")),
        username,
    }
}
