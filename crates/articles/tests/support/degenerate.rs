//! Degenerate files: units of each format repeated until the file is full.

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

    /// Writes a file of about `bytes`.
    pub fn write(&self, bytes: usize) -> String {
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
];

/// Shapes that cost most before there were bounds.
pub fn known() -> Vec<(&'static str, Shape)> {
    let page = "<!doctype html><body>";
    vec![
        ("a.html", Shape::new(page, "<table>", "</b>")),
        ("a.html", Shape::new(page, "<table><td>", "")),
        ("a.html", Shape::new(page, "<div>", "</p>")),
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
    ]
}
