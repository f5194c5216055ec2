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
                recognise: |_| Sign::Fallback,
                ..whole_file("plain text", parse::plain_text)
            },
            Self::Markdown => Traits {
                extensions: &["md", "markdown", "mdown"],
                named: Sign::FirmName,
                recognise: recognise::markdown,
                ..whole_file("Markdown", parse::markdown)
            },
            Self::Html => Traits {
                extensions: &["htm", "html", "xhtml", "shtml"],
                named: Sign::Name,
                recognise: recognise::html,
                ..whole_file("HTML", parse::html)
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
                recognise: |sight| sight.begins(b"WARC/"),
                splitter: split::warc_pages,
                ..whole_file("WARC", parse::warc_page)
            },
            Self::Arc => Traits {
                recognise: |sight| sight.begins(b"filedesc://"),
                splitter: split::arc_pages,
                ..whole_file("ARC", parse::warc_page)
            },
            Self::Mhtml => Traits {
                extensions: &["mht", "mhtml"],
                named: Sign::FirmName,
                recognise: recognise::mhtml,
                ..whole_file("MHTML", parse::mhtml)
            },
            Self::Mail => Traits {
                extensions: &["eml", "emlx", "mbox", "mbx"],
                named: Sign::FirmName,
                recognise: recognise::mail,
                splitter: split::messages,
                ..whole_file("mail", parse::mail)
            },
            Self::Vertical => Traits {
                extensions: &["vert", "vrt", "vertical", "conll", "conllu", "conllx"],
                named: Sign::FirmName,
                recognise: recognise::vertical,
                splitter: split::documents,
                ..whole_file("vertical corpus", parse::vertical)
            },
            Self::Docx => Traits {
                recognise: recognise::docx,
                ..whole_file("DOCX", parse::docx)
            },
            Self::Rtf => Traits {
                recognise: |sight| sight.begins(b"{\\rtf"),
                ..whole_file("RTF", parse::rtf)
            },
            Self::Pdf => Traits {
                recognise: recognise::pdf,
                ..whole_file("PDF", parse::pdf)
            },
        }
    }

    /// The format's name for people.
    pub fn name(self) -> &'static str {
        self.traits().name
    }
}

/// A format of whole files that the parser decodes, recognised by their first bytes alone.
fn whole_file(name: &'static str, parse: Parser) -> Traits {
    Traits {
        name,
        extensions: &[],
        named: Sign::Not,
        recognise: recognise::nothing,
        cut_as_utf8: false,
        splitter: split::whole,
        parse,
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
