//! Independent parts of a view, which an engine can run on several threads.

/// A part of the work of a view.
pub type Task<'t> = Box<dyn FnOnce() + Send + 't>;

/// Runs parts of a view. The views do not start threads; an engine that has some runs the parts
/// on them. No result depends on the number of parts or on the order in which they run.
pub trait Workers: Sync {
    /// The number of tasks that [`run`](Self::run) can execute at the same time.
    fn threads(&self) -> usize {
        1
    }

    /// Runs tasks that do not depend on each other and returns after the last one.
    fn run(&self, tasks: Vec<Task<'_>>) {
        tasks.into_iter().for_each(|task| task());
    }
}

/// Runs functions that do not depend on each other, and returns their results in the order of the
/// functions.
pub(crate) fn run_all<T: Send, F: FnOnce() -> T + Send>(
    workers: &dyn Workers,
    functions: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let functions: Vec<F> = functions.into_iter().collect();
    let mut results: Vec<Option<T>> = Vec::new();
    results.resize_with(functions.len(), || None);
    let tasks = results.iter_mut().zip(functions).map(|(result, function)| {
        let task: Task<'_> = Box::new(move || *result = Some(function()));
        task
    });
    workers.run(tasks.collect());
    results.into_iter().flatten().collect()
}

/// Calls `f` with one range of items for each thread, of at least `least` items each, and returns
/// its results in the order of the items.
pub fn by_ranges<I: Sync, T: Send>(
    workers: &dyn Workers,
    items: &[I],
    least: usize,
    f: impl Fn(&[I]) -> T + Sync,
) -> Vec<T> {
    let ranges = workers.threads().min(items.len() / least.max(1)).max(1);
    let each = items.len().div_ceil(ranges).max(1);
    let f = &f;
    run_all(workers, items.chunks(each).map(|items| move || f(items)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Divides work among this many threads, but runs the tasks in turn, the last one first.
    pub(crate) struct Divided(pub(crate) usize);

    impl Workers for Divided {
        fn threads(&self) -> usize {
            self.0
        }

        fn run(&self, tasks: Vec<Task<'_>>) {
            tasks.into_iter().rev().for_each(|task| task());
        }
    }

    #[test]
    fn results_are_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..10).collect();
        for (threads, least, expected) in [
            (1, 1, vec![10]),
            (3, 1, vec![4, 4, 2]),
            (3, 5, vec![5, 5]),
            (3, 6, vec![10]),
            (20, 1, vec![1; 10]),
        ] {
            let ranges = by_ranges(&Divided(threads), &items, least, <[u32]>::to_vec);
            let lengths: Vec<usize> = ranges.iter().map(Vec::len).collect();
            assert_eq!(lengths, expected);
            assert_eq!(ranges.concat(), items);
        }
        assert!(by_ranges(&Divided(2), &items[..0], 1, |_| ()).is_empty());
    }
}
