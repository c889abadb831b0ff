//! Stage 7: mark the page.

/// What is being marked in this visit, if anything.
#[derive(Default)]
pub struct Marking {}
