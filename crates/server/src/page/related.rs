//! The lists below an article: the copies of its text, and similar articles.

use maud::{Markup, html};
use timbao_views::reprints::Reprint;
use timbao_views::{ArticleId, Result};
use timbao_views::{SimilarArticle, SimilarOptions};

use crate::problem::Problem;
use crate::view::View;

use super::address::Address;
use super::parts::article_address;
use timbao_views::language::Language;

/// Similar articles that are shown.
const SIMILAR: usize = 8;

/// The articles related to one.
#[derive(Default)]
pub(super) struct Related {
    /// All publications of its text, in order of time; the article itself is one of them.
    publications: Vec<Reprint>,
    similar: Vec<SimilarArticle>,
}

impl Related {
    /// Finds the articles related to one. A timeout shortens the lists, so that the article itself
    /// can always be read.
    ///
    /// # Errors
    ///
    /// If the index is damaged.
    pub(super) fn load(searcher: &View, place: ArticleId) -> Result<Self, Problem> {
        let mut related = Self::default();
        if !searcher.shows_related() {
            return Ok(related);
        }
        match related.find(searcher, place) {
            Ok(()) => Ok(related),
            Err(error) => match Problem::from(error) {
                problem if problem.is_too_slow() => Ok(related),
                problem => Err(problem),
            },
        }
    }

    fn find(&mut self, searcher: &View, place: ArticleId) -> Result<()> {
        self.publications = searcher.reprints(place)?.publications;
        let options = SimilarOptions {
            limit: SIMILAR,
            ..SimilarOptions::default()
        };
        self.similar = searcher.similar(place, &options)?.articles;
        Ok(())
    }

    /// The lists, those that are not empty. Links keep the query of `address`.
    pub(super) fn shown(&self, address: &Address, language: Language) -> Markup {
        let words = language.words();
        let entry = |id: &str, title: Option<&str>, date: Option<&str>, source: Option<&str>| {
            html! {
                a lang=[title.map(|_| "vi")] href=(article_address(address, id)) aria-current=[(address.get("id") == Some(id)).then_some("page")] {
                    (title.unwrap_or(words.untitled))
                }
                @if date.is_some() || source.is_some() {
                    p.about {
                        @if let Some(date) = date { (language.date(date)) }
                        @if date.is_some() && source.is_some() { " · " }
                        @if let Some(source) = source { span lang="vi" { (source) } }
                    }
                }
            }
        };
        if self.publications.len() < 2 && self.similar.is_empty() {
            return html! {};
        }
        html! {
            div.beside {
            @if self.publications.len() > 1 {
                section.related {
                    h2 #reprints { (words.reprints) }
                    ol {
                        @for p in &self.publications {
                            li { (entry(&p.id, p.title.as_deref(), p.date.as_deref(), p.source.as_deref())) }
                        }
                    }
                    p { a href=(address.at("/reprints").href()) { (words.compare_texts) } }
                }
            }
            @if !self.similar.is_empty() {
                section.related {
                    h2 { (words.similar) }
                    ul {
                        @for a in &self.similar {
                            li { (entry(&a.id, a.title.as_deref(), a.date.as_deref(), a.source.as_deref())) }
                        }
                    }
                    p { a href=(address.at("/similar").href()) { (words.all_similar) } }
                }
            }
            }
        }
    }
}
