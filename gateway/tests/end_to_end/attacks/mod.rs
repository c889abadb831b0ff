//! The attacks that the gate must turn away, each sent through the running program. The number in a
//! test's name is the row in the table of attacks.

mod address;
mod cut_off;
mod floods;
mod guessing;
mod host;
mod identity;
mod one_time;
mod path;
mod people;
mod redirect;
mod session;
mod smuggling;
mod tls;
mod two_nodes;
mod watermark;
mod websocket;
