//! Entries of archives that are not read.

use crate::problem::Fault;

/// The fault of an archive entry's name that points outside the archive.
pub(super) fn unsafe_path(name: &str) -> Option<Fault> {
    let climbs = name.split(['/', '\\']).any(|part| part == "..");
    let absolute = name.starts_with(['/', '\\'])
        || name
            .get(1..3)
            .is_some_and(|drive| drive == ":\\" || drive == ":/");
    (climbs || absolute || name.contains('\0')).then(|| {
        Fault::new(
            crate::ProblemKind::UnsafePath,
            "skipped: its path points outside the archive",
        )
    })
}

/// Returns `true` if an entry is skipped, as a file of its name would be.
pub(super) fn is_left_out(name: &str) -> bool {
    let hidden = name
        .split('/')
        .any(|part| part.starts_with('.') && part != "." || part == "__MACOSX");
    hidden || crate::discover::foreign(std::path::Path::new(name)).is_some()
}
