//! Readings, corrections, causes, relaxations and completions, on a few invented articles.

mod indexed;

use std::sync::LazyLock;

use proptest::prelude::*;
use tempfile::TempDir;
use timbao_articles::{Article, Published};
use timbao_index::{Index, SearchOptions, Searcher, WriterOptions};
use timbao_query::plan::Plan;
use timbao_query::{LowerOptions, lower, parse};
use timbao_views::suggest::{Suggestion, causes, complete, did_you_mean, readings, relaxations};

use indexed::indexed;

const BODIES: [(&str, &str, i32, &str); 6] = [
    (
        "Hội nghị chi bộ",
        "Chống tự diễn biến, tự chuyển hóa trong nội bộ.",
        2026,
        "Xây dựng Đảng",
    ),
    (
        "Ngăn chặn tự diễn biến",
        "Nhận diện tự diễn biến từ chi bộ.",
        2025,
        "Xây dựng Đảng",
    ),
    (
        "Quyển từ điển",
        "Ông Ổi làm từ điển biên soạn bằng tay, tự mình.",
        2024,
        "Văn hoá",
    ),
    (
        "Không quân diễn tập",
        "Không quân tập trên biển. Không có gì lạ.",
        2023,
        "Quốc phòng",
    ),
    (
        "Giá hoa",
        "Hợp tác xã trồng hoa, chuyển đổi cây trồng.",
        2025,
        "Kinh tế",
    ),
    (
        "Cử tri Bến Cát Trắng",
        "Cử tri hỏi về chuyển đổi số.",
        2026,
        "Chính trị",
    ),
];

/// Two segments, so that counts have to be added up.
fn newsroom() -> (TempDir, Searcher) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    for (part, bodies) in BODIES.chunks(3).enumerate() {
        let mut writer = index
            .writer(WriterOptions {
                threads: 1,
                memory: 20_000_000,
            })
            .unwrap();
        for (number, (title, body, year, section)) in bodies.iter().enumerate() {
            let article = Article {
                title: Some((*title).to_owned()),
                body: (*body).to_owned(),
                published: Published::new(*year, Some(3), Some(1)),
                section: Some((*section).to_owned()),
                ..Article::default()
            };
            writer.add(&format!("{part}/{number}"), article).unwrap();
        }
        writer.commit().unwrap();
        writer.finish().unwrap();
    }
    let searcher = index.searcher().unwrap();
    (dir, searcher)
}

fn total(searcher: &Searcher, query: &str) -> u64 {
    let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
    let found = searcher.search(&plan, &SearchOptions::default());
    found.unwrap().total
}

fn shown(suggestions: &[Suggestion]) -> String {
    let lines = suggestions.iter().map(|s| {
        let part = if s.part.is_empty() {
            String::new()
        } else {
            format!(" [{}]", s.part)
        };
        format!("{:?}{part}: {} ({})\n", s.kind, s.query, s.articles)
    });
    lines.collect()
}

/// The advice for a query.
fn told(searcher: &Searcher, query: &str) -> String {
    let ast = parse(query).ast;
    let options = LowerOptions::default();
    let causes = causes(searcher, &ast, &options).unwrap();
    let causes: String = causes.iter().map(|cause| format!("! {cause}\n")).collect();
    let meant = did_you_mean(searcher, &ast, &options, 3).unwrap();
    let relaxed = relaxations(searcher, &ast, &options, 8).unwrap();
    let marked = |mark: char, suggestions: &[Suggestion]| -> String {
        let lines = shown(suggestions);
        lines
            .lines()
            .map(|line| format!("{mark} {line}\n"))
            .collect()
    };
    format!(
        "{query}\n{causes}{}{}",
        marked('?', &meant),
        marked('>', &relaxed)
    )
}

#[test]
fn unaccented_queries_have_readings() {
    let (_dir, searcher) = newsroom();
    let of = |query| {
        shown(&readings(&searcher, &parse(query).ast, &LowerOptions::default(), 3).unwrap())
    };
    insta::assert_snapshot!(of("tu dien bien"), @r"
    Accents: tự diễn biến (2)
    Accents: từ điển biên (1)
    ");
    insta::assert_snapshot!(of("\"tu chuyen hoa\" -cu section:\"kinh te\""), @"");
    insta::assert_snapshot!(of("\"chuyen doi\" NEAR/5 cu tri"), @r#"Accents: "chuyển đổi" NEAR/5 cử tri (1)"#);
    assert_eq!(of("tự dien bien"), "");
    assert_eq!(of("xyz"), "");
    assert_eq!(of(""), "");
}

#[test]
fn nothing_found_is_explained() {
    let (_dir, searcher) = newsroom();
    let queries = [
        "tuwj dieenx bieens",
        "tu75 die6n4 bie6n1",
        "\"tự diển biến\"",
        "\"tự dein biến\"",
        "khong qaun",
        "tứ điên biển",
        "\"chi bộ nội bộ\"",
        "\"tự chuyển biến\"",
        "họp title:không_có",
        "title:\"chuyển đổi\"",
        "title:\"chuyển đổi họp\"",
        "caption:\"chuyển đổi số\"",
        "\"tự diễn biến\" section:\"kinh te\"",
        "\"tự diễn biến\" section:\"không có mục này\"",
        "\"tự diễn biến\" -\"chi bộ\" -\"nội bộ\"",
        "cử tri AND không quân",
        "hoa NEAR/1 cây",
        "\"tự diễn biến\" date:2023 section:\"quốc phòng\"",
        "xyz OR abc",
        "cử AND hoa AND quân",
        "-a OR -b AND (c d)",
    ];
    let all: Vec<String> = queries.iter().map(|query| told(&searcher, query)).collect();
    insta::assert_snapshot!("nothing_found", all.join("\n"));
}

#[test]
fn what_finds_something_has_no_cause() {
    let (_dir, searcher) = newsroom();
    for query in ["tự diễn biến", "section:\"kinh te\"", ""] {
        let ast = parse(query).ast;
        let causes = causes(&searcher, &ast, &LowerOptions::default()).unwrap();
        assert_eq!(causes, [], "{query}");
    }
}

#[test]
fn a_long_query_has_a_cause() {
    let words: Vec<String> = (100..300).map(|number| number.to_string()).collect();
    let body = words.join(" ");
    let (_dir, searcher) = texts_of([&body]);
    let of = |query: &str| {
        let ast = parse(query).ast;
        let causes = causes(&searcher, &ast, &LowerOptions::default()).unwrap();
        let causes = causes.iter().map(ToString::to_string);
        causes.collect::<Vec<String>>().join("; ")
    };
    let (first, last) = words.split_at(150);
    let last = last.join(" ");
    let missing = [first.join(" "), "xyz".to_owned(), last.clone()].join(" ");
    assert_eq!(of(&format!("\"{missing}\"")), "no article has xyz");
    assert_eq!(
        of(&format!("+{}", missing.replace(' ', " +"))),
        "no article has xyz"
    );
    assert_eq!(of(&missing.replace(' ', " AND ")), "no article has xyz");
    let turned = format!("\"{last} {}\"", first.join(" "));
    assert_eq!(
        of(&turned),
        format!("no article has {turned} in a row, 1 article all of its words")
    );
}

#[test]
fn words_and_phrases_are_completed() {
    let (_dir, searcher) = newsroom();
    let of = |text| {
        let completions = complete(&searcher, text, 4).unwrap();
        let lines = completions.iter().map(|c| {
            let completed = c.text.get(c.start..).unwrap();
            format!("{} ({}, from {completed})\n", c.text, c.articles)
        });
        format!("{text}|\n{}", lines.collect::<String>())
    };
    let texts = [
        "tu d",
        "tự diễn b",
        "chuy",
        "chuyể",
        "chuyển ",
        "section:\"x\" cử t",
        "zz",
        "hoa,",
        "",
        "Không q",
        "KHONG QUAN D",
        "tự diễn biến",
    ];
    let all: Vec<String> = texts.into_iter().map(of).collect();
    insta::assert_snapshot!("completions", all.join("\n"));
}

fn queries() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("tự"),
        Just("diễn"),
        Just("bien"),
        Just("hoa"),
        Just("\"chi bộ nội\""),
        Just("xyz"),
        Just("\"tu * hóa\""),
        Just("section:\"kinh te\""),
        Just("date:2025"),
        Just("title:cử"),
        Just("-chi"),
        Just("NOT hoa"),
        Just("(cu OR tri)"),
        Just("a NEAR/2 b"),
        Just("=tu"),
        Just("chuyể*"),
        Just("+quân"),
        Just("dieenx"),
        Just("tuwj"),
        Just("AND"),
        Just("OR"),
    ];
    proptest::collection::vec(word, 0..6).prop_map(|words| words.join(" "))
}

#[test]
fn suggestions_find_what_they_say() {
    let (_dir, searcher) = newsroom();
    let config = ProptestConfig::with_cases(150);
    proptest!(config, |(query in queries())| {
        let ast = parse(&query).ast;
        let options = LowerOptions::default();
        let mut all = did_you_mean(&searcher, &ast, &options, 5).unwrap();
        all.extend(readings(&searcher, &ast, &options, 5).unwrap());
        all.extend(relaxations(&searcher, &ast, &options, 50).unwrap());
        for suggestion in all {
            prop_assert!(suggestion.articles > 0);
            prop_assert_eq!(total(&searcher, &suggestion.query), suggestion.articles);
        }
        let is_empty = lower(&ast, &options).plan == Plan::Nothing;
        let nothing = total(&searcher, &query) == 0 && !is_empty;
        let reasons = causes(&searcher, &ast, &options).unwrap();
        prop_assert_eq!(nothing, !reasons.is_empty(), "{}", query);
    });
}

/// Articles with these bodies.
fn texts_of<const N: usize>(bodies: [&str; N]) -> (TempDir, Searcher) {
    let articles = bodies.map(|body| Article {
        body: body.to_owned(),
        ..Article::default()
    });
    let keys = (0..).map(|number: usize| number.to_string());
    indexed(keys.zip(articles))
}

/// Completes texts by articles with these bodies.
fn completer<const N: usize>(bodies: [&str; N]) -> impl Fn(&str) -> Vec<String> {
    let (dir, searcher) = texts_of(bodies);
    move |text| {
        let _lives = &dir;
        let completions = complete(&searcher, text, 8).unwrap();
        let texts = completions.into_iter().map(|completion| completion.text);
        texts.collect()
    }
}

#[test]
fn no_completion_begins_with_half_a_word() {
    let completions = completer([
        "Cuộc họp kéo dài hai giờ, sau đó đại biểu chuyển hóa ý kiến.",
        "Buổi tiếp dân kéo dài hai giờ.",
        "Hạn hán kéo dài nhiều tháng, bà con tự chuyển hóa giống.",
        "Mưa kéo dài, nước dâng.",
        "Ông dài lời, mưa kéo dài suốt đêm.",
    ]);
    let long = completions("dai");
    assert!(
        !long.iter().any(|text| text.starts_with("dài hai")),
        "{long:?}"
    );
    assert!(long.contains(&"dài".to_owned()), "{long:?}");
    // After the word that it belongs to, it is one.
    let after = completions("kéo d");
    assert!(
        after.iter().any(|text| text.starts_with("kéo dài")),
        "{after:?}"
    );
    let change = completions("chuyể");
    assert!(change.contains(&"chuyển hóa".to_owned()), "{change:?}");
}

#[test]
fn no_completion_ends_with_half_a_word() {
    let completions = completer([
        "Bộ Tài chính báo cáo. Bộ trưởng Bộ Tài chính trả lời.",
        "Bộ Tài nguyên và Môi trường kiểm tra. Bộ Tài chính có ý kiến. Bộ Y tế họp.",
        "Bộ Tài nguyên và Môi trường trả lời. Tài chính xã và tài chính thôn khác tài nguyên nước.",
        "Bộ Nội vụ nói về tài chính công, tài nguyên đất, bộ máy, chi bộ và cán bộ.",
        "Nhà chức trách bắt giữ hai người. Nhà nước giao nhà chức trách điều tra.",
        "Nhà chức trách sở tại cho biết nhà nước và người có chức vụ cùng chịu trách nhiệm.",
    ]);
    for (typed, whole, half) in [
        ("bộ t", "Bộ Tài chính", "bộ tài"),
        ("bo tai n", "Bộ Tài nguyên", "bộ tài"),
        ("bộ ", "Bộ Tài nguyên", "bộ tài"),
        ("nhà ch", "nhà chức trách", "nhà chức"),
        ("nhà ", "nhà nước", "nhà chức"),
    ] {
        let texts = completions(typed);
        let is_whole = |text: &String| text.to_lowercase().starts_with(&whole.to_lowercase());
        assert!(texts.iter().any(is_whole), "{typed}: {texts:?}");
        assert!(
            !texts.iter().any(|text| text.to_lowercase() == half),
            "{typed}: {texts:?}"
        );
    }
}

#[test]
fn halves_are_known_by_the_words_that_follow_them_in_texts() {
    let ends = [
        "công ty",
        "công tác",
        "công trình",
        "công nghệ",
        "công bố",
        "công chức",
        "công việc",
        "công dân",
        "cán bộ",
        "chi bộ",
        "tiến bộ",
        "nội bộ",
    ];
    let bodies: [String; 40] = std::array::from_fn(|number| match number {
        0 => "Ý kiến của Bộ Công Thương nêu rõ.".to_owned(),
        1 => "Hỏi Bộ Công an trước.".to_owned(),
        2 => "Theo Bộ Công Thương, giá tăng.".to_owned(),
        3 => "Gửi Bộ Công an.".to_owned(),
        _ => format!("Bài {number} bàn về {}.", ends[number % ends.len()]),
    });
    let completions = completer(bodies.each_ref().map(String::as_str));
    let texts = completions("bộ c");
    let has = |text: &str| texts.iter().any(|found| found == text);
    assert!(has("Bộ Công Thương") && has("Bộ Công an"), "{texts:?}");
    assert!(!has("Bộ Công") && !has("bộ công"), "{texts:?}");
    // One of three words always follows.
    let rests = ["văn phòng tỉnh", "án tòa tỉnh", "thanh tra tỉnh"];
    let bodies: [String; 24] =
        std::array::from_fn(|number| format!("Phó chánh {}, khóa {number}.", rests[number % 3]));
    let completions = completer(bodies.each_ref().map(String::as_str));
    let texts = completions("phó ch");
    assert!(!texts.contains(&"phó chánh".to_owned()), "{texts:?}");
    let is_whole = |text: &String| text.starts_with("phó chánh văn phòng");
    assert!(texts.iter().any(is_whole), "{texts:?}");
}

#[test]
fn no_completion_begins_within_one_of_several_names() {
    let bodies: [String; 40] = std::array::from_fn(|number| match number {
        0 => "Thủ tướng Trung Quốc hôm nay đến thăm.".to_owned(),
        1 => "Tổng thống Hàn Quốc hôm nay về nước.".to_owned(),
        2..10 => format!("Bài {number} nói về Trung Quốc."),
        10..18 => format!("Bài {number} nói về Hàn Quốc."),
        18..22 => format!("Quốc hội bàn việc {number}."),
        _ => format!("Chuyện {number} kể từ hồi xưa ở làng bên sông, ai cũng nhớ."),
    });
    let completions = completer(bodies.each_ref().map(String::as_str));
    let texts = completions("quốc h");
    let is_known = |text: &String| text.to_lowercase().starts_with("quốc hội");
    assert!(texts.iter().any(is_known), "{texts:?}");
    let is_torn = |text: &String| text.to_lowercase().starts_with("quốc hôm");
    assert!(!texts.iter().any(is_torn), "{texts:?}");
    let texts = completions("trung quốc h");
    let is_whole = |text: &String| text.starts_with("Trung Quốc hôm");
    assert!(texts.iter().any(is_whole), "{texts:?}");
}

#[test]
fn misspellings_are_not_offered_beside_the_word() {
    let mut bodies = vec!["Công nghệ mới."; 250];
    bodies.push("Công nghê mới.");
    let articles = bodies.into_iter().map(|body| Article {
        body: body.to_owned(),
        ..Article::default()
    });
    let keys = (0..).map(|number: usize| number.to_string());
    let (_dir, searcher) = indexed(keys.zip(articles));
    let texts = |typed| -> Vec<String> {
        let found = complete(&searcher, typed, 8).unwrap();
        found
            .into_iter()
            .map(|completion| completion.text)
            .collect()
    };
    assert!(!texts("cong ngh").iter().any(|text| text.contains("nghê")));
    assert!(
        texts("công nghê m")
            .iter()
            .any(|text| text.contains("nghê"))
    );
}

/// Articles of which one lacks a space, and names that are written as one word.
const WITHOUT_SPACE: [&str; 5] = [
    "Tiếp Bộ trưởngVicente thăm tỉnh. BanChỉ đạo họp.",
    "Bộ trưởng Vicente cảm ơn. Ban Chỉ đạo họp.",
    "Thứ trưởng và Bộ trưởng cùng dự. Ban chỉ đạo họp.",
    "Nhiều người dùng TikTok mỗi ngày.",
    "Cán bộ dùng TikTok để tuyên truyền.",
];

#[test]
fn no_completion_joins_two_words() {
    let completions = completer(WITHOUT_SPACE);
    for typed in [
        "bộ trưởng",
        "bộ trưởngv",
        "trưởngv",
        "truong",
        "ban",
        "banc",
        "\"bộ tr",
    ] {
        let texts = completions(typed);
        let joins = |text: &String| {
            let text = text.to_lowercase();
            text.contains("trưởngvicente") || text.contains("banchỉ")
        };
        assert!(!texts.iter().any(joins), "{typed}: {texts:?}");
    }
    let names = completions("tik");
    assert!(names.contains(&"TikTok".to_owned()), "{names:?}");
}

#[test]
fn abbreviations_keep_their_capitals() {
    let completions = completer([
        "Đoàn của TP.HCM thăm UBND TP Cần Thơ.",
        "Cầu của TP.HCM đã xong.",
        "CẢ NƯỚC CHUNG TAY CHỐNG BÃO\nBà con cả nước chung tay chống bão.",
        "CẢ NƯỚC CHUNG TAY CHỐNG BÃO\nTin bão.",
    ]);
    let texts = completions("tp");
    assert!(texts.contains(&"TP HCM".to_owned()), "{texts:?}");
    // Those of a headline in capitals mean nothing.
    let texts = completions("chung t");
    assert_eq!(texts, ["chung tay chống bão"]);
}

#[test]
fn no_correction_joins_two_words() {
    let (_dir, searcher) = texts_of(WITHOUT_SPACE);
    let options = LowerOptions::default();
    let corrections = |query: &str| -> Vec<String> {
        let found = did_you_mean(&searcher, &parse(query).ast, &options, 8).unwrap();
        found.into_iter().map(|found| found.query).collect()
    };
    for query in [
        "trưởngvicent",
        "bộ trưởngvicent",
        "truongvicent",
        "bo truongvicent",
    ] {
        let found = corrections(query);
        assert!(
            !found.iter().any(|q| q.contains("vicente")),
            "{query}: {found:?}"
        );
    }
    assert_eq!(corrections("tiktoc"), ["tiktok"]);
}

#[test]
fn words_that_meet_by_chance_are_no_phrase() {
    let text = "Bộ trưởng thăm bộ trên tỉnh; trên bộ, trên nhà, trên xã có cán bộ.";
    let completions = completer([text, text, text]);
    for typed in ["bộ tr", "bo tr", "bộ "] {
        let texts = completions(typed);
        let begins = |with: &str| {
            texts
                .iter()
                .any(|text| text.to_lowercase().starts_with(with))
        };
        assert!(begins("bộ trưởng"), "{typed}: {texts:?}");
        assert!(!begins("bộ trên"), "{typed}: {texts:?}");
    }
    // Without a better one, they are offered.
    let texts = completions("bộ trê");
    assert!(!texts.is_empty(), "{texts:?}");
}

#[test]
fn no_completion_begins_or_ends_with_a_function_word() {
    let completions = completer([
        "Ông Trump và phu nhân tới thăm. Người dân mua nhà ở.",
        "Ông Trump và Quốc hội bất đồng. Nhà ở, đất đai là của nhân dân.",
        "Ông Trump vắng mặt. Vấn đề tồn tại đã lâu, chính sách của nhà nước.",
        "Lợi ích của nhân dân là trên hết. Khó khăn tồn tại.",
    ]);
    let texts = completions("trump v");
    assert_eq!(texts, ["Trump vắng"]);
    // Where a clause can end there, it is a word.
    for (typed, whole) in [("nhà ", "nhà ở"), ("tồn t", "tồn tại")] {
        let texts = completions(typed);
        assert!(texts.iter().any(|text| text == whole), "{typed}: {texts:?}");
    }
    let texts = completions("cu");
    assert!(
        !texts.iter().any(|text| text.starts_with("của")),
        "{texts:?}"
    );
    // Who types it wants it.
    let texts = completions("của nh");
    assert!(texts.contains(&"của nhân dân".to_owned()), "{texts:?}");
}

#[test]
fn what_is_typed_is_not_completed_to_half_a_word() {
    let completions = completer([
        "Nông thôn hiện đại hóa từng ngày.",
        "Xưởng cũ được hiện đại hóa.",
        "Nhà máy hiện đại.",
        "Con đường hiện đại.",
        "Đại học mở cửa, trường đại học đón sinh viên.",
    ]);
    let texts = completions("đại h");
    assert!(
        texts.iter().any(|text| text.starts_with("đại học")),
        "{texts:?}"
    );
    assert!(
        !texts.iter().any(|text| text.starts_with("đại hóa")),
        "{texts:?}"
    );
    // After the word that it belongs to, it is one.
    let texts = completions("hiện đại h");
    assert!(texts.contains(&"hiện đại hóa".to_owned()), "{texts:?}");
}

#[test]
fn no_completion_is_a_fragment() {
    let completions = completer([
        "Nhận diện tự diễn biến, tự chuyển hóa trong nội bộ.",
        "Phòng, chống tự diễn biến, tự chuyển hóa.",
        "Bàn về tự diễn biến, tự chuyển hóa ở cơ sở.",
        "Dân ca Mường Khơi có điệu tự diễn.",
    ]);
    let texts = completions("tự d");
    let has = |text: &str| texts.iter().any(|found| found == text);
    assert!(has("tự diễn biến tự chuyển hóa"), "{texts:?}");
    assert!(!has("tự diễn biến tự chuyển"), "{texts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_text_is_completed_without_a_panic(text in ".{0,40}|[a-zđư ,\"]{0,20}") {
        static NEWSROOM: LazyLock<(TempDir, Searcher)> = LazyLock::new(newsroom);
        for completion in complete(&NEWSROOM.1, &text, 5).unwrap() {
            prop_assert!(completion.text.is_char_boundary(completion.start));
            prop_assert_eq!(completion.text.get(..completion.start), text.get(..completion.start));
            prop_assert!(completion.articles > 0);
        }
    }
}
