//! Vietnamese.

use timbao_query::plan::Facet;
use timbao_query::{
    DateError, MAX_ALTERNATIVES, MAX_NEAR, MAX_PATTERNS, MAX_SCANNED, Names, ProblemKind, Why,
};

use crate::collocates::CollocateSort;
use crate::explain::ScoreKind;
use crate::periods::By;
use crate::suggest::{Cause, CauseKind, Suggestion, SuggestionKind};
use crate::trends::Measure;

use super::Language;
use super::words::{HelpSection, Noun, Words};

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
    then: "rồi theo",
    nothing_more: "không",
    order: "Thứ tự",
    by_keys: "theo cột",
    at_random: "xáo trộn",
    quotes_removed: "các từ này không được tìm như một cụm từ; nếu shell đã bỏ mất dấu ngoặc kép, hãy viết {1} ({0})",
    printed: "{0}, in ngày {1}",
    by_relevance: "Phù hợp nhất",
    latest: "Mới nhất",
    oldest: "Cũ nhất",
    apply: "Áp dụng",
    narrow: "Lọc",
    from: "Từ ngày",
    to: "Đến ngày",
    after: "Đăng sau",
    before: "Đăng trước",
    date_example: "25/3/2026 hoặc 2026",
    time: "Thời gian đăng",
    brush: "Kéo qua biểu đồ để chọn khoảng thời gian, hoặc bấm vào một cột.",
    remove: "bỏ",
    more: "Thêm",
    without: "trừ",
    unknown: "không ghi",
    export: "Tải về",
    export_xlsx: "Excel (XLSX)",
    export_excel: "CSV cho Excel tiếng Việt",
    export_csv: "CSV, phân cách bằng dấu phẩy",
    csv_separator: "Dấu phân cách",
    csv_semicolon: "chấm phẩy",
    csv_comma: "phẩy",
    csv_tab: "tab",
    csv_decimal: "Dấu thập phân",
    csv_bom: "Thêm BOM để Excel hiện đúng tiếng Việt",
    csv_guard: "Chặn công thức",
    csv_cite: "Kèm trích dẫn ở cuối tệp",
    csv_download: "Tải CSV",
    previous: "Trang trước",
    next: "Trang sau",
    pages: "Trang",
    untitled: "(không có tít)",
    nothing: "Không tìm được bài nào.",
    perhaps: "Có phải",
    try_these: "Có thể thử",
    refreshed: "Kho báo đã được cập nhật; trang này thuộc danh sách mới.",
    original: "Bản gốc",
    back: "Về danh sách",
    matches_here: "{0} trong bài",
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
    split: "Tách theo",
    usual_period: "{0} (tự động)",
    any_period: "tự động",
    no_split: "không tách",
    counted: "Đếm",
    publications: "mọi lần đăng",
    texts_once: "mỗi bài một lần, bỏ bản đăng lại",
    average: "Trung bình trượt",
    no_average: "không",
    average_over: "{0} kỳ",
    svg: "Tải hình SVG",
    png: "Tải hình PNG",
    first_rows: "Bảng chỉ có {0} dòng đầu trong số {1} dòng; tệp tải về có đủ.",
    latest_rows: "Bảng chỉ có {0} kỳ gần nhất trong số {1} kỳ; tệp tải về có đủ.",
    welcome: "Tìm trong kho báo",
    holds: "Kho báo",
    help: "Trợ giúp",
    help_fields: "Thông tin của bài",
    close: "Đóng",
    form: "Tìm theo mẫu",
    form_note: "Điền một hay nhiều ô. Trong một ô, các từ hay cụm từ khác nhau cách nhau bằng dấu phẩy.",
    form_all: "Có tất cả các từ",
    form_exact: "Có đúng cụm từ",
    form_any: "Có ít nhất một trong các từ, cụm từ",
    form_none: "Không có các từ, cụm từ",
    form_near: "Các từ, cụm từ ở gần nhau",
    form_within: "Cách nhau không quá (tiếng)",
    form_in: "Tìm trong",
    form_everywhere: "cả bài",
    collocates: "Từ đi kèm",
    collocates_note: "Những từ đứng gần cụm từ này thường xuyên hơn mức ngẫu nhiên.",
    keywords: "Từ đặc trưng",
    keywords_note: "Những từ xuất hiện trong các bài này nhiều hơn hẳn so với các bài khác.",
    keywords_empty: "Gõ nội dung tìm để chọn các bài.",
    fillers: "Chỗ trống",
    fillers_note: "Những từ đứng vào chỗ dấu * trong cụm từ.",
    fillers_empty: "Viết dấu * vào chỗ của một tiếng, giữa hai tiếng khác, ví dụ:",
    no_words: "Không có từ nào xuất hiện đủ số lần.",
    no_keywords: "Không có từ nào vừa đủ số lần, vừa nhiều hơn hẳn.",
    list_ended: "Danh sách này không còn từ nào.",
    word: "Từ",
    near: "Ở gần",
    articles_column: "Số bài",
    everywhere: "Cả kho",
    expected: "Nếu ngẫu nhiên",
    likelihood: "Mức khác biệt (G²)",
    occurrences: "Số lần",
    per_million: "Trên một triệu tiếng",
    elsewhere: "Ở các bài đối chiếu",
    against: "So với",
    all_others: "mọi bài khác",
    window: "Cách không quá (tiếng)",
    width: "Ngữ cảnh (tiếng)",
    group: "Gộp theo",
    no_group: "không gộp",
    sample: "Mẫu ngẫu nhiên",
    all_lines: "mọi dòng",
    seed: "Mã ngẫu nhiên",
    citation: "Trích dẫn",
    understood: "Nội dung tìm",
    index_state: "Trạng thái kho báo",
    day: "Ngày tra cứu",
    link: "Địa chỉ",
    program: "Chương trình",
    earlier: "Lần trước",
    later: "Lần sau",
    copy: "Sao chép liên kết tới câu này",
    copied: "Đã sao chép",
    n_compared: "so sánh {0}",
    // Word lists, dispersion, comparisons, batches, reprints and similar articles.
    wordlist: "Danh sách từ",
    wordlist_note: "Những tiếng hoặc cụm tiếng liền nhau xuất hiện nhiều nhất trong các bài tìm được; để trống ô tìm thì đếm cả kho báo.",
    syllables: "Số tiếng trong cụm",
    begins: "Bắt đầu bằng",
    at_least: "Ít nhất (lần)",
    at_least_articles: "Ít nhất (bài)",
    per_thousand: "Trên một nghìn bài",
    by_count: "Nhiều lần nhất",
    by_articles: "Nhiều bài nhất",
    by_alphabet: "Theo bảng chữ cái",
    listed_summary: "{0} trong {1}, {2}",
    dispersion: "Phân bố",
    dispersion_note: "Cho thấy nội dung tìm rải đều hay dồn vào một quãng. Các bài được xếp theo ngày đăng rồi chia thành những phần dài bằng nhau.",
    dispersion_of_article: "Vị trí trong bài, từ đầu tới cuối",
    divide: "Chia theo",
    slice: "phần bằng nhau",
    by_article: "bài",
    slices: "Số phần",
    part: "Phần",
    in_parts: "có ở {0} trong {1} phần",
    dp: "Độ lệch DP",
    dp_norm: "DP chuẩn hóa",
    dp_note: "0: rải đều như độ dài các phần; gần 1: dồn vào một chỗ (Gries 2008).",
    juilland: "D của Juilland",
    juilland_note: "1: phần nào cũng như nhau; 0: dồn vào một phần (Juilland và Chang-Rodríguez 1964).",
    no_measure: "không tính được",
    tokens_column: "Tổng số tiếng",
    slice_label: "Phần {0}: {1}",
    compare: "So sánh",
    compare_note: "Đặt hai cụm từ cạnh nhau: số lần xuất hiện, bài chung, xu hướng và những từ chỉ hay đứng gần một trong hai cụm.",
    compare_empty: "Gõ hai nội dung tìm để so sánh, ví dụ:",
    first_query: "Cụm từ thứ nhất",
    second_query: "Cụm từ thứ hai",
    difference: "Chênh lệch",
    overlap: "Bài chung",
    both: "Có cả hai",
    only: "Chỉ có {0}",
    expected_both: "Số bài có cả hai nếu ngẫu nhiên",
    association: "Mức gắn kết (G²)",
    distinctive: "Từ hay đứng gần {0}",
    near_other: "Gần cụm kia",
    batch: "Tìm hàng loạt",
    batch_note: "Mỗi dòng một nội dung tìm, nhiều nhất {0} dòng.",
    batch_queries: "Các nội dung tìm",
    count_by: "Đếm theo",
    count_by_none: "không, liệt kê bài",
    totals: "chỉ tổng số",
    hits: "những bài đầu",
    reprints_note: "Những bài được đăng lại nhiều nhất, nguyên văn hoặc chỉ sửa ít.",
    reprints_page: "Bản đăng lại",
    no_reprints: "Bài này không có bản đăng lại nào.",
    compare_texts: "So từng chữ giữa các bản đăng",
    first_publication: "bản đăng đầu tiên",
    unchanged: "Không khác bản đăng đầu tiên.",
    added: "thêm",
    removed: "bớt",
    similar_note: "Dán một bài hoặc một đoạn, nhiều nhất {0} ký tự, để tìm bài tương tự trong kho báo.",
    similar_text: "Bài hoặc đoạn",
    all_similar: "Xem thêm bài tương tự",
    common_terms: "Từ chung",
    with_reprints: "kể cả bản đăng lại của bài này",
    similarity: "Giống",
    more_views: "Cách xem khác",
    col_part: "phần",
    col_query: "nội dung tìm",
    // Sources.
    status: "Tình trạng kho báo",
    status_link: "Tình trạng",
    sources: "Nguồn tệp",
    files_column: "Số tệp",
    last_change: "Sửa lần cuối",
    problems_column: "Tệp lỗi",
    other_indexes: "Kho báo khác trên máy chủ này",
    main_index: "kho báo chính",
    col_collection: "nguồn tệp",
    col_files: "số tệp",
    col_last_change: "sửa lần cuối",
    col_problems: "lỗi",
    alerts_begin: "{0}: bắt đầu theo dõi từ đây; lần chạy sau sẽ in các bài mới",
    alerts_new: "{0}: {1} mới",
    follow: "Theo dõi",
    follow_feed: "Nguồn tin Atom các bài mới",
    follow_lead: "Trình đọc tin hiện mỗi bài mới khớp với nội dung tìm này một lần; các bản đăng lại được tính là một bài.",
    feed_subtitle: "Các bài mới nhất, theo thời điểm đưa vào kho báo",
    searches: "Tìm kiếm đã lưu",
    searches_lead: "Lệnh timbao alerts in các bài mới của từng mục; mỗi mục có một nguồn tin Atom.",
    searches_none: "Chưa có mục nào: mở một trang kết quả rồi lưu ở phần Theo dõi.",
    search_name: "Tên",
    search_save: "Lưu nội dung tìm",
    search_saved: "Đã lưu: {0}",
    search_remove: "Xóa",
    searches_closed: "Không lưu được; nhật ký của máy chủ ghi rõ lý do.",
    updates: "Cập nhật",
    updates_following: "Máy chủ này theo dõi các nguồn tệp.",
    updates_last: "Lần cập nhật gần nhất: {0}",
    updates_vanished: "Không còn thấy {0} hoặc phần lớn tệp trong đó; {1} của nguồn này vẫn được giữ.",
    updates_failed: "Lần cập nhật lúc {0} bị lỗi và sẽ được thử lại: {1}",
    no_sources: "Kho báo này không ghi tệp nguồn.",
    failed: "Có lỗi xảy ra",
    problem: "Lưu ý", // Error pages.
    bad_date: "Ngày tháng không hợp lệ. Hãy viết 25/3/2026, 3/2026 hoặc 2026.",
    too_long: "Nội dung tìm quá dài.",
    bad_condition: "Địa chỉ trang có một giá trị không hợp lệ: {0}.",
    valid_values: "Giá trị hợp lệ: {0}.",
    valid_numbers: "Giá trị hợp lệ: từ {0} đến {1}.",
    no_word: "Không có từ nào để tìm.",
    no_article: "Không có bài này trong kho báo.",
    no_page: "Không có trang này.",
    view_gone: "Trạng thái này của kho báo không còn được lưu. Hãy tìm lại từ trang đầu.",
    read_only: "Máy chủ này chỉ cho đọc.",
    malformed: "Yêu cầu gửi tới máy chủ không hợp lệ.",
    other_host: "Máy chủ không phục vụ tên miền này.",
    // Access.
    log_in: "Đăng nhập",
    log_in_note: "Máy chủ này cần mã truy cập do người quản trị cấp.",
    token: "Mã truy cập",
    wrong_token: "Mã truy cập không đúng hoặc đã bị thu hồi.",
    throttled: "Đã nhập sai nhiều lần. Hãy thử lại sau {0} giây.",
    logged_in: "Đã đăng nhập với tên",
    log_out: "Đăng xuất",
    no_export: "Mã truy cập này không cho tải tệp về.",
    no_right: "Mã truy cập của bạn không cho phép việc này.",
    foreign_form: "Máy chủ không nhận biểu mẫu gửi từ trang web khác.",
    busy: "Đang có quá nhiều lượt tìm. Hãy thử lại sau giây lát.",
    too_slow: "Lượt tìm này kéo dài quá lâu nên đã bị dừng. Hãy tìm ít từ hơn hoặc chọn từ hiếm hơn.",
    too_broad: "Các từ trong nội dung tìm xuất hiện quá nhiều lần để so sánh. Hãy viết thêm chữ bên cạnh dấu *, tìm ít từ hơn hoặc chọn từ hiếm hơn.",
    internal: "Máy chủ gặp lỗi.",
    // Charts.
    date_axis: "Thời gian đăng",
    hollow: "Chấm rỗng: kỳ có dưới {0} bài.",
    mostly_thin: "{0} trong {1} kỳ có dưới {2} bài nên không vẽ chấm.",
    partial: "Vùng xám: {0} chưa kết thúc.",
    averaged: "Đường: trung bình trượt {0} kỳ; chấm: số liệu từng kỳ.",
    other: "khác",
    // Labels of lines on a terminal.
    label_warning: "lưu ý",
    label_note: "ghi chú",
    label_hint: "gợi ý",
    label_readings: "có phải",
    label_not_found: "không tìm được",
    // Lists on a terminal.
    did_you_mean: "có phải bạn muốn tìm",
    find_more: "để tìm được nhiều hơn",
    shown: "hiện {0}",
    a_sample: "lấy mẫu {0}",
    written: "đã ghi {0} trong số {1}; xem --limit",
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
    undated: "không ghi ngày",
    only_undated: "Các bài tìm được đều không ghi ngày, nên không vẽ được biểu đồ.",
    unfinished: "… chưa kết thúc",
    few_articles: "* dưới {0}",
    // Columns of tables.
    col_matches: "lần xuất hiện",
    col_articles: "số bài",
    col_of_articles: "tổng số bài",
    col_of_tokens: "tổng số tiếng",
    col_per_million: "trên triệu tiếng",
    col_per_thousand: "trên nghìn bài",
    col_average: "trung bình trượt",
    col_unit: "từ",
    col_near: "ở gần",
    col_in_all: "cả kho",
    col_expected: "ngẫu nhiên",
    col_likelihood: "G²",
    col_count: "số lần",
    col_against: "đối chiếu",
    col_log_ratio: "Log Ratio",
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
    stat_no_dates: "không bài nào ghi ngày",
    stat_size: "dung lượng",
    amount_in: "{0} trong {1}",
    stat_index_version: "phiên bản kho",
    stat_analyzer_version: "phiên bản tách từ",
    stat_state: "{0}  {1}, {2}, bộ tách từ {3}",
    // Citations.
    cite_query: "tìm {0}, hiểu là {1}",
    whole_archive: "cả kho báo",
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
    term_wildcard: "giữa hoặc cuối từ",
    term_regex: "biểu thức chính quy",
    term_at_least: "số lần",
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
            "bài có các từ này; bài có cả cụm liền nhau xếp trước",
        ),
        ("\"tự diễn biến\"", "đúng cụm từ, đúng dấu như đã gõ"),
        ("tu dien bien", "gõ không dấu thì khớp với mọi dấu"),
        (
            "\"đại hội\" NEAR/5 \"nhân sự\"",
            "hai cụm cách nhau không quá 5 tiếng",
        ),
        (
            "\"xử lý (cán bộ | đảng viên)\"",
            "cụm từ có nhiều cách viết",
        ),
        (
            "\"tham nhũng\" NEAR/S \"xử lý\"",
            "hai cụm trong cùng một câu",
        ),
        ("-chuyên_mục:*", "bài không ghi chuyên mục"),
        (
            "tít:\"đại hội\" -\"đại hội cổ đông\"",
            "trong tít, trừ một cụm từ",
        ),
    ],
    parts_of_articles: ["tít", "sapo", "nội dung", "chú thích ảnh"],
    help_sections: &[
        HelpSection {
            title: "Từ và cụm từ",
            are_queries: true,
            rows: &[
                (
                    "tự diễn biến",
                    "bài có các từ này; bài có cả cụm liền nhau xếp trước",
                ),
                ("\"tự diễn biến\"", "đúng cụm từ, đúng dấu như đã gõ"),
                ("tu dien bien", "gõ không dấu thì khớp với mọi dấu"),
                ("=ban", "chỉ ban, không lấy bàn, bán, bạn"),
                ("~bàn", "ban với dấu bất kỳ"),
                ("==Đảng", "đúng cả chữ hoa, chữ thường"),
                ("\"tự * hóa\"", "một tiếng bất kỳ ở chỗ dấu *"),
                ("\"tự ** hóa\"", "một đến năm tiếng ở chỗ hai dấu *"),
                (
                    "\"xử lý (cán bộ | đảng viên)\"",
                    "cụm từ, ở chỗ trong ngoặc là một trong hai",
                ),
                (
                    "\"tự chuyển hóa\"~2",
                    "các từ của cụm có thể xê dịch 2 vị trí",
                ),
                ("chuyển*", "từ bắt đầu bằng chuyển"),
                ("*óa", "từ kết thúc bằng óa"),
                ("*uyê*", "từ có uyê ở bất cứ chỗ nào"),
                ("diễm~1", "từ khác diễm một chữ cái"),
                ("/tr(ong|ung)/", "từ khớp với biểu thức chính quy"),
            ],
        },
        HelpSection {
            title: "Kết hợp",
            are_queries: true,
            rows: &[
                ("\"tham nhũng\" AND \"lãng phí\"", "bài có cả hai"),
                ("\"tham nhũng\" OR \"lãng phí\"", "bài có ít nhất một"),
                (
                    "\"đại hội\" -\"đại hội cổ đông\"",
                    "trừ bài có cụm sau dấu -",
                ),
                ("+Đảng xây dựng", "bài nhất định phải có từ sau dấu +"),
                (
                    "(\"thi đua\" OR \"khen thưởng\") \"phong trào\"",
                    "ngoặc đơn gom các phần lại",
                ),
                (
                    "\"cán bộ\" NEAR/5 \"kỷ luật\"",
                    "cách nhau không quá 5 tiếng, trước sau đều được",
                ),
                (
                    "\"khởi tố\" PRE/10 \"bị can\"",
                    "theo đúng thứ tự, cách nhau không quá 10 tiếng",
                ),
                (
                    "\"Sông Trà\" NOTNEAR/3 huyện",
                    "Sông Trà mà quanh đó 3 tiếng không có huyện",
                ),
                ("\"cán bộ\" NEAR/S \"kỷ luật\"", "trong cùng một câu"),
                ("\"cán bộ\" NEAR/P \"kỷ luật\"", "trong cùng một đoạn"),
                ("ATLEAST/3 \"tham nhũng\"", "có ít nhất 3 lần trong bài"),
            ],
        },
        HelpSection {
            title: "Phần của bài và ngày đăng",
            are_queries: true,
            rows: &[
                ("tít:\"đại hội\"", "trong tít"),
                ("sapo:\"nhân sự\"", "trong sapo"),
                ("nội_dung:lũ", "trong nội dung, không kể tít và sapo"),
                ("chú_thích:\"lễ hội\"", "trong chú thích ảnh"),
                ("ngày:25/3/2026", "đăng đúng ngày này"),
                ("ngày:3/2026", "đăng trong tháng này"),
                ("ngày:2024..2026", "đăng trong khoảng này"),
                ("sau:2024 trước:2026", "đăng sau và trước những năm này"),
                (
                    "mục=\"Kinh tế\"",
                    "đúng chuyên mục này, không lấy Kinh tế - Xã hội",
                ),
                ("-mục:*", "bài không ghi chuyên mục"),
                ("-ngày:*", "bài không ghi ngày"),
            ],
        },
        HelpSection {
            title: "Phím tắt",
            are_queries: false,
            rows: &[
                ("/", "tới ô tìm"),
                ("?", "mở phần trợ giúp này"),
                (
                    "j",
                    "xuống bài sau, dòng sau, hoặc lần xuất hiện sau trong bài",
                ),
                ("k", "lên bài trước, dòng trước, hoặc lần xuất hiện trước"),
                (
                    "← → ↑ ↓",
                    "trong biểu đồ xu hướng: sang kỳ khác, sang cụm từ khác",
                ),
                ("Esc", "đóng gợi ý hoặc phần trợ giúp"),
            ],
        },
    ],
    names: Names::Vietnamese,
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
        Noun::Syllable => "tiếng khác nhau",
        Noun::Ngram => "cụm khác nhau",
        Noun::Part => "phần",
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
        CollocateSort::LogLikelihood => "Mức gắn kết (G²)",
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
            "một chuỗi NEAR chỉ có một toán tử và một khoảng cách",
            "lấy toán tử đầu và khoảng lớn nhất",
        ),
        K::TooManyScanned => {
            return (
                format!(
                    "hơn {MAX_SCANNED} cụm từ có chỗ trống, độ xê dịch hoặc ==, NEAR và ATLEAST"
                ),
                Some("các phần cuối bị bỏ qua".to_owned()),
            );
        }
        K::TooManyAlternatives => {
            return (
                format!("các cách viết trong ngoặc tạo ra hơn {MAX_ALTERNATIVES} cụm từ"),
                Some("các cách cuối bị bỏ qua".to_owned()),
            );
        }
        K::AtLeastOperand => ("ATLEAST chỉ đếm từ, cụm từ hoặc nhóm OR của chúng", IGNORED),
        K::InvalidRegex => ("biểu thức chính quy không hợp lệ", IGNORED),
        K::CaseOfPattern => (
            "== chỉ phân biệt chữ hoa của cả từ",
            "không phân biệt chữ hoa",
        ),
        K::TooManyNear => {
            return (
                format!("NEAR nối nhiều nhất {MAX_NEAR} phần"),
                Some("các phần còn lại chỉ cần có trong bài".to_owned()),
            );
        }
        K::TooManyPatterns => {
            return (
                format!("mỗi lần tìm dùng được *, ~N hoặc /…/ cho nhiều nhất {MAX_PATTERNS} từ"),
                Some("các từ còn lại tìm như thường".to_owned()),
            );
        }
        K::NearOperand => ("NEAR cần một từ, một cụm từ", "ở đây coi như AND"),
        K::UnknownField(field) => {
            return (
                "không có trường nào tên như vậy".to_owned(),
                Some(format!(
                    "đã tìm như từ bình thường. Có phải {}: không?",
                    field.name_in(Names::Vietnamese)
                )),
            );
        }
        K::DetachedField => (
            "sau dấu hai chấm không có giá trị viết liền",
            "nên được tìm như từ bình thường",
        ),
        K::NoValue => ("trường này không có giá trị", IGNORED),
        K::FieldInField => ("trường này nằm trong trường khác", "lấy trường ngoài"),
        K::InvalidDate(error) => (date_error(error), IGNORED),
        K::StarAlone => ("trước dấu * không có từ", IGNORED),
        K::MisplacedStar => ("dấu * chỉ đứng ở đầu hoặc cuối từ", IGNORED),
        K::GapAtEdge => ("khoảng trống cần có từ ở hai bên", IGNORED),
        K::LoosePhraseInFacet => (
            "chuyên mục, tác giả, báo… chỉ tìm các từ đứng liền nhau",
            "đã tìm các từ đứng liền nhau",
        ),
        K::DistanceTooLarge => ("khoảng cách quá lớn", "lấy khoảng lớn nhất"),
        K::FuzzyTooLarge => ("số chữ cái được phép khác quá lớn", "lấy số lớn nhất"),
        K::AccentsOfGroup => ("~, = và == chỉ đứng trước một từ hoặc một cụm từ", IGNORED),
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
    let part = Language::Vietnamese.query(&cause.part);
    let others = articles(cause.otherwise);
    match cause.kind {
        CauseKind::Word => format!("Không bài nào có {part}."),
        CauseKind::Accents => {
            format!("Không bài nào có {part} đúng dấu; {others} có khi bỏ qua dấu.")
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
            format!("Không bài nào có {part}; {others} có đủ các từ ấy nhưng cách xa nhau hơn.")
        }
        CauseKind::NotNear => {
            format!("Không bài nào có {part}; {others} có phần đầu.")
        }
        CauseKind::TooFew => format!("Không bài nào có {part}; {others} có nhưng ít lần hơn."),
        CauseKind::Field => format!("Không bài nào có {part}; {others} có ở phần khác."),
        CauseKind::Filter => format!("Không bài nào thỏa điều kiện {part}."),
        CauseKind::Excluded => format!("Nếu bỏ {part} thì có {others}."),
        CauseKind::Together => {
            let parts: Vec<String> = cause
                .parts
                .iter()
                .map(|part| {
                    let text = Language::Vietnamese.query(&part.part);
                    format!("{text} trong {}", articles(part.articles))
                })
                .collect();
            format!(
                "Phần nào cũng có, nhưng không bài nào có đủ cả: {}.",
                parts.join(", ")
            )
        }
    }
}

fn suggestion(suggestion: &Suggestion) -> String {
    let part = Language::Vietnamese.query(&suggestion.part);
    match suggestion.kind {
        SuggestionKind::Accents => "thêm dấu".to_owned(),
        SuggestionKind::Telex => "đọc theo kiểu gõ Telex".to_owned(),
        SuggestionKind::Vni => "đọc theo kiểu gõ VNI".to_owned(),
        SuggestionKind::Spelling => "cách viết khác".to_owned(),
        SuggestionKind::AnyAccents if part.is_empty() => "bỏ qua dấu".to_owned(),
        SuggestionKind::AnyAccents => format!("bỏ qua dấu của {part}"),
        SuggestionKind::Slop => format!("các từ của {part} cách nhau một chút"),
        SuggestionKind::Further => format!("{part} nhưng cho cách xa hơn"),
        SuggestionKind::AnyField => format!("{part} ở bất cứ phần nào của bài"),
        SuggestionKind::WithoutFilter => format!("bỏ điều kiện {part}"),
        SuggestionKind::WithoutNot => format!("không loại trừ {part}"),
        SuggestionKind::Words => format!("các từ của {part} ở bất cứ chỗ nào trong bài"),
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
