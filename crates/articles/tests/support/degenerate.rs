//! Degenerate files: units of each format repeated until the file is full.
//!
//! A new format is an entry of [`FORMATS`]: the name of a file, what such files begin with, and the
//! pieces that its reader treats specially. A format that is not text also needs an arm in
//! [`packed`], which puts the text where the reader of the format finds it. What a search finds
//! belongs into [`known`].

use std::io::{Cursor, Write};

/// A shape of a file: `opening`, then `first` repeated over half of it, then
/// `second` over the other half. `{n}` in a unit is a running number.
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
                if unit.contains("{n}") {
                    text.push_str(&unit.replace("{n}", &number.to_string()));
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
        _ => text.into_bytes(),
    }
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
