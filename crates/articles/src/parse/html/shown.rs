//! The fields that a page shows, by the names of its elements and their places
//! around the article's text.

use super::dom::{Dom, Id};
use super::kind::Kind;
use super::marks::Marks;
use super::outline::{ENOUGH, Outline, is_byline_region};
use super::rank;
use super::site::Site;
use super::values::{is_front_page, same};
use crate::Published;
use crate::fields::{Draft, Field};
use crate::names::{self, fold};
use crate::provenance::Trace;
use crate::tidy::one_line;

/// A page to read fields from.
pub(super) struct Page<'a> {
    pub dom: &'a Dom,
    pub outline: &'a Outline,
    pub site: &'a Site,
    /// The titles in the head of the page.
    pub titles: Vec<String>,
    /// The date that the head or the data of the page states.
    pub stated: Option<Published>,
    /// Positions of the article's text in the order of the document.
    pub text: (u32, u32),
}

/// How far a headline agrees with the head of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    #[default]
    Little,
    Part,
    Whole,
}

/// Taken from the score of a date in the head of a page, which is rather the present day.
const OF_PAGE: i32 = 100;

/// A value, and how likely it is the article's: the highest is taken.
struct Candidate {
    score: i32,
    value: String,
    from: String,
}

impl Page<'_> {
    /// Offers the title.
    pub fn offer_title(&self, draft: &mut Draft, trace: &mut Trace) -> Option<u32> {
        let mut best: Option<(Candidate, u32, bool)> = None;
        let heads: Vec<String> = self.titles.iter().map(|title| fold(title)).collect();
        for id in self.candidates() {
            let Some((candidate, is_certain)) = self.title(id, &heads) else {
                continue;
            };
            if best
                .as_ref()
                .is_none_or(|(known, ..)| candidate.score > known.score)
            {
                best = Some((candidate, self.outline.position(id), is_certain));
            }
        }
        let (candidate, position, is_certain) = best?;
        let rank = if is_certain {
            rank::SHOWN
        } else {
            rank::GUESSED - 1
        };
        draft.offer(Field::Title, rank, candidate.value, &candidate.from, trace);
        Some(position)
    }

    fn title(&self, id: Id, heads: &[String]) -> Option<(Candidate, bool)> {
        let name = self.dom.name(id)?;
        let is_headline = self.dom.attribute(id, "itemprop") == Some("headline");
        let is_named = self.outline.marks(id).has(Marks::TITLE);
        let is_named = is_named || name == "h2" && self.is_head_short();
        let is_heading = matches!(name, "h1" | "h2" | "h3");
        if name == "meta" || name == "body" {
            return None;
        }
        if !(is_heading || is_headline || is_named) {
            return self.plain_title(id, name, heads);
        }
        // Bounded: headings nest, and each would be read with all in it.
        let value = one_line(self.text_below(id, 300)?);
        if !(2..=300).contains(&value.chars().count()) || self.site.is_name(&value) {
            return None;
        }
        let value = self.without_label(value);
        let agreement = agreement(&value, heads);
        if !(is_headline || is_named || name == "h1" || agreement == Agreement::Whole) {
            return None;
        }
        let mut score = match name {
            "h1" if is_named => 40,
            "h1" => 30,
            "h2" | "h3" | "h4" if is_named => 20,
            _ if is_headline => 20,
            _ => 10,
        };
        score += if is_headline { 30 } else { 0 };
        score += match agreement {
            Agreement::Whole => 100,
            Agreement::Part => 60,
            Agreement::Little => 0,
        };
        score -= if names::is_section(&value) { 25 } else { 0 };
        let candidate = Candidate {
            score,
            value,
            from: self.describe(id),
        };
        let is_certain =
            agreement != Agreement::Little || name == "h1" || is_headline || self.is_head_short();
        Some((candidate, is_certain))
    }

    /// The headline in an element whose name says nothing, which is that in the head of the page.
    fn plain_title(&self, id: Id, name: &str, heads: &[String]) -> Option<(Candidate, bool)> {
        const LEAST: usize = 15;
        if !matches!(
            name,
            "p" | "div" | "td" | "center" | "font" | "b" | "strong" | "span"
        ) {
            return None;
        }
        let value = one_line(self.text_below(id, 200)?);
        let folded = fold(&value);
        let is_smallest = || {
            let mut inside = self.dom.under(id).skip(1).take(50);
            !inside.any(|id| self.outline.kind(id) == Kind::Block)
        };
        let is_head = |head: &String| {
            let is_part = head.starts_with(&folded) || head.ends_with(&folded);
            // The title in the head may be cut short.
            let cut = head.strip_suffix("...").or_else(|| head.strip_suffix('…'));
            let is_cut = cut.is_some_and(|cut| {
                folded.starts_with(cut.trim_end()) && folded.len() <= 2 * cut.len() && is_smallest()
            });
            is_part && folded.len() * 2 >= head.len() || is_cut
        };
        let is_title = folded.len() >= LEAST && heads.iter().any(is_head);
        let candidate = || Candidate {
            score: 15,
            value,
            from: self.describe(id),
        };
        is_title.then(|| (candidate(), true))
    }

    /// A headline without the label of its kind: "Sơ kết quý I Video".
    fn without_label(&self, value: String) -> String {
        const LABELS: &[&str] = &[
            "video",
            "clip",
            "ảnh",
            "photo",
            "infographic",
            "podcast",
            "emagazine",
            "longform",
            "audio",
            "live",
            "trực tiếp",
            "new",
            "hot",
            "mới",
        ];
        let parts = |title: &'_ String| {
            let site = [" | ", " - ", " – "].iter();
            let bare = site.filter_map(|sign| Some(title.rsplit_once(sign)?.0.to_owned()));
            bare.chain([title.clone()]).collect::<Vec<_>>()
        };
        let bare = self.titles.iter().flat_map(parts).find(|title| {
            value.strip_prefix(title.as_str()).is_some_and(|rest| {
                let label = rest
                    .trim()
                    .trim_matches(['(', ')', '[', ']'])
                    .to_lowercase();
                rest.starts_with(' ') && LABELS.contains(&label.as_str())
            })
        });
        bare.unwrap_or(value)
    }

    /// Returns `true` if the head of the page can only name the site.
    fn is_head_short(&self) -> bool {
        let words = |title: &&str| title.split_whitespace().count();
        self.titles.iter().all(|title| words(&&**title) <= 3)
    }

    /// Offers all other fields. `title` is the position of the title.
    pub fn offer_others(&self, title: Option<u32>, draft: &mut Draft, trace: &mut Trace) {
        let shown_title = draft.get(Field::Title).map(str::to_owned);
        let fields: [(Field, &dyn Fn(Id) -> Option<Candidate>); 7] = [
            (Field::Published, &|id| self.date(id, title)),
            (Field::Summary, &|id| self.summary(id, title)),
            (Field::Author, &|id| {
                let author = self.author(id, title);
                author.filter(|author| !is_agency(&author.value))
            }),
            (Field::Agency, &|id| {
                let author = self.author(id, title);
                author.filter(|author| is_agency(&author.value))
            }),
            (Field::Section, &|id| {
                self.section(id, shown_title.as_deref(), title)
            }),
            (Field::Place, &|id| self.place(id)),
            (Field::Source, &|id| self.publisher(id)),
        ];
        for (field, of) in fields {
            let mut best: Option<Candidate> = None;
            for candidate in self.candidates().filter_map(of) {
                if best
                    .as_ref()
                    .is_none_or(|best| candidate.score > best.score)
                {
                    best = Some(candidate);
                }
            }
            // The head of the page states the hour of a day that is shown.
            let is_coarse = |best: &Candidate| {
                let has_hour =
                    |date: Option<Published>| date.is_some_and(|date| date.time().is_some());
                field == Field::Published
                    && self.agrees(&best.value)
                    && has_hour(self.stated)
                    && !has_hour(Published::parse(&best.value))
            };
            if let Some(best) = best.filter(|best| !is_coarse(best)) {
                let is_last = field == Field::Published && best.score < 0;
                let rank = if is_last { rank::LINE + 1 } else { rank::SHOWN };
                draft.offer(field, rank, best.value, &best.from, trace);
            }
        }
    }

    /// Elements that are neither in a box next to the article nor in an entry
    /// of a list. Breadcrumbs may be in either.
    fn candidates(&self) -> impl Iterator<Item = Id> {
        let next = move |id: &Id| {
            let crumbs = self.outline.marks(*id).has(Marks::CRUMBS);
            let list = self.outline.is_skipped(*id) && self.outline.marks(*id).has(Marks::LIST);
            let nav = self.dom.name(*id) == Some("nav");
            self.dom.after(*id, self.dom.root(), crumbs || nav || !list)
        };
        std::iter::successors(Some(self.dom.root()), next).filter(|id| {
            self.dom.name(*id).is_some()
                && (!self.outline.is_in_entry(*id) || self.outline.marks(*id).has(Marks::CRUMBS))
        })
    }

    fn describe(&self, id: Id) -> String {
        let name = self.dom.name(id).unwrap_or_default();
        let first = |attribute| self.dom.attribute(id, attribute)?.split_whitespace().next();
        match (first("itemprop"), first("class"), first("id")) {
            (Some(property), ..) => format!("{name}[itemprop={property}]"),
            (_, Some(class), _) => format!("{name}.{class}"),
            (_, _, Some(id)) => format!("{name}#{id}"),
            _ => name.to_owned(),
        }
    }

    fn date(&self, id: Id, title: Option<u32>) -> Option<Candidate> {
        let name = self.dom.name(id)?;
        let property = self.dom.attribute(id, "itemprop").unwrap_or_default();
        let class = self.dom.attribute(id, "class").unwrap_or_default();
        let lower = class.to_ascii_lowercase();
        let is_marked = self.outline.marks(id).has(Marks::DATE) || property == "datePublished";
        if !(name == "time" || is_marked) || name == "meta" {
            return self.date_below(id, title?);
        }
        // When it was changed or will take place is not when it was published.
        if property == "dateModified" || is_of_change(&lower) {
            return None;
        }
        let stated = ["datetime", "content", "title", "data-date", "data-time"]
            .iter()
            .filter_map(|attribute| self.dom.attribute(id, attribute))
            .find(|value| is_full_date(value))
            .or_else(|| self.time_below(id));
        let value = match stated {
            Some(stated) => stated.trim().to_owned(),
            None => Some(one_line(self.text_below(id, 200)?)).filter(|text| is_full_date(text))?,
        };
        let published =
            property == "datePublished" || lower.split_whitespace().any(|c| c == "published");
        let mut score = match (published, stated.is_some(), name) {
            (true, ..) => 40,
            (_, true, _) => 30,
            (_, _, "time") => 25,
            _ => 20,
        };
        // Pages show the day on which they are read too.
        score += if self.agrees(&value) { 25 } else { 0 };
        if self.is_of_event(id) || is_clock(class) && !self.agrees(&value) {
            return None;
        }
        let position = self.outline.position(id);
        // Between headline and text is its place; after the text it may be of
        // anything else.
        if self.is_between(id, title) {
            score += 30;
        } else if stated.is_none() && self.is_of_page(id, title) && !self.agrees(&value) {
            score -= OF_PAGE;
        } else if position >= self.text.1 {
            if !published && stated.is_none() {
                return None;
            }
            score -= 15;
        } else if position >= self.text.0 {
            score += 5;
        }
        Some(Candidate {
            score,
            value,
            from: self.describe(id),
        })
    }

    /// Returns `true` for an element in the head of the page, apart from the title.
    fn is_of_page(&self, id: Id, title: Option<u32>) -> bool {
        let is_above = self.outline.position(id) < self.text.0;
        is_above
            && title.is_some_and(|title| {
                self.outline.position(id) < title && !self.is_above_title(id, title)
            })
    }

    /// Returns `true` for a date in a box of events, which are in the future.
    fn is_of_event(&self, id: Id) -> bool {
        const WORDS: &[&str] = &["event", "events", "sukien", "calendar", "schedule", "lich"];
        let mut above = std::iter::once(id).chain(self.dom.ancestors(id).take(6));
        above.any(|id| {
            let class = self.dom.attribute(id, "class").unwrap_or_default();
            let lower = class.to_ascii_lowercase();
            lower
                .split([' ', '-', '_'])
                .any(|word| WORDS.contains(&word))
        })
    }

    /// Returns `true` if a date is the day that the head of the page states.
    fn agrees(&self, date: &str) -> bool {
        let day = |date: Published| (date.year(), date.month(), date.day());
        let shown = Published::parse(date).map(day);
        shown.is_some() && shown == self.stated.map(day)
    }

    /// The date that a `time` element in the element of a date states.
    fn time_below(&self, id: Id) -> Option<&str> {
        const NEAR: usize = 20;
        let mut times = self.dom.under(id).take(NEAR);
        times.find_map(|id| {
            let attribute = |name| self.dom.attribute(id, name).unwrap_or_default();
            let is_change = is_of_change(&attribute("class").to_ascii_lowercase())
                || attribute("itemprop").contains("Modified");
            let is_time = self.dom.name(id) == Some("time");
            let stated = attribute("datetime");
            (is_time && !is_change && is_full_date(stated)).then_some(stated)
        })
    }

    /// The date in a line between the title and the text, or above the title in a box of both, that
    /// has nothing else, whatever the name of its element.
    fn date_below(&self, id: Id, title: u32) -> Option<Candidate> {
        if !self.is_between(id, Some(title)) && !self.is_above_title(id, title) {
            return None;
        }
        let value = one_line(self.text_below(id, 80)?);
        let is_date = is_full_date(&value) && crate::parse::text::date_line(&value).is_some();
        is_date.then(|| Candidate {
            score: if self.is_between(id, Some(title)) {
                45
            } else {
                15
            },
            value,
            from: self.describe(id),
        })
    }

    fn summary(&self, id: Id, title: Option<u32>) -> Option<Candidate> {
        /// Single words that are a summary's class if they are all of a name.
        const WHOLE: &[&str] = &[
            "lead",
            "description",
            "summary",
            "desc",
            "intro",
            "excerpt",
            "abstract",
            "brief",
        ];
        let name = self.dom.name(id)?;
        let marks = self.outline.marks(id);
        let class = self.dom.attribute(id, "class").unwrap_or_default();
        let property = self.dom.attribute(id, "itemprop") == Some("description");
        let whole = matches!(name, "p" | "h2" | "h3" | "div" | "td" | "strong" | "span")
            && class.split_whitespace().any(|class| {
                let mut known = WHOLE.iter();
                known.any(|known| class.eq_ignore_ascii_case(known))
            });
        let named = marks.has(Marks::SUMMARY) || property;
        let whole = whole || marks.has(Marks::LEAD) && !marks.has(Marks::CAPTION);
        if !(named || whole) || (marks.has(Marks::BODY) && !named) || name == "meta" {
            return None;
        }
        let is_time = |id: Id| self.dom.name(id) == Some("time");
        if self.is_of_picture(id) || self.dom.under(id).take(50).any(is_time) {
            return None;
        }
        let value = one_line(self.text_below(id, 1500)?);
        let position = self.outline.position(id);
        let above = title.is_some_and(|title| position < title);
        let after = position >= self.text.1;
        let is_date = crate::parse::text::date_line(&value).is_some();
        if !(20..=1200).contains(&value.chars().count()) || after || above || is_date {
            return None;
        }
        Some(Candidate {
            score: if named { 20 } else { 10 },
            value,
            from: self.describe(id),
        })
    }

    /// Returns `true` for the caption of a picture and what is in it.
    fn is_of_picture(&self, id: Id) -> bool {
        let mut above = std::iter::once(id).chain(self.dom.ancestors(id).take(8));
        above
            .any(|id| self.outline.kind(id) == Kind::Caption || self.dom.name(id) == Some("figure"))
    }

    /// Offers the paragraph between the title and the text as the summary, for pages that say in
    /// no other way which it is.
    pub fn offer_opening(&self, title: Option<u32>, draft: &mut Draft, trace: &mut Trace) {
        let Some(title) = title.filter(|_| draft.get(Field::Summary).is_none()) else {
            return;
        };
        let is_between = |id: &Id| {
            let position = self.outline.position(*id);
            position > title && position < self.text.0
        };
        let mut blocks = self.candidates().filter(is_between);
        let found = blocks.find_map(|id| Some((id, self.opening(id)?)));
        if let Some((id, value)) = found {
            let from = format!("{}, above the text", self.describe(id));
            draft.offer(Field::Summary, rank::GUESSED, value, &from, trace);
        }
    }

    /// The text of a block that is one running paragraph.
    fn opening(&self, id: Id) -> Option<String> {
        let is_block = |id: Id| self.outline.kind(id) == Kind::Block;
        let is_smallest = || !self.dom.under(id).skip(1).take(50).any(is_block);
        if !is_block(id)
            || self.outline.running(id) == 0
            || self.outline.is_skipped(id)
            || !is_smallest()
            || self.is_of_picture(id)
        {
            return None;
        }
        let value = one_line(self.text_below(id, 900)?);
        let is_sentence = value.chars().count() >= 60;
        (is_sentence && crate::parse::text::date_line(&value).is_none()).then_some(value)
    }

    fn author(&self, id: Id, title: Option<u32>) -> Option<Candidate> {
        let marks = self.outline.marks(id);
        let related = self.dom.attribute(id, "rel") == Some("author");
        let property = self.dom.attribute(id, "itemprop") == Some("author");
        if self.dom.name(id) == Some("meta") || self.is_of_picture(id) {
            return None;
        }
        if !(marks.has(Marks::AUTHOR) || related || property) {
            return self
                .author_by_date(id, title)
                .or_else(|| self.author_with_paper(id, title))
                .or_else(|| self.author_in_credits(id))
                .or_else(|| self.author_in_region(id));
        }
        if self.is_for_ears(id) {
            return None;
        }
        // Who is quoted did not write the article.
        let mut above = self.dom.ancestors(id).take(8);
        if above.any(|id| matches!(self.dom.name(id), Some("blockquote" | "q"))) {
            return None;
        }
        // The name may share its line with the date or the paper.
        let text = match self.stated_name(id) {
            Some(name) => name,
            None => self.lines_below(id, 160)?,
        };
        let parts = || text.split(['|', '•', '·', '\n']);
        let person = |part: &str| {
            let dated = Published::parse(part).is_some();
            (!dated).then(|| self.site.without(part.trim()))?
        };
        let value = several_lines(&text, self.site)
            .or_else(|| parts().find_map(|part| several_people(part.trim(), self.site)))
            .or_else(|| {
                let split = |sign| {
                    move |part: &'_ str| part.split(sign).map(str::to_owned).collect::<Vec<_>>()
                };
                let pieces = parts().flat_map(split(" - "));
                let mut pieces = pieces.flat_map(|part| split(" – ")(&part));
                pieces.find_map(|part| person(&part))
            })
            .or_else(|| self.first_person(id))?;
        if value.chars().count() > 80 || names::is_section(&value) {
            return None;
        }
        let inner = !self
            .dom
            .children(id)
            .any(|child| self.dom.name(child).is_some());
        Some(Candidate {
            score: 10 + i32::from(inner) + i32::from(related || property),
            value,
            from: self.describe(id),
        })
    }

    /// The author in the line of the date: "Đăng ngày 20/1/2026 bởi Lê Mẫu". Without a label,
    /// "Lê Mẫu - 20/1/2026", only between the title and the text.
    fn author_by_date(&self, id: Id, title: Option<u32>) -> Option<Candidate> {
        let is_between = self.is_between(id, title);
        if !self.outline.marks(id).has(Marks::DATE) && !is_between {
            return None;
        }
        // Name and date may be next to each other without a blank.
        self.text_below(id, 160)?;
        let pieces = self.dom.under(id).filter_map(|id| self.dom.text_of(id));
        let text = one_line(pieces.collect::<Vec<_>>().join(" "));
        let line = crate::parse::text::date_line(&text)?;
        let (value, is_labelled) = author_of(&text, &line, is_between, self.site)?;
        Some(Candidate {
            score: if is_labelled { 5 } else { 3 },
            value,
            from: self.describe(id),
        })
    }

    /// The author in a line between the title and the text that has the paper or agency too:
    /// "Lê Mẫu (Báo Sông Lam)", "Lê Mẫu/TTXVN".
    fn author_with_paper(&self, id: Id, title: Option<u32>) -> Option<Candidate> {
        if !self.is_between(id, title) {
            return None;
        }
        let text = one_line(self.text_below(id, 80)?);
        let in_brackets = text
            .strip_suffix(')')
            .and_then(|text| text.split_once(" ("));
        let with_paper = in_brackets.filter(|(_, paper)| names::paper(paper).is_some());
        let with_agency = || crate::parse::text::split_agency(&text);
        let (person, _) = with_paper.or_else(with_agency)?;
        crate::parse::text::is_pen_name(person).then(|| Candidate {
            score: 3,
            value: person.trim().to_owned(),
            from: self.describe(id),
        })
    }

    /// Returns `true` for an element after the title and before the text.
    fn is_between(&self, id: Id, title: Option<u32>) -> bool {
        let position = self.outline.position(id);
        title.is_some_and(|title| position > title) && position < self.text.0
    }

    /// Returns `true` for an element before the title: right before it, or in a box of the title that
    /// the text is not in.
    fn is_above_title(&self, id: Id, title: u32) -> bool {
        const NEAR: usize = 2;
        const NODES: u32 = 6;
        let position = self.outline.position(id);
        if position < title && position + NODES >= title {
            return true;
        }
        let end = |id: Id| {
            let next = self.dom.after(id, self.dom.root(), false);
            next.map_or(u32::MAX, |next| self.outline.position(next))
        };
        let mut above = self.dom.ancestors(id).take(NEAR);
        position < title && above.any(|id| end(id) > title && end(id) <= self.text.0)
    }

    /// The author in credits: "Bài: Lê Mẫu", above those of pictures and design.
    fn author_in_credits(&self, id: Id) -> Option<Candidate> {
        let class = self.dom.attribute(id, "class")?.to_ascii_lowercase();
        if !class.split([' ', '-', '_']).any(|word| word == "credits") {
            return None;
        }
        let text = self.lines_below(id, 300)?;
        let byline = text.lines().find_map(crate::parse::text::byline)?;
        Some(Candidate {
            score: 5,
            value: self.site.without(&byline)?,
            from: self.describe(id),
        })
    }

    /// The author in the list of those who took part, which has labels for readers of screens:
    /// "Tác giả, Lê Mẫu", "Vai trò, phóng viên".
    fn author_in_region(&self, id: Id) -> Option<Candidate> {
        if !is_byline_region(self.dom, id) {
            return None;
        }
        let text = self.lines_below(id, 300)?;
        let named = |line: &str| {
            let name = crate::parse::text::without_label(line);
            (name != line).then(|| self.site.without(name)).flatten()
        };
        let people: Vec<String> = text.lines().filter_map(named).collect();
        (!people.is_empty()).then(|| Candidate {
            score: 15,
            value: people.join(", "),
            from: self.describe(id),
        })
    }

    /// Returns `true` for the label of an element that only readers of screens read aloud.
    fn is_for_ears(&self, id: Id) -> bool {
        const CLASSES: &[&str] = &["visually-hidden", "sr-only", "screen-reader-text"];
        let class = self.dom.attribute(id, "class").unwrap_or_default();
        class
            .split_whitespace()
            .any(|class| CLASSES.contains(&class))
    }

    /// The name in the `meta` element of an author that microdata describes.
    fn stated_name(&self, id: Id) -> Option<String> {
        let is_name = |id: &Id| {
            self.dom.name(*id) == Some("meta")
                && self.dom.attribute(*id, "itemprop") == Some("name")
        };
        let id = self.dom.under(id).take(50).find(is_name)?;
        Some(one_line(self.dom.attribute(id, "content")?.to_owned()))
    }

    /// The first piece of text that names a person, where name, address and office run together.
    fn first_person(&self, id: Id) -> Option<String> {
        let texts = self.dom.under(id).take(50);
        let texts = texts.filter_map(|id| Some(one_line(self.dom.text_of(id)?.to_owned())));
        let mut named = texts.filter(|text| crate::parse::text::is_pen_name(text));
        named.find_map(|text| self.site.without(&text))
    }

    /// The author and the source that lines with a label name between the title and the text, or
    /// below it: "Tác giả: Lê Mẫu", "Nguồn tin: Báo Sông Lam".
    pub fn labelled(&self, title: Option<u32>) -> Vec<(Field, String)> {
        const LABELS: &[&str] = &[
            "Tác giả",
            "TÁC GIẢ",
            "Nguồn",
            "NGUỒN",
            "Nguon",
            "Theo ",
            "©",
            "Bản quyền",
        ];
        const NEAR: usize = 400;
        let mut found = Vec::new();
        let in_box = |id: Id| {
            let mut above = self.dom.ancestors(id).take(3);
            above.any(|id| self.outline.is_skipped(id))
        };
        let beside =
            |id: Id| self.outline.position(id) >= self.text.1 || self.is_between(id, title);
        let after = |id: &Id| beside(*id) || in_box(*id);
        for id in self.candidates().filter(after).take(NEAR) {
            let is_line = matches!(self.dom.name(id), Some("p" | "div" | "li" | "span" | "td"));
            let mut texts = self.dom.under(id).take(8);
            let first = texts.find_map(|id| Some(self.dom.text_of(id)?.trim_start()));
            let is_labelled = |first: &str| LABELS.iter().any(|label| first.starts_with(label));
            if !is_line || !first.is_some_and(is_labelled) {
                continue;
            }
            let Some(line) = self.text_below(id, 120).map(one_line) else {
                continue;
            };
            if let Some(paper) = crate::parse::text::rights(&line) {
                found.push((Field::Source, paper.to_owned()));
            } else if !beside(id) {
                continue;
            } else if let Some(author) = crate::parse::text::byline(&line)
                && let Some(author) = self.site.without(&author)
            {
                found.push((Field::Author, author));
            } else if let Some(source) = crate::parse::text::source(&line) {
                found.push((Field::Source, source));
            }
        }
        found
    }

    /// The newspaper in an element that is named for the source.
    fn named_source(&self, id: Id) -> Option<Candidate> {
        let class = self.dom.attribute(id, "class")?.to_ascii_lowercase();
        let mut words = class.split([' ', '-', '_']);
        if !words.any(|word| matches!(word, "source" | "nguon" | "nguontin")) {
            return None;
        }
        let mut texts = self.dom.under(id).take(8);
        let text = texts.find_map(|id| self.dom.text_of(id).filter(|text| !text.trim().is_empty()));
        let value = one_line(text?.to_owned());
        names::paper(&value).is_some().then(|| Candidate {
            score: 5,
            value,
            from: self.describe(id),
        })
    }

    /// The publisher that microdata describes.
    fn publisher(&self, id: Id) -> Option<Candidate> {
        if self.dom.attribute(id, "itemprop") != Some("publisher") {
            return self.named_source(id);
        }
        let is_name = |id: &Id| self.dom.attribute(*id, "itemprop") == Some("name");
        let shown = || {
            let id = self.dom.under(id).skip(1).take(50).find(is_name)?;
            Some(one_line(self.text_below(id, 100)?))
        };
        let own = || Some(one_line(self.text_below(id, 60)?));
        let value = self.stated_name(id).or_else(shown).or_else(own)?;
        let is_named = value.contains(char::is_alphabetic) && !super::values::is_address(&value);
        is_named.then(|| Candidate {
            score: 10,
            value,
            from: self.describe(id),
        })
    }

    fn section(&self, id: Id, title: Option<&str>, at: Option<u32>) -> Option<Candidate> {
        let marks = self.outline.marks(id);
        let name = self.dom.name(id)?;
        let property = self.dom.attribute(id, "itemprop") == Some("articleSection");
        let is_crumbs = marks.has(Marks::CRUMBS);
        // WordPress marks the links to categories.
        let relation = self.dom.attribute(id, "rel").unwrap_or_default();
        let is_related = relation.split_whitespace().any(|word| word == "category");
        let is_named = property || is_crumbs || is_related || marks.has(Marks::SECTION);
        let is_named = is_named || self.has_section_label(id);
        if !(is_named || self.is_trail(id, at)) || name == "meta" {
            return None;
        }
        let usable = |value: &str| {
            let is_title = title.is_some_and(|title| same(title, value));
            (1..=60).contains(&value.chars().count())
                && !is_front_page(value)
                && !is_title
                && value.contains(char::is_alphabetic)
                && !is_full_date(value)
        };
        let is_trail = !is_crumbs && !property && self.is_trail(id, at);
        let value = if is_crumbs || is_trail || self.has_several_links(id) {
            self.last_crumb(id, &usable)?
        } else {
            let value = one_line(self.text_below(id, 200)?);
            Some(without_section_label(&value).to_owned()).filter(|value| usable(value))?
        };
        Some(Candidate {
            score: match (property, is_crumbs) {
                (true, _) => 30,
                (_, true) => 20,
                _ if is_related => 5,
                _ => 10,
            },
            value,
            from: self.describe(id),
        })
    }

    /// Returns `true` for a line such as "Chuyên mục: Chính trị".
    fn has_section_label(&self, id: Id) -> bool {
        let is_line = matches!(self.dom.name(id), Some("p" | "span" | "div" | "li" | "td"));
        let mut texts = self.dom.under(id).take(4);
        let first = texts.find_map(|id| Some(self.dom.text_of(id)?.trim_start()));
        let begins =
            |first: &str| first.starts_with("Chuyên mục:") || first.starts_with("Danh mục:");
        is_line && first.is_some_and(begins)
    }

    /// Returns `true` for an element of several links and no text or sign between them: "Thời sự"
    /// and below it "Môi trường".
    fn has_several_links(&self, id: Id) -> bool {
        const MOST: usize = 40;
        let mut links = 0;
        for id in self.dom.under(id).take(MOST) {
            let in_link = || {
                self.dom
                    .ancestors(id)
                    .take(4)
                    .any(|id| self.dom.name(id) == Some("a"))
            };
            links += usize::from(self.dom.name(id) == Some("a"));
            let text = self.dom.text_of(id).unwrap_or_default();
            if !text.trim().is_empty() && !in_link() {
                return false;
            }
        }
        links >= 2
    }

    /// Returns `true` for links in a row with a sign that leads from one to the next: "Trang chủ »
    /// Chính trị", or only "Chính trị > Xây dựng Đảng" where the name of the element is of a section.
    fn is_trail(&self, id: Id, title: Option<u32>) -> bool {
        const SIGNS: &[char] = &['»', '›', '>', '→', '/'];
        /// Nodes in a trail without links.
        const MOST_OF_TEXT: usize = 12;
        let is_block = matches!(
            self.dom.name(id),
            Some("div" | "p" | "ul" | "ol" | "td" | "span" | "h3" | "h4")
        );
        if !is_block || self.outline.position(id) >= title.unwrap_or(0).max(self.text.0) {
            return false;
        }
        let nodes = self.dom.under(id).skip(1).take(40);
        let links = nodes.filter(|id| self.dom.name(*id) == Some("a")).count();
        let is_named = self.outline.marks(id).has(Marks::SECTION);
        let is_small = || self.dom.under(id).nth(MOST_OF_TEXT).is_none();
        if links == 0 && !is_named && !is_small() {
            return false;
        }
        let Some(text) = self.text_below(id, 160).filter(|text| text.contains(SIGNS)) else {
            return false;
        };
        if links == 0 {
            return is_named || self.step_without_link(&text, false, &|_| true).is_some();
        }
        if links < 2 && !is_named {
            return false;
        }
        let first = text.split(SIGNS).next().unwrap_or_default();
        is_front_page(first) && !first.trim().is_empty()
            || names::paper(first.trim()).is_some()
            || is_named
    }

    /// The last step of a trail that is all text: "Trang chủ > Chính trị > Nội dung".
    /// The first step may be missing if the element is named for a section.
    fn step_without_link(
        &self,
        text: &str,
        is_named: bool,
        usable: &dyn Fn(&str) -> bool,
    ) -> Option<String> {
        let mut steps = text.split(['»', '›', '>', '→']).map(str::trim);
        let is_front = |step: &str| is_front_page(step) && !step.is_empty();
        if !steps.next().is_some_and(is_front) && !is_named {
            return None;
        }
        let is_section = |step: &&str| {
            (1..=40).contains(&step.chars().count()) && !is_page_name(step) && usable(step)
        };
        steps.filter(is_section).last().map(str::to_owned)
    }

    /// The last step of a breadcrumb that is neither the front page nor the
    /// article.
    fn last_crumb(&self, id: Id, usable: &dyn Fn(&str) -> bool) -> Option<String> {
        const MOST: usize = 200;
        let steps = |name: &'static str| {
            let under = self.dom.under(id).take(MOST);
            under.filter(move |id| self.dom.name(*id) == Some(name))
        };
        let step = if steps("li").next().is_some() {
            "li"
        } else {
            "a"
        };
        let clean = |id: Id| {
            let text = one_line(self.text_below(id, 200)?);
            Some(text.trim_matches(['>', '»', '›', '/', '|', ' ']).to_owned())
        };
        let usable = |value: &str| usable(value) && !is_page_name(value);
        let values = steps(step)
            .filter_map(clean)
            .filter(|value| usable(value) && value.chars().count() <= 40);
        let is_named = self.outline.marks(id).has(Marks::SECTION);
        let of_text = || self.step_without_link(&self.text_below(id, 160)?, is_named, &usable);
        values.last().or_else(of_text)
    }

    fn place(&self, id: Id) -> Option<Candidate> {
        if !self.outline.marks(id).has(Marks::PLACE) {
            return None;
        }
        let value = one_line(self.text_below(id, 100)?);
        let is_name =
            crate::parse::dateline::place_name(&value).is_some() && !names::is_button(&value);
        is_name.then(|| Candidate {
            score: 10,
            value,
            from: self.describe(id),
        })
    }

    /// The text of an element with its line breaks, `None` if it is longer than `most` letters.
    fn lines_below(&self, id: Id, most: usize) -> Option<String> {
        let text = self.joined(id, most, '\n')?;
        let lines = text.lines().map(|line| one_line(line.to_owned()));
        let text = lines.collect::<Vec<_>>().join("\n");
        (text.trim().chars().count() <= most).then(|| text.trim().to_owned())
    }

    /// The text of an element, `None` if it is longer than `most` letters.
    fn text_below(&self, id: Id, most: usize) -> Option<String> {
        let text = self.joined(id, most, ' ')?;
        (text.trim().chars().count() <= most).then_some(text)
    }

    /// The text of an element with `end` for the ends of its lines; `None` if it is far longer than
    /// `most` letters.
    fn joined(&self, id: Id, most: usize, end: char) -> Option<String> {
        let mut text = String::new();
        for id in self.dom.under(id).take(200) {
            match self.dom.name(id) {
                Some("br" | "p" | "li") => text.push(end),
                Some("div") => text.push(' '),
                _ => {}
            }
            let piece = self.dom.text_of(id).unwrap_or_default();
            text.push_str(&piece.replace('\n', " "));
            if text.len() > 4 * most {
                return None;
            }
        }
        Some(text)
    }

    /// Returns `true` for the page of a section: entries of a list without
    /// running text.
    pub fn is_list(&self) -> bool {
        const SEVERAL: usize = 3;
        let mut entries = 0;
        let mut outside = self.outline.running(self.dom.root());
        for id in self.outline.order() {
            let parent = self.dom.parent(*id);
            let in_entry = |id: Id| self.outline.is_in_entry(id);
            if in_entry(*id) && !parent.is_some_and(in_entry) {
                entries += 1;
                outside = outside.saturating_sub(self.outline.running(*id));
            }
        }
        entries >= SEVERAL && outside < ENOUGH
    }
}

/// The author in the line of a date, and whether a label says so. `bare` names need none, except
/// for places: "Tân Phú, ngày 20/1/2026".
pub(super) fn author_of(
    text: &str,
    line: &crate::parse::text::DateLine<'_>,
    bare: bool,
    site: &Site,
) -> Option<(String, bool)> {
    let labelled = |part: &&str| {
        let named = crate::parse::text::byline(part);
        let name = crate::parse::text::without_label(named.as_deref().unwrap_or(part));
        let is_person = name != *part && crate::parse::text::is_pen_name(name);
        is_person.then(|| site.without(name)).flatten()
    };
    if let Some(author) = line.rest.iter().find_map(labelled) {
        return Some((author, true));
    }
    // "Tin, ảnh: Lê Mẫu - 20/1/2026"
    let of_label = crate::parse::text::byline(text);
    let of_label = of_label
        .as_deref()
        .and_then(|names| names.split(" - ").next());
    if let Some(name) = of_label.filter(|name| crate::parse::text::is_pen_name(name)) {
        return Some((site.without(name)?, true));
    }
    // Counters may follow the name.
    let words = |part: &&str| {
        let words = part
            .split(' ')
            .filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
        words.collect::<Vec<_>>().join(" ")
    };
    let is_person = |part: &String| part.contains(' ') && crate::parse::text::is_pen_name(part);
    let mut people = line
        .rest
        .iter()
        .map(words)
        .filter(is_person)
        .filter(|_| bare);
    let person = &people.next().filter(|_| people.next().is_none())?;
    let rest = text.split_once(person).map(|(_, rest)| rest)?;
    if rest.starts_with(", ngày") {
        return None;
    }
    Some((site.without(person)?, false))
}

/// Returns `true` for the step of a trail that is any article.
fn is_page_name(step: &str) -> bool {
    const PAGES: &[&str] = &[
        "nội dung",
        "chi tiết",
        "chi tiết tin",
        "chi tiết bài viết",
        "bài viết",
    ];
    PAGES.contains(&step.to_lowercase().as_str())
}

/// How far a headline is one of the titles in the head of the page, which have the name of the site
/// as well. The titles are folded.
fn agreement(value: &str, heads: &[String]) -> Agreement {
    let folded = fold(value);
    let letters = folded.chars().count();
    if letters < 6 {
        return Agreement::Little;
    }
    let of = |title: &String| {
        if folded.contains(title.as_str()) && !title.is_empty() {
            Agreement::Whole
        } else if !title.contains(&folded) {
            Agreement::Little
        } else if folded.len() * 2 >= title.len() {
            Agreement::Whole
        } else {
            Agreement::Part
        }
    };
    heads.iter().map(of).max().unwrap_or_default()
}

fn is_full_date(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && Published::parse(text).is_some_and(|date| date.year().is_some() && date.day().is_some())
}

/// Returns `true` if a value is the name of a news agency and nothing else.
fn is_agency(value: &str) -> bool {
    names::agency(value).is_some_and(|(known, _)| known == value)
}

/// The name of a section without "Chuyên mục:" or "Chuyên mục" before it.
fn without_section_label(value: &str) -> &str {
    const LABELS: &[&str] = &[
        "chuyen muc",
        "danh muc",
        "muc",
        "the loai",
        "category",
        "section",
        "posted in",
        "published in",
        "filed under",
        "dang trong",
    ];
    let is_label = |label: &str| {
        matches!(label, "in" | "trong") || LABELS.contains(&fold(label.trim()).as_str())
    };
    let bare = |(at, _): (usize, &str)| {
        let (label, name) = value.split_at_checked(at)?;
        (is_label(label) && name.trim_start().starts_with(char::is_uppercase))
            .then_some(name.trim())
    };
    match value.split_once(':') {
        Some((label, name)) if is_label(label) => name.trim(),
        _ => value.match_indices(' ').find_map(bare).unwrap_or(value),
    }
}

/// Returns `true` for the classes, in lower case, of the date of a change. Themes of WordPress name
/// the date of an article that was never changed `entry-date published updated`.
fn is_of_change(classes: &str) -> bool {
    let has = |word: &&str| classes.contains(*word);
    ["modified", "updated"].iter().any(has) && !["published", "entry-date"].iter().any(has)
}

/// Returns `true` for the name of an element that shows the present day.
fn is_clock(class: &str) -> bool {
    const WORDS: &[&str] = &["now", "today", "current", "clock", "hientai", "homnay"];
    let lower = class.to_ascii_lowercase();
    lower
        .split([' ', '-', '_'])
        .any(|word| WORDS.contains(&word))
}

/// The authors of lines that each name one.
fn several_lines(text: &str, site: &Site) -> Option<String> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_known = |line| crate::parse::text::is_pen_name(line) && site.without(line).is_some();
    let are_people = (2..=4).contains(&lines().count()) && lines().all(is_known);
    are_people.then(|| lines().collect::<Vec<_>>().join(", "))
}

/// The authors of a line that dashes separate: "Lê Mẫu - An Bình (theo AFP)". What follows the dash
/// is a date or the paper otherwise.
fn several_people(line: &str, site: &Site) -> Option<String> {
    let author = crate::parse::text::sign_off(line)?.author?;
    let is_known = |person| {
        crate::parse::text::is_person(person)
            || crate::parse::text::is_pen_name(person) && site.without(person).is_some()
    };
    let people = || author.split(" - ").flat_map(|part| part.split(" – "));
    let are_people = (2..=4).contains(&people().count()) && people().all(is_known);
    are_people.then_some(author)
}
