//! Named tokens: rights, the login page, revocation, and the wait after wrong tokens.

use std::time::{Duration, Instant};

use timbao_server::{Rights, TokenFile};

use crate::support::{Answer, Site};

/// A server that requires named tokens, with the file of them.
struct Guarded {
    site: Site,
    file: tempfile::TempDir,
}

impl Guarded {
    /// A server with tokens of these names and rights; and the tokens.
    fn new(named: &[(&str, &str)]) -> (Self, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tokens");
        let mut file = TokenFile::read_or_new(&path).unwrap();
        let tokens = named
            .iter()
            .map(|(name, rights)| file.add(name, rights.parse().unwrap()).unwrap());
        let tokens = tokens.collect();
        let site = Site::with(|options| options.tokens = Some(path));
        (Self { site, file: dir }, tokens)
    }

    fn file(&self) -> TokenFile {
        TokenFile::read(self.file.path().join("tokens")).unwrap()
    }

    fn bearer(&self, path: &str, token: &str) -> Answer {
        self.site
            .get_with(path, &format!("Authorization: Bearer {token}\r\n"))
    }

    /// Sends the form of the login page.
    fn log_in(&self, form: &str, headers: &str) -> Answer {
        let length = form.len();
        self.site.send(&format!(
            "POST /login HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: text/html\r\n{headers}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}",
            self.site.address
        ))
    }

    /// Waits until a request has a status.
    fn wait_for(&self, status: u16, ask: impl Fn() -> u16) {
        let begun = Instant::now();
        while ask() != status {
            assert!(begun.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn a_token_has_rights_and_can_be_revoked() {
    let (guarded, tokens) = Guarded::new(&[
        ("lan", "read,export"),
        ("thuc-tap", "read"),
        ("may", "export"),
    ]);
    let [lan, trainee, machine] = tokens.as_slice() else {
        panic!("{tokens:?}");
    };
    let search = "/api/v1/search?q=h%E1%BB%8Dp";
    let export = "/api/v1/search.csv?q=h%E1%BB%8Dp";
    assert_eq!(guarded.site.get(search).status, 401);
    for (token, read, exported) in [(lan, 200, 200), (trainee, 200, 403), (machine, 403, 200)] {
        assert_eq!(guarded.bearer(search, token).status, read);
        assert_eq!(guarded.bearer("/?q=a", token).status, read);
        assert_eq!(guarded.bearer(export, token).status, exported);
        assert_eq!(
            guarded
                .bearer("/api/v1/articles/tu-dien/similar.xlsx", token)
                .status,
            exported
        );
    }
    let refused = guarded.bearer(export, trainee).json();
    assert_eq!(refused["type"], "urn:timbao:problem:right");
    // A token that is made or revoked while the server runs.
    let late = guarded.file().add("moi", Rights::ALL).unwrap();
    guarded.wait_for(200, || guarded.bearer(search, &late).status);
    guarded.file().revoke("lan").unwrap();
    guarded.wait_for(401, || guarded.bearer(search, lan).status);
    assert_eq!(guarded.bearer(search, trainee).status, 200);
    // Nobody is admitted by a file that cannot be read.
    std::fs::write(guarded.file.path().join("tokens"), "hỏng").unwrap();
    guarded.wait_for(401, || guarded.bearer(search, trainee).status);
}

#[test]
fn readers_log_in_on_a_page() {
    let (guarded, tokens) = Guarded::new(&[("lan", "read")]);
    let token = &tokens[0];
    let site = &guarded.site;
    let page = site.browse("/kwic?q=h%E1%BB%8Dp&lang=en");
    assert_eq!(page.status, 401);
    assert_eq!(page.header("www-authenticate"), Some("Bearer"));
    assert!(page.body.contains("action=\"/login\""), "{}", page.body);
    assert!(
        page.body
            .contains("value=\"/kwic?q=h%E1%BB%8Dp&amp;lang=en\"")
    );
    assert!(site.get("/assets/khong").status == 404 && site.get("/healthz").status == 200);

    let to = "to=%2Fkwic%3Fq%3Dh%25E1%25BB%258Dp";
    let form = format!("token=+{token}+&{to}");
    let entered = guarded.log_in(&form, "");
    assert_eq!(entered.status, 303, "{entered:?}");
    assert_eq!(entered.header("location"), Some("/kwic?q=h%E1%BB%8Dp"));
    let cookie = entered.header("set-cookie").unwrap().to_owned();
    assert!(
        cookie.contains("; HttpOnly; SameSite=Lax; Max-Age=") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(!cookie.contains(token.as_str()));
    let secure = guarded.log_in(&form, "X-Forwarded-Proto: https\r\n");
    assert!(secure.header("set-cookie").unwrap().ends_with("; Secure"));
    let own = cookie.split(';').next().unwrap();
    let with =
        |cookie: &str, path: &str| site.get_with(path, &format!("Cookie: a=b; {cookie}\r\n"));
    assert_eq!(with(own, "/?q=h%E1%BB%8Dp").status, 200);
    assert_eq!(with(own, "/api/v1/search.csv?q=h%E1%BB%8Dp").status, 403);
    let status = with(own, "/status").body;
    assert!(
        status.contains("lan") && status.contains("action=\"/logout\""),
        "{status}"
    );
    let (start, last) = own.split_at(own.len() - 1);
    let changed = format!("{start}{}", if last == "0" { "1" } else { "0" });
    assert_eq!(with(&changed, "/?q=a").status, 401);

    // Other sites cannot log a reader in or be returned to.
    let foreign = guarded.log_in(&form, "Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(foreign.status, 403);
    let away = guarded.log_in(&format!("token={token}&to=%2F%2Fevil.example"), "");
    assert_eq!(away.header("location"), Some("/"));
    let out = site.send(&format!(
        "POST /logout HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}Content-Length: 0\r\n\r\n",
        site.address,
        format_args!("Cookie: {own}\r\n")
    ));
    assert_eq!((out.status, out.header("location")), (303, Some("login")));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    // The session ends with its token.
    guarded.file().revoke("lan").unwrap();
    guarded.wait_for(401, || with(own, "/?q=a").status);
}

#[test]
fn wrong_tokens_are_slowed() {
    let (guarded, tokens) = Guarded::new(&[("lan", "read")]);
    let cookie = guarded.log_in(&format!("token={}", tokens[0]), "");
    let cookie = cookie
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    for number in 0..5 {
        let page = guarded.log_in(&format!("token=sai-{number}"), "");
        assert_eq!(page.status, 401);
        assert!(
            page.body.contains("không đúng hoặc đã bị thu hồi"),
            "{}",
            page.body
        );
    }
    let page = guarded.log_in(&format!("token={}", tokens[0]), "");
    assert_eq!(page.status, 429);
    let wait: u64 = page.header("retry-after").unwrap().parse().unwrap();
    assert!(
        (1..=60).contains(&wait) && page.body.contains("Hãy thử lại sau"),
        "{}",
        page.body
    );
    let program = guarded.bearer("/api/v1/stats", &tokens[0]);
    assert_eq!(program.status, 429);
    assert_eq!(program.json()["type"], "urn:timbao:problem:wrong-tokens");
    // Readers who are logged in, and clients of a proxy at another address, are not slowed.
    let inside = guarded
        .site
        .get_with("/?q=a", &format!("Cookie: {cookie}\r\n"));
    assert_eq!(inside.status, 200);
    let other = format!(
        "Authorization: Bearer {}\r\nX-Forwarded-For: 192.0.2.7\r\n",
        tokens[0]
    );
    assert_eq!(guarded.site.get_with("/api/v1/stats", &other).status, 200);
    std::thread::sleep(Duration::from_secs(wait));
    assert_eq!(guarded.bearer("/api/v1/stats", &tokens[0]).status, 200);
}

#[test]
fn a_server_without_tokens_has_no_login() {
    let site = Site::new();
    assert_eq!(site.browse("/login").status, 404);
}
