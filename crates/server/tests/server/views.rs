//! New commits, while clients are reading.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Site, article, write};

#[test]
fn new_commits_are_taken_up_and_old_views_kept() {
    let site = Site::new();
    let first = site.get("/api/v1/search?q=h%E1%BB%8Dp&limit=1").json();
    let view = first["view"].as_str().unwrap().to_owned();
    assert_eq!(first["total"], 3);
    let page = site.get(&format!("/?q=h%E1%BB%8Dp&view={view}")).body;
    assert!(page.contains("3 bài"));

    write(
        site.dir.path(),
        [article("moi", "Tin mới", "Họp, họp, họp.", None)],
    );
    let begun = Instant::now();
    loop {
        let now = site.get("/api/v1/search?q=h%E1%BB%8Dp").json();
        if now["total"] == 4 {
            assert_ne!(now["view"], first["view"]);
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{now}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let pinned = site.get(&format!("/api/v1/search?q=h%E1%BB%8Dp&limit=1&view={view}"));
    assert_eq!(pinned.json()["total"], 3);
    assert!(
        site.get(&format!("/?q=h%E1%BB%8Dp&view={view}"))
            .body
            .contains("3 bài")
    );
    // A view that is not kept any more: the API says so, a page begins again.
    assert_eq!(
        site.get("/api/v1/search?q=h%E1%BB%8Dp&view=0123").status,
        410
    );
    let page = site.get("/?q=h%E1%BB%8Dp&view=0123&page=9").body;
    assert!(
        page.contains("4 bài") && page.contains("đã được cập nhật"),
        "{page}"
    );
}

#[test]
fn views_are_given_up_in_time() {
    let site = Site::with(|options| options.limits.views = 1);
    let id = || {
        site.get("/api/v1/stats").json()["view"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mut seen = vec![id()];
    for round in 0..2 {
        write(
            site.dir.path(),
            [article(&format!("{round}"), "", "họp", None)],
        );
        let begun = Instant::now();
        while seen.last() == Some(&id()) {
            assert!(begun.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(50));
        }
        seen.push(id());
    }
    let status = |view: &String| site.get(&format!("/api/v1/stats?view={view}")).status;
    assert_eq!(seen.iter().map(status).collect::<Vec<_>>(), [410, 200, 200]);
}

#[test]
fn no_request_fails_while_the_index_changes() {
    let site = Site::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut asked = 0;
                    while !done.load(Ordering::Relaxed) {
                        let answer = site.get("/?q=tu+dien+bien");
                        assert_eq!(answer.status, 200, "{}", answer.body);
                        asked += 1;
                    }
                    asked
                })
            })
            .collect();
        for round in 0..8 {
            write(
                site.dir.path(),
                [article(&format!("v{round}"), "Tự diễn biến", "họp", None)],
            );
            std::thread::sleep(Duration::from_millis(300));
        }
        done.store(true, Ordering::Relaxed);
        let asked: u32 = readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .sum();
        assert!(asked > 10);
    });
}
