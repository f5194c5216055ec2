//! How scores came about, for people.

use std::io::{self, Write};

use timbao_views::{FieldFrequencies, ScoreExplanation, ScoreKind, ScorePart};

use crate::output::line::Piece;
use crate::output::number::{count, counted};
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::terminal::Terminal;
use crate::output::text::paragraph;

/// Writes an explanation below a hit, indented as it is.
pub(super) fn write(
    out: &mut dyn Write,
    terminal: &Terminal,
    indent: usize,
    explanation: &ScoreExplanation,
) -> io::Result<()> {
    let blank = Piece::new(Role::Plain, "");
    let mut line = |indent: usize, role: Role, text: String| {
        paragraph(out, terminal, &blank, indent, vec![Piece::new(role, text)])
    };
    let bonus = if explanation.recency > 1.0 {
        format!(" · ×{:.3} for its date", explanation.recency)
    } else {
        String::new()
    };
    line(
        indent,
        Role::Label,
        format!(
            "score {:.4} · {} words, {:.0} on average{bonus}",
            explanation.score,
            count(explanation.length.round() as u64),
            explanation.average_length
        ),
    )?;
    for part in &explanation.parts {
        let (name, of) = match part.kind {
            ScoreKind::Word => ("word", counted(part.holding, "article")),
            ScoreKind::Phrase => ("phrase", counted(part.holding, "article")),
            ScoreKind::Near => ("near", counted(part.holding, "article")),
            ScoreKind::Pair => ("pair", counted(part.holding, "place")),
        };
        line(
            indent + 2,
            Role::Dim,
            format!(
                "{:.4} = {:.4} × {:.4}  {name} {}, in {of}; here {}",
                part.score,
                part.rarity,
                part.share,
                escape(&part.term),
                places(part)
            ),
        )?;
    }
    Ok(())
}

/// The parts of the article with a term.
fn places(part: &ScorePart) -> String {
    let FieldFrequencies {
        title,
        summary,
        lead,
        body,
        caption,
    } = part.occurrences;
    let places = [
        (title, "in the title"),
        (summary, "in the summary"),
        (lead, "in the lead"),
        (body, "in the text"),
        (caption, "in captions"),
    ];
    let places = places.iter().filter(|(times, _)| *times > 0);
    let places: Vec<String> = places
        .map(|(times, place)| format!("{} {place}", count(u64::from(*times))))
        .collect();
    places.join(", ")
}
