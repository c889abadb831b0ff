//! Members: the people of the organisation and what may be changed about them.

pub mod names;
