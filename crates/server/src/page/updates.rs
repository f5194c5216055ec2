//! The part of the status page about updates by the server's own program.

use maud::{Markup, html};
use timbao_articles::Published;
use timbao_views::language::{Language, fill};

use crate::app::App;

/// The last update, and the error of one that failed; nothing if the program does not update the
/// index.
pub(super) fn updates(app: &App, language: Language) -> Markup {
    let words = language.words();
    let latest = app.options.updates.as_ref().map(|updates| updates.latest());
    html! {
        @if let Some(latest) = latest {
            h2 { (words.updates) }
            @if let Some((at, reason)) = &latest.failed {
                @let reason = if app.options.show_paths { reason.clone() } else { public(reason) };
                p.problems role="alert" { (fill(words.updates_failed, &[&time(*at, language), &reason])) }
            }
            @for away in &latest.vanished {
                @let mut names = away.path.rsplit(std::path::is_separator);
                @let name = names.find(|name| !name.is_empty());
                @let path = name.filter(|_| !app.options.show_paths).unwrap_or(&away.path);
                p.problems role="alert" { (fill(words.updates_vanished, &[&path, &language.articles(away.articles)])) }
            }
            p {
                (words.updates_following)
                @if let Some(at) = latest.succeeded { " " (fill(words.updates_last, &[&time(at, language)])) }
            }
        }
    }
}

fn time(at: i64, language: Language) -> String {
    let moment = Published::from_unix_seconds(at);
    moment.map_or_else(String::new, |moment| language.date(&moment.to_string()))
}

/// A message without the directories of this machine: of an absolute path the last name is left.
fn public(message: &str) -> String {
    let words = message.split(' ').map(|word| {
        let path = word.trim_start_matches(['"', '`', '(']);
        match path.rsplit_once(std::path::is_separator) {
            Some((_, name)) if std::path::Path::new(path).is_absolute() => name,
            _ => word,
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::public;

    #[test]
    fn messages_name_no_directory() {
        for (message, expected) in [
            (
                "/srv/bao/index/meta.json: disk full",
                "meta.json: disk full",
            ),
            ("no source at (/srv/bao/tin)", "no source at tin)"),
            (
                "checksum mismatch and/or damage",
                "checksum mismatch and/or damage",
            ),
        ] {
            assert_eq!(public(message), expected);
        }
    }
}
