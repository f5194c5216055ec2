//! Names that identify the parts of a news page: agencies, places, family
//! names, sections. Written in NFC; compare NFC text only.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A text in lower case and without accents, so that "Văn hoá" and "Văn hóa"
/// are one.
pub(crate) fn fold(text: &str) -> String {
    timbao_tokenizer::fold(text)
}

/// Names to look a text up in, whatever its case and accents.
type Names = LazyLock<NameSet>;

struct NameSet {
    keys: HashSet<String>,
    /// The letters of the longest key.
    longest: usize,
}

fn names(list: &[&str]) -> NameSet {
    let keys: HashSet<String> = list.iter().map(|name| fold(name)).collect();
    let longest = keys.iter().map(String::len).max().unwrap_or(0);
    NameSet { keys, longest }
}

fn is_among(text: &str, names: &Names) -> bool {
    const SHORTEST: usize = 2;
    let text = text.trim();
    // Each letter has one in the key, and its marks have none.
    let letters = text.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
    let can_be = text.len() >= SHORTEST && letters.take(names.longest + 1).count() <= names.longest;
    can_be && names.keys.contains(&fold(text))
}

static PROVINCE_KEYS: Names = LazyLock::new(|| names(PROVINCES));
static SECTION_KEYS: Names = LazyLock::new(|| names(SECTIONS));
static TAIL_KEYS: Names = LazyLock::new(|| names(TAIL_HEADINGS));
static BUTTON_KEYS: Names = LazyLock::new(|| names(BUTTONS));
static RELATED_KEYS: Names = LazyLock::new(|| names(RELATED_HEADINGS));
static COUNTED_KEYS: Names = LazyLock::new(|| names(COUNTED));
static NEWSPAPER_KEYS: Names = LazyLock::new(|| names(NEWSPAPERS));
static ABROAD_KEYS: Names = LazyLock::new(|| names(ABROAD));

/// News agencies and papers that open a text with their name, as they write
/// it. Only of the first group the marked paragraph belongs to the body;
/// online papers mark the summary.
pub(crate) fn agency(text: &str) -> Option<(&'static str, Marks)> {
    let find = |names: &'static [&'static str]| {
        names
            .iter()
            .filter(|name| text.starts_with(**name))
            .max_by_key(|name| name.len())
            .copied()
    };
    match (find(WIRES), find(PAPERS)) {
        (Some(wire), Some(paper)) if paper.len() > wire.len() => Some((paper, Marks::Summary)),
        (Some(wire), _) => Some((wire, Marks::Body)),
        (None, Some(paper)) => Some((paper, Marks::Summary)),
        (None, None) => None,
    }
}

/// The role of a paragraph that opens with an agency's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    Body,
    Summary,
}

const WIRES: &[&str] = &[
    "TTXVN",
    "VNA",
    "TTX",
    "TTXVN/Vietnam+",
    "Thông tấn xã Việt Nam",
    "Tân Hoa xã",
    "Xinhua",
    "Reuters",
    "AFP",
    "AP",
    "TASS",
    "Kyodo",
    "Yonhap",
    "KPL",
    "Bernama",
    "Antara",
    "Sputnik",
    "RIA Novosti",
    "BNEWS",
];

const PAPERS: &[&str] = &[
    "VGP",
    "VGP News",
    "Chinhphu.vn",
    "Vietnam+",
    "VietnamPlus",
    "VOV",
    "VOV.VN",
    "VOV.vn",
    "VTV",
    "VTV.vn",
    "VTV.VN",
    "VTV Online",
    "VTC",
    "VTC News",
    "VTC.VN",
    "TTO",
    "TNO",
    "NDO",
    "ND",
    "NDĐT",
    "NLĐO",
    "NLĐ",
    "SGGP",
    "SGGPO",
    "QĐND",
    "QĐND Online",
    "ANTĐ",
    "ANTV",
    "CAND",
    "CANDO",
    "PLO",
    "PLVN",
    "PL",
    "Dân trí",
    "Dân Trí",
    "VnExpress",
    "VNE",
    "Zing.vn",
    "Zing",
    "Znews",
    "VietNamNet",
    "VNN",
    "VOH",
    "HNMO",
    "HNM",
    "Hànộimới",
    "KTĐT",
    "LĐO",
    "LĐ",
    "TPO",
    "TP",
    "GD&TĐ",
    "DNVN",
    "ĐCSVN",
    "DVO",
    "Infonet",
    "MTG",
    "NNVN",
    "Baochinhphu.vn",
    "baochinhphu.vn",
    "Nhân Dân",
    "Báo Nhân Dân",
    "Tuổi Trẻ Online",
    "Thanh Niên Online",
    "XDĐ",
    "TCCS",
    "TG",
    "BTO",
    "ĐBND",
];

/// The name of a newspaper, station or its site without the words for its kind: "Sông Lam" of "Báo
/// Sông Lam", "điện tử xã Tân Phú" of "Cổng thông tin điện tử xã Tân Phú".
pub(crate) fn paper(name: &str) -> Option<&str> {
    let rest = |kind: &&str| {
        let (head, rest) = name.split_at_checked(kind.len())?;
        let is_kind = head.chars().flat_map(char::to_lowercase).eq(kind.chars());
        rest.strip_prefix(' ').filter(|_| is_kind).map(str::trim)
    };
    let paper = PAPER_KINDS.iter().find_map(rest);
    let named =
        paper.filter(|name| name.starts_with(char::is_uppercase) || name.starts_with("điện tử"));
    named.or_else(|| {
        SITE_KINDS
            .iter()
            .find_map(rest)
            .filter(|name| !name.is_empty())
    })
}

/// Words that begin the name of a newspaper, which follows in capitals.
const PAPER_KINDS: &[&str] = &[
    "báo",
    "nhật báo",
    "tuần báo",
    "thời báo",
    "tạp chí",
    "bản tin",
    "nguyệt san",
];

/// Words that begin the name of a station or a site.
const SITE_KINDS: &[&str] = &[
    "cổng thông tin",
    "cổng ttđt",
    "trang thông tin",
    "trang tin",
    "website",
    "đài phát thanh",
    "đài truyền hình",
    "đài truyền thanh",
    "đài tiếng nói",
    "đài ptth",
    "đài pt-th",
    "thông tấn xã",
];

/// Returns `true` if a text is the name of a province or city, with or without the
/// word for it ("TP. Cần Thơ", "tỉnh Lào Cai").
pub(crate) fn is_province(text: &str) -> bool {
    let mut name = text.trim().trim_end_matches([',', ':']);
    for prefix in [
        "Thành phố ",
        "thành phố ",
        "TP. ",
        "TP.",
        "TP ",
        "Tp. ",
        "Tp.",
        "Tỉnh ",
        "tỉnh ",
    ] {
        if let Some(rest) = name.strip_prefix(prefix) {
            name = rest;
            break;
        }
    }
    is_among(name, &PROVINCE_KEYS)
}

/// The provinces and cities, those before the mergers of 2025 too, and the
/// names that are written for them.
const PROVINCES: &[&str] = &[
    "An Giang",
    "Bà Rịa - Vũng Tàu",
    "Bà Rịa-Vũng Tàu",
    "Bà Rịa – Vũng Tàu",
    "Bạc Liêu",
    "Bắc Giang",
    "Bắc Kạn",
    "Bắc Ninh",
    "Bến Tre",
    "Bình Dương",
    "Bình Định",
    "Bình Phước",
    "Bình Thuận",
    "Buôn Ma Thuột",
    "Cà Mau",
    "Cao Bằng",
    "Cần Thơ",
    "Đà Lạt",
    "Đà Nẵng",
    "Đắk Lắk",
    "Đắc Lắc",
    "Đắk Nông",
    "Điện Biên",
    "Đồng Nai",
    "Đồng Tháp",
    "Gia Lai",
    "Hà Giang",
    "Hà Nam",
    "Hà Nội",
    "Hà Tĩnh",
    "Hải Dương",
    "Hải Phòng",
    "Hậu Giang",
    "HCM",
    "Hòa Bình",
    "Hoà Bình",
    "Hồ Chí Minh",
    "Huế",
    "Hưng Yên",
    "Khánh Hòa",
    "Khánh Hoà",
    "Kiên Giang",
    "Kon Tum",
    "Lai Châu",
    "Lạng Sơn",
    "Lào Cai",
    "Lâm Đồng",
    "Long An",
    "Nam Định",
    "Nghệ An",
    "Nha Trang",
    "Ninh Bình",
    "Ninh Thuận",
    "Phú Quốc",
    "Phú Thọ",
    "Phú Yên",
    "Quảng Bình",
    "Quảng Nam",
    "Quảng Ngãi",
    "Quảng Ninh",
    "Quảng Trị",
    "Sài Gòn",
    "Sóc Trăng",
    "Sơn La",
    "Tây Ninh",
    "Thái Bình",
    "Thái Nguyên",
    "Thanh Hóa",
    "Thanh Hoá",
    "Thừa Thiên Huế",
    "Thừa Thiên - Huế",
    "Thừa Thiên-Huế",
    "Tiền Giang",
    "TPHCM",
    "TP.HCM",
    "Trà Vinh",
    "Tuyên Quang",
    "Vĩnh Long",
    "Vĩnh Phúc",
    "Vũng Tàu",
    "Yên Bái",
];

/// Returns `true` if a word is a common Vietnamese family name.
pub(crate) fn is_family_name(word: &str) -> bool {
    FAMILY_NAMES.contains(&word)
}

const FAMILY_NAMES: &[&str] = &[
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ",
    "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trịnh", "Đoàn", "Lương", "Mai", "Tô", "Trương", "Lâm",
    "Đào", "Tạ", "Hà", "Cao", "Chu", "Thái", "Phùng", "Quách", "Vương", "Lưu", "Tống", "Kiều",
    "Đàm", "Nghiêm",
];

/// Returns `true` if a text is the name of a section that newspapers have, or of several.
pub(crate) fn is_section(text: &str) -> bool {
    let is_known = |text: &str| is_among(text, &SECTION_KEYS);
    let mut parts = text.split(" - ").flat_map(|part| part.split(" – "));
    is_known(text) || text.len() <= 80 && text.contains(['-', '–']) && parts.all(is_known)
}

/// Returns `true` if a text heads a part of a page that is not its article.
pub(crate) fn is_tail_heading(text: &str) -> bool {
    is_among(text, &TAIL_KEYS)
}

/// Returns `true` if a text is a button or counter around an article.
pub(crate) fn is_button(text: &str) -> bool {
    is_among(text, &BUTTON_KEYS)
}

/// Returns `true` if a text heads a list of other articles wherever it occurs,
/// and cannot be the name of a section.
pub(crate) fn is_related_heading(text: &str) -> bool {
    is_among(text, &RELATED_KEYS)
}

/// Returns `true` if a text is the name of a newspaper, without the word for it.
pub(crate) fn is_newspaper(text: &str) -> bool {
    is_among(text, &NEWSPAPER_KEYS)
}

/// Returns `true` for the name of a site as it is above its articles: "Dân trí", "VOV.VN".
pub(crate) fn is_site(text: &str) -> bool {
    let is_online = |(name, marks): (&str, Marks)| name == text && marks == Marks::Summary;
    agency(text).is_some_and(is_online) || text.starts_with("BBC ") && is_newspaper(text)
}

/// Returns `true` if a text, without its numbers, is a counter of a page.
pub(crate) fn is_counted(text: &str) -> bool {
    is_among(text, &COUNTED_KEYS)
}

/// Returns `true` if a text is the name of a city or country abroad that
/// datelines have.
pub(crate) fn is_abroad(text: &str) -> bool {
    is_among(text, &ABROAD_KEYS)
}

const RELATED_HEADINGS: &[&str] = &[
    "bài liên quan",
    "bài viết cùng chuyên mục",
    "bài viết khác",
    "bài viết liên quan",
    "các tin khác",
    "các tin liên quan",
    "có thể bạn quan tâm",
    "có thể bạn thích",
    "cùng chuyên mục",
    "cùng chủ đề",
    "đọc thêm",
    "đừng bỏ lỡ",
    "mời bạn đọc thêm",
    "tin bài liên quan",
    "tin cùng chuyên mục",
    "tin khác",
    "tin liên quan",
    "tin tức liên quan",
    "xem thêm",
    "related",
    "related articles",
    "related news",
    "related stories",
    "read more",
    "bài viết mới",
    "bài viết mới nhất",
    "bài mới",
    "bài cùng tác giả",
    "các bài khác",
    "các bài viết khác",
    "các bài viết liên quan",
    "các tin đã đưa",
    "các tin cùng loại",
    "những tin cũ hơn",
    "những tin mới hơn",
    "tin cũ hơn",
    "tin mới hơn",
    "tin bài khác",
    "tin cùng loại",
    "tin cùng chủ đề",
    "tin cùng mục",
    "tin đã đưa",
    "tin tiếp theo",
    "tin tức khác",
    "tin đọc thêm",
    "tin nên đọc",
    "bài đọc thêm",
    "mời xem thêm",
    "mời đọc thêm",
    "xem thêm bài viết",
    "xem thêm tin",
    "xem thêm các tin khác",
    "bạn có thể quan tâm",
    "có thể bạn chưa biết",
    "tin tức cùng chuyên mục",
    "bài cùng chuyên mục",
    "bài viết cùng chủ đề",
    "bạn nên đọc",
    "bạn nên xem",
    "you may also like",
    "see also",
    "more news",
    "latest news",
];

const NEWSPAPERS: &[&str] = &[
    "BBC News Tiếng Việt",
    "BBC Tiếng Việt",
    "RFI Tiếng Việt",
    "VOA Tiếng Việt",
    "An ninh Thủ đô",
    "Công an Nhân dân",
    "Công Thương",
    "Dân Việt",
    "Đại biểu Nhân dân",
    "Đại Đoàn Kết",
    "Giáo dục và Thời đại",
    "Hà Nội Mới",
    "Kinh tế Đô thị",
    "Lao Động",
    "Người Lao Động",
    "Nhân Dân",
    "Nông nghiệp Việt Nam",
    "Pháp luật TP.HCM",
    "Pháp luật Việt Nam",
    "Phụ nữ Việt Nam",
    "Quân đội Nhân dân",
    "Sài Gòn Giải Phóng",
    "Sức khỏe và Đời sống",
    "Thanh Niên",
    "Tiền Phong",
    "Tuổi Trẻ",
    "Văn Hóa",
    "Xây dựng Đảng",
];

const COUNTED: &[&str] = &[
    "giây trước",
    "phút trước",
    "giờ trước",
    "ngày trước",
    "tuần trước",
    "tháng trước",
    "bình luận",
    "chia sẻ",
    "comments",
    "like",
    "likes",
    "lượt đọc",
    "lượt thích",
    "lượt xem",
    "lượt người xem",
    "lượt nghe",
    "người xem",
    "phản hồi",
    "phút đọc",
    "shares",
    "số lượt xem",
    "thích",
    "đã xem",
    "đọc",
    "views",
    "xem",
    "ý kiến",
    "lượt chia sẻ",
    "trả lời",
    "min read",
    "thời gian đọc phút",
];

const ABROAD: &[&str] = &[
    "Abu Dhabi",
    "Amsterdam",
    "Ấn Độ",
    "Anh",
    "Ankara",
    "Athens",
    "Bali",
    "Băng Cốc",
    "Bangkok",
    "Bắc Kinh",
    "Berlin",
    "Bình Nhưỡng",
    "Brussels",
    "Buenos Aires",
    "Cairo",
    "Campuchia",
    "Canberra",
    "Canada",
    "Đài Bắc",
    "Davos",
    "Doha",
    "Dubai",
    "Đức",
    "Geneva",
    "Giacácta",
    "Hàn Quốc",
    "Hong Kong",
    "Istanbul",
    "Jakarta",
    "Kiev",
    "Kuala Lumpur",
    "La Habana",
    "Lào",
    "London",
    "Luang Prabang",
    "Madrid",
    "Manila",
    "Matxcơva",
    "Moscow",
    "Moskva",
    "Mỹ",
    "Nga",
    "New Delhi",
    "New York",
    "Nhật Bản",
    "Ottawa",
    "Paris",
    "Pháp",
    "Phnom Penh",
    "Praha",
    "Rome",
    "Seoul",
    "Singapore",
    "Stockholm",
    "Sydney",
    "Tehran",
    "Thái Lan",
    "Thượng Hải",
    "Tokyo",
    "Trung Quốc",
    "Vacsava",
    "Viêng Chăn",
    "Vientiane",
    "Warsaw",
    "Washington",
    "Australia",
    "Cuba",
    "Israel",
    "Italy",
    "Indonesia",
    "Malaysia",
    "Philippines",
    "Ukraine",
    "Vienna",
    "Yangon",
];

const SECTIONS: &[&str] = &[
    "an ninh",
    "an ninh - trật tự",
    "an toàn giao thông",
    "biên phòng",
    "điều tra",
    "ký sự",
    "làng nghề",
    "bạn đọc",
    "bảo vệ nền tảng tư tưởng của đảng",
    "bút ký",
    "chân dung",
    "chính luận",
    "công đoàn",
    "công tác dân vận",
    "dân vận",
    "diễn đàn",
    "đoàn thể",
    "đối thoại",
    "đô thị",
    "ghi chép",
    "hỏi - đáp",
    "kiểm tra giám sát",
    "lý luận",
    "mặt trận",
    "nhân vật",
    "nội chính",
    "phỏng vấn",
    "quân đội",
    "tiếng nói cơ sở",
    "tuyên giáo",
    "thư bạn đọc",
    "văn bản - chính sách",
    "lịch sử đảng",
    "đảng trong cuộc sống",
    "công tác đảng",
    "tổ chức xây dựng đảng",
    "nhân quyền",
    "bất động sản",
    "biển đảo",
    "bình luận",
    "chính phủ",
    "chính trị",
    "chính trị - xã hội",
    "chuyển đổi số",
    "công nghệ",
    "du lịch",
    "dân tộc",
    "dân tộc - tôn giáo",
    "đảng - đoàn thể",
    "đảng với cuộc sống",
    "đối ngoại",
    "đời sống",
    "giáo dục",
    "giải trí",
    "giao thông",
    "góc nhìn",
    "hồ sơ",
    "khoa học",
    "khoa học - công nghệ",
    "kinh doanh",
    "kinh tế",
    "kinh tế - xã hội",
    "môi trường",
    "nhân sự",
    "nhịp sống",
    "nông nghiệp",
    "nông thôn mới",
    "pháp luật",
    "phóng sự",
    "phòng chống tham nhũng",
    "quân sự",
    "quốc hội",
    "quốc phòng",
    "quốc phòng - an ninh",
    "quốc tế",
    "sức khỏe",
    "tài chính",
    "thế giới",
    "thể thao",
    "sự kiện",
    "thời sự",
    "thời sự chính trị",
    "thời sự - chính trị",
    "tin tức",
    "tin trong nước",
    "tin hoạt động",
    "tư liệu",
    "trong nước",
    "văn hóa",
    "văn hóa - xã hội",
    "văn hóa - văn nghệ",
    "việc làm",
    "xã hội",
    "xã luận",
    "xây dựng đảng",
    "xây dựng đảng và hệ thống chính trị",
    "y tế",
    "ý kiến",
    "học tập và làm theo bác",
    "tổ chức - cán bộ",
    "nghị quyết và cuộc sống",
];

/// Headings of the parts of a page that are not its article; the parts end it.
const TAIL_HEADINGS: &[&str] = &[
    "bài đọc nhiều",
    "bài liên quan",
    "bài viết cùng chuyên mục",
    "bài viết liên quan",
    "bài viết khác",
    "bình luận",
    "các tin khác",
    "chia sẻ bài viết",
    "chủ đề liên quan",
    "chủ đề",
    "có thể bạn quan tâm",
    "cùng chuyên mục",
    "cùng chủ đề",
    "đọc nhiều",
    "đọc tiếp",
    "đọc thêm",
    "gửi bình luận",
    "bình luận hay",
    "đánh giá bài viết",
    "mới nhất",
    "nổi bật",
    "tags",
    "tag",
    "thảo luận",
    "tin bài liên quan",
    "tin cùng chuyên mục",
    "tin đọc nhiều",
    "tin khác",
    "tin liên quan",
    "tin mới",
    "tin mới nhất",
    "tin nổi bật",
    "tin tức liên quan",
    "từ khóa",
    "từ khoá",
    "xem nhiều",
    "xem thêm",
    "xem tiếp",
    "ý kiến bạn đọc",
    "ý kiến của bạn",
    "video liên quan",
    "tin xem nhiều",
    "tin tài trợ",
    "related",
    "read more",
    "tin nóng",
    "tin hot",
    "tin đọc nhiều nhất",
    "đọc nhiều nhất",
    "xem nhiều nhất",
    "được quan tâm",
    "tiêu điểm",
    "tin chính",
    "phổ biến nhất",
    "bbc giới thiệu",
    "tin mới cập nhật",
    "mới cập nhật",
    "tin nhanh",
    "tin ảnh",
    "tin video",
    "bài nổi bật",
    "bài mới nhất",
    "mới - nóng",
    "trending",
    "most read",
    "popular",
];

/// Lines of buttons and counters around an article.
const BUTTONS: &[&str] = &[
    "a- a a+",
    "a a a",
    "ẩn bình luận",
    "bản in",
    "bình luận ngay",
    "bấm để nghe",
    "chia sẻ bài viết",
    "chia sẻ lên facebook",
    "chia sẻ qua email",
    "cỡ chữ a- a a+",
    "copy",
    "đăng ký",
    "đăng ký nhận tin",
    "đọc bài viết",
    "gửi",
    "gửi bài viết",
    "gửi bình luận của bạn",
    "gửi ý kiến",
    "gửi ý kiến của bạn",
    "gửi cho bạn bè",
    "hủy",
    "in",
    "in trang",
    "in trang này",
    "in bài này",
    "đóng",
    "đóng lại",
    "đóng cửa sổ",
    "đóng trang",
    "lên đầu trang",
    "like",
    "linkedin",
    "link",
    "lưu tin",
    "mở rộng",
    "nghe",
    "nghe tin",
    "phóng to",
    "sao chép",
    "sao chép link",
    "tải ứng dụng",
    "telegram",
    "theo dõi báo trên",
    "theo dõi chúng tôi trên",
    "theo dõi tác giả",
    "thích và chia sẻ",
    "thu gọn",
    "trả lời",
    "tweet",
    "viết bình luận",
    "xem các bài viết của tác giả",
    "xem bài viết của tác giả",
    "xem tất cả bài viết",
    "xem tất cả bài viết của tác giả",
    "xem thêm bài viết của tác giả",
    "xem thêm bình luận",
    "xem tiếp bài",
    "advertisement",
    "click to copy",
    "follow us",
    "listen",
    "follow",
    "listen to this article",
    "save article",
    "share this article",
    "skip to content",
    "chuyển đến nội dung",
    "home",
    "báo cáo vi phạm",
    "cỡ chữ",
    "chia sẻ",
    "chia sẻ facebook",
    "copy link",
    "facebook",
    "gửi email",
    "google news",
    "in bài viết",
    "in bài",
    "lưu bài",
    "lưu bài viết",
    "lưu",
    "nghe đọc bài",
    "nghe audio",
    "nghe bài viết",
    "phản hồi",
    "quảng cáo",
    "trở lại chủ đề",
    "sao chép liên kết",
    "theo dõi",
    "thích",
    "trang chủ",
    "trở lại",
    "twitter",
    "zalo",
    "đăng nhập",
    "print",
    "share",
    "a a",
    "aa",
    "a+",
    "a-",
    "-a",
    "+a",
    "về trang chủ",
    "trang nhất",
    "quay lại",
    "email",
    "theo dõi trên google news",
    "cancel reply",
    "copy link thành công",
    "đã sao chép liên kết",
    "gửi phản hồi",
    "hủy đăng ký",
    "hủy nhận tin",
    "bài sau",
    "bài trước",
    "chia sẻ bài này",
    "click để đánh giá bài viết",
    "đọc báo in",
    "gửi bài cho người thân",
    "màu chữ cỡ chữ",
    "menu",
    "next post",
    "previous post",
    "search",
    "tìm kiếm",
    "tại đây",
    "trở về",
    "xem chi tiết tại đây",
    "xem tại đây",
    "xem thêm tại đây",
    "leave a comment",
    "leave a reply",
    "nghe bài này",
    "sao chép liên kết thành công",
    "share this",
    "tất cả bình luận",
    "unsubscribe",
    "xem trong trình duyệt",
    "xem trên trình duyệt",
];
