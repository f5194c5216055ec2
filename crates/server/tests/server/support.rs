//! A server on an index of its own, and an HTTP client.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use timbao_articles::{Article, Caption, Published};
use timbao_index::{Index, WriterOptions};
use timbao_server::{Options, Server};
use tokio::sync::oneshot;

/// A server that ends with the test.
pub struct Site {
    pub address: SocketAddr,
    pub dir: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Site {
    /// A server with everything at its default.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// A server that has more articles.
    pub fn holding(more: Vec<Article>) -> Self {
        Self::start(more, |_| {})
    }

    /// A server with some options.
    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::start(Vec::new(), change)
    }

    /// A server that has more articles, with some options.
    pub fn start(more: Vec<Article>, change: impl FnOnce(&mut Options)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), articles().into_iter().chain(more));
        let mut options = Options::new(dir.path(), SocketAddr::from(([127, 0, 0, 1], 0)));
        change(&mut options);
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let server = Server::open(options).await.unwrap();
                ready.send(server.address().unwrap()).unwrap();
                server
                    .run(async {
                        let _ = stopped.await;
                    })
                    .await;
            });
        });
        Self {
            address: address.recv().unwrap(),
            dir,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Requests a path.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, "")
    }

    /// Requests a path as a browser does.
    pub fn browse(&self, path: &str) -> Answer {
        self.get_with(
            path,
            "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n",
        )
    }

    /// Requests a path with more headers, each with its line end.
    pub fn get_with(&self, path: &str, headers: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.address
        ))
    }

    /// Sends bytes, and reads until the server closes.
    pub fn send(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        read(&mut stream)
    }

    /// Requests a path from another server.
    pub fn ask(address: SocketAddr, path: &str) -> Answer {
        let mut stream = TcpStream::connect(address).unwrap();
        let time = Some(Duration::from_secs(60));
        stream.set_read_timeout(time).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        read(&mut stream)
    }

    /// Connects.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
    }

    /// Stops the server, without waiting for its end.
    pub fn tell_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until the server has stopped.
    pub fn wait(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.tell_to_stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Reads one answer, until the server closes.
pub fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A server that rejects a request may reset the connection after its
    // response.
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 4..]),
        None => (bytes.as_slice(), [].as_slice()),
    };
    let head = String::from_utf8_lossy(head).into_owned();
    let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    let body = match is_chunked {
        true => joined(body),
        false => body.to_vec(),
    };
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        head,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// The content of chunks, as far as they came.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&chunks[..end]).unwrap_or_default();
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        let rest = &chunks[end + 2..];
        if size == 0 || rest.len() < size {
            break;
        }
        content.extend_from_slice(&rest[..size]);
        chunks = rest.get(size + 2..).unwrap_or_default();
    }
    content
}

/// Adds articles to an index, in one commit.
pub fn write(dir: &Path, articles: impl IntoIterator<Item = Article>) {
    let index = Index::open_or_create(dir).unwrap();
    let options = WriterOptions {
        threads: 1,
        memory: 20_000_000,
    };
    let mut writer = index.writer(options).unwrap();
    for article in articles {
        writer.add(&article.id.clone(), article).unwrap();
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
}

/// A text in two papers, and an article that speaks of the same.
pub fn reprinted() -> Vec<Article> {
    let text = "Sáng nay tại xã Bến Cát Trắng, ông Đào Văn Mít cùng bà con khánh thành cây cầu gỗ lim \
        bắc qua sông Trà Lũ sau hơn hai năm góp công góp của, mở lối cho học trò tới trường.";
    let mut later = article(
        "cau/dang-lai",
        "Cầu gỗ lim nối đôi bờ",
        text,
        Some((2026, 4, 2)),
    );
    later.source = Some("Báo Đông Hải".into());
    let mut first = article(
        "cau/dau-tien",
        "Khánh thành cầu gỗ lim",
        text,
        Some((2026, 4, 1)),
    );
    first.source = Some("Báo Sông Trà".into());
    let like = article(
        "cau/ke-tiep",
        "Sông Trà Lũ thêm một cây cầu",
        "Sau cầu gỗ lim, dân hai bờ sông Trà Lũ bàn chuyện bắc thêm một cây cầu đá.",
        Some((2026, 5, 3)),
    );
    vec![later, first, like]
}

/// An article with an id, a title, a text and a date.
pub fn article(id: &str, title: &str, body: &str, date: Option<(i32, u8, u8)>) -> Article {
    Article {
        id: id.to_owned(),
        path: format!("/bao/{id}"),
        title: Some(title.to_owned()).filter(|title| !title.is_empty()),
        body: body.to_owned(),
        published: date.and_then(|(year, month, day)| Published::new(year, Some(month), Some(day))),
        ..Article::default()
    }
}

fn articles() -> Vec<Article> {
    let mut first = article(
        "2026/hoi-nghi.md",
        "Hội nghị phòng, chống “tự diễn biến”",
        "Báo cáo nêu những biểu hiện “tự diễn biến” trong nội bộ.\nCác đại biểu xã Bến Cát Trắng thảo luận.",
        Some((2026, 3, 25)),
    );
    first.section = Some("Xây dựng Đảng".into());
    first.source = Some("Báo Sông Trà".into());
    first.summary = Some("Hội nghị bàn về tự diễn biến, tự chuyển hóa.".into());
    first.url = Some("https://bao.example/hoi-nghi".into());
    first.captions = vec![Caption {
        text: "Quang cảnh hội nghị".into(),
        credit: Some("An Bình".into()),
    }];
    let mut second = article(
        "tu-dien",
        "Biên soạn từ điển",
        "Nhóm biên soạn từ điển họp ở Hải Lăng Đông. Từ điển biên soạn trong ba năm.",
        Some((2013, 11, 28)),
    );
    second.section = Some("Văn hóa".into());
    let mut third = article(
        "xau",
        "<script>alert(1)</script> họp \"bàn\" & 'tính'",
        "Bạn đọc gửi <img src=x onerror=alert(2)> vào ô bình luận.\n=HYPERLINK(\"http://x\") họp",
        Some((2026, 1, 2)),
    );
    third.section = Some("\"><script>alert(3)</script>".into());
    third.url = Some("javascript:alert(4)".into());
    let fourth = article("=1+1", "", "Họp tổ dân phố, tự chuyển hoa ra chợ.", None);
    vec![first, second, third, fourth]
}

/// Texts that are published three times. The first have words of their own five times near *cầu*.
pub fn many_words() -> Vec<Article> {
    (0..230)
        .flat_map(|number| {
            let (topic, times) = if number < 210 {
                ("Cầu", 5)
            } else {
                ("Đò", 500)
            };
            let text = format!("{topic} nhịp{number} dài. ").repeat(times);
            let rest: Vec<String> = (0..30).map(|n| format!("bãi{number}v{n}")).collect();
            let body = text + &rest.join(" ");
            ["a", "b", "c"]
                .map(|copy| article(&format!("{copy}{number}"), "", &body, Some((2024, 5, 1))))
        })
        .collect()
}
