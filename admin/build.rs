//! Builds anew when the console was: its files are carried inside the program.

#![allow(clippy::print_stdout, reason = "this is how cargo is told")]

fn main() {
    println!("cargo::rerun-if-changed=console/dist");
    println!("cargo::rerun-if-changed=migrations");
}
