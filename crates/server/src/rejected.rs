//! Answers to requests that the HTTP implementation rejects before a handler sees them: it sends a
//! status without a body, which is replaced by one with the problem.

use crate::guard::HEADERS;
use crate::page::problem_page;
use crate::problem::Problem;

/// Bytes of a request by which pages and the API are told apart.
const START: usize = 64;

/// The client of a connection, as far as what it sent shows whether it is a browser.
#[derive(Debug, Default)]
pub(crate) struct Client {
    start: Vec<u8>,
    names_html: bool,
}

impl Client {
    /// Takes note of bytes that the client sent.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        let room = START.saturating_sub(self.start.len()).min(bytes.len());
        self.start.extend(bytes.iter().take(room));
        let html = b"text/html";
        let mut windows = bytes.windows(html.len());
        self.names_html =
            self.names_html || windows.any(|window| window.eq_ignore_ascii_case(html));
    }

    /// Returns `true` if the client expects a page: it names HTML, or the address is not of the API.
    /// The headers after an address that is too long are never read.
    fn expects_page(&self) -> bool {
        let start = String::from_utf8_lossy(&self.start);
        let path = start.split(' ').nth(1).unwrap_or_default();
        self.names_html || path.starts_with('/') && !path.contains("/api/")
    }

    /// The answer that is sent instead of these bytes, if they reject a request without a reason.
    pub(crate) fn answer(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let problem = match bytes.get(..13)? {
            b"HTTP/1.1 431 " | b"HTTP/1.1 414 " => Problem::head(),
            b"HTTP/1.1 400 " => Problem::malformed("the request is not valid HTTP"),
            _ => return None,
        };
        let head = std::str::from_utf8(bytes).ok()?.strip_suffix("\r\n\r\n")?;
        let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
        if head.lines().find(is_length)?.split(':').nth(1)?.trim() != "0" {
            return None;
        }
        let (kind, body) = match self.expects_page() {
            true => (
                "text/html; charset=utf-8",
                problem_page(&problem, None).into_string(),
            ),
            false => (
                "application/problem+json",
                serde_json::to_string(&problem).ok()?,
            ),
        };
        let mut answer: Vec<String> = head
            .lines()
            .filter(|line| !is_length(line))
            .map(str::to_owned)
            .collect();
        answer.push(format!("content-type: {kind}"));
        answer.push(format!("content-length: {}", body.len()));
        let guards = HEADERS.into_iter();
        answer.extend(guards.map(|(name, value)| format!("{name}: {value}")));
        Some(format!("{}\r\n\r\n{body}", answer.join("\r\n")).into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sent: &[&str], bytes: &str) -> Option<String> {
        let mut client = Client::default();
        for part in sent {
            client.sent(part.as_bytes());
        }
        let answer = client.answer(bytes.as_bytes())?;
        Some(String::from_utf8(answer).unwrap())
    }

    const REJECTED: &str =
        "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\ndate: x\r\n\r\n";

    #[test]
    fn rejections_have_a_body_for_the_client() {
        for (sent, kind, part) in [
            (&["GET /?q=aaa"][..], "text/html; charset=utf-8", "<h1"),
            (
                &["GET /api/v1/search?q=aa"],
                "application/problem+json",
                "431",
            ),
            (
                &["GET /kho/b/api/v1/search?q=aa"],
                "application/problem+json",
                "431",
            ),
            (
                &["GET /api/v1/stats HTTP/1.1\r\n", "Accept: Text/HTML\r\n"],
                "text/html; charset=utf-8",
                "<h1",
            ),
            (&["\u{16}\u{3}\u{1}"], "application/problem+json", "head"),
        ] {
            let answer = answer(sent, REJECTED).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 431 "), "{head}");
            assert!(
                head.contains(&format!("\r\ncontent-type: {kind}\r\n")),
                "{head}"
            );
            let length = format!("\r\ncontent-length: {}\r\n", body.len());
            assert!(
                head.contains(&length) && head.contains("\r\ndate: x\r\n"),
                "{head}"
            );
            assert_eq!(
                head.matches("ontent-length").count() + head.matches("ontent-Length").count(),
                1
            );
            assert!(body.contains(part), "{body}");
        }
    }

    #[test]
    fn answers_of_handlers_are_sent_as_they_are() {
        for bytes in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 20\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 4",
            "",
        ] {
            assert_eq!(answer(&["GET /"], bytes), None, "{bytes:?}");
        }
    }
}
