//! Locks that survive the panic of another thread.

use std::sync::{Mutex, PoisonError};

/// Locks a mutex.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A thread that panicked leaves counts and lists whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the value of a mutex that no thread has locked.
pub(super) fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
