//! The proxies themselves: Debian's where it has them, else those that `make tools` installs.

use std::path::{Path, PathBuf};

/// A program of Debian.
pub fn of_debian(name: &str) -> PathBuf {
    ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{name} is missing: apt-get install {name}"))
}

/// Debian has no Traefik.
pub fn traefik() -> PathBuf {
    of_tools("traefik")
}

/// Debian has no Envoy.
pub fn envoy() -> PathBuf {
    of_tools("envoy")
}

fn of_tools(name: &str) -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin");
    let program = tools.join(name);
    let shown = program.display();
    assert!(program.exists(), "{shown} is missing: run `make tools`");
    program
}
