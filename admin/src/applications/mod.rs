//! Applications: what people reach through the gate, and the lists of addresses that they name.

mod definition;

pub use definition::Definition;
