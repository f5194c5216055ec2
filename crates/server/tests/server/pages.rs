//! The pages as they are written, before any script.

use timbao_articles::Article;

use crate::support::{Site, article, many_words, reprinted};

#[test]
fn what_articles_and_addresses_say_is_text() {
    let site = Site::new();
    let attack = "%22%3E%3Cscript%3Ealert(9)%3C/script%3E";
    for path in [
        "/?q=h%E1%BB%8Dp".to_owned(),
        "/article?id=xau&q=h%E1%BB%8Dp".to_owned(),
        "/kwic?q=h%E1%BB%8Dp".to_owned(),
        "/trends?q=h%E1%BB%8Dp".to_owned(),
        format!("/?q={attack}&section={attack}&from={attack}&lang={attack}"),
        format!("/?q=h%E1%BB%8Dp&section={attack}"),
        format!("/kwic?q={attack}&sort={attack}"),
        format!("/trends?q={attack}&by={attack}"),
        format!("/article?id={attack}&q={attack}"),
        "/collocates?q=b%C3%A0n&lang=en".to_owned(),
        format!("/collocates?q={attack}&window={attack}&by={attack}"),
        format!("/keywords?q={attack}&against={attack}"),
        format!("/fillers?q={attack}+*+a"),
        format!("/wordlist?q={attack}&prefix={attack}"),
        "/wordlist?q=h%E1%BB%8Dp&min=1&size=2".to_owned(),
        format!("/dispersion?q={attack}&by={attack}"),
        "/dispersion?q=h%E1%BB%8Dp&by=article".to_owned(),
        "/dispersion?q=h%E1%BB%8Dp&id=xau".to_owned(),
        format!("/compare?q={attack}&q=b"),
        "/compare?q=h%E1%BB%8Dp&q=b%C3%A0n&min=1".to_owned(),
        format!("/batch?queries={attack}%0Ab%C3%A0n"),
        "/batch?queries=h%E1%BB%8Dp%0D%0Ab%C3%A0n&by=section".to_owned(),
        "/reprints".to_owned(),
        format!("/reprints?id={attack}"),
        "/reprints?id=xau".to_owned(),
        format!("/similar?text={attack}"),
        "/similar?id=xau".to_owned(),
    ] {
        let page = site.browse(&path).body;
        assert!(page.contains("</html>"), "{path}");
        for tag in [
            "<script>",
            "<img",
            "onerror=alert(2)>",
            "href=\"javascript:",
        ] {
            assert!(!page.contains(tag), "{path}: {tag}");
        }
        // The one script is ours.
        assert_eq!(page.matches("<script").count(), 1, "{path}");
        assert!(
            !page.contains(" style=") && !page.contains(" onclick="),
            "{path}"
        );
    }
}

#[test]
fn pages_are_whole_without_a_script() {
    let site = Site::new();
    let page = site.get("/?q=tu+dien+bien").body;
    for part in [
        "<html lang=\"vi\">",
        "không dấu",
        "<mark>tự diễn biến</mark>",
        "25/03/2026",
        "href=\"/article?q=tu+dien+bien&amp;id=2026%2Fhoi-nghi.md\"",
        "Xây dựng Đảng",
        "/api/v1/search.csv?q=tu+dien+bien",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let page = site.get("/?q=tu+dien+bien&lang=en").body;
    assert!(page.contains("<html lang=\"en\">") && page.contains("without accents"));
    let page = site.get("/kwic?q=h%E1%BB%8Dp&sort=-date").body;
    assert!(page.contains("aria-sort=\"descending\""), "{page}");
    let page = site
        .get("/trends?q=h%E1%BB%8Dp&by=quarter&measure=matches")
        .body;
    assert!(
        page.contains("quý 1/2026") && page.contains("from=2026-01-01&amp;to=2026-03-31"),
        "{page}"
    );
    let page = site
        .get("/article?id=2026%2Fhoi-nghi.md&q=%C4%91%E1%BA%A1i+bi%E1%BB%83u")
        .body;
    assert!(page.contains(">đại biểu</mark>") && page.contains("https://bao.example/hoi-nghi"));
    assert!(!site.get("/article?id=xau").body.contains("javascript"));
}

#[test]
fn text_of_articles_is_vietnamese_on_the_english_page() {
    let site = Site::new();
    let page = site.get("/?q=tu+dien+bien&lang=en").body;
    for part in [
        "<a lang=\"vi\" href=\"/article",
        "<p class=\"snippet\" lang=\"vi\">",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let page = site.get("/kwic?q=tu+dien+bien&lang=en").body;
    for side in ["left", "match", "right"] {
        let part = format!("<td class=\"{side}\" lang=\"vi\">");
        assert!(page.contains(&part), "{part}\n{page}");
    }
}

#[test]
fn a_concordance_has_no_empty_columns() {
    let undated = article("khong-ngay", "", "Thuyền nan cập bến.", None);
    let site = Site::holding(vec![undated]);
    let columns = ["class=\"date\"", "class=\"source\""];
    let page = site.get("/kwic?q=thuy%E1%BB%81n+nan").body;
    assert!(page.contains("<td class=\"right\""), "{page}");
    assert!(
        !columns.iter().any(|column| page.contains(column)),
        "{page}"
    );
    let page = site.get("/kwic?q=h%E1%BB%8Dp").body;
    assert!(columns.iter().all(|column| page.contains(column)), "{page}");
}

#[test]
fn all_pages_of_a_concordance_have_the_same_columns() {
    let mut articles: Vec<_> = (0..100)
        .map(|n| article(&format!("u{n}"), "", "Thuyền nan cập bến.", None))
        .collect();
    let mut last = article("co-ngay", "", "Thuyền nan ra khơi.", Some((2024, 9, 1)));
    last.section = Some("Đời sống".into());
    articles.push(last);
    let site = Site::holding(articles);
    for page in ["", "&page=2"] {
        let body = site
            .get(&format!("/kwic?q=thuy%E1%BB%81n+nan&sort=right{page}"))
            .body;
        assert_eq!(body.contains("Đời sống</td>"), !page.is_empty(), "{body}");
        for column in ["class=\"date\"", "class=\"source\""] {
            assert!(body.contains(column), "{page}: {column}: {body}");
        }
    }
}

#[test]
fn pages_take_the_names_of_the_api() {
    let site = Site::holding(reprinted());
    let phrase = "q=c%E1%BA%A7u+g%E1%BB%97+lim";
    let page = site.get(&format!("/kwic?{phrase}&left=1&right=20")).body;
    assert!(page.contains("left=1&amp;right=20&amp;csv=excel"), "{page}");
    for (filter, shown) in [
        ("after=2024", "Đăng sau: "),
        ("before=1990", "Đăng trước: "),
    ] {
        let total = &site
            .get(&format!("/api/v1/search?{phrase}&{filter}"))
            .json()["total"];
        for path in ["/", "/kwic", "/collocates", "/dispersion"] {
            let page = site.get(&format!("{path}?{phrase}&{filter}")).body;
            assert!(page.contains(shown), "{path}: {page}");
            if path == "/" {
                assert!(page.contains(&format!(": {total} bài")), "{filter}: {page}");
            }
        }
    }
    // Each word is once near the phrase and in its articles.
    for (path, rows) in [
        ("/collocates?q=h%E1%BB%8Dp&min=1", true),
        ("/collocates?q=h%E1%BB%8Dp&min=9", false),
        ("/collocates?q=h%E1%BB%8Dp&min=1&left=0&right=0", false),
    ] {
        let page = site.get(path).body;
        assert_eq!(!rows_and_pages(&page).0.is_empty(), rows, "{path}: {page}");
    }
    let page = site.get(&format!("/batch?{phrase}&q=h%E1%BB%8Dp")).body;
    assert!(page.contains("cầu gỗ lim\nhọp</textarea>"), "{page}");
    let site = Site::holding(many_words());
    for (least, rows) in [
        ("min=9", true),
        ("min=9999", false),
        ("min_articles=631", false),
    ] {
        let page = site.get(&format!("/keywords?q=c%E1%BA%A7u&{least}")).body;
        assert_eq!(!rows_and_pages(&page).0.is_empty(), rows, "{least}: {page}");
    }
    let (link, rows) = csv_of(&site, "/keywords?q=c%E1%BA%A7u&min=9&min_articles=4");
    assert!(link.contains("min=9&min_articles=4"), "{link}");
    assert_eq!(rows.len(), 1, "{rows:?}");
}

/// The cells that name the rows of a table, and the links to other pages of the list.
fn rows_and_pages(page: &str) -> (Vec<&str>, Vec<&str>) {
    let body = page.split("<tbody>").nth(1).unwrap_or_default();
    let body = body.split("</tbody>").next().unwrap();
    let rows = body.split("<th scope=\"row\">").skip(1);
    let rows = rows.map(|row| row.split("</th>").next().unwrap()).collect();
    let links = ["prev", "next"].into_iter();
    let pages = links.filter(|rel| page.contains(&format!("rel=\"{rel}\"")));
    (rows, pages.collect())
}

#[test]
fn tables_of_words_go_on_over_pages() {
    let site = Site::holding(many_words());
    for (path, size) in [
        ("/wordlist?min=1", 200),
        ("/collocates?q=c%E1%BA%A7u", 50),
        ("/keywords?q=c%E1%BA%A7u", 50),
        ("/fillers?q=%22c%E1%BA%A7u+*+d%C3%A0i%22", 200),
        ("/reprints?lang=vi", 100),
    ] {
        let first = site.get(path).body;
        let (rows, pages) = rows_and_pages(&first);
        assert_eq!((rows.len(), pages), (size, vec!["next"]), "{path}: {first}");
        let next = first.split("rel=\"next\" href=\"").nth(1).unwrap();
        let next = next.split('"').next().unwrap().replace("&amp;", "&");
        let second = site.get(&next).body;
        let (others, pages) = rows_and_pages(&second);
        assert!(pages.contains(&"prev"), "{next}: {second}");
        assert!(
            !others.is_empty() && others.iter().all(|row| !rows.contains(row)),
            "{next}"
        );
        // Other lists begin at their first page.
        assert!(
            !others.iter().any(|row| row.contains("page=2")),
            "{others:?}"
        );
        // Beyond the end is the last page, and a state that is gone is answered by the newest.
        let last = site
            .get(&format!("{path}&page=999&view=00000000000000aa"))
            .body;
        let (others, pages) = rows_and_pages(&last);
        assert!(!others.is_empty() && pages == ["prev"], "{path}: {last}");
        assert!(
            last.contains("trang này thuộc danh sách mới"),
            "{path}: {last}"
        );
    }
}

#[test]
fn a_comparison_has_pages() {
    let site = Site::holding(many_words());
    let path = "/compare?q=c%E1%BA%A7u&q=%C4%91%C3%B2";
    let lists = |page: &str| -> Vec<Vec<String>> {
        let tables = page.split("id=\"near-").skip(1);
        let words = tables.map(|table| {
            let rows = table.split("<th scope=\"row\">").skip(1);
            rows.map(|row| row.split("</th>").next().unwrap().to_owned())
                .collect()
        });
        words.collect()
    };
    let (mut page, mut seen) = (path.to_owned(), Vec::new());
    loop {
        let body = site.get(&page).body;
        assert!(body.contains("name=\"window\"") && !body.contains("name=\"page\""));
        seen.push(lists(&body));
        let Some(next) = body.split("rel=\"next\" href=\"").nth(1) else {
            assert!(body.contains("rel=\"prev\""), "{body}");
            break;
        };
        page = next.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert!(seen.len() > 2, "{seen:?}");
    // All pages together have the words of the API.
    let all = site.get(&format!("/api/v1{path}&limit=1000")).json();
    for side in 0..2 {
        let words = all["collocates"][side].as_array().unwrap();
        let shown: Vec<_> = seen.iter().flat_map(|page| &page[side]).collect();
        assert_eq!(shown.len(), words.len());
        for (word, cell) in words.iter().zip(shown) {
            assert!(cell.contains(word["unit"].as_str().unwrap()), "{cell}");
        }
    }
    let last = site
        .get(&format!("{path}&page=999&view=00000000000000aa"))
        .body;
    assert_eq!(lists(&last), seen[seen.len() - 1]);
    assert!(last.contains("trang này thuộc danh sách mới"), "{last}");
}

#[test]
fn words_are_counted_in_tables() {
    // Words that are adjacent in all of the texts would be one word.
    let rest = [
        "mưa to",
        "gió lớn",
        "nắng gắt",
        "sương dày",
        "lúa chín",
        "chợ đông",
    ];
    let more = |number: u8| {
        let [first, second] = [number - 1, number].map(|i| rest[usize::from(i % 6)]);
        // Two months differ in one word.
        let (month, about) = match number % 2 {
            0 => (5, "cán bộ"),
            _ => (6, "thanh niên"),
        };
        let text = format!(
            "Trời {first}, họp về công tác {about}. Năm nay {second}, tự rèn luyện.\n{}",
            format!("{second} rồi lại {first} trên đồng, {second} ngoài bãi. ").repeat(3)
        );
        article(
            &format!("tin/{number}"),
            "Tin",
            &text,
            Some((2026, month, number)),
        )
    };
    let site = Site::holding((1..=24).map(more).collect());
    let page = site.get("/collocates?q=c%C3%A1n+b%E1%BB%99&window=3").body;
    assert!(page.contains("12 lần xuất hiện"), "{page}");
    assert!(page.contains(">năm nay</a>"), "{page}");
    assert!(
        page.contains("/kwic?q=%22c%C3%A1n+b%E1%BB%99%22+NEAR%2F3+"),
        "{page}"
    );
    assert!(page.contains("/api/v1/collocates.csv?q=c%C3%A1n+b%E1%BB%99&amp;window=3"));
    let page = site.get("/keywords?q=date:5/2026&lang=en").body;
    assert!(
        page.contains("12 articles") && page.contains("Log Ratio"),
        "{page}"
    );
    assert!(page.contains("công tác cán bộ</a>"), "{page}");
    let page = site.get("/fillers?q=t%E1%BB%B1+*+luy%E1%BB%87n").body;
    assert!(
        page.contains("24 lần xuất hiện trong 24 bài; 1 từ khác nhau"),
        "{page}"
    );
    assert!(
        page.contains("href=\"/kwic?q=%22t%E1%BB%B1+r%C3%A8n+luy%E1%BB%87n%22\""),
        "{page}"
    );
    let page = site.get("/fillers?q=t%E1%BB%B1").body;
    assert!(page.contains("Viết dấu * vào chỗ của một tiếng"), "{page}");
}

#[test]
fn links_between_views_keep_what_both_know() {
    let site = Site::new();
    let page = site
        .get("/trends?q=h%E1%BB%8Dp&q=t%E1%BB%AB&by=year&from=2013&lang=en")
        .body;
    for link in [
        "href=\"/?from=2013&amp;lang=en&amp;q=h%E1%BB%8Dp\"",
        "href=\"/kwic?from=2013&amp;lang=en&amp;q=h%E1%BB%8Dp\"",
    ] {
        assert!(page.contains(link), "{link}\n{page}");
    }
    for from in [
        "/",
        "/?q=h%E1%BB%8Dp&to=2026&accents=loose&sort=date",
        "/?q=h%E1%BB%8Dp+%22&section=V%C4%83n+h%C3%B3a&lang=en",
        "/?q=%22di%E1%BB%85n+h%E1%BB%8Dp%22",
        "/article?id=xau&q=h%E1%BB%8Dp",
        "/kwic?q=h%E1%BB%8Dp&sort=-date&from=2013",
        "/trends?q=h%E1%BB%8Dp&q=t%E1%BB%AB&by=quarter&measure=articles&from=2013",
        "/collocates?q=h%E1%BB%8Dp&section=V%C4%83n+h%C3%B3a&window=3&by=dice&from=2013",
        "/keywords?q=date:2026&against=date:2013",
        "/fillers?q=t%E1%BB%B1+*+bi%E1%BA%BFn",
        "/collocates",
        "/keywords",
        "/fillers",
    ] {
        for part in site.get(from).body.split("href=\"").skip(1) {
            let link = part.split('"').next().unwrap().replace("&amp;", "&");
            if link.starts_with('/') {
                assert_eq!(site.get(&link).status, 200, "{from}: {link}");
            }
        }
    }
    let page = site.get("/trends?q=h%E1%BB%8Dp+%22").body;
    assert!(page.contains("dấu ngoặc kép này thừa"), "{page}");
}

#[test]
fn pages_say_what_is_wrong() {
    let site = Site::new();
    let page = site.browse("/?q=h%E1%BB%8Dp&from=31/4/2026");
    assert_eq!(page.status, 400);
    assert!(
        page.body.contains("Ngày tháng không hợp lệ"),
        "{}",
        page.body
    );
    let page = site.browse("/?q=h%E1%BB%8Dp+%22");
    assert!(
        page.body.contains("dấu ngoặc kép này thừa"),
        "{}",
        page.body
    );
    let page = site.browse("/article?id=kh%C3%B4ng-c%C3%B3");
    assert_eq!(page.status, 404);
    assert!(page.body.contains("Không có bài này"), "{}", page.body);
    let page = site.browse("/?q=%22di%E1%BB%85n+h%E1%BB%8Dp%22");
    assert!(
        page.body.contains("Không tìm được bài nào"),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("1 bài có khi bỏ qua dấu"),
        "{}",
        page.body
    );
    assert!(page.body.contains("bỏ qua dấu của"), "{}", page.body);
}

#[test]
fn pages_say_why_a_query_has_nothing_to_search_for() {
    let site = Site::new();
    for (path, status) in [
        ("/?q=%22%22", 400),
        ("/kwic?q=%22%22", 400),
        ("/collocates?q=%22%22", 400),
        ("/keywords?q=%22%22", 400),
        ("/keywords?q=a&against=%22%22", 400),
        ("/dispersion?q=%22%22", 400),
        ("/fillers?q=%22%22", 200),
        ("/trends?q=%22%22", 200),
        ("/trends?q=h%E1%BB%8Dp&q=%22%22", 200),
        ("/compare?q=%22%22&q=h%E1%BB%8Dp", 200),
    ] {
        let page = site.browse(path);
        assert_eq!(page.status, status, "{path}");
        let reason = "giữa hai dấu ngoặc kép không có từ nào";
        assert!(page.body.contains(reason), "{path}: {}", page.body);
    }
    // An empty field of a form is no query.
    for path in [
        "/trends?q=h%E1%BB%8Dp&q=",
        "/compare?q=&q=",
        "/keywords?q=a&against=",
    ] {
        let page = site.browse(path);
        assert!(
            !page.body.contains("class=\"problems\""),
            "{path}: {}",
            page.body
        );
    }
}

#[test]
fn pages_are_small() {
    let site = Site::new();
    let page = site.get("/?q=h%E1%BB%8Dp").body;
    let mut bytes = page.len();
    for part in page.split('"').filter(|part| part.starts_with("/assets/")) {
        let asset = site.get(part);
        assert_eq!(asset.status, 200, "{part}");
        assert!(asset.header("cache-control").unwrap().contains("immutable"));
        bytes += asset.body.len();
    }
    assert!(bytes < 150_000, "{bytes}");
    assert_eq!(site.get("/assets/style.css").status, 404);
}

#[test]
fn articles_tell_of_their_reprints_and_of_others_like_them() {
    let site = Site::holding(reprinted());
    let page = site.get("/article?id=cau%2Fdang-lai&q=c%E1%BA%A7u").body;
    let order = [
        "Các lần đăng bài này",
        "href=\"/article?q=c%E1%BA%A7u&amp;id=cau%2Fdau-tien\"",
        "01/04/2026 · <span lang=\"vi\">Báo Sông Trà</span>",
        "id=cau%2Fdang-lai\" aria-current=\"page\"",
        "<h2>Bài tương tự",
        "href=\"/article?q=c%E1%BA%A7u&amp;id=cau%2Fke-tiep\"",
        "03/05/2026",
    ];
    let places: Vec<_> = order.iter().map(|part| page.find(part)).collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?}\n{page}"
    );
    // A reprint is not shown as an article like it.
    assert_eq!(page.matches("cau%2Fdau-tien").count(), 1, "{page}");
    let page = site.get("/article?id=cau%2Fke-tiep&lang=en").body;
    assert!(page.contains("Similar articles"), "{page}");
    assert!(!page.contains("Copies of this text"), "{page}");
    let page = site.get("/article?id=xau").body;
    assert!(!page.contains("Các lần đăng"), "{page}");
}

#[test]
fn reprints_are_folded_by_a_switch_in_the_address() {
    let site = Site::holding(reprinted());
    let query = "/?q=c%E1%BA%A7u+g%E1%BB%97+lim";
    let page = site.get(query).body;
    assert!(
        page.contains("Gộp bản đăng lại") && page.contains("lim&amp;count=texts\""),
        "{page}"
    );
    assert!(!page.contains("+1 bản đăng lại"), "{page}");
    let page = site.get(&format!("{query}&unique=true")).body;
    for part in [
        "+1 bản đăng lại",
        "id=cau%2Fdau-tien#reprints",
        "2 bài khác nhau",
        "Hiện mọi bản đăng lại",
        "name=\"count\" value=\"texts\"",
        "/api/v1/search.csv?q=c%E1%BA%A7u+g%E1%BB%97+lim&amp;count=texts\"",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("id=cau%2Fdang-lai"), "{page}");
}

#[test]
fn lines_open_their_article_at_the_match() {
    let site = Site::new();
    let page = site
        .get("/kwic?q=t%E1%BB%AB+%C4%91i%E1%BB%83n&width=6")
        .body;
    let link = |field: &str| format!("id=tu-dien&amp;at={field}&amp;tab=kwic#at");
    for field in ["title%3A10", "body%3A15", "body%3A44"] {
        assert!(page.contains("&amp;width=6&amp;"), "{page}");
        let (id, at) = (
            page.contains("id=tu-dien"),
            page.contains(&format!("at={field}")),
        );
        assert!(id && at, "{} {page}", link(field));
    }
    let page = site
        .get("/article?q=t%E1%BB%AB+%C4%91i%E1%BB%83n&id=tu-dien&tab=kwic&at=body:44")
        .body;
    let marks = [
        "<mark id=\"m1\">từ điển",
        "<mark id=\"m2\">từ điển",
        "<mark id=\"at\">Từ điển",
    ];
    let places: Vec<_> = marks.iter().map(|mark| page.find(mark)).collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?} {page}"
    );
    assert!(page.contains("3 lần xuất hiện trong bài"), "{page}");
    // Bare words are a phrase in a concordance, so the article marks no single word of them.
    let page = site
        .get("/article?q=%C4%91i%E1%BB%83n+so%E1%BA%A1n&id=tu-dien&tab=kwic")
        .body;
    assert!(!page.contains("<mark"), "{page}");
}

#[test]
fn concordances_are_grouped_sampled_and_sorted() {
    let site = Site::new();
    let page = site.get("/kwic?q=h%E1%BB%8Dp&group=year").body;
    assert!(
        page.contains("<th class=\"value\" scope=\"col\">năm</th>"),
        "{page}"
    );
    assert!(
        page.contains(">2013</td>") && page.contains(">không ghi</td>"),
        "{page}"
    );
    assert!(
        page.contains("/api/v1/kwic.csv?q=h%E1%BB%8Dp&amp;group=year&amp;left=12&amp;right=12"),
        "{page}"
    );
    let page = site
        .get("/kwic?q=h%E1%BB%8Dp&sample=2&seed=5&sort=left:2,date&lang=en")
        .body;
    assert_eq!(page.matches("class=\"left\"").count(), 3, "{page}");
    assert!(
        page.contains("<option value=\"left:2\" selected>left 2</option>")
            && page.contains("<option value=\"date\" selected>oldest</option>"),
        "{page}"
    );
    assert_eq!(site.get("/kwic?q=h%E1%BB%8Dp&group=colour").status, 400);
}

#[test]
fn every_view_can_be_cited() {
    let site = Site::new();
    for path in [
        "/?q=h%E1%BB%8Dp",
        "/kwic?q=h%E1%BB%8Dp",
        "/trends?q=h%E1%BB%8Dp",
        "/collocates?q=h%E1%BB%8Dp",
        "/keywords?q=h%E1%BB%8Dp",
        "/fillers?q=t%E1%BB%B1+*+bi%E1%BA%BFn",
    ] {
        let page = site.get(path).body;
        assert!(page.contains("<summary>Trích dẫn</summary>"), "{path}");
        assert!(page.contains("4 bài, "), "{path}");
        let link = format!("<code>http://{}{path}</code>", site.address);
        assert!(page.contains(&link), "{path}");
    }
}

#[test]
fn fields_have_the_names_that_readers_know() {
    let site = Site::new();
    let filtered = "q=h%E1%BB%8Dp&from=2020-02&section=%3DKinh+t%E1%BA%BF";
    let written = [
        ("", "họp ngày:02/2020.. chuyên_mục=&quot;Kinh tế&quot;"),
        ("&lang=en", "họp date:2020-02.. section=&quot;Kinh tế&quot;"),
    ];
    for (lang, query) in written {
        for path in ["/", "/kwic", "/trends", "/collocates", "/dispersion"] {
            let page = site.get(&format!("{path}?{filtered}{lang}")).body;
            let cited = format!("<dd><code lang=\"vi\">{query}</code></dd>");
            assert!(page.contains(&cited), "{path} {lang}: {page}");
        }
        let feed = format!("/feed.atom?{}{lang}", filtered.replace("from", "after"));
        let feed = site.get(&feed).body;
        assert!(
            feed.contains(query.split(' ').next_back().unwrap()),
            "{feed}"
        );
    }
    let all = site.get("/wordlist?min=1").body;
    assert!(
        all.contains("<dt>Nội dung tìm</dt><dd>cả kho báo</dd>"),
        "{all}"
    );
    let nothing = site.get("/?q=kh%C3%B4ng-c%C3%B3+title:bi%E1%BB%83n").body;
    assert!(nothing.contains("tiêu_đề:biển"), "{nothing}");
    assert!(!nothing.contains(">title:"), "{nothing}");
}

#[test]
fn parts_of_a_dispersion_lead_to_their_lines_also_without_a_value() {
    let mut articles = reprinted();
    articles[0].source = None;
    articles[2].body += " Dân mong cầu gỗ lim bền lâu.";
    let page = Site::holding(articles)
        .get("/dispersion?q=c%E1%BA%A7u+g%E1%BB%97+lim&by=source")
        .body;
    for part in ["%3DB%C3%A1o+S%C3%B4ng+Tr%C3%A0", "-*"] {
        let link = format!("href=\"/kwic?q=c%E1%BA%A7u+g%E1%BB%97+lim&amp;source={part}\"");
        assert!(page.contains(&link), "{part}: {page}");
    }
}

/// The rows of the first file that a page leads to.
fn csv_of(site: &Site, page: &str) -> (String, Vec<String>) {
    let body = site.get(page).body;
    let (_, link) = body.split_once("csv=excel\"").map_or_else(
        || panic!("{page}: {body}"),
        |(before, _)| before.rsplit_once("href=\"").unwrap(),
    );
    let link = format!("{}csv=plain", link.replace("&amp;", "&"));
    let file = site.get(&link);
    assert_eq!(file.status, 200, "{link}");
    (link, file.body.lines().skip(1).map(str::to_owned).collect())
}

#[test]
fn files_are_computed_as_their_pages_are() {
    let mut articles = reprinted();
    for number in 0..12 {
        let body = if number % 2 == 0 {
            "Cây cầu gỗ lim."
        } else {
            "Chợ phiên họp sớm."
        };
        let (id, body) = (number.to_string(), body.repeat(9));
        articles.push(article(&id, &id, &body, None));
    }
    let site = Site::holding(articles);
    // The other publication of the text is shown on request.
    for (reprints, is_shown) in [("", false), ("&reprints=true", true)] {
        let (link, rows) = csv_of(&site, &format!("/similar?id=cau%2Fdau-tien{reprints}"));
        let has = rows.iter().any(|row| row.contains("cau/dang-lai"));
        assert_eq!(has, is_shown, "{link}: {rows:?}");
    }
    // Without accents, "càu" finds "cầu".
    let (_, expected) = csv_of(&site, "/keywords?q=c%E1%BA%A7u");
    let (link, rows) = csv_of(&site, "/keywords?q=c%C3%A0u&accents=loose");
    assert!(!expected.is_empty());
    assert_eq!(rows, expected, "{link}");
}

#[test]
fn the_list_of_reprints_has_no_column_that_is_empty() {
    let columns = |forget: fn(&mut Article)| {
        let mut articles = reprinted();
        articles.iter_mut().for_each(forget);
        let site = Site::holding(articles);
        let page = site.get("/reprints").body;
        let table = page.split("<thead>").nth(1).unwrap();
        let head = table.split("</thead>").next().unwrap();
        let cells = head.split("<th scope=\"col\">").skip(1);
        let columns: Vec<String> = cells
            .map(|cell| cell.split('<').next().unwrap().to_owned())
            .collect();
        let csv = site.get("/api/v1/reprints.csv").body;
        (columns.join(", "), csv.lines().next().unwrap().to_owned())
    };
    // The columns of a file do not depend on its rows: programs read them by name.
    let header = "\u{feff}publications,id,path,member,title,date,time,source";
    for (forget, expected) in [
        (
            (|_| {}) as fn(&mut Article),
            "số lần đăng, lần đầu, Báo, tít",
        ),
        (|article| article.source = None, "số lần đăng, lần đầu, tít"),
        (|article| article.published = None, "số lần đăng, Báo, tít"),
        (
            |article| (article.source, article.published) = (None, None),
            "số lần đăng, tít",
        ),
    ] {
        assert_eq!(columns(forget), (expected.to_owned(), header.to_owned()));
    }
}

#[test]
fn new_views_show_their_numbers_and_lead_to_their_matches() {
    let site = Site::holding(reprinted());
    for (path, parts) in [
        (
            "/wordlist?min=1&size=2&prefix=bi%C3%AAn+",
            &[
                "biên soạn",
                "href=\"/kwic?q=%3D%22bi%C3%AAn+so%E1%BA%A1n%22\"",
                "wordlist.csv?min=1",
            ][..],
        ),
        (
            "/dispersion?q=h%E1%BB%8Dp",
            &[
                "Độ lệch DP",
                "D của Juilland",
                "rect class=\"column\"",
                "href=\"/kwic?q=h%E1%BB%8Dp&amp;from=",
            ],
        ),
        (
            "/dispersion?q=t%E1%BB%B1+di%E1%BB%85n+bi%E1%BA%BFn&id=2026/hoi-nghi.md",
            &["class=\"barcode\"", "at=title%3A23", "Vị trí trong bài"],
        ),
        (
            "/compare?q=h%E1%BB%8Dp&q=b%C3%A0n&min=1",
            &[
                "Bài chung",
                "Jaccard",
                "Log Ratio",
                "class=\"overlap\"",
                "compare.csv?min=1&amp;q=h%E1%BB%8Dp&amp;q=b%C3%A0n",
            ],
        ),
        (
            "/batch?queries=h%E1%BB%8Dp%0D%0Ab%C3%A0n",
            &[
                "họp",
                "batch.csv?q=h%E1%BB%8Dp&amp;q=b%C3%A0n",
                "href=\"/?q=b%C3%A0n\"",
            ],
        ),
        (
            "/reprints",
            &[
                "href=\"/reprints?id=cau%2Fdau-tien\"",
                "/api/v1/reprints.csv",
            ],
        ),
        (
            "/reprints?id=cau%2Fdang-lai",
            &[
                "<ins>",
                "<del>",
                "bản đăng đầu tiên",
                "/api/v1/articles/cau%2Fdang%2Dlai/reprints.csv",
            ],
        ),
        (
            "/similar?text=c%E1%BA%A7u+g%E1%BB%97+lim",
            &["Từ chung", "cau%2F"],
        ),
        (
            "/article?id=cau/dang-lai",
            &["href=\"/reprints?id=cau%2Fdang-lai\""],
        ),
    ] {
        let page = site.get(path);
        assert_eq!(page.status, 200, "{path}");
        for part in parts {
            assert!(page.body.contains(part), "{path}: {part}\n{}", page.body);
        }
        assert!(
            path.starts_with("/article") || page.body.contains("class=\"cite\""),
            "{path}"
        );
    }
}

#[test]
fn a_strip_of_many_parts_is_small() {
    let site = Site::new();
    for slices in [200, 1000] {
        let page = site
            .get(&format!("/dispersion?q=h%E1%BB%8Dp&slices={slices}"))
            .body;
        assert!(page.len() < 150_000, "{slices}: {}", page.len());
        let note = "Bảng chỉ có 240 dòng đầu trong số 1.000 dòng";
        assert_eq!(page.contains(note), slices == 1000, "{slices}");
        assert_eq!(
            page.contains("<path class=\"column\""),
            slices == 1000,
            "{slices}"
        );
    }
}

#[test]
fn a_concordance_names_what_only_its_address_chooses() {
    let site = Site::new();
    let page = site
        .get("/kwic?q=h%E1%BB%8Dp&group=right:2,year,source&sample=12345&width=7&sort=right:2,section")
        .body;
    for option in [
        "<option value=\"right:2,year,source\" selected>bên phải 2, năm, báo</option>",
        "<option value=\"12345\" selected>12.345</option>",
        "<option value=\"7\" selected>7</option>",
        "<option value=\"right:2\" selected>bên phải 2</option>",
        "<option value=\"section\" selected>chuyên mục</option>",
    ] {
        assert!(page.contains(option), "{option}: {page}");
    }
}

#[test]
fn a_batch_is_downloaded_in_every_format() {
    let site = Site::new();
    let page = site
        .get("/batch?queries=h%E1%BB%8Dp%0Ab%C3%A0n&count=texts&totals=true")
        .body;
    let cite = "<input type=\"checkbox\" name=\"cite\" value=\"true\">";
    assert!(page.contains(cite), "{page}");
    for extension in ["csv", "xlsx", "jsonl"] {
        let start = format!("href=\"/api/v1/batch.{extension}?");
        let (_, link) = page.split_once(&start).unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        assert!(
            link.contains("count=texts") && link.contains("totals=true"),
            "{link}"
        );
        let file = site.get(&format!("/api/v1/batch.{extension}?{link}"));
        assert_eq!(file.status, 200, "{link}");
    }
}
