//! Degenerate files: units of each format repeated until the file is full.
//!
//! A new format is an entry of [`FORMATS`]: the name of a file, what such files begin with, and the
//! pieces that its reader treats specially. A format that is not text also needs an arm in
//! [`packed`], which puts the text where the reader of the format finds it. What a search finds
//! belongs into [`known`].

use std::io::{Cursor, Write};

/// A shape of a file: `opening`, then `first` repeated over half of it, then
/// `second` over the other half. `{n}` in a unit is a running number, `{r}` one below a
/// thousand that jumps about.
#[derive(Clone, Debug)]
pub struct Shape {
    pub opening: String,
    pub first: String,
    pub second: String,
}

impl Shape {
    pub fn new(opening: &str, first: &str, second: &str) -> Self {
        Self {
            opening: opening.to_owned(),
            first: first.to_owned(),
            second: second.to_owned(),
        }
    }

    /// A file of this name and shape, with about `bytes` of text.
    pub fn file(&self, name: &str, bytes: usize) -> Vec<u8> {
        packed(name, self.write(bytes))
    }

    fn write(&self, bytes: usize) -> String {
        let mut text = self.opening.clone();
        let mut number = 0;
        for (unit, end) in [(&self.first, bytes / 2), (&self.second, bytes)] {
            while !unit.is_empty() && text.len() < end {
                if unit.contains('{') && (unit.contains("{n}") || unit.contains("{r}")) {
                    let unit = unit.replace("{n}", &number.to_string());
                    text.push_str(&unit.replace("{r}", &(number * 619 % 1000).to_string()));
                    number += 1;
                } else {
                    text.push_str(unit);
                }
            }
        }
        text
    }
}

/// The text as a file of this name.
fn packed(name: &str, text: String) -> Vec<u8> {
    match name {
        "a.docx" => zipped(&[("word/document.xml", &text)]),
        "styles.docx" => {
            let paragraph =
                "<w:p><w:pPr><w:pStyle w:val='a'/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>";
            let document = format!("<w:document>{}</w:document>", paragraph.repeat(99));
            zipped(&[("word/document.xml", &document), ("word/styles.xml", &text)])
        }
        "a.zip" => zipped(&[("a.html", &text)]),
        "page.warc" => {
            let page = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{text}");
            let length = page.len();
            let headers = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\n\
                           Content-Type: application/http\r\nContent-Length: ";
            format!("{headers}{length}\r\n\r\n{page}\r\n\r\n").into_bytes()
        }
        // A page, the pages, the map of a font, the font itself, and a form.
        "page.pdf" => document([&text, "3 0 R", "", "", FORM]),
        "kids.pdf" => document(["BT /F1 9 Tf (a) Tj ET q Q", &text, "", "", FORM]),
        "map.pdf" => document(["BT /F1 9 Tf (aaaa) Tj ET", "3 0 R", &text, "", FORM]),
        "font.pdf" => document([
            "BT /F1 9 Tf (aaaa) Tj /F2 9 Tf (a) Tj ET",
            "3 0 R",
            "",
            &text,
            FORM,
        ]),
        "form.pdf" => document([&"/X1 Do ".repeat(50), "3 0 R", "", "", &text]),
        // Files of a set of eight bits: each character is a byte.
        name if name.starts_with("bytes.") => text.chars().map(|c| c as u8).collect(),
        _ => text.into_bytes(),
    }
}

/// The content of a form.
const FORM: &str = "BT /F2 9 Tf (aa) Tj ET";

/// A PDF document of these parts: the content of its page, the references to its pages, of its
/// fonts the map to Unicode and the end of the dictionaries, and the content of its form. Another
/// form draws that one thrice.
fn document([content, kids, map, font, form]: [&str; 5]) -> Vec<u8> {
    let stream = |text: &str| format!("<</Length {}>>stream\n{text}\nendstream", text.len());
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Count 1/Kids[{kids}]>>"),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 5 0 R>>"
            .to_owned(),
        stream(content),
        "<</Font<</F1 6 0 R/F2 7 0 R>>/XObject<</X1 9 0 R/X2 10 0 R>>>>".to_owned(),
        format!(
            "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 8 0 R\
             /DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A{font}>>]>>"
        ),
        format!("<</Type/Font/Subtype/TrueType/BaseFont/A/Encoding/WinAnsiEncoding{font}>>"),
        stream(map),
        format!(
            "<</Subtype/Form/Resources 5 0 R/Length {}>>stream\n{form}\nendstream",
            form.len()
        ),
        "<</Subtype/Form/Resources 5 0 R/Length 21>>stream\n/X1 Do /X1 Do /X1 Do \nendstream"
            .to_owned(),
    ];
    let (mut file, mut table) = ("%PDF-1.4\n".to_owned(), String::new());
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let (start, count) = (file.len(), objects.len() + 1);
    file.push_str(&format!(
        "xref\n0 {count}\n0000000000 65535 f \n{table}trailer<</Size {count}/Root 1 0 R>>\n\
         startxref\n{start}\n%%EOF"
    ));
    file.into_bytes()
}

fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A format: the name and the start of its degenerate files, and the units that
/// they consist of.
pub struct Format {
    pub file: &'static str,
    pub openings: &'static [&'static str],
    pub units: &'static [&'static str],
}

pub const FORMATS: &[Format] = &[
    Format {
        file: "a.html",
        openings: &[
            "<!doctype html><body>",
            "<!doctype html><body><p ",
            "<!doctype html><body><article class=post-content>",
        ],
        units: &[
            "<table>",
            "<tr>",
            "<td>",
            "</td>",
            "<p>",
            "</p>",
            "<b>",
            "<i>",
            "<a>",
            "</a>",
            "<div>",
            "</div>",
            "<font color={n}>",
            "<b id={n}>",
            "&",
            "&amp",
            "&#1;",
            "x ",
            "xx. ",
            "<svg>",
            "<math>",
            "<select>",
            "<option>",
            "<li>",
            "<button>",
            "<form>",
            "<!--",
            "-->",
            "<script>",
            " a{n}",
            " a{n}=\"",
            "'",
            "\"",
            ">",
            "<br>",
            "<template>",
            "<h1>",
            "<nobr>",
            "<p class=caption>",
            "<div class=author>",
            "<div class=related>",
            "<ul>",
            "<li><a>x</a>",
            "\n",
            "<",
            "</",
            "<span style=display:none>",
            "<time>",
            "<div class=breadcrumb>",
            "<div class=content-detail>",
        ],
    },
    Format {
        file: "a.txt",
        openings: &["", "Tin\n\n"],
        units: &[
            "a\n",
            "\n",
            "a",
            " ",
            "A\n\n",
            "Ảnh: A\n",
            "25/3/2026\n",
            "Lê Mẫu\n",
            ".",
            "TTXVN- ",
            "- ",
            "(",
            "\r",
            "1",
            "ê\u{301}",
            "\u{301}",
        ],
    },
    Format {
        file: "a.md",
        openings: &["", "---\n", "# A\n\n", "{\n"],
        units: &[
            "[", "]", "(", ")", "[a](", "![", "*", "**", "_", "`", "~", "<a", "<", ">", "&", "|",
            "- ", "\n", "\n\n", "# ", "a", "a: ", "\"", "\\", "{{", "}}", "{%", "<!--", "[^",
            "]: ", "```\n", "> ",
        ],
    },
    Format {
        file: "a.csv",
        openings: &["id,title,body\n", "title,"],
        units: &[
            "a",
            ",",
            "\n",
            "\"",
            "a,b,c\n",
            ";",
            "<p>",
            "&",
            "\t",
            "column{n},",
        ],
    },
    Format {
        file: "a.json",
        openings: &[
            "[",
            "{\"body\": \"",
            "[{\"title\":\"a\",\"body\":\"b\"},",
            "{\"articles\": [",
        ],
        units: &[
            "[",
            "{\"a\":",
            "{\"body\":\"",
            "a",
            "<b>",
            "<p>",
            "&",
            "\\n",
            "\\u0061",
            "\"",
            "},",
            "]",
            ",",
            "1,",
            "{},",
            "{\"title\":\"a\"},",
            "\"k{n}\":1,",
            "<table>",
            "</p>",
            "[b]",
            "[a ",
        ],
    },
    Format {
        file: "a.jsonl",
        openings: &["", "{\"body\":\""],
        units: &[
            "{}\n",
            "{\"title\":\"a\"}\n",
            "\n",
            "{",
            "[",
            "\"",
            "a",
            "<b>",
            "{\"a\":[",
            "1\n",
            "{\"body\":\"<td>\"}\n",
        ],
    },
    Format {
        file: "a.xml",
        openings: &[
            "<?xml version=\"1.0\"?><rss><channel>",
            "<?xml version=\"1.0\"?><articles><article>",
            "<?xml version=\"1.0\"?><a ",
        ],
        units: &[
            "<a>",
            "</a>",
            "<item>",
            "</item>",
            "<title>a</title>",
            "<b/>",
            " a{n}=\"b\"",
            "&amp;",
            "&a;",
            "x",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<p>",
            "</p>",
            "\n",
            "<description>",
            "&lt;b&gt;",
        ],
    },
    Format {
        file: "a.eml",
        openings: &[
            "From: a@a.example\nTo: b@b.example\nSubject: A\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n",
        ],
        units: &[
            "--b\n",
            "--b--\n",
            "Content-Type: text/html\n",
            "\n",
            "Content-Type: multipart/mixed; boundary=\"b{n}\"\n\n--b{n}\n",
            "a",
            "=?utf-8?Q?a?= ",
            "=20",
            "<b>",
        ],
    },
    Format {
        file: "a.rtf",
        openings: &["{\\rtf1 "],
        units: &[
            "{",
            "}",
            "\\b ",
            "\\par ",
            "a",
            "\\u7845? ",
            "\\'e1",
            "{\\*\\x ",
            "\\cell ",
            "\n",
        ],
    },
    Format {
        file: "a.tsv",
        openings: &["id\ttitle\tbody\n"],
        units: &[
            "a",
            "\t",
            "\n",
            "\\n",
            "\\t",
            "\"",
            "['a',",
            "['",
            "\\",
            "']\n",
            "a\tb\t",
            "[\"a\"]\n",
        ],
    },
    Format {
        file: "a.rss",
        openings: &[
            "<?xml version=\"1.0\"?><rss><channel>",
            "<?xml version=\"1.0\"?><rss><channel><item><title>a</title>",
            "<?xml version=\"1.0\"?><feed><entry><title>a</title>",
        ],
        units: &[
            "<item>",
            "</item>",
            "<entry>",
            "<title>a</title>",
            "<title>",
            "<category>a</category>",
            "<description>",
            "<content:encoded><![CDATA[",
            "<p>",
            "]]>",
            "&lt;table&gt;",
            "&lt;p&gt;a",
            "&amp;",
            "<author>",
            "<link/>",
            "a",
            "\n",
            "<guid>{n}</guid>",
            "<dc:creator>a</dc:creator>",
        ],
    },
    Format {
        file: "a.nitf",
        openings: &[
            "<?xml version=\"1.0\"?><nitf><body><body.content>",
            "<?xml version=\"1.0\"?><newsMessage><itemSet><newsItem><contentSet><inlineXML>",
            "<?xml version=\"1.0\"?><TEI><text><body>",
            "<?xml version=\"1.0\"?><article><front><title>a</title></front><body>",
        ],
        units: &[
            "<p>",
            "</p>",
            "a ",
            "<hedline>",
            "<hl1>a</hl1>",
            "<block>",
            "<media>",
            "<div>",
            "<head>a</head>",
            "<lb/>",
            "<note>",
            "</note>",
            "<sec>",
            "<title>a</title>",
            "<b a=\"{n}\">",
            "&#1;",
            "<pb/>",
        ],
    },
    Format {
        file: "wiki.xml",
        openings: &[
            "<mediawiki><page><title>a</title><revision><text>",
            "<mediawiki><page><title>a</title><revision><text>a\n\n",
        ],
        units: &[
            "[[",
            "]]",
            "{{",
            "}}",
            "[[a|b",
            "{|",
            "|}",
            "|-\n",
            "''",
            "'''",
            "== a ==\n",
            "\n",
            "* ",
            "# ",
            "&lt;ref&gt;",
            "&lt;/ref&gt;",
            "&lt;!--",
            "--&gt;",
            "[http://a ",
            "]",
            "a",
            "|",
            "=",
            "&lt;nowiki&gt;",
            "[[Tập tin:a|",
            "&lt;ref /&gt;",
        ],
    },
    Format {
        file: "a.mbox",
        openings: &["From a@a.example Mon Jan  5 08:00:00 2026\nSubject: A\n\n"],
        units: &[
            "From a\n",
            "\n",
            ">From a\n",
            "a",
            "> ",
            "Subject: a\n",
            "\nFrom a\n\n",
            "a\n",
            "-- \n",
            ">",
        ],
    },
    Format {
        file: "a.mht",
        openings: &[
            "From: <Saved by Blink>\nSubject: A\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"b\"\n\n--b\nContent-Type: text/html\n\n<!doctype html><body>",
        ],
        units: &[
            "--b\n",
            "\n",
            "Content-Type: text/html\n",
            "Content-Transfer-Encoding: base64\n",
            "Content-Location: https://a.example\n",
            "<p>",
            "<table>",
            "</b>",
            "a",
            "=3D",
            "=\n",
            "PHA+",
        ],
    },
    Format {
        file: "a.vert",
        openings: &["<doc title=\"a\">\n", "# newdoc\n", ""],
        units: &[
            "a\tN\n",
            "a\n",
            "\n",
            "<s>\n",
            "</s>\n",
            "<p>\n",
            "</p>\n",
            "<g/>\n",
            "<doc>\n",
            "</doc>\n",
            "<doc a=\"",
            "a=\"{n}\" ",
            "# text = a\n",
            "# title = a\n",
            "# newpar\n",
            "1\ta\tb\tc\n",
            "&amp;",
            "_",
            "\t",
            "<p type=\"",
            "<",
            ">\n",
            "=",
            "\"\n",
            "<text id=\"{n}\">\n",
        ],
    },
    Format {
        file: "a.docx",
        openings: &[
            "<w:document><w:body>",
            "<w:document><w:body><w:p><w:r><w:t>",
            "<w:document><w:body><w:p ",
        ],
        units: &[
            "<w:p>",
            "</w:p>",
            "<w:r>",
            "</w:r>",
            "<w:t>",
            "</w:t>",
            "<w:p><w:r><w:t>a</w:t></w:r></w:p>",
            "a",
            "<w:del>",
            "<w:br/>",
            "<w:pPr>",
            "<w:rPr>",
            "<w:pStyle w:val=\"a{n}\"/>",
            "</w:pPr>",
            "<w:rFonts w:ascii=\".VnTime\"/>",
            " a{n}=\"b\"",
            ">",
            "&amp;",
            "&a;",
            "<w:sym w:char=\"61\" w:font=\".VnTime\"/>",
            "<w:txbxContent>",
            "<w:tbl>",
            "<w:tc>",
            "<w:tab/>",
            "<!--",
            "<![CDATA[",
            "]]>",
            "<w:rPr><w:del/></w:rPr>",
        ],
    },
    Format {
        file: "styles.docx",
        openings: &["<w:styles>", "<w:styles><w:style w:styleId=\"a\">"],
        units: &[
            "<w:style w:styleId=\"{n}\">",
            "<w:name w:val=\"a\"/>",
            "<w:basedOn w:val=\"{n}\"/>",
            "</w:style>",
            "<w:rFonts w:ascii=\"a\"/>",
            "<w:docDefaults>",
            "a",
            " a{n}=\"b\"",
            "<w:style ",
        ],
    },
    Format {
        file: "a.zip",
        openings: &["<!doctype html><body>"],
        units: &["<p>", "a", "<table>", "</b>", "\n", "<b id={n}>", "&"],
    },
    Format {
        file: "page.warc",
        openings: &["<!doctype html><body>", ""],
        units: &[
            "<p>",
            "a",
            "<table>",
            "</b>",
            "\n",
            "<b id={n}>",
            "&",
            "<p>a",
            "\r\n",
        ],
    },
    Format {
        file: "a.warc",
        openings: &["WARC/1.0\r\n", "WARC/1.0\r\nWARC-Type: response\r\n"],
        units: &[
            "WARC/1.0\r\n",
            "WARC-Type: response\r\n",
            "Content-Length: 0\r\n",
            "Content-Length: 9\r\n",
            "\r\n",
            "a: b\r\n",
            "HTTP/1.1 200 OK\r\n",
            "WARC-Target-URI: https://a.example\r\n",
            "a",
            "\n",
            " ",
            "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\nWARC-Target-URI: https://a.example\r\nContent-Length: 52\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>a</p>\r\n\r\n",
        ],
    },
    Format {
        file: "a.arc",
        openings: &["filedesc://a 0.0.0.0 20260101000000 text/plain 0\n\n"],
        units: &[
            "https://a.example/ 0.0.0.0 20260101000000 text/html 8\n<p>a</p>\n",
            "\n",
            "a",
            " ",
            "https://a.example/ 0.0.0.0 20260101000000 text/html 0\n",
        ],
    },
    Format {
        file: "bytes.txt",
        openings: &["", "Tin\n\n", "b\u{b5}i vi\u{d5}t \u{ae}\u{ca}y\n\n"],
        units: &[
            "\u{b5}",
            "\u{d6}",
            "\u{e1}",
            "\u{f8}",
            "\u{80}",
            "\u{9f}",
            "\u{b0}",
            "\u{cc}",
            "\u{1}",
            "\u{ff}",
            "a",
            "A",
            " ",
            "\n",
            "-",
            "vi\u{d6}t ",
            "Vie\u{e4}t ",
            "\u{fe}\u{ff}",
            "\0",
            "Vi\u{ea}\u{f2}t ",
            "HUY\u{d6}N ",
        ],
    },
    Format {
        file: "viqr.txt",
        openings: &["Vie^.t Nam ho^.i nghi. da^n to^.c\n", ""],
        units: &[
            "a", "^", "(", "+", "'", "`", "?", "~", ".", "\\", "d", "dd", " ", "\n", "Vie^.t ",
            "A", "o+?", "...",
        ],
    },
    Format {
        file: "mistaken.txt",
        openings: &["Huy\u{d6}n \u{f1}y S\u{ab}ng Lam s\u{ac} k\u{d5}t\n", ""],
        units: &[
            "\u{d6}",
            "\u{e4}",
            "\u{b5}",
            "\u{153}",
            "\u{2013}",
            "\u{1ec7}",
            "a",
            "A",
            " ",
            "\n",
            "\u{80}",
            "Huy\u{d6}n ",
            "Huye\u{e4}n ",
            "\u{301}",
            "\u{f2}",
            "\u{cc}",
        ],
    },
    Format {
        file: "bytes.html",
        openings: &[
            "<meta charset=windows-1252><body>",
            "<meta charset=windows-1258><body>",
            "<meta charset=x-viet-vni><body><p>",
            "<body><p><font face=.VnTime>",
            "<style>p{font-family:.VnTime}</style><body><p>",
        ],
        units: &[
            "\u{b5}",
            "\u{d6}",
            "\u{e4}",
            "\u{f2}",
            "a",
            " ",
            "\n",
            "<p>",
            "</p>",
            "<font face='.VnTimeH'>",
            "</font>",
            "<font face=VNI-Times>",
            "<b>",
            "&#7879;",
            "&ecirc;",
            "<td>",
            "<style>",
            "<i class=a{n}>",
            ".a{n}{font-family:.VnTime}",
            "Huy\u{d6}n ",
            "\u{80}",
        ],
    },
    Format {
        file: "bytes.jsonl",
        openings: &["", "{\"body\":\"vi\u{d6}t \u{ae}\u{ca}y\"}\n"],
        units: &[
            "{\"body\":\"\u{d6}\"}\n",
            "\u{d6}",
            "\"",
            "{",
            "\n",
            " ",
            "a",
            "\u{b5}",
            "{\"a\":",
            "vi\u{d6}t ",
        ],
    },
    Format {
        file: "bytes.csv",
        openings: &["title,body\n", "title,body\nvi\u{d6}t,\u{ae}\u{ca}y\n"],
        units: &["\u{d6}", "\"", ",", "\n", "a", "vi\u{d6}t ", "\u{b5},"],
    },
    Format {
        file: "bytes.xml",
        openings: &[
            "<?xml version=\"1.0\" encoding=\"windows-1258\"?><rss><channel>",
            "<?xml version=\"1.0\" encoding=\"shift_jis\"?><articles><article>",
        ],
        units: &[
            "<item>", "</item>", "<title>", "\u{d6}", "\u{f2}", "a", " ", "\n", "\u{81}", "<p>",
            "&",
        ],
    },
    Format {
        file: "bytes.eml",
        openings: &[
            "From: a@a.example\nSubject: A\nContent-Type: text/plain; charset=x-vni\n\n",
            "From: a@a.example\nSubject: A\nContent-Type: text/html; charset=windows-1258\n\n",
            "From: a@a.example\n",
        ],
        units: &[
            "\u{d6}",
            "\u{f2}",
            "a",
            " ",
            "\n",
            "=?x-viet-vni?Q?=d6?= ",
            "=?windows-1258?B?8vLy?= ",
            "<p>",
            "Subject: \u{d6}\n",
        ],
    },
    Format {
        file: "a.pdf",
        openings: &[
            "%PDF-1.4\n",
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Contents 4 0 R>>endobj\n",
        ],
        units: &[
            "{n} 0 obj",
            "1 0 obj",
            " endobj\n",
            "<<",
            ">>",
            "[",
            "]",
            "(",
            ")",
            "stream\n",
            "endstream\n",
            "/Root 1 0 R",
            "/Type/Catalog",
            "/Type/Page",
            "/Kids[",
            "/Kids[{n} 0 R]",
            "/Pages {n} 0 R",
            "/Parent 1 0 R",
            "xref\n",
            "trailer",
            "startxref\n{n}\n",
            "%%EOF\n",
            "/Filter/FlateDecode",
            "/Type/ObjStm/N 9/First 9",
            "/Type/XRef/W[1 1 1]/Size 9",
            "/Prev {n}",
            "/Length {n}",
            "0000000000 65535 f \n",
            "a",
            "\n",
            "{n} 0 R ",
            "%",
            "#41",
            "/",
            "<",
            ">",
            "/Contents {n} 0 R",
        ],
    },
    Format {
        file: "page.pdf",
        openings: &["", "BT /F1 9 Tf ", "BT /F2 9 Tf "],
        units: &[
            "BT ",
            "ET ",
            "/F1 9 Tf ",
            "/F2 {r} Tf ",
            "(a) Tj ",
            "(aa a)'",
            "[(a)1(b)] TJ ",
            "1 0 0 1 {n} {r} Tm ",
            "1 0 0 1 {r} {r} Tm ",
            "0 1 -1 0 {r} {n} Tm ",
            "q ",
            "Q ",
            "/X1 Do ",
            "/Span<</ActualText(a)>>BDC ",
            "EMC ",
            "BI /W 1 ID a EI ",
            "(",
            ")",
            "[",
            "]",
            "<<",
            ">>",
            "1 ",
            "0 -12 Td ",
            "{r} 0 Td ",
            "0 {r} Td ",
            "T* ",
            "/Artifact<</Type/Pagination>>BDC ",
            "/a BMC ",
            "<61>Tj ",
            "/{n} ",
            "% ",
            "2 0 0 2 {r} 0 cm ",
        ],
    },
    Format {
        file: "form.pdf",
        openings: &["", "BT /F2 9 Tf "],
        units: &[
            "/X1 Do ",
            "/X2 Do ",
            "/X{n} Do ",
            "(a) Tj ",
            "/F{n} 9 Tf ",
            "q ",
            "Q ",
            "1 0 0 1 {r} {r} cm ",
            "1 0 0 1 {n} {r} Tm ",
            "/Span<</ActualText(a)>>BDC ",
            "EMC ",
            "/a BMC ",
            "BI /W 1 ID a EI ",
            "/G{n} gs ",
            "[(a)1(b)] TJ ",
        ],
    },
    Format {
        file: "kids.pdf",
        openings: &[""],
        units: &[
            "3 0 R ",
            "2 0 R ",
            "{n} 0 R ",
            "[",
            "]",
            "<</Type/Page/Contents 4 0 R/Resources 5 0 R>>",
            "<</Type/Page>>",
            "<</Kids[3 0 R 3 0 R]>>",
            "<<",
            ">>",
            "<</Kids[",
            "1 ",
            "/a",
        ],
    },
    Format {
        file: "map.pdf",
        openings: &["", "1 beginbfrange\n", "1 beginbfchar\n"],
        units: &[
            "1 beginbfrange\n",
            "endbfrange\n",
            "<0000> <FFFF> <0041>\n",
            "<{n}> ",
            "[<0041>",
            "]",
            "1 beginbfchar\n",
            "endbfchar\n",
            "1 begincodespacerange\n",
            "endcodespacerange\n",
            "<00> <ff>\n",
            "<",
            ">",
            "/a usecmap ",
            "1 begincidrange\n",
            "(",
            "%",
        ],
    },
    Format {
        file: "font.pdf",
        openings: &[
            "/W[",
            "/Widths[",
            "/Encoding<</Differences[",
            "/FontDescriptor<</Flags 4",
        ],
        units: &[
            "1 ",
            "{n} ",
            "[1]",
            "[",
            "]",
            "/a{n}",
            "/uni0041",
            "<<",
            ">>",
            "{n} {n} 1 ",
            "(a)",
            "1 [1 1 1]",
            "5 0 R ",
        ],
    },
];

/// Shapes that cost most before there were bounds.
pub fn known() -> Vec<(&'static str, Shape)> {
    let page = "<!doctype html><body>";
    vec![
        ("a.html", Shape::new(page, "<table>", "</b>")),
        ("a.html", Shape::new(page, "<table><td>", "")),
        ("a.html", Shape::new(page, "<div>", "</p>")),
        // A long title, with which each heading is compared, and headings inside each other.
        ("a.html", Shape::new("<title>", "tin ", "</title><h1>tin")),
        ("a.html", Shape::new(page, "<h2><div>", "a")),
        ("a.html", Shape::new(page, "<b>", "<p>")),
        ("a.html", Shape::new(page, "<b id={n}>", "<p>x")),
        (
            "a.html",
            Shape::new("<!doctype html><body><table><td>", "<p>a", "<p>a"),
        ),
        (
            "a.html",
            Shape::new("<!doctype html><body><p", " a{n}", " a{n}=\"<\""),
        ),
        ("a.html", Shape::new(page, "&", "&amp")),
        // Data in scripts: values that are small, inside each other, or long.
        ("a.html", Shape::new("<script>a=[[", "0,", "0]];a=[[")),
        ("a.html", Shape::new("<script>", "a=[", "]")),
        (
            "a.html",
            Shape::new("<script>a={title:1,content:'", "cho hop ", "'};a={x:'"),
        ),
        ("a.html", Shape::new("<script>a=[", "b,`", "{'")),
        // UTF-8 that was encoded twice.
        ("a.txt", Shape::new("", "Ã¡º", "á» ")),
        ("a.txt", Shape::new("", "Ã ", "â€a")),
        // Rows with a quotation mark that does not close.
        (
            "a.csv",
            Shape::new("title,body,date\n", "a,\"b\nc,d\n", "a,\"b,c,d\ne,\"f\n"),
        ),
        ("a.html", Shape::new(page, "<a>", "<a>")),
        ("a.html", Shape::new(page, "<ul><li><a>x</a>", "</li>")),
        ("a.html", Shape::new(page, "<i x='", "<i x=\"")),
        (
            "a.pdf",
            Shape::new("%PDF-1.4\n", "<</Type/ObjStm/N 9/First 9>>stream\n", "<<"),
        ),
        ("a.pdf", Shape::new("%PDF-1.4\n", "<</Root 1 0 R>>", "[")),
        (
            "a.pdf",
            Shape::new("%PDF-1.4\n", "1 0 obj<</Filter/Fl>>stream\n", "(("),
        ),
        // Objects, brackets and strings without an end, which a repair of a file searches for.
        ("a.pdf", Shape::new("%PDF-1.4\n", "91 0 obj[ ", "")),
        ("a.pdf", Shape::new("%PDF-1.4\n", "91 0 obj( endobj ", "")),
        ("a.pdf", Shape::new("%PDF-1.4\n", "91 0 obj( ", ")")),
        ("a.pdf", Shape::new("%PDF-1.4\n", "<< ", "[ ")),
        // Pages that take more memory than text.
        ("kids.pdf", Shape::new("", "<<>>", "")),
        (
            "kids.pdf",
            Shape::new("", "<</Type/Page/Contents 4 0 R/Resources 5 0 R>>", "<<1 "),
        ),
        ("page.pdf", Shape::new("BT /F2 9 Tf ", "/a BMC ", "(a)Tj ")),
        (
            "page.pdf",
            Shape::new("BT /F2 9 Tf ", "/a<</ActualText(a)>>BDC ", "(a)Tj "),
        ),
        ("page.pdf", Shape::new("", "BI ID ", "/X1 Do ")),
        ("page.pdf", Shape::new("", "/X{n} Do ", "/P{n} gs ")),
        // Forms inside themselves and each other, and one drawn again and again.
        ("form.pdf", Shape::new("", "/X1 Do ", "")),
        ("form.pdf", Shape::new("BT /F2 9 Tf ", "/X2 Do ", "(a) Tj ")),
        ("form.pdf", Shape::new("BT /F2 9 Tf ", "(a) Tj ", "")),
        (
            "font.pdf",
            Shape::new("/FontDescriptor<</Flags 4", "(a)5 0 R <<", "<<1 "),
        ),
        // Sets of eight bits, declared, detected, or taken for Latin-1.
        (
            "bytes.html",
            Shape::new(
                "<meta charset=windows-1252><body>",
                "\u{80}<b>\u{b5}",
                "<p>\u{d6}",
            ),
        ),
        (
            "bytes.eml",
            Shape::new(
                "From: a@a.example\nSubject: A\nContent-Type: text/html; charset=windows-1258\n\n",
                "\u{f2} \u{f2}",
                "\u{d6}\n",
            ),
        ),
        (
            "bytes.txt",
            Shape::new(
                "b\u{b5}i vi\u{d5}t \u{ae}\u{ca}y\n\n",
                "\n\u{1}",
                "\u{b5}\u{ff}Vi\u{ea}\u{f2}t ",
            ),
        ),
        (
            "bytes.txt",
            Shape::new("vi\u{d5}t \u{ae}\u{ca}y\n", "\u{b0}", "\u{b4}"),
        ),
        // One line, in which the set is detected.
        (
            "bytes.html",
            Shape::new("<meta charset=windows-1252><body>", "\u{e4}", "\u{e4}"),
        ),
        ("bytes.jsonl", Shape::new("", "\n\u{b5}", "\u{d6}\n")),
        ("a.jsonl", Shape::new("", "\n{\n", "\n{")),
        (
            "viqr.txt",
            Shape::new("Vie^.t Nam ho^.i nghi. da^n to^.c\n", "^a", "Ao+?'"),
        ),
        ("mistaken.txt", Shape::new("", "\u{301}", "\u{d6}")),
        ("a.txt", Shape::new("", "a\n", "a\n")),
        ("a.txt", Shape::new("", "a\n\n", "25/3/2026\n")),
        ("a.txt", Shape::new("Tin\n\n", "Ảnh: A\n", "Lê Mẫu\n")),
        ("a.md", Shape::new("", "[", "[")),
        ("a.md", Shape::new("", "[a](", "[a](")),
        ("a.md", Shape::new("", "![", "[")),
        ("a.md", Shape::new("", "*", "_")),
        ("a.md", Shape::new("", "<a", "<a")),
        ("a.md", Shape::new("", "- a\n", "a\n\n")),
        ("a.md", Shape::new("---\n", "a: \"\"\"\n", "a:\n")),
        (
            "a.jsonl",
            Shape::new("{\"title\":\"a\",\"body\":\"<p>a", "<table>", "</b>"),
        ),
        (
            "a.jsonl",
            Shape::new("{\"title\":\"a\",\"body\":\"<p>a", "&", "<b>"),
        ),
        (
            "a.html",
            Shape::new("<!doctype html><body><p ", "<li>&#1;<h1>'", "<!--"),
        ),
        ("a.txt", Shape::new("Tin\n\n", "(\u{301}- ", "ê\u{301}a\n1")),
        (
            "a.tsv",
            Shape::new("id\ttitle\tbody\n", "['\n", "[\"a\"]\n"),
        ),
        ("a.csv", Shape::new("title,", "\t", "\t")),
        ("a.csv", Shape::new("title,body\n", "a,\"b\n", "a,\"b\n")),
        ("a.csv", Shape::new("title,body\n\"", "a\"", "a\"")),
        ("a.json", Shape::new("[", "{\"title\":\"a\"},1,<p>", "{},")),
        (
            "a.jsonl",
            Shape::new("{\"body\":\"", "{\"a\":[{\"body\":\"<td>\"}\n1\n", "1\n"),
        ),
        (
            "a.rss",
            Shape::new(
                "<?xml version=\"1.0\"?><rss><channel>",
                "<item><guid>{n}</guid>",
                "<item><category>a</category></item>",
            ),
        ),
        (
            "a.nitf",
            Shape::new(
                "<?xml version=\"1.0\"?><TEI><text><body>",
                "<title>a</title><pb/>",
                "</p>",
            ),
        ),
        (
            "wiki.xml",
            Shape::new(
                "<mediawiki><page><title>a</title><revision><text>",
                "[[",
                "{{",
            ),
        ),
        (
            "a.mbox",
            Shape::new("From a\nSubject: A\n\n", ">\n>", "a-- \n"),
        ),
        (
            "a.mht",
            Shape::new(
                "From: <Saved by Blink>\nSubject: A\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"b\"\n\n--b\nContent-Type: text/html\n\n<!doctype html><body>",
                "<p>Content-Type: text/html\n",
                "a=\n<table>",
            ),
        ),
        ("a.rtf", Shape::new("{\\rtf1 ", "\n\\cell {", "{")),
        (
            "a.vert",
            Shape::new("# newdoc\n", "<doc>\n# text = a\n", "</s>\n<doc a=\"\n"),
        ),
        (
            "a.docx",
            Shape::new(
                "<w:document><w:body><w:p><w:r><w:t>",
                "&amp;<w:p><w:r><w:t>a</w:t></w:r></w:p>]]>",
                "<w:p><w:r><w:t>a</w:t></w:r></w:p>&a;<w:p>",
            ),
        ),
        (
            "styles.docx",
            Shape::new(
                "<w:styles>",
                "<w:style w:styleId=\"{n}\"></w:style>a",
                "<w:name w:val=\"a\"/>",
            ),
        ),
        (
            "page.warc",
            Shape::new(page, "<b id={n}><table>", "a<p></b>"),
        ),
        ("a.zip", Shape::new(page, "<p>&<b id={n}><p>&", "&\n<p>")),
    ]
}
