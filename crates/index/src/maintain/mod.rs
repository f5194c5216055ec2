//! Maintains an index: verifies, repairs, backs up and restores it.

mod backup;
mod repair;
mod restore;
mod verify;

pub use backup::{BackupReport, backup};
pub use repair::{RepairReport, repair};
pub use restore::restore;
pub use verify::{Fault, FaultKind, VerifyReport, verify};
