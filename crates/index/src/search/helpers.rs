//! Threads that help with a search.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;

use timbao_views::Task;

/// The helpers of all searchers of this program: with a search on each core, one thread per
/// search is best.
static OF_PROGRAM: LazyLock<Helpers> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Helpers::new(cores - 1)
});

/// The number of threads that searches can start in addition to their own. Copies share it.
#[derive(Clone, Debug)]
pub(crate) struct Helpers {
    all: usize,
    free: Arc<AtomicUsize>,
}

impl Helpers {
    pub(crate) fn new(all: usize) -> Self {
        Self {
            all,
            free: Arc::new(AtomicUsize::new(all)),
        }
    }

    pub(crate) fn of_program() -> Self {
        OF_PROGRAM.clone()
    }

    /// The number of threads of a search, its own included.
    pub(crate) fn threads(&self) -> usize {
        self.all + 1
    }

    /// Runs tasks on this thread and on the helpers that are free.
    pub(crate) fn run(&self, tasks: Vec<Task<'_>>) {
        let taken = self.take(tasks.len().saturating_sub(1));
        let tasks = Mutex::new(tasks.into_iter());
        let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while let Some(task) = next() {
                task();
            }
        };
        thread::scope(|scope| {
            for _ in 0..taken.number {
                // This thread does the work of one that the system does not start.
                let _ = thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
    }

    /// Takes at most `most` of the helpers that are free.
    fn take(&self, most: usize) -> Taken<'_> {
        let free = &self.free;
        let left = |free: usize| Some(free.saturating_sub(most));
        let before = free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        Taken {
            number: before.unwrap_or_else(|free| free).min(most),
            helpers: self,
        }
    }
}

/// Helpers that are not free until this is dropped.
struct Taken<'h> {
    number: usize,
    helpers: &'h Helpers,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.helpers.free.fetch_add(self.number, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;

    use proptest::prelude::*;
    use timbao_articles::Article;
    use timbao_query::Request;
    use timbao_query::plan::Plan;
    use timbao_views::{
        CollocateOptions, CompareOptions, KeywordOptions, TrendsQuery, collocates,
        compare_collocates, compare_queries, keywords,
    };

    use super::*;
    use crate::testing::indexed;
    use crate::{SearchOptions, Searcher};

    #[test]
    fn tasks_run_at_the_same_time_on_free_helpers_only() {
        let helpers = Helpers::new(2);
        // Three tasks that wait for each other need three threads.
        let barrier = Barrier::new(3);
        let wait = || {
            let task: Task<'_> = Box::new(|| {
                barrier.wait();
            });
            task
        };
        helpers.run((0..3).map(|_| wait()).collect());
        let ran = AtomicUsize::new(0);
        let count = || {
            ran.fetch_add(1, Ordering::Relaxed);
        };
        let taken = helpers.take(5);
        assert_eq!(taken.number, 2);
        helpers.run((0..3).map(|_| Box::new(count) as Task<'_>).collect());
        assert_eq!(ran.load(Ordering::Relaxed), 3);
        drop(taken);
        assert_eq!(helpers.take(1).number, 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn helpers_do_not_change_answers(
            bodies in proptest::collection::vec(
                proptest::collection::vec((0usize..12, 0usize..12), 10..60),
                150..200,
            ),
        ) {
            let articles = articles(&bodies);
            let (first, last) = articles.split_at(90);
            let (_dir, mut searcher) = indexed([first.to_vec(), last.to_vec()]);
            let mut answers = Vec::new();
            for helpers in [0, 1, 4] {
                searcher.helpers = Helpers::new(helpers);
                answers.push(answers_of(&searcher));
            }
            prop_assert!(answers[0].iter().all(|answer| answer.len() > 300), "{:?}", answers[0]);
            prop_assert_eq!(&answers[0], &answers[1]);
            prop_assert_eq!(&answers[0], &answers[2]);
        }

        #[test]
        fn helpers_do_not_change_what_is_found(
            bodies in proptest::collection::vec(
                proptest::collection::vec((0usize..12, 0usize..12), 5..40),
                200..300,
            ),
            work in 1_000i64..60_000,
        ) {
            let (_dir, mut searcher) = indexed([articles(&bodies)]);
            let mut answers = Vec::new();
            for helpers in [0, 1, 3] {
                searcher.helpers = Helpers::new(helpers);
                answers.push((found(&searcher, i64::MAX), found(&searcher, work)));
            }
            prop_assert!(answers[0].0.iter().all(|found| found.starts_with("Ok")), "{:?}", answers[0]);
            prop_assert_eq!(&answers[0], &answers[1]);
            prop_assert_eq!(&answers[0], &answers[2]);
        }
    }

    /// Articles of words and the signs after them, by number, with their keys.
    fn articles(bodies: &[Vec<(usize, usize)>]) -> Vec<(String, Article)> {
        let article = |body: &Vec<(usize, usize)>| Article {
            body: body
                .iter()
                .map(|&(word, sign)| [WORDS[word], SIGNS[sign]].concat())
                .collect(),
            ..Article::default()
        };
        let articles = bodies.iter().map(article).enumerate();
        articles
            .map(|(at, article)| (at.to_string(), article))
            .collect()
    }

    /// The answers to queries that read articles, which share a limit on work.
    fn found(searcher: &Searcher, work: i64) -> Vec<String> {
        let searcher = Searcher {
            deadline: searcher.deadline.with_work(work),
            ..searcher.clone()
        };
        let answer = |query: &str| {
            let plan = Request::new(query).plan().clone();
            let found = searcher.search(&plan, &SearchOptions::default());
            let found = found.map(|found| (found.total, found.hits));
            let left = searcher.deadline.left().map(|left| left.max(0));
            format!("{found:?}, work left: {left:?}")
        };
        QUERIES.map(answer).to_vec()
    }

    const QUERIES: [&str; 5] = [
        "nước NEAR/3 (kinh OR ba)",
        "\"hà nội\" NEAR/S nước OR \"tự * của\"",
        "==kinh OR ==Huế",
        "\"nước của và\"~4",
        "ATLEAST/2 nước",
    ];

    const WORDS: [&str; 12] = [
        "kinh tế",
        "xã hội",
        "phát triển",
        "tự do",
        "Hà Nội",
        "Huế",
        "và",
        "của",
        "nước",
        "ba",
        "kinh",
        "tế",
    ];
    const SIGNS: [&str; 12] = [
        " ", " ", " ", " ", " ", " ", ", ", ", ", ". ", "\n", " “", " - ",
    ];

    /// The answers of the views that divide their work.
    fn answers_of(searcher: &Searcher) -> Vec<String> {
        let query = |text: &str| Request::new(text).view_plan();
        let (first, second) = (query("nuoc"), query("\"tự do\""));
        let all = &Plan::Everything;
        let options = KeywordOptions {
            least_likelihood: 0.0,
            ..KeywordOptions::default()
        };
        let windows = CollocateOptions::default();
        let compared = CompareOptions {
            collocates: options,
            ..CompareOptions::default()
        };
        let named = |name: &str, plan: &Plan| TrendsQuery {
            name: name.to_owned(),
            plan: plan.clone(),
        };
        let queries = [named("nuoc", &first), named("tự do", &second)];
        vec![
            format!("{:?}", keywords(searcher, &first, None, &options)),
            format!("{:?}", keywords(searcher, &first, Some(&second), &options)),
            format!("{:?}", collocates(searcher, &first, all, &windows)),
            format!("{:?}", collocates(searcher, &first, &second, &windows)),
            format!(
                "{:?}",
                compare_collocates(searcher, &first, [&second, all], &windows, &options)
            ),
            format!("{:?}", compare_queries(searcher, &queries, all, &compared)),
        ]
    }

    #[test]
    fn a_panic_frees_helpers() {
        let helpers = Helpers::new(1);
        let tasks: Vec<Task<'_>> = vec![Box::new(|| {}), Box::new(|| panic!("a test"))];
        assert!(catch_unwind(AssertUnwindSafe(|| helpers.run(tasks))).is_err());
        assert_eq!(helpers.take(9).number, 1);
    }
}
