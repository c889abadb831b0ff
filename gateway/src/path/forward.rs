//! Stage 6: to which upstream, carrying which identity?
