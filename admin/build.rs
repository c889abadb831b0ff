//! Builds anew when the console was: its files are carried inside the program.

#![allow(clippy::print_stdout, reason = "this is how cargo is told")]

use std::fs;

const CONSOLE: &str = "console/dist";

fn main() {
    // A folder that is not there could not be watched, and all would be built each time. Where it
    // cannot be made, that is all that is lost.
    let _ = fs::create_dir_all(CONSOLE);
    println!("cargo::rerun-if-changed={CONSOLE}");
    println!("cargo::rerun-if-changed=migrations");
}
