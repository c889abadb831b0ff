//! The gateway, driven over real sockets in front of real upstreams, without an admin plane.

mod support;

mod cutting;
mod framing;
mod identity;
mod proxying;
mod watermark;
