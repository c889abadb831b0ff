//! Runs a test on both engines: an SQLite file, and a database of its own on a PostgreSQL server that
//! the test process starts for itself and that ends with it.

use std::io::{BufRead, BufReader, Read};
use std::ops::Deref;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use config::settings::StoreUrl;
use sqlx::{AssertSqlSafe, Connection as _, Executor};
use tempfile::TempDir;

use super::Store;

/// A new store, empty but for the schema, with a data folder of its own.
#[derive(Debug)]
pub struct TestStore {
    pub store: Store,
    pub settings: config::settings::Store,
    pub data: TempDir,
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl TestStore {
    pub async fn sqlite() -> Self {
        Self::open(StoreUrl::Embedded).await
    }

    pub async fn postgres() -> Self {
        Self::open(StoreUrl::Postgres(new_database().await)).await
    }

    async fn open(url: StoreUrl) -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = config::settings::Store {
            url,
            connections: 8,
        };
        let store = Store::open(&settings, data.path()).await.unwrap();
        Self {
            store,
            settings,
            data,
        }
    }
}

/// Runs `test` on a new store of each engine, one after the other.
pub async fn on_both_engines<F: AsyncFn(TestStore)>(test: F) {
    for store in [TestStore::sqlite().await, TestStore::postgres().await] {
        eprintln!("on {}", store.engine().name());
        let shared = store.store.clone();
        test(store).await;
        shared.close().await;
    }
}

/// The URL of a new, empty database on the server of this process.
pub async fn new_database() -> String {
    sqlx::any::install_default_drivers();
    let server = server();
    let name = format!("t{}", uuid::Uuid::now_v7().simple());
    let mut admin = sqlx::AnyConnection::connect(&server.url("postgres"))
        .await
        .unwrap();
    admin
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .unwrap();
    server.url(&name)
}

/// A way to a database that a test can cut and mend, as if the server were away for a while.
#[derive(Debug)]
pub struct Wire {
    address: std::net::SocketAddr,
    socket: String,
    database: String,
    running: Option<tokio::task::JoinHandle<()>>,
}

impl Wire {
    /// To a new, empty database; cut until it is mended.
    pub async fn to_new_database() -> Self {
        let url = new_database().await;
        let name = url.split("localhost/").nth(1).unwrap();
        let database = name.split('?').next().unwrap().to_owned();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            address: free.local_addr().unwrap(),
            socket: format!("{}/.s.PGSQL.5432", server().folder),
            database,
            running: None,
        }
    }

    pub fn url(&self) -> String {
        format!("postgres://gatehouse@{}/{}", self.address, self.database)
    }

    pub async fn mend(&mut self) {
        let listener = tokio::net::TcpListener::bind(self.address).await.unwrap();
        let socket = self.socket.clone();
        self.running = Some(tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let socket = socket.clone();
                open.spawn(async move {
                    let mut far = tokio::net::UnixStream::connect(socket).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        }));
    }

    /// Closes every connection and takes no new one.
    pub async fn cut(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            let _ = running.await;
        }
    }
}

/// A PostgreSQL server on a Unix socket. Its shell waits on our end of a pipe: when this process
/// ends, in whatever way, the pipe closes, the server is stopped and its folder removed.
struct Server {
    folder: String,
    _shell: Child,
    _output: BufReader<ChildStdout>,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!(
            "postgres://gatehouse@localhost/{database}?host={}",
            self.folder
        )
    }
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

const SCRIPT: &str = r#"
set -eu
for bin in /usr/lib/postgresql/*/bin; do PATH="$bin:$PATH"; done
cd /
folder=$(mktemp -d /tmp/gatehouse-pg.XXXXXX)
trap 'rm -rf "$folder"' EXIT
initdb -D "$folder/data" -U gatehouse -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
postgres -D "$folder/data" -k "$folder" -h '' -c fsync=off -c full_page_writes=off -c max_connections=300 >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 600); do
    if pg_isready -q -h "$folder" -U gatehouse; then echo "ready $folder"; break; fi
    kill -0 "$server" || { cat "$folder/log"; exit 1; }
    sleep 0.05
done
cat >/dev/null
kill -INT "$server"
wait "$server" || true
"#;

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
fn start() -> Server {
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
    let mut command = if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh", "-c", SCRIPT]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT]);
        command
    };
    let mut shell = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell to start PostgreSQL in");
    let mut output = BufReader::new(shell.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let Some(folder) = line.trim().strip_prefix("ready ") else {
        let _ = output.read_to_string(&mut line);
        panic!("PostgreSQL did not start (is the package postgresql installed?): {line}");
    };
    Server {
        folder: folder.to_owned(),
        _shell: shell,
        _output: output,
    }
}

#[cfg(test)]
mod tests {
    use super::super::StoreError;
    use super::*;

    #[tokio::test]
    async fn what_is_taken_is_told_by_its_column() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            let insert = "INSERT INTO documents (name, body, updated_at, version) \
                          VALUES ('brand', '{}', 0, 1)";
            sqlx::query(insert).execute(&mut *tx).await.unwrap();
            let error: StoreError = sqlx::query(insert)
                .execute(&mut *tx)
                .await
                .unwrap_err()
                .into();
            assert!(error.is_conflict_of("documents.name"), "{error:?}");
        })
        .await;
    }

    #[tokio::test]
    async fn what_is_referred_to_must_exist() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            let error: StoreError = sqlx::query(
                "INSERT INTO member_roles (member_id, role, granted_at) VALUES ('x', 'owner', 0)",
            )
            .execute(&mut *tx)
            .await
            .unwrap_err()
            .into();
            assert_eq!(error, StoreError::Reference);
        })
        .await;
    }

    #[tokio::test]
    async fn a_character_that_cannot_be_kept_is_told_as_the_callers_mistake() {
        let store = TestStore::postgres().await;
        let mut read = store.read().await.unwrap();
        let error = crate::store::members::find(&mut read, &"a\0".into())
            .await
            .unwrap_err();
        assert_eq!(error, StoreError::Unstorable);
    }

    #[tokio::test]
    async fn writers_take_turns_and_none_is_lost() {
        on_both_engines(async |store| {
            let tasks: Vec<_> = (0..20)
                .map(|_| {
                    let store = store.store.clone();
                    tokio::spawn(async move {
                        let mut tx = store.begin().await.unwrap();
                        sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'changes'")
                            .execute(&mut *tx)
                            .await
                            .unwrap();
                        tx.commit().await.unwrap();
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            let mut read = store.read().await.unwrap();
            let at = crate::store::changes::position(&mut read).await.unwrap();
            assert_eq!(at.seq, 20);
        })
        .await;
    }

    #[tokio::test]
    async fn bytes_and_nulls_come_back_as_they_were() {
        on_both_engines(async |store| {
            let mut tx = store.begin().await.unwrap();
            sqlx::query(
                "INSERT INTO one_time_links (id, purpose, member_id, token_hash, created_at, \
                 expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $5, $6)",
            )
            .bind("l1")
            .bind("set_up")
            .bind(None::<String>)
            .bind(vec![0_u8, 255, 7])
            .bind(5_i64)
            .bind(None::<i64>)
            .execute(&mut *tx)
            .await
            .unwrap();
            let row: (Option<String>, Vec<u8>, i64, Option<i64>) = sqlx::query_as(
                "SELECT member_id, token_hash, expires_at, used_at FROM one_time_links",
            )
            .fetch_one(&mut *tx)
            .await
            .unwrap();
            assert_eq!(row, (None, vec![0, 255, 7], 5, None));
        })
        .await;
    }
}
