//! A directory of invented articles, and `timbao` run in it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

/// A working directory of its own, with nothing of the environment.
pub struct Workspace {
    directory: TempDir,
    environment: Vec<(String, String)>,
}

const ARTICLES: [(&str, &str); 4] = [
    (
        "bao/hoi-nghi.md",
        "---\ntitle: Hội nghị về phòng, chống “tự diễn biến”\ndate: 2026-03-25\nsection: Xây dựng Đảng\n\
         place: Hải Lăng Đông\nauthor: Trần Thị Mận\n---\n\
         Đảng ủy phường Bến Cát Trắng họp sáng nay. Báo cáo nêu những biểu hiện “tự diễn biến”, \
         “tự chuyển hóa” trong nội bộ và bàn cách ngăn chặn từ chi bộ.\n\n\
         Đồng chí Lê Văn Mít đề nghị mỗi chi bộ sinh hoạt chuyên đề một lần mỗi quý.\n",
    ),
    (
        "bao/tu-dien.md",
        "---\ntitle: Người làm từ điển ở phố huyện\ndate: 2013-11-28\nsection: Văn hóa\nplace: Sông Trà\n---\n\
         Ông Phạm Văn Ổi dành hai mươi năm cho quyển từ điển biên soạn bằng tay.\n",
    ),
    (
        "bao/tin.jsonl",
        concat!(
            r#"{"id":"SL-1","title":"Họp bàn chuyện tự chuyển hoá của giống hoa","body":"Hợp tác xã Bình Lâm thử giống mới.","date":"2025-08","section":"Kinh tế","agency":"Hãng tin Sông Lam","url":"https://songlam.example/tin/1"}"#,
            "\n",
            r#"{"id":"SL-2","title":"Tên tệp \u001b[31mđỏ\u202e và <script>","body":"Dòng có ký tự điều khiển \u0007 và cử tri xã Y-Hlun, trang 21-KL/TW.","date":"2026-01-14T08:30"}"#,
            "\n",
        ),
    ),
    ("bao/hong.jsonl", "{\"id\": \"x\", \"title\": \n"),
];

/// The exit code of an update that could not read everything: one of the articles is broken.
pub const INCOMPLETE: i32 = 3;

impl Workspace {
    /// A directory without articles.
    pub fn empty() -> Self {
        Self {
            directory: TempDir::new().unwrap(),
            environment: Vec::new(),
        }
    }

    /// A directory of articles under `bao`, not indexed.
    pub fn with_articles() -> Self {
        let workspace = Self::empty();
        // Long ago, so that no file looks as if it were just being written.
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (path, text) in ARTICLES {
            workspace.write(path, text);
            let file = File::options()
                .write(true)
                .open(workspace.path().join(path))
                .unwrap();
            file.set_modified(time).unwrap();
        }
        workspace
    }

    /// A directory of articles, indexed.
    pub fn indexed() -> Self {
        let workspace = Self::with_articles();
        // Several threads may write several segments, and `stats` counts them.
        let (code, _, stderr) = workspace.output(&["index", "bao", "--threads", "1"], None);
        assert_eq!(code, INCOMPLETE, "{stderr}");
        workspace
    }

    /// Sets a variable for the programs run in it.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The path of the workspace, without symbolic links.
    pub fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap()
    }

    /// The exit code and everything that was written, as one text for a snapshot.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.run_with(arguments, None)
    }

    /// The same as [`run`](Self::run), with standard input.
    pub fn run_with(&self, arguments: &[&str], input: Option<&str>) -> String {
        let (code, stdout, stderr) = self.output(arguments, input);
        let mut shown = format!("$ timbao {}\nexit {code}\n", quoted(arguments));
        for (name, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                shown.push_str(&format!("---- {name} ----\n{}", visible(&text)));
            }
        }
        shown
    }

    /// Exit code, standard output, standard error; the directory's path is `[DIR]`.
    pub fn output(&self, arguments: &[&str], input: Option<&str>) -> (i32, String, String) {
        let output = self.run_raw(arguments, input);
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .unwrap()
                .replace(self.path().to_str().unwrap(), "[DIR]")
        };
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    fn run_raw(&self, arguments: &[&str], input: Option<&str>) -> std::process::Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read its input may have closed it.
        let _ = stdin.write_all(input.unwrap_or_default().as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    /// The program, ready to start.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_timbao"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path().join("home"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Windows programs do not start without it.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command
    }
}

fn quoted(arguments: &[&str]) -> String {
    let quote = |argument: &&str| match argument.contains([' ', '"', '\'']) || argument.is_empty() {
        true => format!("'{argument}'"),
        false => (*argument).to_owned(),
    };
    arguments.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// Escape sequences as text, so that a snapshot shows them; scores, which are the engine's
/// business, as `[score]`: the only numbers with many decimals.
fn visible(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, number) = rest.split_at(start);
        let end = number.find(|c| !is_part(c)).unwrap_or(number.len());
        let (number, after) = number.split_at(end);
        let decimals = number
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        let is_score = decimals >= 4 && number.parse::<f32>().is_ok();
        shown.extend([before, if is_score { "[score]" } else { number }]);
        rest = after;
    }
    shown.push_str(rest);
    shown.replace('\x1b', "␛")
}

/// The keys of a JSON object and the types of their values.
pub fn shape(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) => format!("[{}]", items.first().map(shape).unwrap_or_default()),
        Value::Object(object) => {
            let fields: Vec<_> = object
                .iter()
                .map(|(key, value)| format!("{key}: {}", shape(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// All keys of an object at any depth, except for those below the `opaque`
/// ones.
pub fn keys(value: &serde_json::Value, opaque: &[&str]) -> Vec<String> {
    use serde_json::Value;
    match value {
        Value::Array(items) => items.iter().flat_map(|item| keys(item, opaque)).collect(),
        Value::Object(object) => {
            let below = object
                .iter()
                .filter(|(key, _)| !opaque.contains(&key.as_str()));
            let below = below.flat_map(|(_, value)| keys(value, opaque));
            object.keys().cloned().chain(below).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a path is there, below the directory.
pub fn exists(workspace: &Workspace, path: &str) -> bool {
    Path::new(&workspace.path()).join(path).exists()
}
