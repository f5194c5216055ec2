//! Words for people, in each language.
//!
//! A language is one file of texts next to this one, with a line in `languages!`. Keys of JSON and
//! CSV are the same in all languages.

mod en;
mod vi;
mod words;

use std::time::Duration;

use timbao_query::plan::Facet;
use timbao_query::{Problem, Why, parse};

use crate::collocates::CollocateSort;
use crate::columns::GroupKey;
use crate::keywords::Keywords;
use crate::periods::By;

pub use words::{HelpSection, Noun, Words, fill};

/// Declares [`Language`].
macro_rules! languages {
    ($($(#[$doc:meta])* $language:ident in $file:ident,)*) => {
        /// A language of texts for people.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Language {
            $($(#[$doc])* $language,)*
        }

        impl Language {
            /// Every language.
            pub const ALL: &[Self] = &[$(Self::$language),*];

            /// The texts of the language.
            pub fn words(self) -> &'static Words {
                match self {
                    $(Self::$language => &$file::WORDS,)*
                }
            }
        }
    };
}

languages! {
    /// Vietnamese.
    #[default]
    Vietnamese in vi,
    /// English.
    English in en,
}

impl Language {
    /// The language with that code, such as `vi`.
    pub fn named(code: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|language| language.words().code == code)
    }

    /// The language of a locale of POSIX, such as `vi_VN.UTF-8`, if it has texts.
    ///
    /// ```
    /// use timbao_views::language::Language;
    /// assert_eq!(Language::of_locale("vi_VN.UTF-8"), Some(Language::Vietnamese));
    /// assert_eq!(Language::of_locale("C.UTF-8"), None);
    /// ```
    pub fn of_locale(locale: &str) -> Option<Self> {
        Self::named(locale.split(['_', '.', '@', '-']).next()?)
    }

    /// Returns `true` for the language of the messages in the code, which say more.
    pub fn is_of_code(self) -> bool {
        self == Self::English
    }

    /// A number with grouped digits: 12.345 in Vietnamese, 12,345 in English.
    pub fn count(self, number: u64) -> String {
        grouped(&number.to_string(), self.words().separators.0)
    }

    /// A number with its noun: "1 article", "12 articles".
    pub fn counted(self, number: u64, noun: Noun) -> String {
        format!(
            "{} {}",
            self.count(number),
            (self.words().noun)(noun, number)
        )
    }

    /// A number with a fixed number of decimals and grouped digits.
    pub fn decimal(self, number: f64, decimals: usize) -> String {
        let plain = format!("{number:.decimals$}");
        // A minus sign is no digit of a group, and a number that is rounded to 0 has none.
        let (sign, plain) = match plain.strip_prefix('-') {
            Some(rest) if rest.contains(|digit| matches!(digit, '1'..='9')) => ("-", rest),
            Some(rest) => ("", rest),
            None => ("", plain.as_str()),
        };
        let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
        let (between, point) = self.words().separators;
        let mut text = sign.to_owned() + &grouped(whole, between);
        if !part.is_empty() {
            text.push(point);
            text.push_str(part);
        }
        text
    }

    /// A rate, with three significant digits.
    pub fn rate(self, rate: f64) -> String {
        match rate {
            _ if rate >= 100.0 || rate == 0.0 => self.count(rate.round() as u64),
            _ if rate >= 10.0 => self.decimal(rate, 1),
            _ => self.decimal(rate, 2),
        }
    }

    /// A size with its decimal unit: 453 MB.
    pub fn bytes(self, number: u64) -> String {
        const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
        if number < 1000 {
            return self.counted(number, Noun::Byte);
        }
        let mut size = number as f64 / 1000.0;
        let mut unit = 0;
        while size >= 999.5 && unit + 1 < UNITS.len() {
            size /= 1000.0;
            unit += 1;
        }
        let decimals = if size < 9.95 { 1 } else { 0 };
        let size =
            format!("{size:.decimals$}").replace('.', &self.words().separators.1.to_string());
        format!("{size} {}", UNITS.get(unit).unwrap_or(&"PB"))
    }

    /// A time with its unit: 850 µs, 3 ms, 4.2 s, 5 min 07 s.
    pub fn duration(self, time: Duration) -> String {
        let [seconds, minutes] = self.words().seconds;
        let micros = time.as_micros();
        match micros {
            0..1_000 => format!("{micros} µs"),
            1_000..10_000 => format!("{} ms", self.decimal(micros as f64 / 1e3, 1)),
            10_000..1_000_000 => format!("{:.0} ms", (micros as f64 / 1e3).min(999.0)),
            1_000_000..60_000_000 => {
                let shown = self.decimal((micros as f64 / 1e6).min(59.9), 1);
                format!("{shown} {seconds}")
            }
            _ => format!(
                "{} {minutes} {:02} {seconds}",
                time.as_secs() / 60,
                time.as_secs() % 60
            ),
        }
    }

    /// The number of articles.
    pub fn articles(self, number: u64) -> String {
        self.counted(number, Noun::Article)
    }

    /// The number of distinct texts.
    pub fn texts(self, number: u64) -> String {
        self.counted(number, Noun::Text)
    }

    /// The number of matches.
    pub fn places(self, number: u64) -> String {
        self.counted(number, Noun::Match)
    }

    /// The number of tokens.
    pub fn tokens(self, number: u64) -> String {
        self.counted(number, Noun::Token)
    }

    /// The number of distinct n-grams of this many syllables.
    pub fn ngrams(self, number: u64, syllables: usize) -> String {
        match syllables {
            1 => self.counted(number, Noun::Syllable),
            _ => self.counted(number, Noun::Ngram),
        }
    }

    /// The number of words that were compared.
    pub fn compared(self, number: u64) -> String {
        fill(
            self.words().n_compared,
            &[&self.counted(number, Noun::Unit)],
        )
    }

    /// The sizes of two texts whose words were compared.
    pub fn keywords_summary(self, found: &Keywords) -> String {
        fill(
            self.words().against_summary,
            &[
                &self.tokens(found.of.tokens),
                &self.articles(found.of.articles),
                &self.tokens(found.against.tokens),
                &self.articles(found.against.articles),
                &self.counted(found.compared, Noun::Unit),
            ],
        )
    }

    /// The number of distinct fillers.
    pub fn distinct(self, number: u64) -> String {
        self.counted(number, Noun::Filler)
    }

    /// The name of an order of collocates.
    pub fn order(self, order: CollocateSort) -> &'static str {
        (self.words().collocate_order)(order)
    }

    /// The number of other copies of a text.
    pub fn reprints(self, number: u64) -> String {
        format!("+{}", self.counted(number, Noun::Reprint))
    }

    /// The numbers of matches and of articles: "12 matches in 3 articles".
    pub fn matches(self, matches: u64, articles: u64) -> String {
        let matches = self.counted(matches, Noun::Match);
        fill(
            self.words().amount_in,
            &[&matches, &self.articles(articles)],
        )
    }

    /// The name of metadata.
    pub fn facet(self, facet: Facet) -> &'static str {
        (self.words().facet)(facet)
    }

    /// The name of metadata, in lower case, as the name of a column.
    pub fn facet_column(self, facet: Facet) -> String {
        self.facet(facet).to_lowercase()
    }

    /// The name of a key that matches are grouped by, with the number of tokens if there are several.
    pub fn group_key(self, key: GroupKey) -> String {
        let words = self.words();
        match key {
            GroupKey::Left(1) => words.col_left.to_owned(),
            GroupKey::Right(1) => words.col_right.to_owned(),
            GroupKey::Left(tokens) => format!("{} {tokens}", words.col_left),
            GroupKey::Right(tokens) => format!("{} {tokens}", words.col_right),
            GroupKey::Match => words.col_match.to_owned(),
            GroupKey::Period(by) => self.by(by).to_owned(),
            GroupKey::Facet(facet) => self.facet_column(facet),
        }
    }

    /// The value of a group, or what a reader sees where there is none: metadata is not stated, and a text
    /// may end before the tokens of a context.
    pub fn group_value(self, key: GroupKey, value: Option<&str>) -> String {
        match (key, value) {
            (GroupKey::Left(_) | GroupKey::Right(_), None) => "–".to_owned(),
            (_, None) => self.words().unknown.to_owned(),
            (GroupKey::Period(_), Some(value)) => self.date(value),
            (_, Some(value)) => value.to_owned(),
        }
    }

    /// The name of a length of periods.
    pub fn by(self, by: By) -> &'static str {
        (self.words().by)(by)
    }

    /// A date as this language's readers write it: `2026-03-25T14:30` is 25/03/2026 14:30 in
    /// Vietnamese. Periods such as `2026-W13` are written out too.
    pub fn date(self, iso: &str) -> String {
        (self.words().date_of)(iso)
    }

    /// The reason for an additional search term.
    pub fn why(self, why: Why) -> &'static str {
        (self.words().why)(why)
    }

    /// A query in its standard form, or a part of one, as this language's readers write it:
    /// `section:"Thời sự"` is `chuyên_mục:"Thời sự"` in Vietnamese.
    pub fn query(self, standard: &str) -> String {
        let read = parse(standard);
        // A part such as the word `VÀ` is no query by itself.
        if read.problems.is_empty() {
            read.ast.written(self.words().names).to_string()
        } else {
            standard.to_owned()
        }
    }

    /// A problem of a query and its interpretation, on one line.
    pub fn problem(self, problem: &Problem) -> String {
        match (self.words().problem_of_query)(problem.kind) {
            (message, Some(hint)) => format!("{message}; {hint}"),
            (message, None) => message,
        }
    }
}

/// Digits in groups of three.
fn grouped(digits: &str, between: char) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(between);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, Vietnamese};
    use super::*;

    #[test]
    fn queries_have_the_names_of_the_language() {
        for (standard, vietnamese) in [
            (
                "title:\"a b\" after:2026-03-25",
                "tiêu_đề:\"a b\" sau:25/03/2026",
            ),
            // Another form of a AND NOT section:*.
            ("a NOT section:*", "a AND NOT chuyên_mục:*"),
            ("VÀ", "VÀ"),
            ("", ""),
        ] {
            assert_eq!(Vietnamese.query(standard), vietnamese);
        }
        assert_eq!(English.query("title:a"), "title:a");
    }

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
        assert_eq!(English.rate(4567.8), "4,568");
        assert_eq!(Vietnamese.decimal(-316.2, 1), "-316,2");
        assert_eq!(English.decimal(-1316.25, 2), "-1,316.25");
        assert_eq!(Vietnamese.decimal(-0.04, 1), "0,0");
        assert_eq!(Vietnamese.bytes(1_500), "1,5 kB");
        assert_eq!(English.matches(1, 1), "1 match in 1 article");
        let minutes = Duration::from_secs(307);
        assert_eq!(Vietnamese.duration(minutes), "5 phút 07 giây");
    }

    #[test]
    fn every_language_fills_the_same_places() {
        let places = |text: &str| {
            let mut places: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}').map(|(number, _)| number.to_owned()))
                .collect();
            places.sort();
            places
        };
        for language in Language::ALL {
            let texts = language.words().texts();
            for ((name, text), (_, english)) in texts.iter().zip(English.words().texts()) {
                assert!(!text.trim().is_empty(), "{language:?} {name}");
                assert_eq!(places(text), places(english), "{language:?} {name}");
            }
            assert_eq!(Language::named(language.words().code), Some(*language));
        }
    }
}
