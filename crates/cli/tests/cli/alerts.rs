//! `timbao alerts`, and the index that is updated while it is served.

use std::fs;

use serde_json::Value;

use crate::common::Workspace;

const SEARCHES: &str = "[searches]\n'Cử tri' = '\"cử tri\"'\n\n[searches.'Mùa màng']\nquery = 'lúa'\nsection = ['Kinh tế']\n";

/// An index with two saved searches that have begun.
fn begun() -> Workspace {
    let workspace = Workspace::indexed();
    workspace.write("timbao.toml", SEARCHES);
    let (code, stdout, stderr) = workspace.output(&["alerts"], None);
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.contains("Cử tri: alerts begin here"), "{stderr}");
    workspace
}

/// Writes an article and updates the index.
fn arrive(workspace: &Workspace, id: &str, title: &str, body: &str, section: &str) {
    let article = serde_json::json!({"id": id, "title": title, "body": body, "section": section});
    workspace.write(&format!("bao/{id}.json"), &article.to_string());
    let (code, _, stderr) = workspace.output(&["reindex"], None);
    assert!(matches!(code, 0 | 3), "{stderr}");
}

/// The new articles of each search.
fn news(workspace: &Workspace, more: &[&str]) -> Vec<(String, String)> {
    let arguments = [&["alerts", "--format", "jsonl"], more].concat();
    let (code, stdout, stderr) = workspace.output(&arguments, None);
    assert_eq!(code, i32::from(stdout.is_empty()), "{stderr}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = stdout.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        (text(&line["search"]), text(&line["id"]))
    });
    lines.collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn each_article_is_new_once() {
    let workspace = begun();
    assert!(news(&workspace, &[]).is_empty());
    arrive(
        &workspace,
        "T1",
        "Tiếp xúc cử tri",
        "Cử tri hỏi về giá lúa.",
        "Kinh tế",
    );
    arrive(&workspace, "T2", "Giá lúa", "Giá lúa tăng nhẹ.", "Đời sống");
    let expected = pairs(&[("Cử tri", "T1"), ("Mùa màng", "T1")]);
    assert_eq!(news(&workspace, &["--peek"]), expected);
    assert_eq!(news(&workspace, &["Mùa màng"]), expected[1..]);
    assert_eq!(news(&workspace, &[]), expected[..1]);
    assert!(news(&workspace, &[]).is_empty());
    assert_eq!(news(&workspace, &["--since", "2000"]).len(), 3);
    let (code, _, stderr) = workspace.output(&["reindex", "--full"], None);
    assert!(matches!(code, 0 | 3), "{stderr}");
    fs::create_dir(workspace.path().join("bao/cu")).unwrap();
    fs::rename(
        workspace.path().join("bao/T1.json"),
        workspace.path().join("bao/cu/T1.json"),
    )
    .unwrap();
    arrive(
        &workspace,
        "T2",
        "Giá lúa",
        "Giá lúa tăng mạnh, cử tri mừng.",
        "Đời sống",
    );
    assert!(news(&workspace, &[]).is_empty());
    arrive(
        &workspace,
        "T3",
        "Cử tri kiến nghị",
        "Mong sửa đường.",
        "Đời sống",
    );
    assert_eq!(news(&workspace, &[]), pairs(&[("Cử tri", "T3")]));
}

#[test]
fn a_restored_index_misses_nothing_and_repeats_nothing() {
    let workspace = begun();
    let run = |arguments: &[&str]| {
        let (code, _, stderr) = workspace.output(arguments, None);
        assert!(matches!(code, 0 | 3), "{arguments:?}: {stderr}");
    };
    run(&["backup", "sao-luu"]);
    arrive(&workspace, "T1", "Cử tri xã", "Một.", "Đời sống");
    assert_eq!(news(&workspace, &[]).len(), 1);
    arrive(&workspace, "T2", "Cử tri phường", "Hai.", "Đời sống");
    run(&["restore", "sao-luu", "--overwrite"]);
    arrive(&workspace, "T3", "Cử tri huyện", "Ba.", "Đời sống");
    assert_eq!(
        news(&workspace, &[]),
        pairs(&[("Cử tri", "T2"), ("Cử tri", "T3")])
    );
    assert!(news(&workspace, &[]).is_empty());
}

#[test]
fn text_is_that_of_hits() {
    let workspace = begun();
    arrive(
        &workspace,
        "T1",
        "Tiếp xúc cử tri",
        "Cử tri hỏi về giá lúa.",
        "Kinh tế",
    );
    let (code, stdout, _) = workspace.output(&["alerts", "Cử tri", "--lang", "vi"], None);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("Cử tri: 1 bài mới\n"), "{stdout}");
    assert!(stdout.contains("Tiếp xúc cử tri"), "{stdout}");
}

#[cfg(unix)]
#[test]
fn a_command_runs_for_each_article_until_it_succeeds() {
    let workspace = begun().variable("PATH", "/usr/bin:/bin");
    arrive(
        &workspace,
        "T1",
        "Tiếp xúc cử tri",
        "Cử tri hỏi.",
        "Đời sống",
    );
    arrive(&workspace, "T2", "Cử tri \"hỏi\" $HOME", "Đáp.", "Đời sống");
    let only = "sh -c 'cat >> nhan; test $TIMBAO_ID = T1'";
    let (code, stdout, stderr) = workspace.output(&["alerts", "--exec", only], None);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains("the command failed"), "{stderr}");
    assert_eq!(news(&workspace, &["--peek"]), pairs(&[("Cử tri", "T2")]));
    let title = "sh -c 'printf %s \"$TIMBAO_TITLE\" > tit'";
    assert_eq!(workspace.output(&["alerts", "--exec", title], None).0, 0);
    let read = |name: &str| fs::read_to_string(workspace.path().join(name)).unwrap();
    assert_eq!(read("tit"), "Cử tri \"hỏi\" $HOME");
    assert_eq!(read("nhan").lines().count(), 2);
    assert!(news(&workspace, &[]).is_empty());
    arrive(&workspace, "T3", "Cử tri mới", "Hỏi.", "Đời sống");
    arrive(&workspace, "T4", "Cử tri cũ", "Hỏi.", "Đời sống");
    let batch = ["alerts", "--exec-batch", "sh -c 'cat > lo'"];
    assert_eq!(workspace.output(&batch, None).0, 0);
    assert_eq!(read("lo").lines().count(), 2);
    assert!(news(&workspace, &[]).is_empty());
}

#[test]
fn errors_say_what_to_do() {
    let workspace = Workspace::indexed();
    for (file, arguments, expected) in [
        ("", &["alerts"][..], "there are no saved searches"),
        (
            "[searches]\na = 3",
            &["alerts"],
            "searches.\"a\": neither a query nor a table",
        ),
        (
            "[searches]\na = 'lúa'",
            &["alerts", "b"],
            "no saved search has the name \"b\"",
        ),
        (
            "[searches]\na = 'lúa'",
            &["alerts", "--since", "hôm qua"],
            "--since hôm qua: not a date",
        ),
        (
            "[searches.a]\nquery = 'x'\nafter = 'mai'",
            &["alerts"],
            "after mai: not a date",
        ),
    ] {
        workspace.write("timbao.toml", file);
        let (code, _, stderr) = workspace.output(arguments, None);
        assert_eq!(code, 2, "{stderr}");
        assert!(
            stderr.contains(expected) && stderr.contains("hint: "),
            "{file}: {stderr}"
        );
    }
    workspace.write("timbao.toml", SEARCHES);
    let (code, stdout, _) =
        workspace.output(&["alerts", "--list-searches", "--format", "jsonl"], None);
    assert_eq!((code, stdout.lines().count()), (0, 2));
    assert!(stdout.contains("[\"section\",\"Kinh tế\"]"), "{stdout}");
}

#[cfg(unix)]
#[test]
fn a_server_follows_the_sources_of_its_index() {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::Command;
    use std::time::{Duration, Instant};

    let workspace = Workspace::with_articles();
    let serve = [
        "serve",
        "--watch",
        "bao",
        "--listen",
        "127.0.0.1:0",
        "--within",
        "1",
        "--wait",
        "0",
    ];
    // The log would fill a pipe that is not read.
    let mut command = workspace.command(&serve);
    let mut server = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let get = |path: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    let wait = |path: &str, expected: &str| {
        let begun = Instant::now();
        while !get(path).contains(expected) {
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "{path}: {}",
                get(path)
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    wait("/status", "Máy chủ này theo dõi");
    workspace.write("bao/moi.txt", "Tin mới\n\nCon đê vừa đắp xong.\n");
    wait("/api/v1/search?q=%22con+%C4%91%C3%AA%22", "\"total\":1");
    let feed = get("/feed.atom?q=%22con+%C4%91%C3%AA%22");
    assert!(
        feed.contains("application/atom+xml") && feed.contains("<entry>"),
        "{feed}"
    );

    // An update that fails, as another process is writing.
    let lock = fs::File::options()
        .write(true)
        .open(workspace.path().join(".timbao/.tantivy-writer.lock"))
        .unwrap();
    lock.lock().unwrap();
    workspace.write("bao/nua.txt", "Tin nữa\n\nCây cầu vừa xây xong.\n");
    wait("/status", "bị lỗi");
    assert!(get("/api/v1/search?q=h%E1%BB%8Dp").starts_with("HTTP/1.1 200"));
    lock.unlock().unwrap();
    wait("/api/v1/search?q=%22c%C3%A2y+c%E1%BA%A7u%22", "\"total\":1");
    wait("/status", "Lần cập nhật gần nhất");

    let pid = server.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert_eq!(workspace.output(&["verify"], None).0, 0);
}
