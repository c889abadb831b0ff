//! Notices that the files which were read may have changed.
//!
//! Folders are watched, not files, so that a file that is replaced and a link that is turned are
//! noticed too. But another file in such a folder that is merely written to must not count: where the
//! log lies beside the settings, each line of it would have everything read again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::Settings;
use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// Files are written in several steps: wait until they are at rest.
const REST: Duration = Duration::from_millis(500);

/// Sends a word whenever one of the files may have changed.
///
/// # Errors
/// If the operating system watches no more folders.
pub fn watch(
    settings: &Settings,
) -> Result<(RecommendedWatcher, mpsc::Receiver<()>), notify::Error> {
    let (changed, receiver) = mpsc::channel(1);
    let mut ours = Ours::of(files(settings));
    let folders = ours.folders();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| ours.may_have_changed(&event)) {
            let _ = changed.try_send(());
        }
    })?;
    for folder in folders {
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    Ok((watcher, receiver))
}

/// Waits for a change, and then until nothing has changed for a moment.
pub async fn at_rest(changes: &mut mpsc::Receiver<()>) -> Option<()> {
    changes.recv().await?;
    while let Ok(more) = tokio::time::timeout(REST, changes.recv()).await {
        more?;
    }
    Some(())
}

/// The files that were read, by the names in the settings, and what these names stand for where they
/// are links.
struct Ours {
    named: Vec<PathBuf>,
    targets: Vec<PathBuf>,
}

impl Ours {
    fn of(named: Vec<PathBuf>) -> Self {
        let targets = follow(&named);
        Self { named, targets }
    }

    fn folders(&self) -> BTreeSet<PathBuf> {
        self.named
            .iter()
            .filter_map(|file| file.parent())
            .map(Path::to_path_buf)
            .collect()
    }

    fn may_have_changed(&mut self, event: &Event) -> bool {
        match event.kind {
            EventKind::Access(_) => false,
            EventKind::Modify(ModifyKind::Data(_)) => {
                event.paths.is_empty() || event.paths.iter().any(|path| self.contains(path))
            }
            // Something came, went or was renamed: a name of ours may stand for another file now.
            _ => {
                self.targets = follow(&self.named);
                true
            }
        }
    }

    fn contains(&self, path: &Path) -> bool {
        let is_it = |file: &PathBuf| file == path;
        self.named.iter().any(is_it) || self.targets.iter().any(is_it)
    }
}

fn follow(named: &[PathBuf]) -> Vec<PathBuf> {
    let found = named.iter().filter_map(|file| file.canonicalize().ok());
    found.collect()
}

/// All files that a reload reads, as absolute paths: the system reports changes under these.
fn files(settings: &Settings) -> Vec<PathBuf> {
    let tls = || settings.listeners.iter().filter_map(|l| l.tls.as_ref());
    let certificates = tls()
        .flat_map(|tls| &tls.certificates)
        .flat_map(|files| [files.certificate.as_path(), files.key.as_path()]);
    let authorities = tls().filter_map(|tls| tls.client_authority.as_deref());
    // A folder that is not there cannot be watched, and would keep the others from being.
    let places = settings.places.files().map(|(_, file)| file.as_path());
    let places = places.filter(|file| file.parent().is_some_and(Path::is_dir));
    certificates
        .chain(authorities)
        .chain(places)
        .chain([settings.file.as_path()])
        .filter(|file| !file.as_os_str().is_empty())
        .filter_map(|file| std::path::absolute(file).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    /// Longer than the system takes to tell of a change.
    const LATER: Duration = Duration::from_secs(5);

    const SETTINGS: &str = r#"
        version = 1
        data = "/nonexistent"
        [access]
        url = "https://access.example.com"
        [[listener]]
        address = "127.0.0.1:8080"
        [trust]
        proxies = ["192.0.2.1"]
    "#;

    struct Folder {
        _kept: tempfile::TempDir,
        path: PathBuf,
        settings: Settings,
    }

    impl Folder {
        fn with_settings() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().to_path_buf();
            let file = path.join("gatehouse.toml");
            std::fs::write(&file, SETTINGS).unwrap();
            let settings =
                Settings::load(&file, config::settings::environment::of_this_process()).unwrap();
            Self {
                _kept: folder,
                path,
                settings,
            }
        }

        fn append(&self, name: &str) {
            let mut options = std::fs::OpenOptions::new();
            let file = options.append(true).create(true).open(self.path.join(name));
            file.unwrap().write_all(b"# a line\n").unwrap();
        }
    }

    async fn hears(changes: &mut mpsc::Receiver<()>, within: Duration) -> bool {
        tokio::time::timeout(within, changes.recv()).await.is_ok()
    }

    #[tokio::test]
    async fn a_log_beside_the_settings_is_not_a_change_of_theirs() {
        let folder = Folder::with_settings();
        folder.append("gatehouse.log");
        let (_watcher, mut changes) = watch(&folder.settings).unwrap();
        folder.append("gatehouse.log");
        assert!(!hears(&mut changes, Duration::from_secs(1)).await);
        folder.append("gatehouse.toml");
        assert!(hears(&mut changes, LATER).await);
    }

    #[test]
    fn a_link_that_is_turned_is_a_change_and_so_is_a_write_to_what_it_shows() {
        let folder = Folder::with_settings();
        let named = folder.path.join("hosts.pem");
        let mut ours = Ours::of(vec![named.clone()]);
        let written = |path: PathBuf| {
            let kind = EventKind::Modify(ModifyKind::Data(notify::event::DataChange::Any));
            Event::new(kind).add_path(path)
        };
        let target = folder.path.join("hosts-2.pem");
        folder.append("hosts-2.pem");
        assert!(!ours.may_have_changed(&written(target.clone())));
        std::os::unix::fs::symlink(&target, &named).unwrap();
        let turned = Event::new(EventKind::Create(notify::event::CreateKind::Any)).add_path(named);
        assert!(ours.may_have_changed(&turned));
        assert!(ours.may_have_changed(&written(target)));
    }
}
