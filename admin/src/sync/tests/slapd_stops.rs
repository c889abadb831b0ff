//! A directory server that ends at any question of a run: nothing is changed, and the next run ends as one that
//! nothing disturbed.

use std::time::Duration;

use config::settings::Outbound;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::ldap::testing::{BASE, PASSWORD, Slapd, person};
use crate::directories::ldap::{Access, LdapSource};
use crate::directories::source::{Again, News, OrganisationSource, SourceError};
use crate::store::testing::on_both_engines;
use crate::sync::Broken;
use crate::sync::testing::{Company, unlimited};

/// Has the server end before a question, by its number.
struct Stopping<'a> {
    slapd: &'a mut Slapd,
    source: LdapSource,
    asked: usize,
    at: usize,
}

impl Stopping<'_> {
    fn ask(&mut self) -> &mut LdapSource {
        self.asked += 1;
        if self.asked == self.at {
            self.slapd.stop();
        }
        &mut self.source
    }
}

impl OrganisationSource for Stopping<'_> {
    fn mark(&mut self) -> BoxFuture<'_, Result<Option<String>, SourceError>> {
        // A run goes on without one.
        async { Ok(None) }.boxed()
    }

    fn news<'a>(
        &'a mut self,
        mark: &'a str,
        patience: Duration,
    ) -> BoxFuture<'a, Result<News, SourceError>> {
        self.source.news(mark, patience)
    }

    fn again<'a>(&'a mut self, keys: &'a [String]) -> BoxFuture<'a, Result<Again, SourceError>> {
        self.source.again(keys)
    }

    fn departments(&mut self) -> BoxFuture<'_, Result<Vec<TheirDepartment>, SourceError>> {
        self.ask().departments()
    }

    fn people(&mut self) -> BoxFuture<'_, Result<Option<Vec<TheirPerson>>, SourceError>> {
        self.ask().people()
    }

    fn groups(&mut self) -> BoxFuture<'_, Result<Vec<TheirGroup>, SourceError>> {
        self.ask().groups()
    }
}

/// Reads everything from the server, which ends at this question.
async fn read(company: &Company, slapd: &mut Slapd, at: usize) -> (Result<(), Broken>, usize) {
    let mut settings = slapd.settings();
    settings.groups.enabled = true;
    BASE.clone_into(&mut settings.groups.base);
    let outbound = Outbound {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
    };
    let access = Access {
        outbound: &outbound,
        settings: &settings,
        password: PASSWORD,
        now: company.house.state.clock.now(),
    };
    let mut source = Stopping {
        source: LdapSource::open(access).await.unwrap(),
        slapd,
        asked: 0,
        at,
    };
    let run = company.begin(false).await;
    let came_to = company.read_from(&run, &mut source).await;
    match &came_to {
        Ok(()) => company.apply(&run).await.unwrap(),
        Err(_) => company.move_on(&run, "reading", "failed").await,
    }
    (came_to, source.asked)
}

async fn names(company: &Company) -> Vec<String> {
    let mut names = Vec::new();
    for n in 0..4 {
        if let Some(one) = company.member(&format!("p{n}")).await {
            let groups: Vec<_> = one.groups.iter().map(|one| &one.name).collect();
            names.push(format!("{} {:?} {groups:?}", one.display_name, one.status));
        }
    }
    names
}

#[tokio::test]
async fn a_server_that_ends_at_any_question_disables_nobody_and_the_next_run_catches_up() {
    on_both_engines(async |store| {
        let mut slapd = Slapd::start().await;
        let people: String = (0..3)
            .map(|n| person(&format!("p{n}"), &format!("Person {n}"), "ou=Engineering,"))
            .collect();
        let dn = |n: usize| format!("uid=p{n},ou=Engineering,ou=people,{BASE}");
        let group = format!(
            "dn: cn=admins,{BASE}\nobjectClass: groupOfNames\ncn: admins\nmember: {}\n",
            dn(0)
        );
        slapd.add(&(people + &group)).await;
        let company = Company::new(store, unlimited()).await;
        read(&company, &mut slapd, 0).await.0.unwrap();
        for question in 1.. {
            let before = names(&company).await;
            slapd
                .modify(&format!(
                    "dn: {}\nchangetype: modify\nreplace: cn\ncn: Person {question}\n",
                    dn(1)
                ))
                .await;
            let (came_to, asked) = read(&company, &mut slapd, question).await;
            if asked < question {
                came_to.unwrap();
                assert!(
                    question > 3,
                    "departments, people and groups were asked for"
                );
                break;
            }
            assert!(
                matches!(came_to, Err(Broken::Source(_))),
                "question {question}"
            );
            assert_eq!(names(&company).await, before);
            slapd.start_again().await;
            read(&company, &mut slapd, 0).await.0.unwrap();
            let after = names(&company).await;
            assert_eq!(after[1], format!("Person {question} Active []"));
            assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
        }
    })
    .await;
}
