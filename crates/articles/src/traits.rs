//! The table of formats: everything that differs between them, in one place.
//!
//! A new format is a variant of [`Format`], an arm of [`Format::traits`] and a
//! parser; the compiler requires each.

use std::fmt;

use crate::Format;
use crate::parse::{self, Parser};
use crate::recognise::{self, Sight, Sign};
use crate::split::{self, SplitterOf};

/// How one format is named, recognised, cut into records and parsed.
pub(crate) struct Traits {
    /// The name for people.
    pub name: &'static str,
    /// File name extensions, in lower case.
    pub extensions: &'static [&'static str],
    /// Weight of an extension.
    pub named: Sign,
    /// Recognises the first bytes.
    pub recognise: fn(&Sight<'_>) -> Sign,
    /// Whether the stream is converted to UTF-8 before it is cut; otherwise
    /// the parser decodes each record.
    pub cut_as_utf8: bool,
    /// Cuts the stream into records.
    pub splitter: SplitterOf,
    /// Parses one record.
    pub parse: Parser,
}

impl Format {
    /// The format's row of the table.
    pub(crate) fn traits(self) -> Traits {
        match self {
            Self::JsonLines => Traits {
                name: "JSON Lines",
                extensions: &["jsonl", "ndjson", "jl"],
                named: Sign::FirmName,
                recognise: recognise::json_lines,
                cut_as_utf8: true,
                splitter: split::lines,
                parse: parse::record_of_json,
            },
            Self::Json => Traits {
                name: "JSON",
                extensions: &[
                    "json", "geojson", "json5", "jsonc", "jsonp", "js", "mjs", "cjs",
                ],
                named: Sign::Name,
                recognise: recognise::json,
                cut_as_utf8: true,
                splitter: split::json_values,
                parse: parse::record_of_json,
            },
            Self::Text => Traits {
                name: "plain text",
                extensions: &[],
                named: Sign::Not,
                recognise: |_| Sign::Fallback,
                cut_as_utf8: false,
                splitter: split::whole,
                parse: parse::plain_text,
            },
            Self::Markdown => Traits {
                name: "Markdown",
                extensions: &["md", "markdown", "mdown"],
                named: Sign::FirmName,
                recognise: recognise::markdown,
                cut_as_utf8: false,
                splitter: split::whole,
                parse: parse::markdown,
            },
            Self::Html => Traits {
                name: "HTML",
                extensions: &["htm", "html", "xhtml", "shtml"],
                named: Sign::Name,
                recognise: recognise::html,
                cut_as_utf8: false,
                splitter: split::whole,
                parse: parse::html,
            },
            Self::Csv => Traits {
                name: "CSV",
                extensions: &["csv", "tsv", "tab"],
                named: Sign::FirmName,
                recognise: recognise::nothing,
                cut_as_utf8: true,
                splitter: split::csv_rows,
                parse: parse::record_of_json,
            },
            Self::Xml => Traits {
                name: "XML",
                extensions: &["xml", "rss", "atom", "rdf", "nitf", "newsml"],
                named: Sign::Name,
                recognise: recognise::xml,
                ..xml_item("XML")
            },
            Self::Feed => xml_item("RSS or Atom"),
            Self::NewsMl => xml_item("NewsML-G2"),
            Self::Nitf => xml_item("NITF"),
            Self::Warc => Traits {
                name: "WARC",
                extensions: &[],
                named: Sign::Not,
                recognise: |sight| sight.begins(b"WARC/"),
                cut_as_utf8: false,
                splitter: split::warc_pages,
                parse: parse::warc_page,
            },
            Self::Arc => Traits {
                name: "ARC",
                extensions: &[],
                named: Sign::Not,
                recognise: |sight| sight.begins(b"filedesc://"),
                cut_as_utf8: false,
                splitter: split::arc_pages,
                parse: parse::warc_page,
            },
            Self::Mhtml => Traits {
                name: "MHTML",
                extensions: &["mht", "mhtml"],
                named: Sign::FirmName,
                recognise: recognise::mhtml,
                cut_as_utf8: false,
                splitter: split::whole,
                parse: parse::mhtml,
            },
            Self::Mail => Traits {
                name: "mail",
                extensions: &["eml", "mbox", "mbx"],
                named: Sign::FirmName,
                recognise: recognise::mail,
                cut_as_utf8: false,
                splitter: split::messages,
                parse: parse::mail,
            },
            Self::Vertical => Traits {
                name: "vertical corpus",
                extensions: &["vert", "vrt", "vertical", "conll", "conllu", "conllx"],
                named: Sign::FirmName,
                recognise: recognise::vertical,
                cut_as_utf8: false,
                splitter: split::documents,
                parse: parse::vertical,
            },
            Self::Docx => Traits {
                name: "DOCX",
                extensions: &[],
                named: Sign::Not,
                recognise: recognise::docx,
                cut_as_utf8: false,
                splitter: split::whole,
                parse: parse::docx,
            },
            Self::Rtf => Traits {
                name: "RTF",
                extensions: &[],
                named: Sign::Not,
                recognise: |sight| sight.begins(b"{\\rtf"),
                cut_as_utf8: false,
                splitter: split::whole,
                parse: parse::rtf,
            },
            Self::Pdf => Traits {
                name: "PDF",
                extensions: &[],
                named: Sign::Not,
                recognise: recognise::pdf,
                cut_as_utf8: false,
                splitter: split::whole,
                parse: parse::pdf,
            },
        }
    }

    /// The format's name for people.
    pub fn name(self) -> &'static str {
        self.traits().name
    }
}

/// An item of an XML file: which kind is only known once the file is cut.
fn xml_item(name: &'static str) -> Traits {
    Traits {
        name,
        extensions: &[],
        named: Sign::Not,
        recognise: recognise::nothing,
        cut_as_utf8: true,
        splitter: split::xml_items,
        parse: parse::xml_item,
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
