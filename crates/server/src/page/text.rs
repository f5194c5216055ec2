//! The texts of the pages, in Vietnamese and in English.

use timbao_query::plan::Facet;
use timbao_query::{DateError, MAX_NEAR, MAX_PATTERNS, ProblemKind, Why};
use timbao_views::chart::Language as ChartLanguage;
use timbao_views::{By, CollocateSort};

/// The language of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// Vietnamese.
    #[default]
    Vietnamese,
    /// English.
    English,
}

/// The texts of a language.
pub(crate) struct Words {
    pub code: &'static str,
    pub other_code: &'static str,
    pub other_name: &'static str,
    pub skip: &'static str,
    pub search: &'static str,
    pub search_label: &'static str,
    pub placeholder: &'static str,
    pub suggestions: &'static str,
    pub views: &'static str,
    pub results: &'static str,
    pub concordance: &'static str,
    pub trends: &'static str,
    pub reading: &'static str,
    pub strict: &'static str,
    pub loose: &'static str,
    pub as_strict: &'static str,
    pub as_loose: &'static str,
    pub also: &'static str,
    pub sort: &'static str,
    pub by_relevance: &'static str,
    pub latest: &'static str,
    pub oldest: &'static str,
    pub apply: &'static str,
    pub narrow: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub date_example: &'static str,
    pub time: &'static str,
    pub brush: &'static str,
    pub remove: &'static str,
    pub more: &'static str,
    pub unknown: &'static str,
    pub export: &'static str,
    pub previous: &'static str,
    pub next: &'static str,
    pub pages: &'static str,
    pub untitled: &'static str,
    pub nothing: &'static str,
    pub perhaps: &'static str,
    pub try_these: &'static str,
    pub refreshed: &'static str,
    pub original: &'static str,
    pub back: &'static str,
    pub matches_here: &'static str,
    pub photo: &'static str,
    pub similar: &'static str,
    pub reprints: &'static str,
    pub fold: &'static str,
    pub unfold: &'static str,
    pub left: &'static str,
    pub matched: &'static str,
    pub right: &'static str,
    pub date: &'static str,
    pub source: &'static str,
    pub measure: &'static str,
    pub period: &'static str,
    pub period_column: &'static str,
    pub phrase: &'static str,
    pub one_more: &'static str,
    pub table: &'static str,
    pub of_articles: &'static str,
    pub thin: &'static str,
    pub welcome: &'static str,
    pub holds: &'static str,
    pub tips: [(&'static str, &'static str); 5],
    pub keys: &'static str,
    pub collocates: &'static str,
    pub collocates_note: &'static str,
    pub keywords: &'static str,
    pub keywords_note: &'static str,
    pub keywords_empty: &'static str,
    pub fillers: &'static str,
    pub fillers_note: &'static str,
    pub fillers_empty: &'static str,
    pub no_words: &'static str,
    pub word: &'static str,
    pub near: &'static str,
    pub articles_column: &'static str,
    pub everywhere: &'static str,
    pub expected: &'static str,
    pub likelihood: &'static str,
    pub occurrences: &'static str,
    pub per_million: &'static str,
    pub elsewhere: &'static str,
    pub against: &'static str,
    pub all_others: &'static str,
    pub window: &'static str,
    pub failed: &'static str,
    pub problem: &'static str,
}

const VIETNAMESE: Words = Words {
    code: "vi",
    other_code: "en",
    other_name: "English",
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
    nothing: "Không tìm thấy bài nào.",
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
    thin: "Chấm rỗng: dưới 20 bài, chưa đủ để so sánh.",
    welcome: "Tìm trong kho báo",
    holds: "Kho báo",
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
    keys: "Phím tắt: / tới ô tìm; j và k xuống, lên từng bài hoặc từng chỗ được tô.",
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
    failed: "Có lỗi xảy ra",
    problem: "Lưu ý",
};

const ENGLISH: Words = Words {
    code: "en",
    other_code: "vi",
    other_name: "Tiếng Việt",
    skip: "Skip to content",
    search: "Search",
    search_label: "Search the articles",
    placeholder: "With or without accents, such as \"tự diễn biến\"",
    suggestions: "Suggestions",
    views: "Views",
    results: "Results",
    concordance: "Concordance",
    trends: "Trends",
    reading: "Searched",
    strict: "with accents",
    loose: "without accents",
    as_strict: "accents as typed",
    as_loose: "any accents",
    also: "Also searched",
    sort: "Sort",
    by_relevance: "Most relevant",
    latest: "Newest",
    oldest: "Oldest",
    apply: "Apply",
    narrow: "Filter",
    from: "From",
    to: "To",
    date_example: "25/3/2026 or 2026",
    time: "Date of publication",
    brush: "Drag over the chart to select a period, or click a column.",
    remove: "remove",
    more: "More",
    unknown: "not stated",
    export: "Download CSV",
    previous: "Previous page",
    next: "Next page",
    pages: "Page",
    untitled: "(no title)",
    nothing: "No articles found.",
    perhaps: "Did you mean",
    try_these: "Try instead",
    refreshed: "The index has just been updated; this is the new list.",
    original: "Original",
    back: "Back to the list",
    matches_here: "matches in this article",
    photo: "Photograph",
    similar: "Similar articles",
    reprints: "Copies of this text",
    fold: "Collapse reprints",
    unfold: "Show all reprints",
    left: "Left",
    matched: "Match",
    right: "Right",
    date: "Date",
    source: "Source",
    measure: "Measure",
    period: "Period",
    period_column: "Period",
    phrase: "Phrase",
    one_more: "Another phrase",
    table: "Data table",
    of_articles: "All articles",
    thin: "Hollow marks: too few articles to compare.",
    welcome: "Search the articles",
    holds: "The index",
    tips: [
        (
            "tự diễn biến",
            "articles with these words; adjacent words rank higher",
        ),
        ("\"tự diễn biến\"", "the exact phrase, accents as typed"),
        ("tu dien bien", "without accents: matches any accents"),
        (
            "\"đại hội\" NEAR/5 \"nhân sự\"",
            "two phrases with at most five words between them",
        ),
        (
            "tít:\"đại hội\" -\"đại hội cổ đông\"",
            "in the headline, without another phrase",
        ),
    ],
    keys: "Keys: / focuses the search box; j and k move down and up the articles or matches.",
    collocates: "Collocates",
    collocates_note: "Words that stand near this phrase more often than by chance.",
    keywords: "Keywords",
    keywords_note: "Words that are more frequent in these articles than in others.",
    keywords_empty: "Type a query that selects the articles.",
    fillers: "Fillers",
    fillers_note: "Words in the place of * in a phrase.",
    fillers_empty: "Write * in the place of a word, such as",
    no_words: "No word occurs often enough.",
    word: "Word",
    near: "Near",
    articles_column: "Articles",
    everywhere: "In all",
    expected: "Expected",
    likelihood: "Likelihood (G²)",
    occurrences: "Matches",
    per_million: "Per million tokens",
    elsewhere: "Elsewhere",
    against: "Compared with",
    all_others: "all other articles",
    window: "Within (tokens)",
    failed: "An error occurred",
    problem: "Note",
};

impl Language {
    /// The same language for the labels of charts.
    pub(super) fn of_charts(self) -> ChartLanguage {
        match self {
            Self::Vietnamese => ChartLanguage::Vietnamese,
            Self::English => ChartLanguage::English,
        }
    }

    /// The language of that code, Vietnamese if there is none.
    pub(crate) fn of(code: Option<&str>) -> Self {
        match code {
            Some("en") => Self::English,
            _ => Self::Vietnamese,
        }
    }

    /// The texts of the language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Vietnamese => &VIETNAMESE,
            Self::English => &ENGLISH,
        }
    }

    /// A number with grouped digits: 12.345 in Vietnamese, 12,345 in English.
    pub(crate) fn count(self, number: u64) -> String {
        let digits = number.to_string();
        let between = match self {
            Self::Vietnamese => '.',
            Self::English => ',',
        };
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(between);
            }
            text.push(digit);
        }
        text
    }

    /// A rate, with three significant digits.
    pub(crate) fn rate(self, rate: f64) -> String {
        if rate >= 100.0 || rate == 0.0 {
            return self.count(rate.round() as u64);
        }
        let text = if rate >= 10.0 {
            format!("{rate:.1}")
        } else {
            format!("{rate:.2}")
        };
        match self {
            Self::Vietnamese => text.replace('.', ","),
            Self::English => text,
        }
    }

    /// The number of articles.
    pub(crate) fn articles(self, number: u64) -> String {
        let count = self.count(number);
        match (self, number) {
            (Self::Vietnamese, _) => format!("{count} bài"),
            (Self::English, 1) => "1 article".to_owned(),
            (Self::English, _) => format!("{count} articles"),
        }
    }

    /// The number of distinct texts.
    pub(crate) fn texts(self, number: u64) -> String {
        let count = self.count(number);
        match (self, number) {
            (Self::Vietnamese, _) => format!("{count} bài khác nhau"),
            (Self::English, 1) => "1 text".to_owned(),
            (Self::English, _) => format!("{count} texts"),
        }
    }

    /// The number of other copies of a text.
    pub(crate) fn reprints(self, number: u64) -> String {
        let count = self.count(number);
        match (self, number) {
            (Self::Vietnamese, _) => format!("+{count} bản đăng lại"),
            (Self::English, 1) => "+1 reprint".to_owned(),
            (Self::English, _) => format!("+{count} reprints"),
        }
    }

    /// The numbers of matches and of articles.
    pub(crate) fn matches(self, matches: u64, articles: u64) -> String {
        let (count, articles) = (self.count(matches), self.articles(articles));
        match (self, matches) {
            (Self::Vietnamese, _) => format!("{count} lần xuất hiện trong {articles}"),
            (Self::English, 1) => format!("1 match in {articles}"),
            (Self::English, _) => format!("{count} matches in {articles}"),
        }
    }

    /// The number of matches.
    pub(crate) fn places(self, number: u64) -> String {
        let count = self.count(number);
        match (self, number) {
            (Self::Vietnamese, _) => format!("{count} lần xuất hiện"),
            (Self::English, 1) => "1 match".to_owned(),
            (Self::English, _) => format!("{count} matches"),
        }
    }

    /// The number of tokens.
    pub(crate) fn tokens(self, number: u64) -> String {
        let count = self.count(number);
        match (self, number) {
            (Self::Vietnamese, _) => format!("{count} tiếng"),
            (Self::English, 1) => "1 token".to_owned(),
            (Self::English, _) => format!("{count} tokens"),
        }
    }

    /// The number of words that were compared.
    pub(crate) fn compared(self, number: u64) -> String {
        let count = self.count(number);
        match (self, number) {
            (Self::Vietnamese, _) => format!("so sánh {count} từ"),
            (Self::English, 1) => "1 word compared".to_owned(),
            (Self::English, _) => format!("{count} words compared"),
        }
    }

    /// The number of distinct fillers.
    pub(crate) fn distinct(self, number: u64) -> String {
        let count = self.count(number);
        match (self, number) {
            (Self::Vietnamese, _) => format!("{count} từ khác nhau"),
            (Self::English, 1) => "1 filler".to_owned(),
            (Self::English, _) => format!("{count} fillers"),
        }
    }

    /// The name of an order of collocates.
    pub(crate) fn order(self, order: CollocateSort) -> &'static str {
        match (self, order) {
            (_, CollocateSort::LogDice) => "logDice",
            (Self::Vietnamese, CollocateSort::LogLikelihood) => "Độ tin cậy (G²)",
            (Self::Vietnamese, CollocateSort::MutualInformation) => "Thông tin tương hỗ (MI)",
            (Self::Vietnamese, CollocateSort::Count) => "Số lần ở gần",
            (Self::English, CollocateSort::LogLikelihood) => "Likelihood (G²)",
            (Self::English, CollocateSort::MutualInformation) => "Mutual information (MI)",
            (Self::English, CollocateSort::Count) => "Occurrences near",
        }
    }

    /// A number with so many decimals.
    pub(crate) fn decimal(self, number: f64, decimals: usize) -> String {
        let text = format!("{number:.decimals$}");
        match self {
            Self::Vietnamese => text.replace('.', ","),
            Self::English => text,
        }
    }

    /// The name of metadata.
    pub(crate) fn facet(self, facet: Facet) -> &'static str {
        match (self, facet) {
            (Self::Vietnamese, Facet::Section) => "Chuyên mục",
            (Self::Vietnamese, Facet::Place) => "Nơi",
            (Self::Vietnamese, Facet::Agency) => "Hãng tin",
            (Self::Vietnamese, Facet::Author) => "Tác giả",
            (Self::Vietnamese, Facet::Source) => "Báo",
            (Self::Vietnamese, Facet::Collection) => "Nguồn tệp",
            (Self::Vietnamese, Facet::Year) => "Năm",
            (Self::Vietnamese, Facet::Month) => "Tháng",
            (Self::English, Facet::Section) => "Section",
            (Self::English, Facet::Place) => "Place",
            (Self::English, Facet::Agency) => "Agency",
            (Self::English, Facet::Author) => "Author",
            (Self::English, Facet::Source) => "Publication",
            (Self::English, Facet::Collection) => "Collection",
            (Self::English, Facet::Year) => "Year",
            (Self::English, Facet::Month) => "Month",
        }
    }

    /// The name of a length of periods.
    pub(crate) fn by(self, by: By) -> &'static str {
        match (self, by) {
            (Self::Vietnamese, By::Day) => "ngày",
            (Self::Vietnamese, By::Week) => "tuần",
            (Self::Vietnamese, By::Month) => "tháng",
            (Self::Vietnamese, By::Quarter) => "quý",
            (Self::Vietnamese, By::Year) => "năm",
            (Self::English, By::Day) => "day",
            (Self::English, By::Week) => "week",
            (Self::English, By::Month) => "month",
            (Self::English, By::Quarter) => "quarter",
            (Self::English, By::Year) => "year",
        }
    }

    /// A date as this language's readers write it: `2026-03-25T14:30` is 25/03/2026 14:30 in
    /// Vietnamese. Periods such as `2026-W13` are written out too.
    pub(crate) fn date(self, iso: &str) -> String {
        if self == Self::English {
            return iso.replace('T', " ");
        }
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

    /// The reason for an additional search term.
    pub(crate) fn why(self, why: Why) -> &'static str {
        match (self, why) {
            (Self::Vietnamese, Why::WrittenOut) => "viết đầy đủ",
            (Self::Vietnamese, Why::Abbreviated) => "viết tắt",
            (Self::Vietnamese, Why::OtherVowel) => "i/y",
            (Self::Vietnamese, Why::LeadingZero) => "số 0 ở đầu",
            (Self::English, Why::WrittenOut) => "written out",
            (Self::English, Why::Abbreviated) => "abbreviated",
            (Self::English, Why::OtherVowel) => "i/y",
            (Self::English, Why::LeadingZero) => "leading zero",
        }
    }
}

/// The description of a problem in a query and of its interpretation, in Vietnamese.
pub(crate) fn problem_in_vietnamese(kind: ProblemKind) -> String {
    use ProblemKind as K;
    match kind {
        K::UnclosedQuote => "dấu ngoặc kép này chưa đóng; coi như đóng ở cuối".into(),
        K::StrayQuote => "dấu ngoặc kép này thừa; đã bỏ qua".into(),
        K::EmptyPhrase => "giữa hai dấu ngoặc kép không có từ nào; đã bỏ qua".into(),
        K::UnclosedGroup => "dấu ngoặc đơn này chưa đóng; coi như đóng ở cuối".into(),
        K::UnopenedGroup => "dấu ngoặc đơn này thừa; đã bỏ qua".into(),
        K::EmptyGroup => "trong ngoặc đơn không có gì; đã bỏ qua".into(),
        K::TooDeep => "ngoặc đơn và NOT lồng nhau quá sâu; phần bên trong bị bỏ qua".into(),
        K::TooLong => "nội dung tìm quá dài; phần sau bị bỏ qua".into(),
        K::TooManyWords => "nội dung tìm có quá nhiều từ; phần sau bị bỏ qua".into(),
        K::MissingOperand => "toán tử này thiếu từ đi kèm; đã bỏ qua".into(),
        K::NearDistances => "một chuỗi NEAR chỉ có một khoảng cách; lấy khoảng lớn nhất".into(),
        K::TooManyNear => {
            format!("NEAR nối nhiều nhất {MAX_NEAR} phần; các phần còn lại chỉ cần có trong bài")
        }
        K::TooManyPatterns => format!(
            "mỗi lần tìm dùng được * hoặc ~N cho nhiều nhất {MAX_PATTERNS} từ; các từ còn lại tìm như thường"
        ),
        K::NearOperand => "NEAR cần một từ, một cụm từ; ở đây coi như AND".into(),
        K::UnknownField(field) => {
            format!(
                "không có trường tên này; tìm như chữ thường. Có phải {}: không?",
                field.name()
            )
        }
        K::DetachedField => {
            "sau dấu hai chấm không có giá trị viết liền, nên coi là chữ thường".into()
        }
        K::NoValue => "trường này không có giá trị; đã bỏ qua".into(),
        K::FieldInField => "trường này nằm trong trường khác; lấy trường ngoài".into(),
        K::InvalidDate(error) => date_in_vietnamese(error).into(),
        K::StarAlone => "trước dấu * không có từ; đã bỏ qua".into(),
        K::MisplacedStar => "dấu * chỉ đứng ở cuối từ; đã bỏ qua".into(),
        K::GapAtEdge => "khoảng trống cần có từ ở hai bên; đã bỏ qua".into(),
        K::LoosePhraseInFacet => "chuyên mục, tác giả, báo… chỉ tìm các từ đứng liền nhau".into(),
        K::DistanceTooLarge => "khoảng cách quá lớn; lấy khoảng lớn nhất".into(),
        K::FuzzyTooLarge => "số chữ sai khác quá lớn; lấy số lớn nhất".into(),
        K::AccentsOfGroup => "~ và = chỉ đứng trước một từ hoặc một cụm từ; đã bỏ qua".into(),
        K::NothingToFind => "không có từ nào để tìm".into(),
    }
}

/// The reason why a date is invalid, in Vietnamese.
pub(crate) fn date_in_vietnamese(error: DateError) -> &'static str {
    match error {
        DateError::Form => "đây không phải ngày tháng; viết 25/3/2026, 3/2026 hoặc 2026",
        DateError::NoYear => "ngày này thiếu năm",
        DateError::NoSuchDay => "không có ngày này",
        DateError::Backwards => "khoảng thời gian này kết thúc trước khi bắt đầu",
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{English, Vietnamese};

    #[test]
    fn dates_and_numbers_are_those_of_the_language() {
        for (iso, vietnamese, english) in [
            ("2026-03-25T14:30", "25/03/2026 14:30", "2026-03-25 14:30"),
            ("2026-03", "03/2026", "2026-03"),
            ("2026", "2026", "2026"),
            ("--03-25", "25/03", "--03-25"),
            ("2026-W13", "tuần 13/2026", "2026-W13"),
            ("2026-Q1", "quý 1/2026", "2026-Q1"),
        ] {
            assert_eq!(Vietnamese.date(iso), vietnamese);
            assert_eq!(English.date(iso), english);
        }
        assert_eq!(Vietnamese.count(1_234_567), "1.234.567");
        assert_eq!(English.articles(1), "1 article");
        assert_eq!(Vietnamese.rate(4.567), "4,57");
    }
}
