//! Stage 8: what happened?
