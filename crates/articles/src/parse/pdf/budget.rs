//! Limits of the contents of a document.

/// Glyphs of one page, in a file of any size.
const MOST_GLYPHS: usize = 200_000;

/// What the contents of a document may cost.
#[derive(Debug)]
pub(super) struct Budget {
    /// Bytes of content that may be inflated.
    pub bytes: usize,
    /// Operators that may be executed.
    pub operators: usize,
    /// Glyphs that may be shown.
    pub glyphs: usize,
    /// Glyphs of one page, which are held in memory until it is read.
    pub page_glyphs: usize,
    /// Bytes of objects that may be parsed to look up what content names.
    pub lookups: usize,
    /// The cost of a name that cannot be found, in bytes.
    pub largest: usize,
    /// Whether something was cut off.
    pub exceeded: bool,
}

impl Budget {
    /// The budget of a file of this size with this largest object.
    pub fn of(file: usize, largest: usize) -> Self {
        Self {
            bytes: (8 << 20) + file * 8,
            operators: 1_000_000 + file * 2,
            glyphs: 1_000_000 + file * 2,
            page_glyphs: (30_000 + file / 2).min(MOST_GLYPHS),
            lookups: (32 << 20) + file * 32,
            largest,
            exceeded: false,
        }
    }

    /// Takes the cost of parsing an object of this many bytes; returns `false` if it was not left.
    pub fn look_up(&mut self, bytes: usize) -> bool {
        // A short object costs a look-up too.
        let left = self.lookups.checked_sub(bytes + 64);
        self.lookups = left.unwrap_or(0);
        self.exceeded |= left.is_none();
        left.is_some()
    }

    /// Takes the cost of a look-up that found an object of this length, or nothing. The next one is
    /// made only if something is left.
    pub fn found(&mut self, bytes: Option<usize>) {
        let _ = self.look_up(bytes.unwrap_or(self.largest));
    }
}
