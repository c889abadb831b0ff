//! Stand-in applications for trying Gatehouse and for its tests.
