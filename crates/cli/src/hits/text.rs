//! Hits for people.

use std::io::{self, Write};
use std::sync::Arc;

use timbao_articles::Article;
use timbao_views::ShownHit;
use timbao_views::Snippet;

use crate::output::date::vietnamese;
use crate::output::highlight::highlighted;
use crate::output::line::Piece;
use crate::output::link::{file_address, web_address};
use crate::output::path::relative;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;

use super::explain;

/// Writes hits, a blank line before each.
pub(crate) fn write(out: &mut dyn Write, terminal: &Terminal, hits: &[ShownHit]) -> io::Result<()> {
    let last = hits.last().map_or(0, |hit| hit.rank);
    let digits = last.to_string().len();
    let indent = digits + 2;
    for hit in hits {
        writeln!(out)?;
        let rank = Piece::new(Role::Dim, format!("{:>digits$}  ", hit.rank));
        paragraph(out, terminal, &rank, indent, title(hit, terminal))?;
        let blank = Piece::new(Role::Plain, "");
        let mut about = metadata(&hit.article);
        if let Some(reprints) = hit.reprints.filter(|&reprints| reprints > 0) {
            about.push(terminal.language.reprints(reprints));
        }
        if !about.is_empty() {
            paragraph(
                out,
                terminal,
                &blank,
                indent,
                vec![Piece::new(Role::Dim, about.join(" · "))],
            )?;
        }
        paragraph(
            out,
            terminal,
            &blank,
            indent,
            location(&hit.article, terminal),
        )?;
        for snippet in &hit.snippets {
            paragraph(out, terminal, &blank, indent, passage(snippet))?;
        }
        if let Some(explanation) = &hit.explanation {
            explain::write(out, terminal, indent, explanation)?;
        }
    }
    Ok(())
}

/// Date, section, source, agency and place, as far as they are known.
pub(crate) fn metadata(article: &Article) -> Vec<String> {
    let date = article.published.as_ref().map(vietnamese);
    let known = [
        &date,
        &article.section,
        &article.source,
        &article.agency,
        &article.place,
    ];
    let mut parts: Vec<String> = Vec::new();
    for part in known.into_iter().flatten() {
        let part = escape(part).into_owned();
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

/// The path of the article, and its id where that says something else.
pub(crate) fn location(article: &Article, terminal: &Terminal) -> Vec<Piece> {
    let place = article.location();
    let mut path = Piece::new(Role::Dim, escape(&relative(&place)));
    path.link = if terminal.links {
        file_address(&article.path).map(Arc::from)
    } else {
        None
    };
    let mut pieces = vec![path];
    if !place.ends_with(&article.id) {
        pieces.push(Piece::new(
            Role::Dim,
            format!(
                " · {} {}",
                terminal.language.words().id,
                escape(&article.id)
            ),
        ));
    }
    pieces
}

fn title(hit: &ShownHit, terminal: &Terminal) -> Vec<Piece> {
    let mut pieces = match &hit.article.title {
        Some(title) => highlighted(title, &hit.title_matches, Role::Title),
        None => vec![Piece::new(Role::Title, terminal.language.words().untitled)],
    };
    let address = hit
        .article
        .url
        .as_deref()
        .filter(|_| terminal.links)
        .and_then(web_address);
    if let Some(address) = address {
        let address: Arc<str> = address.into();
        pieces
            .iter_mut()
            .for_each(|piece| piece.link = Some(Arc::clone(&address)));
    }
    pieces
}

/// A passage, with an ellipsis where its paragraph continues.
fn passage(snippet: &Snippet) -> Vec<Piece> {
    let mut pieces = highlighted(&snippet.text, &snippet.highlights, Role::Plain);
    if snippet.starts_mid {
        pieces.insert(0, Piece::new(Role::Plain, "… "));
    }
    if snippet.ends_mid {
        pieces.push(Piece::new(Role::Plain, " …"));
    }
    pieces
}
