//! Words of dates and times, in lower case.

pub(super) const PARTS_OF_DAY: &[&str] = &["sáng", "trưa", "chiều", "tối", "đêm", "khuya"];

/// Words that introduce a date.
pub(super) const INTRODUCING: &[&str] = &[
    "sáng", "trưa", "chiều", "tối", "đêm", "khuya", "rạng", "sớm", "muộn", "ngày", "hôm", "nay",
    "qua", "vào", "thứ", "chủ", "lúc",
];

/// Weekdays, as they follow "thứ" and "chủ".
pub(super) const WEEKDAYS: &[&str] = &["hai", "ba", "tư", "năm", "sáu", "bảy", "nhật"];

/// Words before the number or name of a month.
pub(super) const MONTH: &[&str] = &["tháng", "thg", "th"];

pub(super) const ENGLISH: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Months in languages of the neighbours and agencies; read only with a year,
/// because "mai" and others are Vietnamese words too.
pub(super) const FOREIGN: &[(&str, u64)] = &[
    ("janvier", 1),
    ("février", 2),
    ("mars", 3),
    ("avril", 4),
    ("mai", 5),
    ("juin", 6),
    ("juillet", 7),
    ("août", 8),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("décembre", 12),
    ("januar", 1),
    ("februar", 2),
    ("märz", 3),
    ("juni", 6),
    ("juli", 7),
    ("oktober", 10),
    ("dezember", 12),
    ("enero", 1),
    ("febrero", 2),
    ("marzo", 3),
    ("abril", 4),
    ("mayo", 5),
    ("junio", 6),
    ("julio", 7),
    ("agosto", 8),
    ("septiembre", 9),
    ("octubre", 10),
    ("noviembre", 11),
    ("diciembre", 12),
    ("января", 1),
    ("февраля", 2),
    ("марта", 3),
    ("апреля", 4),
    ("мая", 5),
    ("июня", 6),
    ("июля", 7),
    ("августа", 8),
    ("сентября", 9),
    ("октября", 10),
    ("ноября", 11),
    ("декабря", 12),
];

/// Months by name, as they follow "tháng".
pub(super) const VIETNAMESE: &[(&str, u64)] = &[
    ("một", 1),
    ("giêng", 1),
    ("hai", 2),
    ("ba", 3),
    ("tư", 4),
    ("bốn", 4),
    ("năm", 5),
    ("sáu", 6),
    ("bảy", 7),
    ("bẩy", 7),
    ("tám", 8),
    ("chín", 9),
    ("chạp", 12),
];

/// Zones by name, in minutes ahead of UTC.
pub(super) const ZONES: &[(&str, i64)] = &[
    ("z", 0),
    ("gmt", 0),
    ("utc", 0),
    ("ut", 0),
    ("ict", 7 * 60),
    ("wib", 7 * 60),
    ("sgt", 8 * 60),
    ("hkt", 8 * 60),
    ("jst", 9 * 60),
    ("kst", 9 * 60),
    ("aest", 10 * 60),
    ("aedt", 11 * 60),
    ("msk", 3 * 60),
    ("cet", 60),
    ("cest", 2 * 60),
    ("bst", 60),
    ("est", -5 * 60),
    ("edt", -4 * 60),
    ("cst", -6 * 60),
    ("cdt", -5 * 60),
    ("mst", -7 * 60),
    ("mdt", -6 * 60),
    ("pst", -8 * 60),
    ("pdt", -7 * 60),
];

/// Zones that are recognised anywhere in a date, not only after its time.
pub(super) const UNMISTAKABLE_ZONES: &[&str] = &["gmt", "utc", "ict"];
