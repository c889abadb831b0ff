//! Members who are not in the directory, where they are to be shut out when it is first taken over.

use std::collections::HashSet;

use super::read::{Reading, count};
use super::{Broken, turn};
use crate::directories::Whole;
use crate::store::StoreError;
use crate::store::directory_people as links;
use crate::store::sync_changes::{self as rows, ChangeRow};

/// So many are looked up at a time.
const PAGE: i64 = 2000;

impl Reading<'_> {
    /// Whoever is here and comes from no directory.
    pub(super) async fn others(&mut self, directory: &Whole) -> Result<i64, Broken> {
        let mut after = String::new();
        let mut shut = 0;
        // Whoever this very run links is no other, nor is whoever may be in the directory.
        let linked = self.linked_by_this_run().await?;
        loop {
            let mut read = self.state.store.read().await?;
            let page = links::unlinked(&mut read, &after, PAGE).await?;
            drop(read);
            let Some((last, _)) = page.last() else {
                return Ok(shut);
            };
            last.as_str().clone_into(&mut after);
            let others = page
                .into_iter()
                .filter(|(id, _)| !linked.contains(id.as_str()) && !self.candidates.contains(id))
                .map(|(id, name)| ChangeRow {
                    turn: turn::OTHERS,
                    object: "person".to_owned(),
                    kind: "disable".to_owned(),
                    key: format!("{}:{id}", directory.row.id),
                    object_id: Some(id.as_str().to_owned()),
                    name,
                    outcome: "planned".to_owned(),
                    ..ChangeRow::default()
                });
            let others: Vec<ChangeRow> = others.collect();
            shut += count(others.len());
            self.write(others).await?;
        }
    }

    async fn linked_by_this_run(&self) -> Result<HashSet<String>, StoreError> {
        let mut linked = HashSet::new();
        let wanted = rows::Wanted {
            object: Some("person"),
            ..rows::Wanted::default()
        };
        let mut after = 0;
        loop {
            let mut read = self.state.store.read().await?;
            let page = rows::list(&mut read, self.run, wanted, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(linked);
            };
            after = last.seq;
            linked.extend(page.into_iter().filter_map(|row| row.object_id));
        }
    }
}
