//! The operators of the query language against a brute force over lists of words.

use std::collections::BTreeSet;

use proptest::prelude::*;
use timbao_articles::Article;
use timbao_query::{Problem, ProblemKind, Request};

use timbao_index::SearchOptions;

use crate::indexed::indexed;

const WORDS: [&str; 8] = ["hoa", "hóa", "Hóa", "đảng", "Đảng", "khoa", "mai", "Mai"];
const SEPARATORS: [&str; 4] = [" ", ", ", ". ", "\n"];

/// A word of an article with the numbers of its paragraph and its sentence.
#[derive(Debug, Clone)]
struct Token {
    word: String,
    paragraph: usize,
    sentence: usize,
}

/// The words of a typed text and their units.
fn tokens(typed: &[(usize, usize)]) -> Vec<Token> {
    let (mut paragraph, mut sentence) = (0, 0);
    let mut tokens = Vec::new();
    for (number, &(word, _)) in typed.iter().enumerate() {
        let word = WORDS[word].to_owned();
        if let Some(&(_, separator)) = number.checked_sub(1).and_then(|before| typed.get(before)) {
            let is_capital = word.starts_with(char::is_uppercase);
            match SEPARATORS[separator] {
                "\n" => (paragraph, sentence) = (paragraph + 1, sentence + 1),
                ". " if is_capital => sentence += 1,
                _ => {}
            }
        }
        tokens.push(Token {
            word,
            paragraph,
            sentence,
        });
    }
    tokens
}

fn text(typed: &[(usize, usize)]) -> String {
    typed
        .iter()
        .flat_map(|&(word, separator)| [WORDS[word], SEPARATORS[separator]])
        .collect()
}

/// A word of a query, as it is typed, and the words it matches.
#[derive(Debug, Clone, Copy)]
struct Atom {
    typed: &'static str,
    matches: &'static [&'static str],
}

const ATOMS: [Atom; 13] = [
    Atom {
        typed: "=hoa",
        matches: &["hoa"],
    },
    Atom {
        typed: "=hóa",
        matches: &["hóa", "Hóa"],
    },
    Atom {
        typed: "~hoa",
        matches: &["hoa", "hóa", "Hóa"],
    },
    Atom {
        typed: "==Hóa",
        matches: &["Hóa"],
    },
    Atom {
        typed: "==đảng",
        matches: &["đảng"],
    },
    Atom {
        typed: "=đảng",
        matches: &["đảng", "Đảng"],
    },
    Atom {
        typed: "=mai",
        matches: &["mai", "Mai"],
    },
    Atom {
        typed: "=*oa",
        matches: &["hoa", "hóa", "Hóa", "khoa"],
    },
    Atom {
        typed: "=*óa",
        matches: &["hóa", "Hóa"],
    },
    Atom {
        typed: "=*a*",
        matches: &WORDS,
    },
    Atom {
        typed: "=h*",
        matches: &["hoa", "hóa", "Hóa"],
    },
    Atom {
        typed: "=/(khoa|m.+)/",
        matches: &["khoa", "mai", "Mai"],
    },
    Atom {
        typed: "=/h[oó]a/",
        matches: &["hoa", "hóa", "Hóa"],
    },
];

/// Words of a phrase in one of several ways, each after a gap of so many words.
#[derive(Debug, Clone)]
struct Part {
    gap: (usize, usize),
    ways: Vec<Vec<Atom>>,
}

#[derive(Debug, Clone)]
struct Phrase {
    parts: Vec<Part>,
    slop: usize,
}

type Range = (usize, usize);

impl Phrase {
    fn typed(&self) -> String {
        let mut typed = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            match part.gap {
                _ if number == 0 => {}
                (0, _) => {}
                (1, 1) => typed.push("*".to_owned()),
                (_, most) => typed.push(format!("**{most}")),
            }
            let way = |atoms: &Vec<Atom>| {
                let words: Vec<&str> = atoms.iter().map(|atom| atom.typed).collect();
                words.join(" ")
            };
            let ways: Vec<String> = part.ways.iter().map(way).collect();
            typed.push(match ways.as_slice() {
                [way] => way.clone(),
                ways => format!("({})", ways.join(" | ")),
            });
        }
        let slop = match self.slop {
            0 => String::new(),
            slop => format!("~{slop}"),
        };
        format!("\"{}\"{slop}", typed.join(" "))
    }

    /// Every sequence of words with the gaps before them.
    fn ways(&self) -> Vec<Vec<((usize, usize), Atom)>> {
        let mut ways = vec![Vec::new()];
        for (number, part) in self.parts.iter().enumerate() {
            let gap = if number == 0 { (0, 0) } else { part.gap };
            ways = ways
                .iter()
                .flat_map(|way: &Vec<_>| {
                    part.ways.iter().map(move |atoms| {
                        let mut way = way.clone();
                        let gaps = std::iter::once(gap).chain(std::iter::repeat((0, 0)));
                        way.extend(gaps.zip(atoms.iter().copied()));
                        way
                    })
                })
                .collect();
        }
        ways
    }

    /// Every occurrence, by trying all positions of all words.
    fn occurrences(&self, tokens: &[Token]) -> BTreeSet<Range> {
        let mut found = BTreeSet::new();
        for way in self.ways() {
            self.place(&way, tokens, &mut Vec::new(), &mut found);
        }
        found
    }

    fn place(
        &self,
        way: &[((usize, usize), Atom)],
        tokens: &[Token],
        at: &mut Vec<usize>,
        found: &mut BTreeSet<Range>,
    ) {
        let Some((gap, atom)) = way.get(at.len()) else {
            let mut shift = 0;
            let shifted = way
                .iter()
                .zip(at.iter())
                .enumerate()
                .map(|(number, ((gap, _), &at))| {
                    shift += if number == 0 { 0 } else { 1 + gap.0 };
                    at as i64 - shift as i64
                });
            let shifted: Vec<i64> = shifted.collect();
            let spread = shifted.iter().max().unwrap() - shifted.iter().min().unwrap();
            if self.slop == 0 || spread <= self.slop as i64 {
                found.insert((*at.iter().min().unwrap(), at.iter().max().unwrap() + 1));
            }
            return;
        };
        for position in 0..tokens.len() {
            let is_allowed = match at.last() {
                None => true,
                Some(&last) if self.slop == 0 => {
                    position > last && (gap.0..=gap.1).contains(&(position - last - 1))
                }
                Some(_) => !at.contains(&position),
            };
            let in_paragraph = at
                .first()
                .is_none_or(|&first| tokens[first].paragraph == tokens[position].paragraph);
            if is_allowed && in_paragraph && atom.matches.contains(&tokens[position].word.as_str())
            {
                at.push(position);
                self.place(way, tokens, at, found);
                at.pop();
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Reach {
    Words(usize),
    Sentence,
    Paragraph,
}

impl Reach {
    fn unit(self, token: &Token) -> usize {
        match self {
            Self::Sentence => token.sentence,
            Self::Words(_) | Self::Paragraph => token.paragraph,
        }
    }

    fn typed(self) -> String {
        match self {
            Self::Words(words) => words.to_string(),
            Self::Sentence => "S".to_owned(),
            Self::Paragraph => "P".to_owned(),
        }
    }

    fn allows(self, between: usize) -> bool {
        match self {
            Self::Words(words) => between <= words,
            Self::Sentence | Self::Paragraph => true,
        }
    }
}

#[derive(Debug, Clone)]
enum Query {
    Phrase(Phrase),
    Near {
        operator: &'static str,
        reach: Reach,
        operands: Vec<Vec<Phrase>>,
    },
    AtLeast(usize, Vec<Phrase>),
}

fn any_typed(phrases: &[Phrase]) -> String {
    let typed: Vec<String> = phrases.iter().map(Phrase::typed).collect();
    match typed.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}

impl Query {
    fn typed(&self) -> String {
        match self {
            Self::Phrase(phrase) => phrase.typed(),
            Self::AtLeast(count, phrases) => format!("ATLEAST/{count} {}", any_typed(phrases)),
            Self::Near {
                operator,
                reach,
                operands,
            } => {
                let operands: Vec<String> = operands.iter().map(|o| any_typed(o)).collect();
                operands.join(&format!(" {operator}/{} ", reach.typed()))
            }
        }
    }

    fn matches(&self, tokens: &[Token]) -> bool {
        match self {
            Self::Phrase(phrase) => !phrase.occurrences(tokens).is_empty(),
            Self::AtLeast(count, phrases) => {
                // Of the occurrences of a phrase that start together, the shortest counts.
                let mut ranges = BTreeSet::new();
                for way in phrases.iter().flat_map(single_ways) {
                    let found = way.occurrences(tokens);
                    let starts: BTreeSet<usize> = found.iter().map(|range| range.0).collect();
                    let shortest = |&start: &usize| *found.range((start, 0)..).next().unwrap();
                    ranges.extend(starts.iter().map(shortest));
                }
                ranges.len() >= *count
            }
            Self::Near {
                operator,
                reach,
                operands,
            } => {
                let is_whole = |range: &Range| {
                    *operator == "NOTNEAR"
                        || reach.unit(&tokens[range.0]) == reach.unit(&tokens[range.1 - 1])
                };
                let operands: Vec<Vec<Range>> = operands
                    .iter()
                    .map(|phrases| {
                        let found = phrases.iter().flat_map(|p| p.occurrences(tokens));
                        found.filter(is_whole).collect()
                    })
                    .collect();
                match *operator {
                    "NOTNEAR" => apart(&operands, *reach, tokens),
                    operator => chain(&operands, *reach, operator == "PRE", tokens, None, 0),
                }
            }
        }
    }
}

/// The phrase in each of its ways.
fn single_ways(phrase: &Phrase) -> Vec<Phrase> {
    let ways = phrase.ways().into_iter().map(|way| Phrase {
        parts: way
            .into_iter()
            .map(|(gap, atom)| Part {
                gap,
                ways: vec![vec![atom]],
            })
            .collect(),
        slop: phrase.slop,
    });
    ways.collect()
}

fn apart(operands: &[Vec<Range>], reach: Reach, tokens: &[Token]) -> bool {
    operands[0].iter().any(|mine| {
        let mut others = operands[1..].iter().flatten();
        !others.any(|other| {
            let between = other
                .0
                .saturating_sub(mine.1)
                .max(mine.0.saturating_sub(other.1));
            // From the first to the last unit of each, as a phrase may cross sentences.
            let unit = |position: usize| reach.unit(&tokens[position]);
            let (mine, other) = (
                unit(mine.0)..=unit(mine.1 - 1),
                unit(other.0)..=unit(other.1 - 1),
            );
            mine.start() <= other.end() && other.start() <= mine.end() && reach.allows(between)
        })
    })
}

/// Whether the operands that are not used yet continue a chain after `last`.
fn chain(
    operands: &[Vec<Range>],
    reach: Reach,
    is_ordered: bool,
    tokens: &[Token],
    last: Option<Range>,
    used: usize,
) -> bool {
    if used + 1 == 1 << operands.len() {
        return true;
    }
    (0..operands.len())
        .filter(|&operand| used >> operand & 1 == 0)
        .any(|operand| {
            if is_ordered && used + 1 != 1 << operand {
                return false;
            }
            operands[operand].iter().any(|&range| {
                let follows = last.is_none_or(|last| {
                    last.1 <= range.0
                        && reach.allows(range.0 - last.1)
                        && reach.unit(&tokens[last.0]) == reach.unit(&tokens[range.0])
                });
                let used = used | 1 << operand;
                follows && chain(operands, reach, is_ordered, tokens, Some(range), used)
            })
        })
}

fn atom() -> impl Strategy<Value = Atom> {
    proptest::sample::select(&ATOMS[..])
}

fn part() -> impl Strategy<Value = Part> {
    let one = proptest::collection::vec(proptest::collection::vec(atom(), 1), 1);
    let several = proptest::collection::vec(proptest::collection::vec(atom(), 1..3), 2..3);
    let gap = prop_oneof![
        6 => Just((0, 0)),
        1 => Just((1, 1)),
        1 => (1usize..4).prop_map(|most| (1, most)),
    ];
    (gap, prop_oneof![3 => one, 1 => several]).prop_map(|(gap, ways)| Part {
        gap: if gap == (1, 1) || gap.1 > 1 {
            gap
        } else if gap.0 == 1 {
            (1, 1)
        } else {
            gap
        },
        ways,
    })
}

fn phrase(most: usize) -> impl Strategy<Value = Phrase> {
    let parts = proptest::collection::vec(part(), 1..=most);
    parts.prop_map(|parts| Phrase { parts, slop: 0 })
}

fn sloppy() -> impl Strategy<Value = Phrase> {
    let parts = proptest::collection::vec(part(), 2..4);
    (parts, 1usize..4).prop_map(|(mut parts, slop)| {
        for part in &mut parts {
            part.gap = (part.gap.0, part.gap.0);
        }
        Phrase { parts, slop }
    })
}

fn query() -> impl Strategy<Value = Query> {
    let phrases = || proptest::collection::vec(phrase(2), 1..3);
    let any_phrases = || {
        let any = prop_oneof![3 => phrase(2), 1 => sloppy()];
        proptest::collection::vec(any, 1..3)
    };
    let reach = prop_oneof![
        (0usize..4).prop_map(Reach::Words),
        Just(Reach::Sentence),
        Just(Reach::Paragraph),
    ];
    let operator = proptest::sample::select(&["NEAR", "PRE", "NOTNEAR"][..]);
    prop_oneof![
        2 => phrase(3).prop_map(Query::Phrase),
        1 => sloppy().prop_map(Query::Phrase),
        5 => (operator, reach, proptest::collection::vec(any_phrases(), 2..4)).prop_map(
            |(operator, reach, operands)| Query::Near { operator, reach, operands }
        ),
        2 => (1usize..5, phrases()).prop_map(|(count, phrases)| Query::AtLeast(count, phrases)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn operators_match_what_a_brute_force_matches(
        articles in proptest::collection::vec(
            proptest::collection::vec((0..WORDS.len(), 0..SEPARATORS.len()), 0..12),
            1..10,
        ),
        queries in proptest::collection::vec(query(), 60),
    ) {
        let numbered = articles.iter().enumerate().map(|(number, typed)| {
            let article = Article {
                title: Some(number.to_string()),
                body: text(typed),
                ..Article::default()
            };
            (number.to_string(), article)
        });
        let (_dir, searcher) = indexed(numbered);
        let options = SearchOptions { limit: 100, ..SearchOptions::default() };
        for query in queries {
            let typed = query.typed();
            let request = Request::new(typed.as_str());
            let too_many = |problem: &Problem| problem.kind == ProblemKind::TooManyPatterns;
            if request.problems().iter().any(too_many) {
                continue;
            }
            prop_assert!(request.problems().is_empty(), "{typed}: {:?}", request.problems());
            let hits = searcher.search(request.plan(), &options).unwrap().hits;
            let mut found: Vec<usize> = Vec::new();
            for hit in &hits {
                let matches = searcher.matches(request.plan(), hit.address).unwrap();
                prop_assert!(!matches.is_empty(), "{typed} marks nothing");
                found.push(searcher.title(hit.address).unwrap().parse().unwrap());
            }
            found.sort_unstable();
            let expected = articles.iter().enumerate();
            let expected = expected.filter(|(_, typed)| query.matches(&tokens(typed)));
            let expected: Vec<usize> = expected.map(|(number, _)| number).collect();
            prop_assert_eq!(found, expected, "{} is {}", typed, request.plan());
        }
    }
}
