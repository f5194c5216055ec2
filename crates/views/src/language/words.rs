//! The texts that each language has.

use std::fmt::Display;

use timbao_query::plan::Facet;
use timbao_query::{DateError, Names, ProblemKind, Why};

use crate::collocates::CollocateSort;
use crate::explain::ScoreKind;
use crate::periods::By;
use crate::suggest::{Cause, Suggestion};
use crate::trends::Measure;

/// Declares the texts, and the list of them for tests.
macro_rules! words {
    ($($name:ident,)*) => {
        /// The texts of a language; the English text of each is its description. In a text,
        /// `{0}` and `{1}` are replaced by [`fill`].
        #[allow(missing_docs)]
        #[derive(Debug)]
        pub struct Words {
            $(pub $name: &'static str,)*
            /// Sample queries with their meaning.
            pub tips: [(&'static str, &'static str); 8],
            /// The sections of the help.
            pub help_sections: &'static [HelpSection],
            /// Headline, summary, text and captions, for a list to choose from.
            pub parts_of_articles: [&'static str; 4],
            /// The names of fields, where a query is printed.
            pub names: Names,
            /// The characters between groups of three digits and before decimals.
            pub separators: (char, char),
            /// The name of something that is counted.
            pub noun: fn(Noun, u64) -> &'static str,
            /// Seconds, and minutes, in a duration.
            pub seconds: [&'static str; 2],
            /// The name of metadata.
            pub facet: fn(Facet) -> &'static str,
            /// The name of a length of periods.
            pub by: fn(By) -> &'static str,
            /// The length of periods, as an adverb.
            pub by_adverb: fn(By) -> &'static str,
            /// The label of an axis.
            pub measure_label: fn(Measure) -> &'static str,
            /// The name of an order of collocates.
            pub collocate_order: fn(CollocateSort) -> &'static str,
            /// The kind of a term that contributes to a score.
            pub score_kind: fn(ScoreKind) -> &'static str,
            /// The reason for an additional search term.
            pub why: fn(Why) -> &'static str,
            /// The defect of a date.
            pub date_error: fn(DateError) -> &'static str,
            /// A problem of a query and its interpretation.
            pub problem_of_query: fn(ProblemKind) -> (String, Option<String>),
            /// A reason for an empty result; counts are formatted by the language.
            pub cause: fn(&Cause) -> String,
            /// The change made by a suggestion.
            pub suggestion: fn(&Suggestion) -> String,
            /// A date or period in ISO 8601 as readers write it.
            pub date_of: fn(&str) -> String,
        }

        impl Words {
            /// The texts with their names.
            #[cfg(test)]
            pub(super) fn texts(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

words! {
    // Pages.
    code,
    name,
    skip,
    search,
    search_label,
    placeholder,
    suggestions,
    views,
    results,
    concordance,
    trends,
    reading,
    strict,
    loose,
    as_strict,
    as_loose,
    also,
    sort,
    then,
    nothing_more,
    order,
    by_keys,
    at_random,
    quotes_removed,
    printed,
    by_relevance,
    latest,
    oldest,
    apply,
    narrow,
    from,
    to,
    after,
    before,
    date_example,
    time,
    brush,
    remove,
    more,
    without,
    unknown,
    export,
    export_xlsx,
    export_excel,
    export_csv,
    csv_separator,
    csv_semicolon,
    csv_comma,
    csv_tab,
    csv_decimal,
    csv_bom,
    csv_guard,
    csv_cite,
    csv_download,
    previous,
    next,
    pages,
    untitled,
    nothing,
    perhaps,
    try_these,
    refreshed,
    original,
    back,
    matches_here,
    photo,
    similar,
    reprints,
    fold,
    unfold,
    left,
    matched,
    right,
    date,
    source,
    measure,
    period,
    period_column,
    phrase,
    one_more,
    table,
    of_articles,
    split,
    usual_period,
    any_period,
    no_split,
    counted,
    publications,
    texts_once,
    average,
    no_average,
    average_over,
    svg,
    png,
    latest_rows,
    first_rows,
    welcome,
    holds,
    help,
    help_fields,
    close,
    form,
    form_note,
    form_all,
    form_exact,
    form_any,
    form_none,
    form_near,
    form_within,
    form_in,
    form_everywhere,
    collocates,
    collocates_note,
    keywords,
    keywords_note,
    keywords_empty,
    fillers,
    fillers_note,
    fillers_empty,
    no_words,
    no_keywords,
    list_ended,
    word,
    near,
    articles_column,
    everywhere,
    expected,
    likelihood,
    occurrences,
    per_million,
    elsewhere,
    against,
    all_others,
    window,
    width,
    group,
    no_group,
    sample,
    all_lines,
    seed,
    citation,
    understood,
    index_state,
    day,
    link,
    program,
    earlier,
    later,
    copy,
    copied,
    n_compared,
    // Word lists, dispersion, comparisons, batches, reprints and similar articles.
    wordlist,
    wordlist_note,
    syllables,
    begins,
    at_least,
    at_least_articles,
    per_thousand,
    by_count,
    by_articles,
    by_alphabet,
    listed_summary,
    dispersion,
    dispersion_note,
    dispersion_of_article,
    divide,
    slice,
    by_article,
    slices,
    part,
    in_parts,
    dp,
    dp_norm,
    dp_note,
    juilland,
    juilland_note,
    no_measure,
    tokens_column,
    slice_label,
    compare,
    compare_note,
    compare_empty,
    first_query,
    second_query,
    difference,
    overlap,
    both,
    only,
    expected_both,
    association,
    distinctive,
    near_other,
    batch,
    batch_note,
    batch_queries,
    count_by,
    count_by_none,
    totals,
    hits,
    reprints_note,
    reprints_page,
    no_reprints,
    compare_texts,
    first_publication,
    unchanged,
    added,
    removed,
    similar_note,
    similar_text,
    all_similar,
    common_terms,
    with_reprints,
    similarity,
    more_views,
    col_part,
    col_query,
    // Sources.
    status,
    status_link,
    sources,
    files_column,
    last_change,
    problems_column,
    other_indexes,
    main_index,
    col_collection,
    col_files,
    col_last_change,
    col_problems,
    alerts_begin,
    alerts_new,
    follow,
    follow_feed,
    follow_lead,
    feed_subtitle,
    searches,
    searches_lead,
    searches_none,
    search_name,
    search_save,
    search_saved,
    search_remove,
    searches_closed,
    updates,
    updates_following,
    updates_last,
    updates_vanished,
    updates_failed,
    no_sources,
    failed,
    problem,
    // Error pages.
    bad_date,
    too_long,
    bad_condition,
    valid_values,
    valid_numbers,
    no_word,
    no_article,
    no_page,
    view_gone,
    read_only,
    malformed,
    other_host,
    // Access.
    log_in,
    log_in_note,
    token,
    wrong_token,
    throttled,
    logged_in,
    log_out,
    no_export,
    no_right,
    foreign_form,
    busy,
    too_slow,
    too_broad,
    internal,
    // Charts.
    date_axis,
    hollow,
    mostly_thin,
    partial,
    averaged,
    other,
    // Labels of lines on a terminal.
    label_warning,
    label_note,
    label_hint,
    label_readings,
    label_not_found,
    // Lists on a terminal.
    did_you_mean,
    find_more,
    shown,
    a_sample,
    written,
    to_write,
    empty_query,
    no_value,
    more_values,
    more_groups,
    no_such_article,
    names_of_articles,
    no_date,
    terms,
    shares,
    elided,
    several_times,
    // Trends on a terminal.
    series_total,
    undated,
    only_undated,
    unfinished,
    few_articles,
    // Columns of tables.
    col_matches,
    col_articles,
    col_of_articles,
    col_of_tokens,
    col_per_million,
    col_per_thousand,
    col_average,
    col_unit,
    col_near,
    col_in_all,
    col_expected,
    col_likelihood,
    col_count,
    col_against,
    col_log_ratio,
    col_filler,
    col_publications,
    col_first,
    col_id,
    col_title,
    col_left,
    col_match,
    col_right,
    near_summary,
    against_summary,
    // Statistics.
    stat_index,
    stat_articles,
    stat_tokens,
    stat_vocabulary,
    stat_distinct,
    stat_dates,
    stat_no_dates,
    stat_size,
    amount_in,
    stat_index_version,
    stat_analyzer_version,
    stat_state,
    // Citations.
    cite_query,
    whole_archive,
    cite_index,
    // Explanations.
    explain_query,
    explain_read_as,
    explain_matches,
    explain_tree,
    explain_words,
    explain_also,
    explain_terms,
    explain_plan,
    any_accents,
    accents_as_typed,
    node_nothing,
    node_word,
    node_phrase,
    node_sequence,
    node_required,
    node_group,
    node_in,
    term_exact,
    term_folded,
    term_prefix,
    term_wildcard,
    term_regex,
    term_at_least,
    term_fuzzy,
    term_phrase,
    term_near,
    term_date,
    term_metadata,
    term_id,
    score,
    score_recency,
    score_part,
    in_title,
    in_summary,
    in_lead,
    in_body,
    in_captions,
    // Articles on a terminal.
    id,
}

/// A section of the help: queries or keys with their meaning.
#[derive(Debug)]
pub struct HelpSection {
    /// The headline.
    pub title: &'static str,
    /// Whether the rows are queries, as opposed to keys.
    pub are_queries: bool,
    /// Queries or keys, and what they do.
    pub rows: &'static [(&'static str, &'static str)],
}

/// Things that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Noun {
    /// Articles of the index.
    Article,
    /// Articles that are listed.
    Hit,
    /// Occurrences of a word or phrase.
    Match,
    /// Texts, each published once or several times.
    Text,
    /// Publications of a text.
    Publication,
    /// Publications of a text besides the one that is shown.
    Reprint,
    /// Syllables, numbers and codes.
    Token,
    /// Syllables as people count them.
    Word,
    /// Words of one or several syllables.
    Unit,
    /// Words in a gap.
    Filler,
    /// Different syllables.
    Syllable,
    /// Different runs of syllables.
    Ngram,
    /// Parts of a text.
    Part,
    /// Values of metadata that are not listed.
    MoreValue,
    /// Groups of matches.
    Group,
    /// Positions.
    Place,
    /// Parts of an index.
    Segment,
    /// Bytes.
    Byte,
}

/// Replaces `{0}`, `{1}` and so on in a text.
///
/// ```
/// use timbao_views::language::fill;
/// assert_eq!(fill("{1} of {0}", &[&3, &"two"]), "two of 3");
/// ```
pub fn fill(text: &str, values: &[&dyn Display]) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = part.split_once('}').and_then(|(number, rest)| {
            let value = values.get(number.parse::<usize>().ok()?)?;
            Some((value, rest))
        });
        match known {
            Some((value, rest)) => filled.extend([value.to_string().as_str(), rest]),
            None => filled.extend(["{", part]),
        }
    }
    filled
}
