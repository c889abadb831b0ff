//! Rules against people, addresses and hours.
