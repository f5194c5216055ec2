//! The plan of a view that counts matches.

use crate::plan::{Phrase, Plan};

/// Maximum number of alternatives into which a run of words is expanded.
const MOST_WAYS: usize = 64;

impl Plan {
    /// Returns the plan with each run of bare words as a phrase.
    ///
    /// A search accepts articles without some of the bare words; a count of that would be a count
    /// of single words. Where a word has alternatives (an abbreviation and its long form), each
    /// becomes a phrase.
    ///
    /// ```
    /// use timbao_query::Request;
    /// let request = Request::new("tự diễn biến");
    /// assert_eq!(request.plan().as_phrases().to_string(), "\"=tự =diễn =biến\"");
    /// ```
    #[must_use]
    pub fn as_phrases(&self) -> Self {
        match self {
            Self::Ranked { items, .. } => row(items).unwrap_or_else(|| self.clone()),
            _ => self.map_children(Self::as_phrases),
        }
    }
}

/// The items as a phrase; `None` if one of them is neither word nor phrase, or if there are too
/// many alternatives.
fn row(items: &[Plan]) -> Option<Plan> {
    let mut ways: Vec<Phrase> = vec![Phrase::exact([])];
    for item in items {
        let forms = forms(item)?;
        if forms.len() * ways.len() > MOST_WAYS {
            return None;
        }
        ways = ways
            .iter()
            .flat_map(|way| {
                forms.iter().map(|form| Phrase {
                    steps: [way.steps.as_slice(), form.steps.as_slice()].concat(),
                    slop: 0,
                })
            })
            .collect();
    }
    let mut ways: Vec<Plan> = ways.into_iter().map(Plan::Phrase).collect();
    if ways.len() > 1 {
        Some(Plan::Or(ways))
    } else {
        ways.pop()
    }
}

fn forms(item: &Plan) -> Option<Vec<Phrase>> {
    match item {
        Plan::Word(slot) => Some(vec![Phrase::exact([slot.clone()])]),
        Plan::Phrase(phrase) if phrase.slop == 0 => Some(vec![phrase.clone()]),
        Plan::Or(parts) => {
            let forms: Option<Vec<_>> = parts.iter().map(forms).collect();
            Some(forms?.concat())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::Request;

    #[test]
    fn bare_words_are_a_phrase() {
        for (query, read) in [
            ("tự diễn biến", "\"=tự =diễn =biến\""),
            ("tự", "=tự"),
            ("tu dien -bien", "all(\"~tu ~dien\", not(~bien))"),
            ("tự AND diễn", "all(=tự, =diễn)"),
            ("\"tự diễn\" \"biến\"", "all(\"=tự =diễn\", =biến)"),
            ("title:(tự diễn)", "title(\"=tự =diễn\")"),
            ("*", "everything"),
        ] {
            let request = Request::new(query);
            if !request.is_empty() {
                assert_eq!(request.plan().as_phrases().to_string(), read, "{query}");
            }
        }
    }
}
