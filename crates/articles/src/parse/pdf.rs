//! PDF documents, as far as they hold text, read as plain text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::text;
use crate::Article;
use crate::problem::{Fault, ProblemKind};
use crate::provenance::Trace;

/// Parses a PDF document.
pub(crate) fn parse(bytes: &[u8], name: &str, trace: &mut Trace) -> Result<Article, Fault> {
    // The library gives up on what it does not know by panicking.
    let read = catch_unwind(AssertUnwindSafe(|| {
        pdf_extract::extract_text_from_mem(bytes)
    }));
    let lines = match read {
        Ok(Ok(lines)) => lines,
        Ok(Err(error)) if error.to_string().to_lowercase().contains("encrypt") => {
            return Err(Fault::new(
                ProblemKind::Encrypted,
                "encrypted; save it without a password",
            ));
        }
        Ok(Err(error)) => {
            return Err(Fault::malformed(format!(
                "its text cannot be read: {error}"
            )));
        }
        Err(_) => {
            return Err(Fault::malformed(
                "its text cannot be read; convert it to text",
            ));
        }
    };
    if lines.trim().is_empty() {
        let message = "holds no text, perhaps only scanned pages; recognise its characters first";
        return Err(Fault::new(ProblemKind::Empty, message));
    }
    Ok(text::parse(&lines, name, trace))
}
