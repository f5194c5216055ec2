//! The routes next to those of another program.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use timbao_index::Index;
use timbao_server::{Limits, router};

use crate::support::{Answer, Site, article, write};

/// A program with routes of its own, and the router below `/tim/bao`.
struct Program {
    address: SocketAddr,
    dir: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl Program {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let one = article("mot", "Mùa gặt", "Lúa chín vàng ngoài đồng.", None);
        write(dir.path(), [one]);
        let index = Index::open(dir.path()).unwrap();
        let app = Router::new()
            .route("/", get(|| async { "other" }))
            .nest("/tim/bao", router(index, Limits::default()));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            address,
            dir,
            _runtime: runtime,
        }
    }

    fn get(&self, path: &str) -> Answer {
        Site::ask(self.address, path)
    }
}

/// The links of a page to its own server.
fn links(page: &str) -> Vec<&str> {
    ["href=\"/", "action=\"/", "src=\"/"]
        .into_iter()
        .flat_map(|link| page.match_indices(link))
        .map(|(at, link)| {
            let rest = &page[at + link.len() - 1..];
            &rest[..rest.find('"').unwrap()]
        })
        .collect()
}

#[test]
fn every_link_of_a_nested_page_leads_to_the_same_router() {
    let program = Program::new();
    assert_eq!(program.get("/").body, "other");
    for page in [
        "/tim/bao",
        "/tim/bao?q=lua",
        "/tim/bao/kwic?q=lua",
        "/tim/bao/trends?q=lua",
        "/tim/bao/article?id=mot&q=lua",
    ] {
        let answer = program.get(page);
        assert_eq!(answer.status, 200, "{page}");
        let links = links(&answer.body);
        assert!(links.len() > 5, "{page}: {links:?}");
        for link in links {
            assert!(link.starts_with("/tim/bao"), "{page}: {link}");
            let target = link.replace("&amp;", "&");
            let status = program.get(&target).status;
            assert!(matches!(status, 200 | 400), "{page}: {link}: {status}");
        }
    }
    let cited = program.get("/tim/bao/kwic?q=lua").body;
    let link = format!("<code>http://{}/tim/bao/kwic?q=lua</code>", program.address);
    assert!(cited.contains(&link), "{cited}");
    let feed = program.get("/tim/bao/feed.atom?q=lua").body;
    let page = feed.split_once("rel=\"alternate\"").unwrap().1;
    let page = page.split_once("/tim/bao").unwrap().1;
    let page = page.split_once('"').unwrap().0.replace("&amp;", "&");
    assert_eq!(
        program.get(&format!("/tim/bao{page}")).status,
        200,
        "{feed}"
    );
    let description = program.get("/tim/bao/api/v1/openapi.json").json();
    assert_eq!(description["servers"][0]["url"], "/tim/bao/api/v1");
    let found = program.get("/tim/bao/api/v1/search?q=lua").json();
    assert_eq!(found["total"], 1);
    assert_eq!(program.get("/tim/bao/no/such").status, 404);
}

#[test]
fn a_nested_router_follows_commits() {
    let program = Program::new();
    let articles = || program.get("/tim/bao/api/v1/stats").json()["articles"].as_u64();
    assert_eq!(articles(), Some(1));
    let two = article("hai", "Mùa cấy", "Mạ non xanh.", None);
    write(program.dir.path(), [two]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while articles() != Some(2) {
        assert!(
            std::time::Instant::now() < deadline,
            "the commit is not noticed"
        );
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn an_index_that_does_not_open_is_a_problem_until_it_does() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), [article("mot", "Mùa gặt", "Lúa chín.", None)]);
    let index = Index::open(dir.path()).unwrap();
    let meta = dir.path().join("meta.json");
    let whole = std::fs::read(&meta).unwrap();
    std::fs::write(&meta, "{").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    let app = router(index, Limits::default());
    runtime.spawn(async move { axum::serve(listener, app).await });
    assert_eq!(Site::ask(address, "/api/v1/search?q=lua").status, 500);
    assert_eq!(Site::ask(address, "/metrics").status, 200);
    std::fs::write(&meta, whole).unwrap();
    assert_eq!(Site::ask(address, "/api/v1/search?q=lua").status, 200);
}

#[test]
fn several_indexes_have_addresses_of_their_own() {
    let other = tempfile::tempdir().unwrap();
    let only = article("rieng", "Tin riêng", "Chuyện chỉ kho này có.", None);
    write(other.path(), [only]);
    let site = Site::with(|options| {
        options.more = vec![timbao_server::NamedIndex::new("tap-chi", other.path()).unwrap()];
    });
    let total = |path: &str| site.get(path).json()["total"].as_u64();
    assert_eq!(total("/api/v1/search?q=ri%C3%AAng"), Some(0));
    assert_eq!(total("/kho/tap-chi/api/v1/search?q=ri%C3%AAng"), Some(1));
    let page = site.get("/kho/tap-chi?q=ri%C3%AAng").body;
    assert!(
        page.contains("href=\"/kho/tap-chi/article?q=ri%C3%AAng&amp;id=rieng\""),
        "{page}"
    );
    assert!(
        site.get("/status")
            .body
            .contains("href=\"kho/tap-chi/status\"")
    );
    for path in [
        "",
        "?q=ri%C3%AAng",
        "/help",
        "/kwic?q=ri%C3%AAng",
        "/searches",
        "/article?id=khong",
    ] {
        let page = site.browse(&format!("/kho/tap-chi{path}")).body;
        assert!(page.contains("Timbao · tap-chi</a>"), "{path}: {page}");
        assert!(page.contains("Timbao · tap-chi</title>"), "{path}: {page}");
        assert!(
            page.contains("Timbao · tap-chi, in ngày "),
            "{path}: {page}"
        );
        let main = site
            .browse(&format!("/{}", path.trim_start_matches('/')))
            .body;
        assert!(!main.contains("tap-chi"), "{path}: {main}");
    }
    let feed = site.get("/kho/tap-chi/feed.atom?q=ri%C3%AAng").body;
    assert!(feed.contains("<title>Timbao · tap-chi: "), "{feed}");
    let root = site.get("/kho/tap-chi/?q=ri%C3%AAng");
    assert_eq!(
        (root.status, root.header("location")),
        (308, Some("/kho/tap-chi?q=ri%C3%AAng"))
    );
    let status = site.get("/kho/tap-chi/status").body;
    assert!(
        status.contains("href=\"../../status\"") && status.contains("<dd>1</dd>"),
        "{status}"
    );
    assert_eq!(site.get("/kho/khac/status").status, 404);
    for wrong in ["", "Tạp", "a/b", "a b", &"a".repeat(41)] {
        assert!(
            timbao_server::NamedIndex::new(wrong, ".").is_err(),
            "{wrong}"
        );
    }
}
