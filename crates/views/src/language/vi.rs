//! Vietnamese.

use timbao_query::plan::Facet;
use timbao_query::{DateError, MAX_NEAR, MAX_PATTERNS, ProblemKind, Why};

use crate::collocates::CollocateSort;
use crate::explain::ScoreKind;
use crate::periods::By;
use crate::suggest::{Cause, CauseKind, Suggestion, SuggestionKind};
use crate::trends::Measure;

use super::Language;
use super::words::{Noun, Words};

pub(super) const WORDS: Words = Words {
    code: "vi",
    name: "Tiếng Việt",
    skip: "Tới nội dung chính",
    search: "Tìm",
    search_label: "Tìm trong kho báo",
    placeholder: "Gõ có dấu hoặc không dấu, ví dụ: \"tự diễn biến\"",
    suggestions: "Gợi ý",
    views: "Cách xem",
    results: "Kết quả",
    concordance: "Ngữ cảnh",
    trends: "Xu hướng",
    reading: "Tìm theo",
    strict: "đúng dấu",
    loose: "không dấu",
    as_strict: "chỉ tìm đúng dấu",
    as_loose: "bỏ qua dấu",
    also: "Tìm cả",
    sort: "Sắp xếp",
    by_relevance: "Phù hợp nhất",
    latest: "Mới nhất",
    oldest: "Cũ nhất",
    apply: "Áp dụng",
    narrow: "Lọc",
    from: "Từ ngày",
    to: "Đến ngày",
    date_example: "25/3/2026 hoặc 2026",
    time: "Thời gian đăng",
    brush: "Kéo qua biểu đồ để chọn khoảng thời gian, hoặc bấm một cột.",
    remove: "bỏ",
    more: "Thêm",
    unknown: "không ghi",
    export: "Tải về CSV",
    previous: "Trang trước",
    next: "Trang sau",
    pages: "Trang",
    untitled: "(không có tít)",
    nothing: "Không tìm được bài nào.",
    perhaps: "Có thể là",
    try_these: "Có thể thử",
    refreshed: "Kho báo vừa được cập nhật; đây là danh sách mới.",
    original: "Bản gốc",
    back: "Về danh sách",
    matches_here: "lần xuất hiện trong bài",
    photo: "Ảnh",
    similar: "Bài tương tự",
    reprints: "Các lần đăng bài này",
    fold: "Gộp bản đăng lại",
    unfold: "Hiện mọi bản đăng lại",
    left: "Bên trái",
    matched: "Cụm từ",
    right: "Bên phải",
    date: "Ngày",
    source: "Báo",
    measure: "Tính theo",
    period: "Mỗi điểm là một",
    period_column: "Thời gian",
    phrase: "Cụm từ",
    one_more: "Thêm cụm từ",
    table: "Bảng số liệu",
    of_articles: "Tổng số bài",
    thin: "Chấm rỗng: kỳ có dưới 20 bài, chưa đủ để so sánh.",
    welcome: "Tìm trong kho báo",
    holds: "Kho báo",
    keys: "Phím tắt: / tới ô tìm; j và k xuống, lên từng bài hoặc từng lần xuất hiện.",
    collocates: "Từ đi kèm",
    collocates_note: "Những từ đứng gần cụm từ này nhiều hơn mức ngẫu nhiên.",
    keywords: "Từ đặc trưng",
    keywords_note: "Những từ có trong các bài này nhiều hơn hẳn so với các bài khác.",
    keywords_empty: "Gõ nội dung tìm để chọn các bài.",
    fillers: "Chỗ trống",
    fillers_note: "Những từ đứng ở chỗ dấu * trong cụm từ.",
    fillers_empty: "Viết dấu * vào chỗ của một từ, ví dụ:",
    no_words: "Không có từ nào đủ số lần xuất hiện.",
    word: "Từ",
    near: "Ở gần",
    articles_column: "Số bài",
    everywhere: "Cả kho",
    expected: "Ngẫu nhiên",
    likelihood: "Độ tin cậy (G²)",
    occurrences: "Số lần",
    per_million: "Trên một triệu tiếng",
    elsewhere: "Ở các bài kia",
    against: "So với",
    all_others: "mọi bài khác",
    window: "Cách không quá (tiếng)",
    width: "Ngữ cảnh (tiếng)",
    group: "Gộp theo",
    no_group: "không gộp",
    sample: "Mẫu ngẫu nhiên",
    all_lines: "mọi dòng",
    seed: "Số hạt giống",
    citation: "Trích dẫn",
    understood: "Nội dung tìm",
    index_state: "Trạng thái kho báo",
    day: "Ngày tra cứu",
    link: "Địa chỉ",
    earlier: "Lần trước",
    later: "Lần sau",
    copy: "Chép liên kết tới câu này",
    copied: "Đã chép",
    n_compared: "so sánh {0}",
    failed: "Có lỗi xảy ra",
    problem: "Lưu ý", // Error pages.
    bad_date: "Ngày tháng không hợp lệ. Hãy viết 25/3/2026, 3/2026 hoặc 2026.",
    too_long: "Nội dung tìm quá dài.",
    bad_condition: "Địa chỉ trang có một điều kiện không hợp lệ.",
    no_word: "Không có từ nào để tìm.",
    no_article: "Không có bài này trong kho báo.",
    busy: "Đang có quá nhiều lượt tìm. Hãy thử lại sau giây lát.",
    too_slow: "Lượt tìm này quá lâu nên đã dừng. Hãy tìm ít từ hơn hoặc từ hiếm hơn.",
    internal: "Máy chủ gặp lỗi.",
    // Charts.
    date_axis: "Thời gian đăng",
    hollow: "Chấm rỗng: kỳ có dưới {0} bài.",
    other: "khác",
    // Labels of lines on a terminal.
    label_warning: "lưu ý",
    label_note: "ghi chú",
    label_hint: "gợi ý",
    label_cite: "trích dẫn",
    label_readings: "có thể là",
    label_not_found: "không tìm được",
    // Lists on a terminal.
    did_you_mean: "có phải bạn muốn tìm",
    find_more: "để tìm được nhiều hơn",
    shown: "hiện {0}",
    a_sample: "lấy mẫu {0}",
    written: "đã ghi {0} trong {1}; xem --limit",
    to_write: "sẽ ghi {0} khi tìm {1}",
    empty_query: "chưa có nội dung tìm",
    no_value: "(không ghi)",
    more_values: "và {0} nữa, có trong {1}; --format csv liệt kê tất cả",
    more_groups: "{0} trong {1}; thêm --limit để xem tiếp",
    no_such_article: "không có bài {0}",
    names_of_articles: "`timbao search` in mã hoặc đường dẫn của từng bài",
    no_date: "không ghi ngày",
    terms: "từ so sánh",
    shares: "giống {0} %",
    elided: "({0} tiếng)",
    several_times: "{0} đăng nhiều lần, tổng cộng {1}",
    // Trends on a terminal.
    series_total: "{0} trong {1} bài trên tổng số {2}",
    other_values: "(khác)",
    undated: "không ghi ngày",
    few_articles: "* dưới {0}",
    // Columns of tables.
    col_matches: "lần xuất hiện",
    col_articles: "số bài",
    col_of_articles: "tổng số bài",
    col_of_tokens: "tổng số tiếng",
    col_per_million: "trên triệu tiếng",
    col_per_thousand: "trên nghìn bài",
    col_unit: "từ",
    col_near: "ở gần",
    col_in_all: "cả kho",
    col_expected: "ngẫu nhiên",
    col_likelihood: "độ tin cậy",
    col_count: "số lần",
    col_against: "đối chiếu",
    col_log_ratio: "log tỷ lệ",
    col_filler: "từ",
    col_publications: "số lần đăng",
    col_first: "lần đầu",
    col_id: "mã",
    col_title: "tít",
    col_left: "bên trái",
    col_match: "cụm từ",
    col_right: "bên phải",
    near_summary: "quanh {0}: {1} trong số {2}; so sánh {3}",
    against_summary: "{0} của {1} so với {2} của {3}; so sánh {4}",
    // Statistics.
    stat_index: "kho báo",
    stat_articles: "số bài",
    stat_tokens: "số tiếng",
    stat_vocabulary: "tiếng và từ",
    stat_distinct: "{0} khác nhau, {1} nếu bỏ dấu",
    stat_dates: "thời gian",
    stat_no_dates: "không có",
    stat_size: "dung lượng",
    amount_in: "{0} trong {1}",
    stat_index_version: "phiên bản kho",
    stat_analyzer_version: "phiên bản tách từ",
    stat_state: "{0}  {1}, {2}, bộ tách từ {3}",
    // Citations.
    cite_query: "tìm {0}, hiểu là {1}",
    cite_index: "trạng thái kho {0}: {1} bài, {2} tiếng; bộ tách từ {3}; {4}; {5}",
    // Explanations.
    explain_query: "tìm",
    explain_read_as: "hiểu là",
    explain_matches: "có",
    explain_tree: "Cấu trúc",
    explain_words: "Từ",
    explain_also: "Tìm cả",
    explain_terms: "Mục từ",
    explain_plan: "Cách thực hiện",
    any_accents: "mọi dấu",
    accents_as_typed: "đúng dấu",
    node_nothing: "không có gì",
    node_word: "từ {0}",
    node_phrase: "cụm từ {0}",
    node_sequence: "các từ cạnh nhau",
    node_required: "bắt buộc",
    node_group: "nhóm",
    node_in: "trong {0}",
    term_exact: "đúng dấu",
    term_folded: "mọi dấu",
    term_prefix: "đầu từ",
    term_fuzzy: "gần giống",
    term_phrase: "cụm từ",
    term_near: "gần nhau",
    term_date: "ngày",
    term_metadata: "thông tin bài",
    term_id: "mã",
    score: "điểm {0} · {1}, trung bình {2}",
    score_recency: "×{0} vì mới đăng",
    score_part: "{0} = {1} × {2}  {3} {4}, trong {5}; ở đây {6}",
    in_title: "{0} trong tít",
    in_summary: "{0} trong sapo",
    in_lead: "{0} trong đoạn đầu",
    in_body: "{0} trong bài",
    in_captions: "{0} trong chú thích ảnh",
    // Articles on a terminal.
    id: "mã",
    tips: [
        (
            "tự diễn biến",
            "bài có nhiều từ này; bài có cả cụm liền nhau xếp trước",
        ),
        ("\"tự diễn biến\"", "đúng cụm từ, đúng dấu như đã gõ"),
        ("tu dien bien", "gõ không dấu thì khớp với mọi dấu"),
        (
            "\"đại hội\" NEAR/5 \"nhân sự\"",
            "hai cụm cách nhau không quá 5 từ",
        ),
        (
            "tít:\"đại hội\" -\"đại hội cổ đông\"",
            "trong tít, trừ một cụm từ",
        ),
    ],
    separators: ('.', ','),
    noun,
    seconds: ["giây", "phút"],
    facet,
    by,
    by_adverb,
    measure_label,
    collocate_order,
    score_kind,
    why,
    date_error,
    problem_of_query,
    cause,
    suggestion,
    date_of,
};

fn noun(noun: Noun, _: u64) -> &'static str {
    match noun {
        Noun::Article => "bài",
        Noun::Hit => "kết quả",
        Noun::Match => "lần xuất hiện",
        Noun::Text => "bài khác nhau",
        Noun::Publication => "lần đăng",
        Noun::Reprint => "bản đăng lại",
        Noun::Token | Noun::Word => "tiếng",
        Noun::Unit => "từ",
        Noun::Filler => "từ khác nhau",
        Noun::MoreValue => "giá trị",
        Noun::Group => "nhóm",
        Noun::Place => "chỗ",
        Noun::Segment => "phân đoạn",
        Noun::Byte => "byte",
    }
}

fn facet(facet: Facet) -> &'static str {
    match facet {
        Facet::Section => "Chuyên mục",
        Facet::Place => "Nơi",
        Facet::Agency => "Hãng tin",
        Facet::Author => "Tác giả",
        Facet::Source => "Báo",
        Facet::Collection => "Nguồn tệp",
        Facet::Year => "Năm",
        Facet::Month => "Tháng",
    }
}

fn by(by: By) -> &'static str {
    match by {
        By::Day => "ngày",
        By::Week => "tuần",
        By::Month => "tháng",
        By::Quarter => "quý",
        By::Year => "năm",
    }
}

fn by_adverb(by: By) -> &'static str {
    match by {
        By::Day => "theo ngày",
        By::Week => "theo tuần",
        By::Month => "theo tháng",
        By::Quarter => "theo quý",
        By::Year => "theo năm",
    }
}

fn measure_label(measure: Measure) -> &'static str {
    match measure {
        Measure::Matches => "Số lần xuất hiện",
        Measure::Articles => "Số bài có cụm từ",
        Measure::PerMillion => "Số lần xuất hiện trên một triệu tiếng",
        Measure::PerThousand => "Số bài có cụm từ trên một nghìn bài",
    }
}

fn collocate_order(order: CollocateSort) -> &'static str {
    match order {
        CollocateSort::LogDice => "logDice",
        CollocateSort::LogLikelihood => "Độ tin cậy (G²)",
        CollocateSort::MutualInformation => "Thông tin tương hỗ (MI)",
        CollocateSort::Count => "Số lần ở gần",
    }
}

fn score_kind(kind: ScoreKind) -> &'static str {
    match kind {
        ScoreKind::Word => "từ",
        ScoreKind::Phrase => "cụm từ",
        ScoreKind::Near => "từ gần nhau",
        ScoreKind::Pair => "cặp từ",
    }
}

fn why(why: Why) -> &'static str {
    match why {
        Why::WrittenOut => "viết đầy đủ",
        Why::Abbreviated => "viết tắt",
        Why::OtherVowel => "i/y",
        Why::LeadingZero => "số 0 ở đầu",
    }
}

fn date_error(error: DateError) -> &'static str {
    match error {
        DateError::Form => "đây không phải ngày tháng; viết 25/3/2026, 3/2026 hoặc 2026",
        DateError::NoYear => "ngày này thiếu năm",
        DateError::NoSuchDay => "không có ngày này",
        DateError::Backwards => "khoảng thời gian này kết thúc trước khi bắt đầu",
    }
}

fn problem_of_query(kind: ProblemKind) -> (String, Option<String>) {
    use ProblemKind as K;
    const IGNORED: &str = "đã bỏ qua";
    let (message, hint) = match kind {
        K::UnclosedQuote => ("dấu ngoặc kép này chưa đóng", "coi như đóng ở cuối"),
        K::StrayQuote => ("dấu ngoặc kép này thừa", IGNORED),
        K::EmptyPhrase => ("giữa hai dấu ngoặc kép không có từ nào", IGNORED),
        K::UnclosedGroup => ("dấu ngoặc đơn này chưa đóng", "coi như đóng ở cuối"),
        K::UnopenedGroup => ("dấu ngoặc đơn này thừa", IGNORED),
        K::EmptyGroup => ("trong ngoặc đơn không có gì", IGNORED),
        K::TooDeep => (
            "ngoặc đơn và NOT lồng nhau quá sâu",
            "phần bên trong bị bỏ qua",
        ),
        K::TooLong => ("nội dung tìm quá dài", "phần sau bị bỏ qua"),
        K::TooManyWords => ("nội dung tìm có quá nhiều từ", "phần sau bị bỏ qua"),
        K::MissingOperand => ("toán tử này thiếu từ đi kèm", IGNORED),
        K::NearDistances => (
            "một chuỗi NEAR chỉ có một khoảng cách",
            "lấy khoảng lớn nhất",
        ),
        K::TooManyNear => {
            return (
                format!("NEAR nối nhiều nhất {MAX_NEAR} phần"),
                Some("các phần còn lại chỉ cần có trong bài".to_owned()),
            );
        }
        K::TooManyPatterns => {
            return (
                format!("mỗi lần tìm dùng được * hoặc ~N cho nhiều nhất {MAX_PATTERNS} từ"),
                Some("các từ còn lại tìm như thường".to_owned()),
            );
        }
        K::NearOperand => ("NEAR cần một từ, một cụm từ", "ở đây coi như AND"),
        K::UnknownField(field) => {
            return (
                "không có trường tên này".to_owned(),
                Some(format!(
                    "tìm như chữ thường. Có phải {}: không?",
                    field.name()
                )),
            );
        }
        K::DetachedField => (
            "sau dấu hai chấm không có giá trị viết liền",
            "nên coi là chữ thường",
        ),
        K::NoValue => ("trường này không có giá trị", IGNORED),
        K::FieldInField => ("trường này nằm trong trường khác", "lấy trường ngoài"),
        K::InvalidDate(error) => (date_error(error), IGNORED),
        K::StarAlone => ("trước dấu * không có từ", IGNORED),
        K::MisplacedStar => ("dấu * chỉ đứng ở cuối từ", IGNORED),
        K::GapAtEdge => ("khoảng trống cần có từ ở hai bên", IGNORED),
        K::LoosePhraseInFacet => (
            "chuyên mục, tác giả, báo… chỉ tìm các từ đứng liền nhau",
            "đã tìm các từ đứng liền nhau",
        ),
        K::DistanceTooLarge => ("khoảng cách quá lớn", "lấy khoảng lớn nhất"),
        K::FuzzyTooLarge => ("số chữ sai khác quá lớn", "lấy số lớn nhất"),
        K::AccentsOfGroup => ("~ và = chỉ đứng trước một từ hoặc một cụm từ", IGNORED),
        K::QuoteInHeadline => (
            "dấu ngoặc kép này được coi là dấu câu",
            "muốn tìm đúng cụm từ, viết + liền trước dấu ngoặc",
        ),
        K::DashInHeadline => (
            "dấu gạch này được coi là dấu câu",
            "muốn bỏ các bài có từ này, viết NOT trước từ",
        ),
        K::ExclusionInHeadline => (
            "đã bỏ các bài có từ này",
            "muốn tìm từ này, viết dấu cách sau dấu gạch",
        ),
        K::Interrogative => (
            "các từ này được coi là từ để hỏi",
            "bài không nhất thiết phải có; viết + trước từ nếu cần",
        ),
        K::NothingToFind => return ("không có từ nào để tìm".to_owned(), None),
    };
    (message.to_owned(), Some(hint.to_owned()))
}

fn cause(cause: &Cause) -> String {
    let articles = |number| Language::Vietnamese.articles(number);
    let part = &cause.part;
    let others = articles(cause.otherwise);
    match cause.kind {
        CauseKind::Word => format!("Không bài nào có {part}."),
        CauseKind::Accents => {
            format!("Không bài nào có {part} với dấu này; {others} có với dấu khác.")
        }
        CauseKind::Phrase if cause.otherwise == 0 => {
            format!("Không bài nào có {part}, cũng không bài nào có đủ các từ của cụm.")
        }
        CauseKind::Phrase => {
            format!("Không bài nào có {part} liền nhau; {others} có đủ các từ.")
        }
        CauseKind::Near if cause.otherwise == 0 => {
            format!("Không bài nào có {part}, cũng không bài nào có đủ các từ ấy.")
        }
        CauseKind::Near => {
            format!("Không bài nào có {part}; {others} có đủ các từ ấy nhưng xa nhau hơn.")
        }
        CauseKind::Field => format!("Không bài nào có {part}; {others} có ở phần khác của bài."),
        CauseKind::Filter => format!("Không bài nào thỏa điều kiện {part}."),
        CauseKind::Excluded => format!("Nếu bỏ {part} thì có {others}."),
        CauseKind::Together => {
            let parts: Vec<String> = cause
                .parts
                .iter()
                .map(|part| format!("{} trong {}", part.part, articles(part.articles)))
                .collect();
            format!(
                "Từng phần đều có, nhưng không cùng một bài: {}.",
                parts.join(", ")
            )
        }
    }
}

fn suggestion(suggestion: &Suggestion) -> String {
    let part = &suggestion.part;
    match suggestion.kind {
        SuggestionKind::Accents => "thêm dấu".to_owned(),
        SuggestionKind::Telex => "đọc theo kiểu gõ Telex".to_owned(),
        SuggestionKind::Vni => "đọc theo kiểu gõ VNI".to_owned(),
        SuggestionKind::Spelling => "cách viết khác".to_owned(),
        SuggestionKind::AnyAccents if part.is_empty() => "bỏ qua dấu".to_owned(),
        SuggestionKind::AnyAccents => format!("bỏ qua dấu của {part}"),
        SuggestionKind::Slop => format!("các từ của {part} cách nhau chút ít"),
        SuggestionKind::Further => format!("{part} xa nhau hơn"),
        SuggestionKind::AnyField => format!("{part} ở bất cứ phần nào"),
        SuggestionKind::WithoutFilter => format!("bỏ điều kiện {part}"),
        SuggestionKind::WithoutNot => format!("không loại trừ {part}"),
        SuggestionKind::Words => format!("các từ của {part} ở bất cứ đâu"),
        SuggestionKind::WithoutPart => format!("bỏ {part}"),
        SuggestionKind::AnyWord => format!("một trong các từ của {part}"),
    }
}

fn date_of(iso: &str) -> String {
    let (day, time) = iso.split_once('T').unwrap_or((iso, ""));
    let time = if time.is_empty() {
        String::new()
    } else {
        format!(" {time}")
    };
    let parts: Vec<&str> = day.split('-').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [year, part] if part.starts_with('W') => {
            format!("tuần {}/{year}", part.trim_start_matches('W'))
        }
        [year, part] if part.starts_with('Q') => {
            format!("quý {}/{year}", part.trim_start_matches('Q'))
        }
        [month, day] if iso.starts_with("--") => format!("{day}/{month}"),
        [year, month] => format!("{month}/{year}"),
        [year, month, day] => format!("{day}/{month}/{year}{time}"),
        _ => iso.to_owned(),
    }
}
