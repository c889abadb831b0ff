//! Who is looking, written across the page: a small script is put at the head of each HTML page on
//! its way to a member, and the text to draw is in the script's attributes.
//!
//! A page that names one person must not be shown to another. So a marked response loses what a
//! cache could tell it by, and the request for one carries no condition and no range.
//!
//! [`request`] asks the upstream for a page that can be marked, [`head`] decides by the response's
//! head and keeps it true, [`body`] puts the script in. The mark is a deterrent, not a lock: whoever
//! rules the browser can take it off.

pub mod body;
pub mod codec;
pub mod csp;
pub mod head;
pub mod injector;
pub mod request;
pub mod script;
pub mod scriptless;
pub mod text;
