//! Formats that are not read: their names, and the way out.

use crate::problem::{Fault, ProblemKind};
use crate::recognise::Sight;

/// A format that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    /// The kind of file.
    pub name: &'static str,
    /// A hint for the user.
    pub hint: &'static str,
}

/// Bytes that are neither text nor of a known format.
pub(crate) const BINARY: Unread = Unread {
    name: "not text",
    hint: CONVERT,
};

const CONVERT: &str = "convert it to a format that is read, or leave it out";
const EXTRACT: &str = "extract it first";
const LEAVE: &str = "leave it out";
const TABLE: &str = "export the table as CSV or JSON Lines";
const SAVE_DOCX: &str = "save it as DOCX or PDF";
const PANDOC: &str = "convert it to Markdown or HTML (pandoc)";
const FETCH: &str = "fetch the file itself (git lfs pull, git annex get)";

impl Unread {
    pub fn fault(self) -> Fault {
        Fault::new(
            ProblemKind::Unsupported,
            format!("{}; {}", self.name, self.hint),
        )
    }
}

/// The format of a stream that is known and not read.
pub(crate) fn of(sight: &Sight<'_>) -> Option<Unread> {
    let find = |table: &[(&[u8], &'static str, &'static str)]| {
        let (_, name, hint) = table
            .iter()
            .find(|(mark, ..)| sight.head.starts_with(mark))?;
        Some(Unread { name, hint })
    };
    find(MAGIC)
        .or_else(|| find(POINTERS).filter(|_| sight.head.len() < POINTER_BYTES))
        .or_else(|| sight.is_zip().then(|| of_zip(sight)).flatten())
        .or_else(|| of_text(sight))
}

/// Pointers of version control are at most this long, in bytes.
const POINTER_BYTES: usize = 1024;

/// Contents that version control stores elsewhere.
const POINTERS: &[(&[u8], &str, &str)] = &[
    (
        b"version https://git-lfs.github.com/spec/",
        "a Git LFS pointer, not the file",
        FETCH,
    ),
    (
        b"version https://hawser.github.com/spec/",
        "a Git LFS pointer, not the file",
        FETCH,
    ),
    (
        b"/annex/objects/",
        "a git-annex pointer, not the file",
        FETCH,
    ),
];

/// The first bytes of binary formats.
const MAGIC: &[(&[u8], &str, &str)] = &[
    (b"LZIP", "compressed with lzip", EXTRACT),
    (b"\x04\x22\x4d\x18", "compressed with lz4", EXTRACT),
    (b"\x1f\x9d", "compressed with compress (.Z)", EXTRACT),
    (b"7z\xbc\xaf", "a 7z archive", EXTRACT),
    (b"Rar!", "a RAR archive", EXTRACT),
    (b"MSCF", "a Cabinet archive", EXTRACT),
    (b"!<arch>\n", "an ar archive", EXTRACT),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office document (DOC, XLS, PPT)",
        SAVE_DOCX,
    ),
    (b"%!PS", "PostScript", "convert it to PDF (ps2pdf)"),
    (b"AT&TFORM", "a DjVu document", "extract its text (djvutxt)"),
    (b"ITSF", "a compiled HTML help file (CHM)", EXTRACT),
    (b"SQLite format 3\0", "an SQLite database", TABLE),
    (b"PAR1", "a Parquet table", TABLE),
    (b"ARROW1", "an Arrow table", TABLE),
    (b"Obj\x01", "an Avro file", TABLE),
    (b"\x89HDF", "an HDF5 file", TABLE),
    (b"\x93NUMPY", "a NumPy array", LEAVE),
    (b"\x80\x04\x95", "a Python pickle", TABLE),
    (b"\x89PNG", "a picture", LEAVE),
    (
        b"\xff\xd8\xff",
        "a picture",
        "recognise its characters, or leave it out",
    ),
    (b"GIF8", "a picture", LEAVE),
    (
        b"II*\0",
        "a picture",
        "recognise its characters, or leave it out",
    ),
    (
        b"MM\0*",
        "a picture",
        "recognise its characters, or leave it out",
    ),
    (b"RIFF", "sound, video or a picture", LEAVE),
    (b"OggS", "sound or video", LEAVE),
    (b"ID3", "sound", LEAVE),
    (b"\x7fELF", "a program", LEAVE),
    (b"MZ\x90", "a program", LEAVE),
    (b"\xca\xfe\xba\xbe", "a program", LEAVE),
    (b"\0asm", "a program", LEAVE),
];

/// Zip archives that are documents.
fn of_zip(sight: &Sight<'_>) -> Option<Unread> {
    let (name, hint) = match sight.extension {
        "zip" => return None,
        "xlsx" | "xlsm" => ("an Excel workbook", TABLE),
        "pptx" => ("a PowerPoint presentation", "save it as PDF"),
        "odt" | "ods" | "odp" => ("an OpenDocument file", SAVE_DOCX),
        "epub" => ("an e-book (EPUB)", "unzip it and read its pages"),
        _ if sight.has(b"opendocument") => ("an OpenDocument file", SAVE_DOCX),
        _ if sight.has(b"epub+zip") => ("an e-book (EPUB)", "unzip it and read its pages"),
        _ if !sight.has(b"[Content_Types].xml") && !sight.has(b"mimetype") => return None,
        _ if sight.has(b"xl/") => ("an Excel workbook", TABLE),
        _ if sight.has(b"ppt/") => ("a PowerPoint presentation", "save it as PDF"),
        _ => ("an office document or book", SAVE_DOCX),
    };
    Some(Unread { name, hint })
}

/// Text that is not articles: dumps of databases, notebooks, programs.
fn of_text(sight: &Sight<'_>) -> Option<Unread> {
    let named = |(extensions, ..): &&(&[&str], &str, &str)| extensions.contains(&sight.extension);
    let begins = |marks: &[&[u8]]| {
        marks.iter().any(|mark| {
            sight
                .text
                .get(..mark.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(mark))
        })
    };
    if sight.extension == "sql" || begins(SQL) {
        let (name, hint) = ("an SQL dump", TABLE);
        return Some(Unread { name, hint });
    }
    let is_object = sight.text.starts_with(b"{");
    if sight.extension == "ipynb" || (is_object && sight.has(b"\"cell_type\"")) {
        let (name, hint) = ("a notebook", "export it as HTML or Markdown");
        return Some(Unread { name, hint });
    }
    let is_recording = is_object && sight.has(b"\"log\"") && sight.has(b"\"creator\"");
    if sight.extension == "har" || is_recording {
        let (name, hint) = (
            "a recording of a browser (HAR)",
            "convert it to WARC (har2warc)",
        );
        return Some(Unread { name, hint });
    }
    if begins(SCRIPTS) {
        let (name, hint) = ("a program", LEAVE);
        return Some(Unread { name, hint });
    }
    if is_log(sight) {
        let (name, hint) = ("a log of a program", LEAVE);
        return Some(Unread { name, hint });
    }
    if is_checksums(sight) {
        let (name, hint) = ("a list of checksums", LEAVE);
        return Some(Unread { name, hint });
    }
    if begins(TEX) {
        let (name, hint) = ("a TeX document", PANDOC);
        return Some(Unread { name, hint });
    }
    let (_, name, hint) = CODE.iter().find(named).filter(|_| !is_saved_page(sight))?;
    Some(Unread { name, hint })
}

/// Returns `true` for a page that a server has made, saved under the name of the program that made
/// it: `chitiet.aspx`.
fn is_saved_page(sight: &Sight<'_>) -> bool {
    const SERVERS: &[&str] = &["asp", "aspx", "cgi", "jsp", "php", "phtml", "pl"];
    const TEMPLATES: &[&[u8]] = &[b"<%", b"<?php", b"<?=", b"runat=", b"<jsp:"];
    SERVERS.contains(&sight.extension)
        && crate::recognise::html(sight) == crate::recognise::Sign::Begins
        && !TEMPLATES.iter().any(|mark| sight.has(mark))
}

/// Returns `true` if each of the first lines is a checksum and the name of a file.
fn is_checksums(sight: &Sight<'_>) -> bool {
    const LINES: usize = 3;
    const DIGITS: [usize; 5] = [32, 40, 56, 64, 128];
    let is_sum = |line: &[u8]| {
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
        let digits = digits.count();
        DIGITS.contains(&digits) && line.get(digits) == Some(&b' ')
    };
    let mut lines = sight.text.split(|byte| *byte == b'\n').take(LINES);
    let first = lines.next().is_some_and(is_sum);
    first && lines.all(|line| line.is_empty() || is_sum(line))
}

/// Returns `true` if nearly every line begins with a time and a level, or is a request of a server.
fn is_log(sight: &Sight<'_>) -> bool {
    const LEAST: usize = 3;
    let lines = sight.text.split(|byte| *byte == b'\n').take(40);
    let mut lines: Vec<&[u8]> = lines.collect();
    lines.retain(|line| !line.trim_ascii().is_empty());
    let entries = lines.iter().filter(|line| is_log_entry(line)).count();
    let least = if sight.extension == "log" { 1 } else { LEAST };
    entries >= least && entries * 2 > lines.len()
}

fn is_log_entry(line: &[u8]) -> bool {
    const LEVELS: &[&[u8]] = &[
        b"INFO",
        b"DEBUG",
        b"WARN",
        b"ERROR",
        b"TRACE",
        b"CRITICAL",
        b"FATAL",
        b"NOTICE",
    ];
    let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
    let start = line.get(..24).unwrap_or(line);
    let digits = start.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_timed = digits >= 6 && start.contains(&b':');
    is_timed && LEVELS.iter().any(|level| has(level)) || has(b"\" HTTP/1.") || has(b" HTTP/1.1\" ")
}

/// Beginnings of TeX documents.
const TEX: &[&[u8]] = &[b"\\documentclass", b"\\documentstyle", b"\\input texinfo"];

/// Beginnings of SQL dumps.
const SQL: &[&[u8]] = &[
    b"-- MySQL dump",
    b"-- MariaDB dump",
    b"/*M!999999",
    b"-- PostgreSQL database dump",
    b"--\n-- PostgreSQL database dump",
    b"--\r\n-- PostgreSQL database dump",
    b"-- phpMyAdmin SQL Dump",
    b"-- Adminer",
    b"-- Dump",
    b"PRAGMA foreign_keys",
    b"CREATE TABLE ",
    b"DROP TABLE ",
    b"INSERT INTO ",
    b"SET SQL_MODE",
];

/// Beginnings of programs.
const SCRIPTS: &[&[u8]] = &[b"#!/", b"<?php", b"<?=", b"<%@"];

/// Extensions of programs and of what goes with them.
const CODE: &[(&[&str], &str, &str)] = &[
    (
        &[
            "asm", "asp", "aspx", "astro", "bat", "c", "cc", "cgi", "clj", "cmake", "cmd",
            "coffee", "cpp", "cs", "cshtml", "cxx", "dart", "ejs", "elm", "erb", "erl", "ex",
            "exs", "f90", "fs", "go", "gradle", "groovy", "h", "haml", "hbs", "hpp", "hs", "hxx",
            "j2", "java", "jinja", "jsp", "jsx", "kt", "kts", "liquid", "lisp", "lua", "mk", "ml",
            "mustache", "nim", "njk", "pas", "php", "phtml", "pl", "pm", "proto", "ps1", "pug",
            "py", "pyx", "r", "rake", "rb", "rs", "scala", "scm", "sh", "sol", "svelte", "swift",
            "tcl", "tpl", "tsx", "twig", "vb", "vbs", "vue", "xsl", "xslt", "zsh",
        ],
        "a program or template",
        LEAVE,
    ),
    (
        &[
            "cfg",
            "conf",
            "desktop",
            "env",
            "hcl",
            "inf",
            "ini",
            "plist",
            "properties",
            "reg",
            "service",
            "tf",
            "toml",
            "yaml",
            "yml",
        ],
        "a configuration file",
        LEAVE,
    ),
    (
        &[
            "bst", "cls", "dtx", "latex", "ltx", "sty", "tex", "texi", "texinfo",
        ],
        "a TeX document",
        PANDOC,
    ),
    (&["rest", "rst"], "reStructuredText", PANDOC),
    (&["adoc", "asciidoc"], "AsciiDoc", PANDOC),
    (
        &["creole", "dokuwiki", "mediawiki", "org", "textile", "wiki"],
        "lightweight markup other than Markdown",
        PANDOC,
    ),
    (&["fb2"], "an e-book (FictionBook)", PANDOC),
    (&["log"], "a log of a program", LEAVE),
    (&["bib", "enw", "nbib", "ris"], "a bibliography", LEAVE),
    (
        &["ass", "lrc", "sbv", "srt", "ssa", "vtt"],
        "subtitles",
        CONVERT,
    ),
    (
        &["po", "pot", "strings", "xlf", "xliff"],
        "translations of a program",
        LEAVE,
    ),
    (&["dtd", "rng", "wsdl", "xsd"], "a schema", LEAVE),
    (&["gpx", "kml"], "a map", LEAVE),
    (
        &[
            "cue", "m3u", "md5", "pls", "sfv", "sha1", "sha256", "torrent", "url", "webloc",
        ],
        "a list of files or links",
        LEAVE,
    ),
    (&["diff", "patch"], "a patch", LEAVE),
    (&["ics", "vcf"], "a calendar or address book", LEAVE),
];
