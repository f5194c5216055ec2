//! Building an index and looking into files.

use std::fs;
#[cfg(target_os = "linux")]
use std::path::Path;

use crate::common::{INCOMPLETE, Workspace, exists};
use insta::assert_snapshot;

#[test]
fn an_index_follows_its_sources() {
    let workspace = Workspace::with_articles();
    assert_snapshot!("index_first", workspace.run(&["index", "bao"]));
    assert_snapshot!("index_again", workspace.run(&["index", "bao"]));
    workspace.write(
        "bao/moi.md",
        "# Tin mới\n\nCử tri xã Đồi Trúc hỏi về đường làng.\n",
    );
    fs::remove_file(workspace.path().join("bao/tu-dien.md")).unwrap();
    assert_snapshot!("reindex_dry_run", workspace.run(&["reindex", "--dry-run"]));
    assert_snapshot!("reindex", workspace.run(&["reindex"]));
    assert_snapshot!(
        "reindex_and_search",
        workspace.run(&["reindex", "--full", "--search", "đường làng"])
    );
    assert_snapshot!("forget", workspace.run(&["forget", "bao"]));
    assert_eq!(workspace.output(&["search", "họp"], None).0, 1);
}

#[test]
fn what_cannot_be_indexed() {
    let workspace = Workspace::with_articles();
    assert_snapshot!("index_no_path", workspace.run(&["index", "khong-co"]));
    assert!(!exists(&workspace, ".timbao"));
    assert_snapshot!("reindex_no_index", workspace.run(&["reindex"]));
    assert_snapshot!("search_no_index", workspace.run(&["search", "họp"]));
    assert_snapshot!("index_strict", workspace.run(&["index", "bao", "--strict"]));
    assert!(!exists(&workspace, ".timbao"));
    workspace.write("trong/.giu", "");
    assert_snapshot!(
        "index_empty_folder",
        workspace.run(&["index", "trong", "--index", "khac"])
    );
    workspace.write("hong/timbao.json", "{}");
    assert_snapshot!(
        "index_other_version",
        workspace.run(&["search", "họp", "--index", "hong"])
    );
    assert_snapshot!(
        "index_bad_memory",
        workspace.run(&["index", "bao", "--memory", "nhiều"])
    );
}

#[test]
fn reports_are_lines_of_json() {
    let workspace = Workspace::with_articles();
    let report = |arguments: &[&str], expected: i32| -> Vec<serde_json::Value> {
        let (code, stdout, stderr) = workspace.output(arguments, None);
        assert_eq!(code, expected, "{stderr}");
        let lines = stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    // A dry run does not open files.
    let dry = report(&["index", "bao", "--report", "-", "--dry-run"], 0);
    let types: Vec<_> = dry.iter().map(|line| line["type"].as_str()).collect();
    let (last, actions) = types.split_last().unwrap();
    assert_eq!(
        (*last, actions),
        (Some("summary"), &[Some("action"); 4][..])
    );
    assert_eq!(dry[0]["reason"]["because"], "new");
    let done = report(&["index", "bao", "--report", "-"], INCOMPLETE);
    assert_eq!(done[0]["type"], "problem");
    assert_eq!(done[0]["path"], "[DIR]/bao/hong.jsonl");
    let summary = &done[1];
    assert_eq!(
        (&summary["version"], &summary["total_articles"]),
        (&1.into(), &4.into())
    );
    assert_eq!(
        (&summary["articles"]["added"], &summary["problems"]),
        (&4.into(), &1.into())
    );
    workspace.output(&["reindex", "--report", "van-de.jsonl"], None);
    assert!(exists(&workspace, "van-de.jsonl"));
}

#[test]
fn a_report_that_cannot_be_written_is_refused_and_strictness_is_reported() {
    let workspace = Workspace::with_articles();
    assert_snapshot!(
        "report_unwritable",
        workspace.run(&["index", "bao", "--report", "khong-co/bao-cao.jsonl"])
    );
    assert!(!exists(&workspace, ".timbao"));
    let strict = ["index", "bao", "--strict", "--report", "bao-cao.jsonl"];
    assert_eq!(workspace.output(&strict, None).0, 2);
    let report = fs::read_to_string(workspace.path().join("bao-cao.jsonl")).unwrap();
    let types: Vec<_> = report
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].clone())
        .collect();
    assert_eq!(types, ["problem", "summary"]);
    let refused = ["index", "khong-co", "--report", "moi.jsonl"];
    assert_eq!(workspace.output(&refused, None).0, 2);
    assert!(!exists(&workspace, "moi.jsonl"));
}

#[cfg(unix)]
#[test]
fn a_run_that_could_not_read_everything_says_so() {
    let workspace = Workspace::indexed();
    let file = workspace.path().join("bao/tu-dien.md");
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("khong-co", &file).unwrap();
    assert_snapshot!("reindex_unreadable", workspace.run(&["reindex", "--full"]));
    assert_eq!(workspace.output(&["verify"], None).0, 0);
    assert_eq!(workspace.output(&["search", "từ điển"], None).0, 0);
}

#[test]
fn a_folder_that_is_away_is_no_deletion() {
    let workspace = Workspace::indexed();
    let (here, away) = (workspace.path().join("bao"), workspace.path().join("vang"));
    fs::rename(&here, &away).unwrap();
    assert_snapshot!("reindex_away", workspace.run(&["reindex"]));
    assert_snapshot!(
        "reindex_allow_vanished",
        workspace.run(&["reindex", "--allow-vanished"])
    );
    fs::rename(&away, &here).unwrap();
    assert_eq!(workspace.output(&["reindex"], None).0, INCOMPLETE);
    assert_eq!(workspace.output(&["search", "họp"], None).0, 0);
    assert_snapshot!("forget_file", workspace.run(&["forget", "bao/tin.jsonl"]));
    workspace.write("khac/a.md", "# Tin khác\n\nKhông có trong chỉ mục.\n");
    assert_snapshot!("forget_unknown", workspace.run(&["forget", "khac"]));
    assert_snapshot!(
        "index_inside",
        workspace.run(&["index", "bao", "--index", "bao"])
    );
}

#[test]
fn the_index_is_where_it_is_said_to_be() {
    let workspace = Workspace::with_articles().variable("TIMBAO_INDEX", "kho");
    assert_eq!(workspace.output(&["index", "bao"], None).0, INCOMPLETE);
    assert!(exists(&workspace, "kho") && !exists(&workspace, ".timbao"));
    assert_eq!(workspace.output(&["search", "họp"], None).0, 0);
    assert_eq!(
        workspace
            .output(&["search", "họp", "--index", "khac"], None)
            .0,
        2
    );
}

#[test]
fn files_are_inspected() {
    let workspace = Workspace::with_articles();
    assert_snapshot!(
        "inspect_markdown",
        workspace.run(&["inspect", "bao/hoi-nghi.md"])
    );
    assert_snapshot!(
        "inspect_first",
        workspace.run(&["inspect", "bao/tin.jsonl", "--limit", "1"])
    );
    assert_snapshot!(
        "inspect_member",
        workspace.run(&[
            "inspect",
            "bao/tin.jsonl",
            "--member",
            "2",
            "--format",
            "json"
        ])
    );
    assert_snapshot!(
        "inspect_csv",
        workspace.run(&["inspect", "bao/tu-dien.md", "--format", "csv"])
    );
    assert_snapshot!(
        "inspect_no_member",
        workspace.run(&["inspect", "bao/tin.jsonl", "--member", "9"])
    );
    assert_snapshot!(
        "inspect_broken",
        workspace.run(&["inspect", "bao/hong.jsonl"])
    );
    assert_snapshot!("inspect_folder", workspace.run(&["inspect", "bao"]));
    fs::write(workspace.path().join("bao/anh.jpg"), "").unwrap();
    assert_snapshot!(
        "inspect_check",
        workspace.run(&["inspect", "--check", "bao", "--limit", "3"])
    );
    assert_snapshot!(
        "inspect_check_json",
        workspace.run(&["inspect", "--check", "bao/tin.jsonl", "--format", "json"])
    );
    assert_snapshot!(
        "inspect_check_csv",
        workspace.run(&["inspect", "--check", "bao", "--all", "--format", "csv"])
    );
    assert_snapshot!(
        "inspect_missing",
        workspace.run(&["inspect", "khong-co.txt"])
    );
}

/// Interrupts a run, once or twice, after it has read this many bytes; returns its exit code and
/// its messages.
#[cfg(target_os = "linux")]
fn interrupted(
    workspace: &Workspace,
    arguments: &[&str],
    interrupts: usize,
    bytes: u64,
) -> (i32, String) {
    let mut run = workspace.command(arguments).spawn().unwrap();
    while bytes_read(run.id()) < bytes {
        let ended = run.try_wait().unwrap();
        assert!(ended.is_none(), "it ended before the interrupt");
    }
    for _ in 0..interrupts {
        let pid = run.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-INT", &pid])
            .status();
        assert!(sent.unwrap().success());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let code = output.status.code().unwrap();
    if code == 130 {
        let is_told = said.contains("is not in the index, which is whole");
        assert_eq!(is_told, interrupts == 1, "{said}");
    }
    assert_eq!(workspace.output(&["verify"], None).0, 0);
    (code, said)
}

/// The bytes that a process has read so far.
#[cfg(target_os = "linux")]
fn bytes_read(pid: u32) -> u64 {
    let counts = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    read.and_then(|read| read.parse().ok()).unwrap_or(0)
}

/// Returns `true` if a process has a file open that is this one or in this directory.
#[cfg(target_os = "linux")]
fn has_open(pid: u32, path: &Path) -> bool {
    let open = fs::read_dir(format!("/proc/{pid}/fd"));
    let mut open = open.into_iter().flatten().flatten();
    open.any(|open| fs::read_link(open.path()).is_ok_and(|open| open.starts_with(path)))
}

/// An interrupt ends a run inside one large file, and leaves the index as it was or further.
#[cfg(target_os = "linux")]
#[test]
fn interrupts_end_a_run_and_leave_the_index_whole() {
    let workspace = Workspace::indexed();
    // Takes far longer to read than a run has after an interrupt.
    let line = "Cử tri xã Đồi Trúc hỏi về đường làng, trường học và trạm y tế.\n";
    workspace.write("bao/lon.txt", &line.repeat(400_000));
    for interrupts in [1, 2] {
        let (code, said) = interrupted(&workspace, &["reindex"], interrupts, 8_000_000);
        // It stops between two files of its own accord, and within one after a while.
        assert!(matches!(code, 2 | 130), "{code}: {said}");
        assert_eq!(workspace.output(&["search", "từ điển"], None).0, 0);
    }
    workspace.write("bao/lon.txt", line);
    let (code, _, said) = workspace.output(&["reindex"], None);
    assert!(code == INCOMPLETE && said.contains("5 articles"), "{said}");
    assert_eq!(workspace.output(&["search", "trạm y tế"], None).0, 0);
}

/// An interrupt ends a run that reads one huge file, in which it finds nothing that it could stop at.
#[cfg(target_os = "linux")]
#[test]
fn interrupts_end_a_run_that_reads_a_huge_file() {
    let workspace = Workspace::indexed();
    let path = workspace
        .path()
        .canonicalize()
        .unwrap()
        .join("bao/lon.jsonl");
    // Its last line takes no room on the disk, and minutes to read.
    let line = "{\"title\":\"Lớn\",\"body\":\"Một dòng.\"}\n";
    workspace.write("bao/lon.jsonl", &line.repeat(3000));
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_len(1 << 38).unwrap();
    for interrupts in [1, 2] {
        let mut run = workspace.command(&["reindex"]).spawn().unwrap();
        let pid = run.id();
        while !has_open(pid, &path) {
            assert!(
                run.try_wait().unwrap().is_none(),
                "it ended before the interrupt"
            );
        }
        for _ in 0..interrupts {
            signal(pid, "INT");
        }
        assert_eq!(run.wait().unwrap().code(), Some(130));
        assert_eq!(workspace.output(&["verify"], None).0, 0);
        assert_eq!(workspace.output(&["search", "từ điển"], None).0, 0);
    }
    workspace.write(
        "bao/lon.jsonl",
        "{\"title\":\"Lớn\",\"body\":\"Nhỏ lại.\"}\n",
    );
    let (code, _, said) = workspace.output(&["reindex"], None);
    assert!(code == INCOMPLETE && said.contains("5 articles"), "{said}");
}

/// Sends a signal to a process, which may have ended.
#[cfg(target_os = "linux")]
fn signal(pid: u32, name: &str) {
    let mut kill = std::process::Command::new("kill");
    let sent = kill.args([&format!("-{name}"), &pid.to_string()]).output();
    sent.unwrap();
}

/// Returns `true` if a process has a thread of this name.
#[cfg(target_os = "linux")]
fn has_thread(pid: u32, name: &str) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let mut names = threads.map(|thread| fs::read_to_string(thread.path().join("comm")));
    names.any(|comm| comm.is_ok_and(|comm| comm.trim_end() == name))
}

/// An interrupt ends a merge; the articles are committed before it.
#[cfg(target_os = "linux")]
#[test]
fn interrupts_end_a_merge_and_leave_the_index_whole() {
    let workspace = Workspace::empty();
    let mut words = 0_u64;
    // Words that differ make merging slow.
    let mut word = || {
        words = words
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        format!("k{} ", words >> 40)
    };
    for file in 0..4 {
        let mut line = || {
            let body: String = (0..60).map(|_| word()).collect();
            format!("{{\"title\":\"Tin\",\"body\":\"{body}\"}}\n")
        };
        let lines: String = (0..2000).map(|_| line()).collect();
        workspace.write(&format!("bao/{file}.jsonl"), &lines);
    }
    for interrupts in [1, 2] {
        // A run on a busy machine may have ended before the signal reaches it.
        assert!((0..30).any(|_| interrupted_while_merging(&workspace, interrupts)));
    }
    let (code, _, said) = workspace.output(&["reindex"], None);
    assert!(code == 0 && said.contains("8,000 articles"), "{said}");
    assert_eq!(workspace.output(&["verify"], None).0, 0);
}

/// Indexes the articles of `interrupts_end_a_merge_and_leave_the_index_whole`, interrupts the run
/// once its commit is complete, and returns `true` if that ended it.
#[cfg(target_os = "linux")]
fn interrupted_while_merging(workspace: &Workspace, interrupts: u32) -> bool {
    let index = workspace.path().join(".timbao");
    let _ = fs::remove_dir_all(&index);
    let arguments = ["index", "bao", "--threads", "2", "--memory", "200MB"];
    let mut run = workspace.command(&arguments).spawn().unwrap();
    let pid = run.id();
    let is_committed = || {
        let meta = fs::read_to_string(index.join("meta.json"));
        meta.is_ok_and(|meta| meta.contains("segment_id"))
    };
    while !is_committed() && run.try_wait().unwrap().is_none() {}
    // The merge stands still while the time passes that a run has after an interrupt, so that it
    // does not matter how fast it is.
    for name in ["STOP", "INT", "CONT"] {
        signal(pid, name);
    }
    while !has_thread(pid, "interrupted") && run.try_wait().unwrap().is_none() {}
    signal(pid, "STOP");
    match interrupts {
        1 => std::thread::sleep(std::time::Duration::from_millis(1600)),
        _ => signal(pid, "INT"),
    }
    signal(pid, "CONT");
    let ended = run.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    let code = ended.status.code();
    assert!(matches!(code, Some(0 | 130)), "{code:?}: {said}");
    assert_eq!(workspace.output(&["verify"], None).0, 0);
    let (searched, found, _) = workspace.output(&["search", "tin", "--limit", "0"], None);
    assert!(searched == 0 && found.contains("8,000 articles"), "{found}");
    code == Some(130)
}

/// A walk through many directories ends at an interrupt, and nothing counts as deleted. A run on a
/// busy machine may have ended the walk before the signal reaches it, so this is tried again.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_a_walk_and_nothing_counts_as_deleted() {
    let workspace = Workspace::indexed();
    for directory in 0..20_000 {
        let path = format!("bao/a/{}/{directory}", directory % 100);
        fs::create_dir_all(workspace.path().join(path)).unwrap();
    }
    let dictionary = workspace.path().join("bao/tu-dien.md");
    let text = fs::read_to_string(&dictionary).unwrap();
    assert!((0..30).any(|_| {
        fs::write(&dictionary, &text).unwrap();
        assert_eq!(workspace.output(&["reindex"], None).0, INCOMPLETE);
        fs::remove_file(&dictionary).unwrap();
        let code = interrupted_while_walking(&workspace);
        let (found, ..) = workspace.output(&["search", "từ điển"], None);
        // A run that was not interrupted removes the article.
        assert_eq!(found, i32::from(code == INCOMPLETE), "{code}");
        code != INCOMPLETE
    }));
    assert_eq!(workspace.output(&["reindex"], None).0, INCOMPLETE);
    assert_eq!(workspace.output(&["search", "từ điển"], None).0, 1);
}

/// Interrupts a run while it lists directories; returns its exit code.
#[cfg(target_os = "linux")]
fn interrupted_while_walking(workspace: &Workspace) -> i32 {
    let mut run = workspace.command(&["reindex"]).spawn().unwrap();
    let pid = run.id();
    let walked = workspace.path().canonicalize().unwrap().join("bao/a");
    while !has_open(pid, &walked) && run.try_wait().unwrap().is_none() {}
    signal(pid, "INT");
    let code = run.wait_with_output().unwrap().status.code().unwrap();
    assert_eq!(workspace.output(&["verify"], None).0, 0);
    code
}

/// Few turns and little room change how fast a run is, not what it does.
#[test]
fn threads_and_memory_do_not_change_the_index() {
    let workspace = Workspace::empty();
    for file in 0..20 {
        let lines = (0..300).map(|line| {
            let body = format!("Bài {file} {line}. ").repeat(1 + line % 7 * 9);
            format!("{{\"id\":\"{file}-{line}\",\"body\":\"{body}\"}}\n")
        });
        workspace.write(&format!("bao/{file}.jsonl"), &lines.collect::<String>());
    }
    let mut found = Vec::new();
    for (at, bounds) in [
        ["--threads", "1", "--memory", "40MB"],
        ["--threads", "12", "--memory", "20MB"],
        ["--threads", "12", "--memory", "5GB"],
    ]
    .iter()
    .enumerate()
    {
        let folder = format!("index-{at}");
        let index = [&["index", "bao", "--index", &folder], &bounds[..]].concat();
        let (code, _, said) = workspace.output(&index, None);
        assert!(code == 0 && said.contains("6,000 articles"), "{said}");
        let search = [
            "search",
            "\"Bài 7 299\"",
            "--index",
            &folder,
            "--format",
            "json",
        ];
        found.push(workspace.output(&search, None).1);
    }
    let hits = |json: &String| json.matches("\"id\": \"7-299\"").count();
    assert_eq!(found.iter().map(hits).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn sources_are_listed_and_complete_their_articles() {
    let workspace = Workspace::with_articles();
    workspace.write(
        "timbao.toml",
        "[sources.bao]\nsource = \"Báo Sông Trà\"\nsection = \"Thời sự\"\n",
    );
    let (code, _, stderr) = workspace.output(&["index", "bao"], None);
    assert_eq!(code, INCOMPLETE, "{stderr}");
    assert_snapshot!("sources", workspace.run(&["sources", "--problems"]));
    assert_snapshot!(
        "sources_csv",
        workspace.run(&["sources", "--format", "csv"])
    );
    let (_, stdout, _) = workspace.output(
        &[
            "search",
            "họp",
            "--facet",
            "source,section",
            "--limit",
            "0",
            "--format",
            "csv",
        ],
        None,
    );
    assert!(stdout.contains("source,Báo Sông Trà,"), "{stdout}");
    assert!(stdout.contains("section,Xây dựng Đảng,"), "{stdout}");
    for (text, message) in [
        (
            "[sources.bao]\nsource = 3\n",
            "`source` in sources.\"bao\" is not a text",
        ),
        ("[sources]\nbao = \"Báo\"\n", "is not a table"),
        ("[sources.bao]\nsorce = \"Báo\"\n", "did you mean `source`?"),
    ] {
        workspace.write("timbao.toml", text);
        let (_, _, stderr) = workspace.output(&["reindex"], None);
        assert!(stderr.contains(message), "{stderr}");
    }
}
