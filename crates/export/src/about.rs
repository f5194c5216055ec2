//! The facts about a table: a citation as labels and values.

use timbao_views::language::Language;
use timbao_views::{Cell, Citation};

/// The facts about a table, for a sheet of their own or below the table.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The name of the sheet.
    pub sheet: String,
    /// Labels with their values.
    pub facts: Vec<(String, Cell<'static>)>,
}

impl About {
    /// Describes a citation in a language.
    pub fn new(citation: &Citation, language: Language) -> Self {
        let words = language.words();
        let index = &citation.index;
        let text = |text: &str| Cell::from(text.to_owned());
        let mut facts: Vec<(&str, Cell<'static>)> = Vec::new();
        for query in &citation.queries {
            facts.push((words.understood, text(query.shown(language))));
        }
        facts.push((words.index_state, text(&index.state)));
        facts.push((words.articles_column, index.articles.into()));
        facts.push((words.stat_tokens, index.tokens.into()));
        facts.push((words.stat_analyzer_version, text(&index.analyzer_version)));
        facts.push((words.day, Cell::iso_day(&citation.date)));
        facts.push((words.program, text(&citation.program)));
        if let Some(link) = &citation.link {
            facts.push((words.link, text(link)));
        }
        Self {
            sheet: words.citation.to_owned(),
            facts: facts
                .into_iter()
                .map(|(label, value)| (capitalised(label), value))
                .collect(),
        }
    }
}

/// A label that begins with a capital letter, as all of the sheet do.
fn capitalised(label: &str) -> String {
    let mut chars = label.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}
