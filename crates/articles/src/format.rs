//! The formats articles are read from.

use serde::Serialize;

/// Declares [`Format`] with the list of its variants.
macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident,)*) => {
        /// A format that articles are read from.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Format {
            $($(#[$doc])* $format,)*
        }

        impl Format {
            /// All formats.
            pub const ALL: &'static [Self] = &[$(Self::$format,)*];
        }
    };
}

formats! {
    /// One JSON object per line.
    JsonLines,
    /// JSON: an object, an array of objects, or an object that contains one.
    Json,
    /// Plain text.
    Text,
    /// Markdown, with or without front matter.
    Markdown,
    /// A web page.
    Html,
    /// A row of a CSV or TSV table with a header.
    Csv,
    /// An element of an XML file of articles.
    Xml,
    /// An item of an RSS feed or an entry of an Atom feed.
    Feed,
    /// A NewsML-G2 news item.
    NewsMl,
    /// A NITF document.
    Nitf,
    /// A page in a web archive.
    Warc,
    /// A page in a web archive of the form before WARC.
    Arc,
    /// A web page saved as a single file (MHTML).
    Mhtml,
    /// A mail, or a message of a mailbox.
    Mail,
    /// A document of a corpus with one token per line.
    Vertical,
    /// A Word document.
    Docx,
    /// A document in Rich Text Format.
    Rtf,
    /// A PDF document with a text layer.
    Pdf,
}
