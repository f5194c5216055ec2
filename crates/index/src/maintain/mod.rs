//! Maintains an index: verifies, repairs, backs up and restores it.

mod backup;
mod repair;
mod restore;
mod verify;

pub use backup::{BackupReport, backup};
pub use repair::{RepairReport, repair};
pub use restore::restore;
pub(crate) use restore::{remove_stale, replace};
pub(crate) use verify::files_of;
pub use verify::{Fault, FaultKind, VerifyReport, verify};
