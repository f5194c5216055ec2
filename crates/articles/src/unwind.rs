//! Panics of a reader, turned into problems of the file that caused them.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use crate::problem::{Fault, ProblemKind};

thread_local! {
    /// The place of the last panic in [`caught`]; `None` outside of it.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs a reader. A panic is a defect of the reader, but it must cost no more than the file that
/// triggers it: nothing the reader was working on is used again.
///
/// # Errors
///
/// The panic, as a fault of the file. It is not printed.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !noted(info) {
                print(info);
            }
        }));
    });
    let outer = PLACE.replace(Some(String::new()));
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    let place = PLACE.replace(outer).unwrap_or_default();
    done.map_err(|_| {
        let message = format!("internal error at {place}; please report it with the file");
        Fault::new(ProblemKind::Malformed, message)
    })
}

/// Keeps the place of a panic in [`caught`]; returns `false` for others.
fn noted(info: &PanicHookInfo<'_>) -> bool {
    // Destructors of the thread's locals can panic as well.
    let is_caught = PLACE.try_with(|place| {
        let is_caught = place.take().is_some();
        if is_caught {
            place.set(Some(
                info.location().map(ToString::to_string).unwrap_or_default(),
            ));
        }
        is_caught
    });
    is_caught.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_that_names_its_place() {
        assert_eq!(caught(|| 3).unwrap(), 3);
        let fault = caught(|| caught(|| panic!("inner")).map_err(|_| panic!("outer")));
        let fault: Fault = match fault {
            Err(fault) => fault,
            Ok(Ok(()) | Err(())) => panic!("not caught"),
        };
        let problem = fault.at("a.txt", None);
        assert_eq!(problem.kind, ProblemKind::Malformed);
        assert!(problem.message.contains("unwind.rs:"), "{problem}");
    }
}
