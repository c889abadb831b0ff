//! The real program, started as an operator starts it and driven from outside: what reached the
//! application, what came back.

mod api_contract;
mod attacks;
mod bad_input;
mod certificates;
mod configuration;
mod console_listener;
mod endurance;
pub mod harness;
mod sign_in_policy;
mod upgrade;
