//! The views as methods, for engines that return errors of their own.

/// Defines a method for each view of a whole collection, in an `impl` block of an engine.
///
/// `$checked` is a method of the engine that takes an answer and returns an error instead if the
/// engine failed while it was computed. `Result` is that of the place where the macro is used.
#[macro_export]
macro_rules! view_methods {
    ($checked:ident) => {
        $crate::view_methods! { @ $checked
            /// Finds all matches of a plan in context; see [`timbao_views::concordance`].
            concordance(plan: &Plan, options: &$crate::KwicOptions)
                -> $crate::Concordance = $crate::concordance;

            /// Counts queries over time; see [`timbao_views::trends`].
            trends(queries: &[$crate::TrendsQuery], base: &Plan, options: &$crate::TrendsOptions)
                -> $crate::Trends = $crate::trends;

            /// Finds words near the matches of a plan; see [`timbao_views::collocates`].
            collocates(plan: &Plan, base: &Plan, options: &$crate::CollocateOptions)
                -> $crate::Collocates = $crate::collocates;

            /// Finds words near the matches of a plan in the articles of the first set, compared with
            /// those of the second; see [`timbao_views::compare_collocates`].
            compare_collocates(
                plan: &Plan,
                sets: [&Plan; 2],
                windows: &$crate::CollocateOptions,
                options: &$crate::KeywordOptions
            ) -> $crate::Keywords = $crate::compare_collocates;

            /// Finds words characteristic of some articles; see [`timbao_views::keywords`].
            keywords(of: &Plan, against: Option<&Plan>, options: &$crate::KeywordOptions)
                -> $crate::Keywords = $crate::keywords;

            /// Finds the words in the gaps of a phrase; see [`timbao_views::fillers`].
            fillers(plan: &Plan, gapped: $crate::Gapped<'_>)
                -> $crate::Fillers = $crate::fillers;

            /// Counts syllables or n-grams; see [`timbao_views::word_list`].
            word_list(base: &Plan, options: &$crate::WordListOptions)
                -> $crate::WordList = $crate::word_list;

            /// Measures the spread of the matches of a plan; see [`timbao_views::dispersion`].
            dispersion(plan: &Plan, base: &Plan, options: &$crate::DispersionOptions)
                -> $crate::Dispersion = $crate::dispersion;

            /// Compares two queries; see [`timbao_views::compare_queries`].
            compare(
                queries: &[$crate::TrendsQuery; 2],
                base: &Plan,
                options: &$crate::CompareOptions
            ) -> $crate::Comparison = $crate::compare_queries;

            /// Finds articles like one that need not be in the collection.
            similar_to_article(article: &Article, options: &$crate::SimilarOptions)
                -> $crate::Similar = $crate::similar_to_article;

            /// Completes the last word of a text for a query of another plan; see
            /// [`timbao_views::suggest::complete_as`].
            complete_as(text: &str, most: usize, plan: &$crate::suggest::PlanOf<'_>)
                -> Vec<$crate::suggest::Completion> = $crate::suggest::complete_as;

            /// Lists the texts that were published most often.
            most_published(limit: usize)
                -> $crate::reprints::ReprintGroups = $crate::reprints::reprint_groups;
        }
    };
    (@ $checked:ident $(
        $(#[$doc:meta])*
        $name:ident($($argument:ident: $type:ty),*) -> $answer:ty = $view:path;
    )*) => {
        $(
            $(#[$doc])*
            ///
            /// # Errors
            ///
            /// If the engine fails: a file is damaged, a node does not answer, or the deadline has
            /// passed.
            pub fn $name(&self, $($argument: $type),*) -> Result<$answer> {
                self.$checked($view(self, $($argument),*)?)
            }
        )*
    };
}
