//! Keeping an index whole.

use std::fs;

use crate::common::{INCOMPLETE, Workspace, exists};
use insta::assert_snapshot;

/// The name of a file of the index with an extension; its names are random.
fn component(workspace: &Workspace, extension: &str) -> String {
    let mut names = fs::read_dir(workspace.path().join(".timbao"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .find(|name| name.ends_with(&format!(".{extension}")))
        .unwrap()
}

/// Flips a bit in the middle of a file of the index; returns its name.
fn damage(workspace: &Workspace, extension: &str) -> String {
    let name = component(workspace, extension);
    let path = workspace.path().join(".timbao").join(&name);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
    name
}

#[test]
fn a_whole_index_verifies() {
    let workspace = Workspace::indexed();
    let (code, stdout, _) = workspace.output(&["verify", "--sources"], None);
    assert_eq!(code, 0);
    assert!(
        stdout.starts_with("intact: 4 articles in ")
            && stdout.ends_with("; 0 changes in 4 files that were indexed\n"),
        "{stdout}"
    );
    workspace.write("bao/tu-dien.md", "# Khác\n\nTin đã sửa.\n");
    let (code, stdout, _) = workspace.output(&["verify", "--sources"], None);
    assert_eq!(code, 1);
    let first = stdout.lines().next();
    assert_eq!(
        first,
        Some("changed: bao/tu-dien.md: changed since it was indexed")
    );
    let (code, stdout, _) = workspace.output(&["verify", "--format", "json"], None);
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(code, 0);
    assert_eq!(answer["version"], 1);
    assert_eq!(answer["sound"], true);
    assert_eq!(answer["articles"], 4);
    assert!(answer["faults"].as_array().unwrap().is_empty());
}

#[test]
fn a_damaged_index_is_told_and_repaired() {
    let workspace = Workspace::indexed();
    let name = damage(&workspace, "timbao");
    let shown = |text: String| text.replace(&name, "[SEGMENT].timbao");
    assert_snapshot!("verify_damaged", shown(workspace.run(&["verify"])));
    assert_snapshot!(
        "backup_damaged",
        shown(workspace.run(&["backup", "sao-luu.timbao"]))
    );
    assert!(!exists(&workspace, "sao-luu.timbao"));
    assert_snapshot!("repair_damaged", shown(workspace.run(&["repair"])));
    assert_snapshot!("repair_whole", workspace.run(&["repair"]));
    assert_eq!(workspace.output(&["verify"], None).0, 0);
    assert_eq!(workspace.output(&["search", "họp"], None).0, 0);
}

/// A backup opens all files of a commit at once.
#[cfg(unix)]
#[test]
fn too_few_descriptors_are_no_damage() {
    let workspace = Workspace::indexed();
    for command in [
        "verify",
        "backup b",
        "search họp",
        "repair",
        "reindex --full",
    ] {
        let script = format!("ulimit -n 9; exec \"$0\" {command}");
        let output = std::process::Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_timbao")])
            .current_dir(workspace.path())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("damaged"), "{command}: {stderr}");
        if command == "backup b" {
            assert_eq!(output.status.code(), Some(2), "{stderr}");
            assert!(stderr.contains("Too many open files"), "{stderr}");
            assert!(stderr.contains("ulimit -n"), "{stderr}");
        }
    }
    assert_eq!(workspace.output(&["verify"], None).0, 0);
}

#[test]
fn without_its_files_a_damaged_index_is_not_rebuilt() {
    let workspace = Workspace::indexed();
    damage(&workspace, "store");
    fs::rename(
        workspace.path().join("bao"),
        workspace.path().join("noi-khac"),
    )
    .unwrap();
    let (code, _, stderr) = workspace.output(&["repair"], None);
    assert_eq!(code, 2, "{stderr}");
    assert!(
        stderr.contains("there is no file or directory at [DIR]/bao"),
        "{stderr}"
    );
}

#[test]
fn a_backup_is_restored() {
    let workspace = Workspace::indexed();
    let (code, _, stderr) = workspace.output(&["backup", "sao-luu.timbao"], None);
    assert_eq!(code, 0);
    assert!(
        stderr.starts_with("backup: 4 articles in sao-luu.timbao ("),
        "{stderr}"
    );
    fs::remove_file(workspace.path().join("bao/tin.jsonl")).unwrap();
    workspace.output(&["reindex"], None);
    assert_eq!(workspace.output(&["search", "giống hoa"], None).0, 1);
    assert_snapshot!(
        "restore_occupied",
        workspace.run(&["restore", "sao-luu.timbao"])
    );
    assert_snapshot!(
        "restore",
        workspace.run(&["restore", "sao-luu.timbao", "--overwrite"])
    );
    assert_eq!(workspace.output(&["search", "giống hoa"], None).0, 0);
    assert_snapshot!(
        "restore_no_backup",
        workspace.run(&["restore", "bao/hoi-nghi.md", "--index", "kho"])
    );
    assert_snapshot!(
        "restore_missing",
        workspace.run(&["restore", "khong-co", "--index", "kho"])
    );
    assert!(!exists(&workspace, "kho"));
}

#[test]
fn what_is_not_there_cannot_be_kept() {
    let workspace = Workspace::with_articles();
    for arguments in [&["verify"][..], &["repair"], &["backup", "x"]] {
        let (code, _, stderr) = workspace.output(arguments, None);
        assert_eq!(code, 2);
        assert!(
            stderr.starts_with("error: there is no index at "),
            "{stderr}"
        );
    }
    assert!(!exists(&workspace, "x") && !exists(&workspace, ".timbao"));
}

#[test]
fn a_place_that_cannot_be_written_to_is_told() {
    let workspace = Workspace::indexed();
    let below = "bao/tu-dien.md/kho";
    for arguments in [&["backup", below][..], &["index", "bao", "--index", below]] {
        let (code, _, stderr) = workspace.output(arguments, None);
        assert_eq!(code, 2);
        let message = "error: bao/tu-dien.md is not a directory\nhint: choose another path";
        assert!(stderr.starts_with(message), "{stderr}");
    }
    assert_eq!(workspace.output(&["verify"], None).0, 0);
}

#[cfg(unix)]
#[test]
fn a_watch_follows_the_files_and_ends_when_interrupted() {
    use std::io::{BufRead, BufReader};

    let workspace = Workspace::with_articles();
    let mut watch = workspace
        .command(&["watch", "bao", "--within", "1"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stderr.take().unwrap()).lines();
    let mut wait_for = |text: &str| {
        let line = lines.find(|line| line.as_ref().unwrap().contains(text));
        assert!(line.is_some(), "{text:?} was not said");
    };
    wait_for("watch: following 1 source; Ctrl-C to stop");
    workspace.write("bao/moi/tin.md", "# Tin mới\n\nĐường làng Đồi Trúc.\n");
    wait_for("5 articles");
    assert_eq!(workspace.output(&["search", "Đồi Trúc"], None).0, 0);
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &watch.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert_eq!(watch.wait().unwrap().code(), Some(0));
}

#[test]
fn a_second_writer_waits_and_then_says_who_writes() {
    let workspace = Workspace::with_articles();
    let index = timbao_index::Index::open_or_create(workspace.path().join(".timbao")).unwrap();
    let writer = index
        .writer(timbao_index::WriterOptions::default())
        .unwrap();
    let arguments = ["index", "bao", "--wait", "0"];
    assert_snapshot!("index_busy", workspace.run(&arguments));
    // Nothing is found, and nothing is wrong.
    assert_eq!(workspace.output(&["search", "họp"], None).0, 1);
    drop(writer);
    assert_eq!(workspace.output(&arguments, None).0, INCOMPLETE);
}
