//! The facts about a table: a citation as labels and values.

use timbao_views::Citation;
use timbao_views::language::Language;

/// The facts about a table, for a sheet of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The name of the sheet.
    pub sheet: String,
    /// Labels with their values.
    pub facts: Vec<(String, String)>,
}

impl About {
    /// Describes a citation in a language, with the address of the answer if there is one.
    pub fn new(citation: &Citation, link: Option<&str>, language: Language) -> Self {
        let words = language.words();
        let index = &citation.index;
        let mut facts: Vec<(&str, String)> = Vec::new();
        for query in &citation.queries {
            facts.push((words.understood, query.query.clone()));
        }
        facts.push((words.index_state, index.state.clone()));
        facts.push((words.articles_column, language.count(index.articles)));
        facts.push((words.stat_tokens, language.count(index.tokens)));
        facts.push((words.stat_analyzer_version, index.analyzer_version.clone()));
        facts.push((words.day, language.date(&citation.date)));
        facts.push((words.program, citation.program.clone()));
        if let Some(link) = link {
            facts.push((words.link, link.to_owned()));
        }
        Self {
            sheet: words.citation.to_owned(),
            facts: facts
                .into_iter()
                .map(|(label, value)| (label.to_owned(), value))
                .collect(),
        }
    }
}
