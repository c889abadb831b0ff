//! The program `gatehouse`: composes the gateway and the admin plane.

fn main() {}
