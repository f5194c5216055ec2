//! Advice on a query, for people.

use timbao_views::language::fill;
use timbao_views::suggest::Advice;

use crate::cli::SearchArgs;
use crate::config::{Origin, choice_name};
use crate::error::say;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::width::width;

use super::context::Context;

/// Says it on standard error: readings of a query that finds something on one line, else
/// why nothing is found and what to type instead.
pub(crate) fn tell(advice: &Advice, total: u64, args: &SearchArgs, context: &Context) {
    let palette = context.terminal.error_palette;
    let (language, words) = (context.terminal.language, context.terminal.language.words());
    if total > 0 {
        let readings: Vec<String> = advice
            .meant
            .iter()
            .map(|s| {
                format!(
                    "{} ({})",
                    language.query(&s.query),
                    language.count(s.articles)
                )
            })
            .collect();
        if !readings.is_empty() {
            say(
                palette,
                Role::Hint,
                words.label_readings,
                &readings.join(" · "),
            );
        }
        return;
    }
    for cause in &advice.causes {
        context.note(&(words.cause)(cause));
    }
    for (label, suggestions) in [
        (words.did_you_mean, &advice.meant),
        (words.find_more, &advice.relaxed),
    ] {
        if suggestions.is_empty() {
            continue;
        }
        let commands: Vec<String> = suggestions
            .iter()
            .map(|s| command(&language.query(&s.query), args, context))
            .collect();
        let wide = commands.iter().map(|c| width(c)).max().unwrap_or(0);
        let lines = suggestions.iter().zip(&commands).map(|(s, command)| {
            let pad = " ".repeat(wide - width(command));
            let (articles, change) = (language.articles(s.articles), (words.suggestion)(s));
            format!("\n  {command}{pad}  {articles}, {change}")
        });
        let message = format!("{label}{}", lines.collect::<String>());
        say(palette, Role::Hint, words.label_hint, &message);
    }
}

/// The command that runs a query, to be copied into a shell.
fn command(query: &str, args: &SearchArgs, context: &Context) -> String {
    let mut command = "timbao search".to_owned();
    let mut entries = context.settings.entries.iter();
    if let Some(index) = entries.find(|e| e.key == "index" && e.origin == Origin::Flag) {
        command.push_str(&format!(" --index {}", quoted(&index.value)));
    }
    if let Some(accents) = args.filters.accents {
        command.push_str(&format!(" --accents {}", choice_name(&accents)));
    }
    if query.starts_with('-') {
        command.push_str(" --");
    }
    format!("{command} {}", quoted(query))
}

/// A text in the quotation marks of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | ':');
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", escape(text).replace('\'', "'\\''"))
}

/// The query as a phrase if it is one argument of several bare words, as a shell leaves it of a
/// query in quotation marks.
pub(super) fn as_phrase(args: &SearchArgs) -> Option<String> {
    let [query] = args.query.as_slice() else {
        return None;
    };
    let is_word = |word: &str| word.chars().all(char::is_alphanumeric);
    let words: Vec<&str> = query.split_whitespace().collect();
    let is_plain = words.len() > 1 && words.iter().all(|word| is_word(word));
    is_plain.then(|| format!("\"{}\"", words.join(" ")))
}

/// Says on standard error how to search for a phrase.
pub(super) fn tell_of_quotes(phrase: &str, articles: u64, args: &SearchArgs, context: &Context) {
    let (language, words) = (context.terminal.language, context.terminal.language.words());
    let command = command(phrase, args, context);
    let message = fill(
        words.quotes_removed,
        &[&language.articles(articles), &command],
    );
    say(
        context.terminal.error_palette,
        Role::Hint,
        words.label_hint,
        &message,
    );
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_what_was_quoted() {
        assert_eq!(quoted("họp"), "họp");
        assert_eq!(quoted("\"tự diễn biến\""), "'\"tự diễn biến\"'");
        assert_eq!(quoted("d'or $x"), r"'d'\''or $x'");
        assert_eq!(quoted(""), "''");
    }
}
