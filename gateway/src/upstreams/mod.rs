//! The upstreams of an application: which are well, and which comes next.

/// One application's upstreams with their health, which outlives a snapshot.
pub struct UpstreamPool {}
