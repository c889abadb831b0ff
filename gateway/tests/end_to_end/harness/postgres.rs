//! A PostgreSQL server of a test's own, which can be stopped and started again.

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// Its shell reads what to do from our end of a pipe. When the test process ends, in whatever way,
/// the pipe closes, the server is stopped and its folder removed.
pub struct Postgres {
    folder: String,
    keys: TempDir,
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

const SCRIPT: &str = r#"
set -eu
for bin in /usr/lib/postgresql/*/bin; do PATH="$bin:$PATH"; done
cd /
folder=$(mktemp -d /tmp/gatehouse-pg.XXXXXX)
trap 'rm -rf "$folder"' EXIT
begin() {
    postgres -D "$folder/data" -k "$folder" -h '' -c fsync=off -c max_connections=100 >>"$folder/log" 2>&1 &
    server=$!
    until pg_isready -q -h "$folder" -U gatehouse; do
        kill -0 "$server" || { cat "$folder/log"; exit 1; }
        sleep 0.05
    done
    echo "ready $folder"
}
end() {
    kill -INT "$server"
    wait "$server" || true
    echo "ended"
}
initdb -D "$folder/data" -U gatehouse -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
begin
while read -r order; do "$order"; done
kill -INT "$server" 2>/dev/null || true
wait "$server" || true
"#;

impl Postgres {
    pub fn start() -> Self {
        // It refuses to run as root: then it runs as the user that its package made.
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0);
        let (program, arguments) = if is_root {
            ("runuser", &["-u", "postgres", "--", "sh", "-c", SCRIPT][..])
        } else {
            ("sh", &["-c", SCRIPT][..])
        };
        let mut shell = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell to start PostgreSQL in");
        let keys = tempfile::tempdir().unwrap();
        let key = keys.path().join("master.key");
        std::fs::write(&key, "cGxlYXNlIHVzZSB0aGlzIGtleSBmb3IgdGVzdHMgISE=\n").unwrap();
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        let mut server = Self {
            folder: String::new(),
            keys,
            orders: shell.stdin.take(),
            answers: BufReader::new(shell.stdout.take().unwrap()),
            shell,
        };
        server.folder = server.hears("ready ");
        server
    }

    /// What a node's settings say to use it.
    pub fn settings(&self) -> String {
        let (folder, keys) = (&self.folder, self.keys.path().display());
        format!(
            "[store]\nurl = \"postgres://gatehouse@localhost/postgres?host={folder}\"\n\
             [secrets]\nmaster_key = \"file:{keys}/master.key\""
        )
    }

    /// Stops it, and every connection with it.
    pub fn stop(&mut self) {
        self.order("end");
        self.hears("ended");
    }

    /// Starts it again on the same data.
    pub fn start_again(&mut self) {
        self.order("begin");
        self.hears("ready ");
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
    }

    fn hears(&mut self, expected: &str) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        if let Some(rest) = line.trim_end().strip_prefix(expected) {
            return rest.to_owned();
        }
        self.orders = None;
        let _ = self.answers.read_to_string(&mut line);
        panic!("PostgreSQL did not obey (is the package postgresql installed?): {line}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.shell.wait();
    }
}
