//! Stage 2: may that address come in at all?

use crate::path::denial::Denial;
use crate::path::visit::Visit;
use crate::rulebook::Rulebook;

/// Address lists, compiled for lookups that do not grow with them.
#[derive(Default)]
pub struct IpRules {}

pub fn check_global(_rulebook: &Rulebook, _visit: &mut Visit) -> Result<(), Denial> {
    Ok(())
}

pub fn check_application(_visit: &mut Visit) -> Result<(), Denial> {
    Ok(())
}
