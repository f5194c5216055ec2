//! The lock of a writer.

use std::time::Duration;

use timbao_articles::changes::{Phase, Progress};

use crate::durable::Storage;
use crate::error::{Error, Result};

use super::options::UpdateOptions;

/// Takes the writer's lock, and reports a wait.
pub(crate) fn lock(
    storage: &Storage,
    options: &UpdateOptions,
    progress: &dyn Progress,
) -> Result<()> {
    match storage.lock(Duration::ZERO) {
        Err(Error::Busy { .. }) if !options.wait_for_lock.is_zero() => {
            progress.phase(Phase::Waiting(options.wait_for_lock));
            storage.lock(options.wait_for_lock)
        }
        other => other,
    }
}
