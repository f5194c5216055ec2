//! How scores came about, for people.

use std::io::{self, Write};

use timbao_views::language::{Language, Noun, fill};
use timbao_views::{FieldFrequencies, ScoreExplanation, ScoreKind, ScorePart};

use crate::output::line::Piece;
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
    let (language, words) = (terminal.language, terminal.language.words());
    let blank = Piece::new(Role::Plain, "");
    let mut line = |indent: usize, role: Role, text: String| {
        paragraph(out, terminal, &blank, indent, vec![Piece::new(role, text)])
    };
    let score = language.decimal(explanation.score.into(), 4);
    let length = language.counted(explanation.length.round() as u64, Noun::Word);
    let average = language.decimal(explanation.average_length.into(), 0);
    let mut head = fill(words.score, &[&score, &length, &average]);
    if explanation.recency > 1.0 {
        let bonus = language.decimal(explanation.recency.into(), 3);
        head.push_str(&format!(" · {}", fill(words.score_recency, &[&bonus])));
    }
    line(indent, Role::Label, head)?;
    for part in &explanation.parts {
        let counted = match part.kind {
            ScoreKind::Pair => Noun::Place,
            _ => Noun::Article,
        };
        let [score, mut rarity, share] =
            [part.score, part.rarity, part.share].map(|value| language.decimal(value.into(), 4));
        if part.weight < 1.0 {
            rarity = format!("{} × {rarity}", language.decimal(part.weight.into(), 1));
        }
        let text = fill(
            words.score_part,
            &[
                &score,
                &rarity,
                &share,
                &(words.score_kind)(part.kind),
                &escape(&part.term),
                &language.counted(part.holding, counted),
                &places(part, language),
            ],
        );
        line(indent + 2, Role::Dim, text)?;
    }
    Ok(())
}

/// The parts of the article with a term.
fn places(part: &ScorePart, language: Language) -> String {
    let words = language.words();
    let FieldFrequencies {
        title,
        summary,
        lead,
        body,
        caption,
    } = part.occurrences;
    let places = [
        (title, words.in_title),
        (summary, words.in_summary),
        (lead, words.in_lead),
        (body, words.in_body),
        (caption, words.in_captions),
    ];
    let places = places.iter().filter(|(times, _)| *times > 0);
    let places: Vec<String> = places
        .map(|(times, place)| fill(place, &[&language.count(u64::from(*times))]))
        .collect();
    places.join(", ")
}
