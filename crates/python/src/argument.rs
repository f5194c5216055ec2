//! Text that Python passes.

use std::borrow::Cow;
use std::ops::Deref;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// The lead byte of a surrogate in the encoding that Python calls "surrogatepass".
const SURROGATE_LEAD: u8 = 0xED;
/// The least second byte of a surrogate; smaller ones belong to characters.
const SURROGATE_SECOND: u8 = 0xA0;

/// A text. Lone surrogates, which Python uses for bytes that it cannot decode, are U+FFFD here, one for
/// one, so that all offsets stay the same.
#[derive(Debug)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> FromPyObject<'a, '_> for Text<'a> {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, '_, PyAny>) -> PyResult<Self> {
        let text = object.cast::<PyString>()?;
        if let Ok(text) = <&str>::extract(object) {
            return Ok(Self(Cow::Borrowed(text)));
        }
        let encoded = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
        let mut bytes = encoded.cast::<PyBytes>()?.as_bytes().to_vec();
        for start in 0..bytes.len().saturating_sub(2) {
            if bytes[start] == SURROGATE_LEAD && bytes[start + 1] >= SURROGATE_SECOND {
                bytes[start..start + 3].copy_from_slice("\u{fffd}".as_bytes());
            }
        }
        Ok(Self(Cow::Owned(
            String::from_utf8_lossy(&bytes).into_owned(),
        )))
    }
}

/// The texts of a list, or one text.
///
/// # Errors
///
/// `TypeError` if it is neither.
pub(crate) fn texts(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if let Ok(text) = value.extract::<Text<'_>>() {
        return Ok(vec![text.to_owned()]);
    }
    value
        .try_iter()?
        .map(|item| Ok(item?.extract::<Text<'_>>()?.to_owned()))
        .collect()
}

/// A text, or `None`.
///
/// # Errors
///
/// `TypeError` if it is neither.
pub(crate) fn maybe_text(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    match value.is_none() {
        true => Ok(None),
        false => Ok(Some(value.extract::<Text<'_>>()?.to_owned())),
    }
}
