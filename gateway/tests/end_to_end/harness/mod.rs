//! Starts the real program, as an operator would, and lets a test read like a sentence:
//! `Gatehouse::start().with_application(Application::new("wiki", &upstream)).await`.

mod application;
mod authenticator;
mod browser;
mod certificates;
mod gatehouse;
mod html;
mod mail;
mod member;
mod passing_time;
mod passkey;
mod patience;
mod places;
mod postgres;
mod settings;
mod sms;
mod upstream;
mod wire;

pub use application::{Application, allow};
pub use authenticator::Authenticator;
pub use browser::{Browser, Page};
pub use certificates::Certificates;
pub use gatehouse::{Gatehouse, Starting};
pub use mail::MailServer;
pub use member::{PASSWORD, Visitor};
pub use passkey::Passkey;
pub use patience::{PATIENCE, until};
pub use places::city_database;
pub use postgres::Postgres;
pub use sms::SmsService;
pub use upstream::{Answer, Received, Upstream};
pub use wire::{Reply, Wire, exchange};
