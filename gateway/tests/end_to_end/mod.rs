//! The real program, started as an operator starts it and driven from outside: what reached the
//! application, what came back.

mod api_contract;
mod attacks;
mod bad_input;
mod certificates;
mod commands;
mod configuration;
mod console_listener;
mod endurance;
mod follow;
mod guest_networks;
pub mod harness;
mod message_codes;
mod risk;
mod sign_in_policy;
mod sync_kills;
mod upgrade;
mod uploads;
