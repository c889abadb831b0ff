//! The control socket: the API for whoever is the operator of the machine.
//!
//! `control.sock` lies in the data folder with mode 0600. Whoever can open it could read the store
//! and the master key as well, so it asks for no further credential: commands such as
//! `gatehouse members` use it. It is never reached from a network.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use axum::{Extension, Router};
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

use crate::api::routes::api;
use crate::authn::Operator;
use crate::state::State;

/// The name of the socket inside the data folder.
pub const SOCKET: &str = "control.sock";

#[derive(Debug, thiserror::Error)]
#[error("the control socket {path} cannot be made: {why}; the path may have 100 bytes at most")]
pub struct ControlError {
    path: PathBuf,
    why: io::Error,
}

/// The socket, open.
#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
    /// Tells our socket from one that a later process put in its place.
    inode: u64,
}

impl Control {
    /// Takes the place of a socket that an earlier process left behind, or still serves.
    ///
    /// # Errors
    /// If the folder cannot be written to or its path is too long for a socket.
    pub fn open(data: &Path) -> Result<Self, ControlError> {
        let path = data.join(SOCKET);
        let (listener, inode) = bind(data, &path).map_err(|why| ControlError {
            path: path.clone(),
            why,
        })?;
        Ok(Self {
            listener,
            path,
            inode,
        })
    }

    /// Answers until `stop`.
    pub async fn serve(self, state: &State, stop: CancellationToken) {
        let router = Router::new()
            .nest("/api/v1", api(state))
            .layer(Extension(Operator));
        let served = axum::serve(self.listener, router)
            .with_graceful_shutdown(async move { stop.cancelled().await })
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the control socket has failed");
        }
        let is_ours = fs::metadata(&self.path).is_ok_and(|found| found.ino() == self.inode);
        if is_ours {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Binds in a folder that nobody else can enter, so that there is no moment at which the socket is
/// open to others, and then moves it to its place.
fn bind(data: &Path, path: &Path) -> io::Result<(UnixListener, u64)> {
    let private = data.join(".control");
    let _ = fs::remove_dir_all(&private);
    DirBuilder::new().mode(0o700).create(&private)?;
    let first = private.join("s");
    let listener = UnixListener::bind(&first)?;
    fs::set_permissions(&first, Permissions::from_mode(0o600))?;
    let inode = fs::metadata(&first)?.ino();
    fs::rename(&first, path)?;
    fs::remove_dir(&private)?;
    Ok((listener, inode))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixStream;

    use super::*;
    use crate::state::testing;
    use crate::store::testing::TestStore;

    async fn ask(path: &Path) -> String {
        let mut stream = UnixStream::connect(path).await.unwrap();
        let request = "GET /api/v1/me HTTP/1.1\r\nHost: control\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn attack_18_the_socket_is_its_owners_alone_and_makes_them_the_operator() {
        let store = TestStore::sqlite().await;
        let (state, _sender) = testing::state(&store);
        let stop = CancellationToken::new();
        let control = Control::open(store.data.path()).unwrap();
        let path = store.data.path().join(SOCKET);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let serving = tokio::spawn({
            let stop = stop.clone();
            async move { control.serve(&state, stop).await }
        });
        let answer = ask(&path).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("operator (cli)"), "{answer}");
        stop.cancel();
        serving.await.unwrap();
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_process_that_ends_leaves_the_socket_of_the_one_that_follows() {
        let store = TestStore::sqlite().await;
        let (state, _sender) = testing::state(&store);
        let first = Control::open(store.data.path()).unwrap();
        let second = Control::open(store.data.path()).unwrap();
        let stop = CancellationToken::new();
        stop.cancel();
        first.serve(&state, stop).await;
        assert!(store.data.path().join(SOCKET).exists());
        drop(second);
    }
}
