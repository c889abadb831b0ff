//! Stand-in applications for trying Gatehouse and for its tests.
//!
//! Neither knows anything of sign-in: each believes what the gate in front of it says, as a real
//! application behind Gatehouse does. So neither may be reachable but through the gate.

pub mod echo;
pub mod feishu;
pub mod wecom;
pub mod wiki;

mod assertion;
mod page;
mod reader;
