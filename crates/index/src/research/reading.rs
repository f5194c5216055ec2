//! What a query means to a view that counts places.

use timbao_query::plan::{Phrase, Plan};

/// Alternatives of a row of words that are written out, at most.
const MOST_WAYS: usize = 64;

/// Reads words side by side as a phrase.
///
/// A search takes bare words for what somebody remembers of an article and
/// finds articles that lack one; a count of that would be a count of single
/// words. Where forms of a word are alternatives (an abbreviation and what it
/// stands for), each is tried in the row.
pub fn as_phrases(plan: &Plan) -> Plan {
    match plan {
        Plan::Ranked { items, .. } => row(items).unwrap_or_else(|| plan.clone()),
        Plan::And(parts) => Plan::And(parts.iter().map(as_phrases).collect()),
        Plan::Or(parts) => Plan::Or(parts.iter().map(as_phrases).collect()),
        Plan::Not(part) => Plan::Not(Box::new(as_phrases(part))),
        Plan::In { field, plan } => Plan::In {
            field: *field,
            plan: Box::new(as_phrases(plan)),
        },
        other => other.clone(),
    }
}

/// The items in a row; none if one of them is neither word nor phrase, or if
/// there are too many alternatives.
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
    use super::as_phrases;
    use timbao_query::{LowerOptions, lower, parse};

    #[test]
    fn words_side_by_side_are_a_phrase() {
        for (query, read) in [
            ("tự diễn biến", "\"=tự =diễn =biến\""),
            ("tự", "=tự"),
            ("tu dien -bien", "all(\"~tu ~dien\", not(~bien))"),
            ("tự AND diễn", "all(=tự, =diễn)"),
            ("\"tự diễn\" \"biến\"", "all(\"=tự =diễn\", =biến)"),
            ("title:(tự diễn)", "title(\"=tự =diễn\")"),
            ("*", "everything"),
        ] {
            let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
            if plan.to_string() != "nothing" {
                assert_eq!(as_phrases(&plan).to_string(), read, "{query}");
            }
        }
    }
}
