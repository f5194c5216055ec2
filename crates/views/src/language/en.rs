//! English, the language of the messages in the code.

use timbao_query::plan::Facet;
use timbao_query::{DateError, Problem, ProblemKind, Span, Why};

use crate::collocates::CollocateSort;
use crate::explain::ScoreKind;
use crate::periods::By;
use crate::trends::Measure;

use super::words::{Noun, Words};

pub(super) const WORDS: Words = Words {
    code: "en",
    name: "English",
    skip: "Skip to content",
    search: "Search",
    search_label: "Search the articles",
    placeholder: "With or without accents, such as \"tự diễn biến\"",
    suggestions: "Suggestions",
    views: "Views",
    results: "Results",
    concordance: "Concordance",
    trends: "Trends",
    reading: "Searched",
    strict: "with accents",
    loose: "without accents",
    as_strict: "accents as typed",
    as_loose: "any accents",
    also: "Also searched",
    sort: "Sort",
    by_relevance: "Most relevant",
    latest: "Newest",
    oldest: "Oldest",
    apply: "Apply",
    narrow: "Filter",
    from: "From",
    to: "To",
    date_example: "25/3/2026 or 2026",
    time: "Date of publication",
    brush: "Drag over the chart to select a period, or click a column.",
    remove: "remove",
    more: "More",
    unknown: "not stated",
    export: "Download CSV",
    previous: "Previous page",
    next: "Next page",
    pages: "Page",
    untitled: "(no title)",
    nothing: "No articles found.",
    perhaps: "Did you mean",
    try_these: "Try instead",
    refreshed: "The index has just been updated; this is the new list.",
    original: "Original",
    back: "Back to the list",
    matches_here: "matches in this article",
    photo: "Photograph",
    similar: "Similar articles",
    reprints: "Copies of this text",
    fold: "Collapse reprints",
    unfold: "Show all reprints",
    left: "Left",
    matched: "Match",
    right: "Right",
    date: "Date",
    source: "Source",
    measure: "Measure",
    period: "Period",
    period_column: "Period",
    phrase: "Phrase",
    one_more: "Another phrase",
    table: "Data table",
    of_articles: "All articles",
    thin: "Hollow marks: too few articles to compare.",
    welcome: "Search the articles",
    holds: "The index",
    keys: "Keys: / focuses the search box; j and k move down and up the articles or matches.",
    collocates: "Collocates",
    collocates_note: "Words that occur near this phrase more often than expected.",
    keywords: "Keywords",
    keywords_note: "Words that are more frequent in these articles than in others.",
    keywords_empty: "Type a query that selects the articles.",
    fillers: "Fillers",
    fillers_note: "Words in the place of * in a phrase.",
    fillers_empty: "Write * in the place of a word, such as",
    no_words: "No word occurs often enough.",
    word: "Word",
    near: "Near",
    articles_column: "Articles",
    everywhere: "In all",
    expected: "Expected",
    likelihood: "Likelihood (G²)",
    occurrences: "Matches",
    per_million: "Per million tokens",
    elsewhere: "Elsewhere",
    against: "Compared with",
    all_others: "all other articles",
    window: "Within (tokens)",
    width: "Context (tokens)",
    group: "Group by",
    no_group: "nothing",
    sample: "Random sample",
    all_lines: "all lines",
    seed: "Seed",
    citation: "Citation",
    understood: "Query",
    index_state: "State of the index",
    day: "Date of retrieval",
    link: "Address",
    earlier: "Previous match",
    later: "Next match",
    copy: "Copy the link to this sentence",
    copied: "Copied",
    n_compared: "{0} compared",
    failed: "An error occurred",
    problem: "Note", // Error pages.
    bad_date: "This date is invalid. Write 25/3/2026, 3/2026 or 2026.",
    too_long: "The query is too long.",
    bad_condition: "A condition in the address is invalid.",
    no_word: "No word to search for.",
    no_article: "No such article.",
    busy: "Too many searches are running. Try again in a moment.",
    too_slow: "The search took too long. Search for fewer or rarer words.",
    internal: "Internal server error.",
    // Charts.
    date_axis: "Date of publication",
    hollow: "Hollow marks: fewer than {0} articles.",
    other: "other",
    // Labels of lines on a terminal.
    label_warning: "warning",
    label_note: "note",
    label_hint: "hint",
    label_cite: "cite",
    label_readings: "readings",
    label_not_found: "not found",
    // Lists on a terminal.
    did_you_mean: "did you mean",
    find_more: "find more with",
    shown: "{0} shown",
    a_sample: "a sample of {0}",
    written: "{0} of {1} written; see --limit",
    to_write: "{0} to write of {1}",
    empty_query: "the query is empty",
    no_value: "(none)",
    more_values: "and {0} with {1}; --format csv lists all",
    more_groups: "{0} of {1}; --limit shows more",
    no_such_article: "no article {0}",
    names_of_articles: "`timbao search` prints the id or path of every hit",
    no_date: "no date",
    terms: "terms",
    shares: "shares {0} %",
    elided: "({0} words)",
    several_times: "{0} published several times, {1} in all",
    // Trends on a terminal.
    series_total: "{0} in {1} of {2}",
    other_values: "(other)",
    undated: "undated",
    few_articles: "* fewer than {0}",
    // Columns of tables.
    col_matches: "matches",
    col_articles: "articles",
    col_of_articles: "of articles",
    col_of_tokens: "of tokens",
    col_per_million: "per million",
    col_per_thousand: "per thousand",
    col_unit: "unit",
    col_near: "near",
    col_in_all: "in all",
    col_expected: "expected",
    col_likelihood: "likelihood",
    col_count: "count",
    col_against: "against",
    col_log_ratio: "log ratio",
    col_filler: "filler",
    col_publications: "publications",
    col_first: "first",
    col_id: "id",
    col_title: "title",
    col_left: "left",
    col_match: "match",
    col_right: "right",
    near_summary: "near {0}: {1} of {2}, {3} compared",
    against_summary: "{0} of {1} against {2} of {3}, {4} compared",
    // Statistics.
    stat_index: "index",
    stat_articles: "articles",
    stat_tokens: "tokens",
    stat_vocabulary: "syllables and words",
    stat_distinct: "{0} distinct, {1} without accents",
    stat_dates: "dates",
    stat_no_dates: "none",
    stat_size: "size",
    amount_in: "{0} in {1}",
    stat_index_version: "index version",
    stat_analyzer_version: "analyzer version",
    stat_state: "{0}  {1}, {2}, analyzer {3}",
    // Citations.
    cite_query: "query {0}, read as {1}",
    cite_index: "index state {0}: {1} articles, {2} tokens; analyzer {3}; {4}; {5}",
    // Explanations.
    explain_query: "query",
    explain_read_as: "read as",
    explain_matches: "matches",
    explain_tree: "Tree",
    explain_words: "Words",
    explain_also: "Also searched",
    explain_terms: "Terms",
    explain_plan: "Plan",
    any_accents: "any accents",
    accents_as_typed: "accents as typed",
    node_nothing: "nothing",
    node_word: "word {0}",
    node_phrase: "phrase {0}",
    node_sequence: "adjacent words",
    node_required: "required",
    node_group: "group",
    node_in: "in {0}",
    term_exact: "exact",
    term_folded: "folded",
    term_prefix: "prefix",
    term_fuzzy: "fuzzy",
    term_phrase: "phrase",
    term_near: "near",
    term_date: "date",
    term_metadata: "metadata",
    term_id: "id",
    score: "score {0} · {1}, {2} on average",
    score_recency: "×{0} for its date",
    score_part: "{0} = {1} × {2}  {3} {4}, in {5}; here {6}",
    in_title: "{0} in the title",
    in_summary: "{0} in the summary",
    in_lead: "{0} in the lead",
    in_body: "{0} in the text",
    in_captions: "{0} in captions",
    // Articles on a terminal.
    id: "id",
    tips: [
        (
            "tự diễn biến",
            "articles with these words; adjacent words rank higher",
        ),
        ("\"tự diễn biến\"", "the exact phrase, accents as typed"),
        ("tu dien bien", "without accents: matches any accents"),
        (
            "\"đại hội\" NEAR/5 \"nhân sự\"",
            "two phrases with at most five words between them",
        ),
        (
            "tít:\"đại hội\" -\"đại hội cổ đông\"",
            "in the headline, without another phrase",
        ),
    ],
    separators: (',', '.'),
    noun,
    seconds: ["s", "min"],
    facet,
    by,
    by_adverb,
    measure_label,
    collocate_order,
    score_kind,
    why,
    date_error: DateError::message,
    problem_of_query,
    cause: ToString::to_string,
    suggestion: ToString::to_string,
    date_of,
};

fn noun(noun: Noun, number: u64) -> &'static str {
    let (one, many) = match noun {
        Noun::Article => ("article", "articles"),
        Noun::Hit => ("hit", "hits"),
        Noun::Match => ("match", "matches"),
        Noun::Text => ("text", "texts"),
        Noun::Publication => ("publication", "publications"),
        Noun::Reprint => ("reprint", "reprints"),
        Noun::Token => ("token", "tokens"),
        Noun::Word => ("word", "words"),
        Noun::Unit => ("unit", "units"),
        Noun::Filler => ("filler", "fillers"),
        Noun::MoreValue => ("more value", "more values"),
        Noun::Group => ("group", "groups"),
        Noun::Place => ("place", "places"),
        Noun::Segment => ("segment", "segments"),
        Noun::Byte => ("byte", "bytes"),
    };
    if number == 1 { one } else { many }
}

fn facet(facet: Facet) -> &'static str {
    match facet {
        Facet::Section => "Section",
        Facet::Place => "Place",
        Facet::Agency => "Agency",
        Facet::Author => "Author",
        Facet::Source => "Publication",
        Facet::Collection => "Collection",
        Facet::Year => "Year",
        Facet::Month => "Month",
    }
}

fn by(by: By) -> &'static str {
    match by {
        By::Day => "day",
        By::Week => "week",
        By::Month => "month",
        By::Quarter => "quarter",
        By::Year => "year",
    }
}

fn by_adverb(by: By) -> &'static str {
    match by {
        By::Day => "by day",
        By::Week => "by week",
        By::Month => "by month",
        By::Quarter => "by quarter",
        By::Year => "by year",
    }
}

fn measure_label(measure: Measure) -> &'static str {
    match measure {
        Measure::Matches => "Matches",
        Measure::Articles => "Articles with a match",
        Measure::PerMillion => "Matches per million tokens",
        Measure::PerThousand => "Articles with a match per thousand",
    }
}

fn collocate_order(order: CollocateSort) -> &'static str {
    match order {
        CollocateSort::LogDice => "logDice",
        CollocateSort::LogLikelihood => "Likelihood (G²)",
        CollocateSort::MutualInformation => "Mutual information (MI)",
        CollocateSort::Count => "Occurrences near",
    }
}

fn score_kind(kind: ScoreKind) -> &'static str {
    match kind {
        ScoreKind::Word => "word",
        ScoreKind::Phrase => "phrase",
        ScoreKind::Near => "near",
        ScoreKind::Pair => "bigram",
    }
}

fn why(why: Why) -> &'static str {
    match why {
        Why::WrittenOut => "written out",
        Why::Abbreviated => "abbreviated",
        Why::OtherVowel => "i/y",
        Why::LeadingZero => "leading zero",
    }
}

fn problem_of_query(kind: ProblemKind) -> (String, Option<String>) {
    let problem = Problem {
        kind,
        span: Span::default(),
    };
    (problem.message(), problem.hint())
}

fn date_of(iso: &str) -> String {
    iso.replace('T', " ")
}
