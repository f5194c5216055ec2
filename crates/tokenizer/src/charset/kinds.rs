//! The character sets.

use std::fmt;

/// A character set of Vietnamese text.
///
/// ```
/// use timbao_tokenizer::charset::Charset;
/// assert_eq!(Charset::VniWindows.to_string(), "VNI-Windows");
/// assert_eq!(Charset::ALL.len(), 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Charset {
    /// UTF-8, with or without byte order mark; ASCII is UTF-8 too.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Code page 1258: letters with vowel marks, followed by combining tones.
    Windows1258,
    /// TCVN3, of the ABC fonts (`.VnTime`).
    ///
    /// Has no capitals with tones: fonts whose name ends in H (`.VnTimeH`) show
    /// the lower-case letters as capitals, which plain text does not reveal. A
    /// word with two or more ASCII capitals and no lower-case ASCII letter is
    /// therefore read as all capitals (`CéNG` is CỘNG); otherwise toned letters
    /// are lower case. TCVN 5712-1 (VN1), the same set with toned capitals, is
    /// read as well where the words suggest it.
    Tcvn3,
    /// VNI for Windows: a base letter, followed by a byte for vowel mark and tone.
    VniWindows,
    /// VISCII 1.1.
    Viscii,
    /// VIQR: ASCII with `^ ( + ' ` ? ~ .` and `dd` after letters, `\` before a sign meant as itself.
    Viqr,
}

impl Charset {
    /// All character sets.
    ///
    /// ```
    /// use timbao_tokenizer::charset::Charset;
    /// let named = |name: &str| Charset::ALL.into_iter().find(|set| set.name() == name);
    /// assert_eq!(named("VISCII"), Some(Charset::Viscii));
    /// ```
    pub const ALL: [Charset; 8] = [
        Charset::Utf8,
        Charset::Utf16Le,
        Charset::Utf16Be,
        Charset::Windows1258,
        Charset::Tcvn3,
        Charset::VniWindows,
        Charset::Viscii,
        Charset::Viqr,
    ];

    /// The usual name of the set.
    ///
    /// ```
    /// assert_eq!(timbao_tokenizer::charset::Charset::Tcvn3.name(), "TCVN3");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "UTF-8",
            Charset::Utf16Le => "UTF-16LE",
            Charset::Utf16Be => "UTF-16BE",
            Charset::Windows1258 => "windows-1258",
            Charset::Tcvn3 => "TCVN3",
            Charset::VniWindows => "VNI-Windows",
            Charset::Viscii => "VISCII",
            Charset::Viqr => "VIQR",
        }
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A character that a character set cannot write.
///
/// ```
/// use timbao_tokenizer::charset::{Charset, encode};
/// let error = encode("tin 中", Charset::Viscii).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "VISCII has no '中' (byte 4 of the text): replace the character or choose UTF-8",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{charset} has no {character:?} (byte {offset} of the text): replace the character or choose UTF-8"
)]
pub struct Unmappable {
    /// The character.
    pub character: char,
    /// Offset in bytes from the start of the text.
    pub offset: usize,
    /// The requested set.
    pub charset: Charset,
}

/// Returns `c` in the case of `model`.
pub(super) fn with_case_of(model: char, c: char) -> char {
    if model.is_uppercase() {
        c.to_uppercase().next().unwrap_or(c)
    } else {
        c
    }
}
