//! Time that passes without being waited for: the program is stopped, all that its store remembers becomes so
//! much older, and it starts again.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use super::gatehouse::Gatehouse;

/// Every moment in the store is a column of whole numbers whose name says so.
const AGE: &str = r#"
import re, sqlite3, sys
store, passed = sqlite3.connect(sys.argv[1]), int(sys.argv[2])
moment = re.compile("(.*_)?(at|since|until)")
tables = store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
for (table,) in tables:
    for _, column, kind, *_ in store.execute(f'PRAGMA table_info("{table}")').fetchall():
        if kind == "BIGINT" and moment.fullmatch(column):
            # What is smaller is no moment: 0 stands for none.
            store.execute(f'UPDATE "{table}" SET "{column}" = "{column}" - ?1 WHERE "{column}" > ?1', (passed,))
store.commit()
"#;

impl Gatehouse {
    /// So much later. Codes of authenticators are those of the clock and do not change with it.
    pub async fn later(&mut self, passed: Duration) {
        self.stop().await;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let aged = Command::new(root.join("target/tools/bin/python"))
            .args(["-c", AGE])
            .arg(self.folder().join("data/gatehouse.db"))
            .arg(passed.as_millis().to_string())
            .status();
        assert!(aged.await.expect("run `make tools`").success());
        self.restart().await;
    }
}
