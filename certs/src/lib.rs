//! How certificates are made, found and checked.
