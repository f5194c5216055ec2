//! Work that several threads share and whose results are taken in order.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Pieces of work, numbered from 0 on, done by whichever thread is free.
pub(super) struct InOrder<F, T> {
    work: F,
    pieces: usize,
    /// The most results that wait to be taken, so that memory is bounded.
    ahead: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// The first piece that no thread has begun.
    next: usize,
    /// The first piece whose result was not taken.
    taken: usize,
    results: BTreeMap<usize, T>,
    /// No more results are wanted, or one will never come.
    is_over: bool,
}

impl<T, F: Fn(usize) -> T> InOrder<F, T> {
    pub(super) fn new(pieces: usize, ahead: usize, work: F) -> Self {
        Self {
            work,
            pieces,
            ahead,
            state: Mutex::new(State {
                next: 0,
                taken: 0,
                results: BTreeMap::new(),
                is_over: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Does pieces until there are none.
    pub(super) fn run(&self) {
        let _end = EndIfPanicking(self);
        while let Some(piece) = self.begin() {
            let result = (self.work)(piece);
            self.lock().results.insert(piece, result);
            self.changed.notify_all();
        }
    }

    /// Does something else while other threads [`run`](Self::run), which end if it fails.
    pub(super) fn after<E>(&self, other: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let _end = EndIfPanicking(self);
        other().inspect_err(|_| self.end())
    }

    /// Calls `take` with all results in order, and does pieces while it would wait for one. Threads
    /// that [`run`](Self::run) end with it.
    pub(super) fn take_all<E>(&self, mut take: impl FnMut(T) -> Result<(), E>) -> Result<(), E> {
        let _end = End(self);
        while let Some(result) = self.next_result() {
            take(result)?;
        }
        Ok(())
    }

    /// The next result; `None` after the last one, or if the thread that had it panicked.
    fn next_result(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            let number = state.taken;
            if let Some(result) = state.results.remove(&number) {
                state.taken += 1;
                self.changed.notify_all();
                return Some(result);
            }
            if number == self.pieces || state.is_over {
                return None;
            }
            if self.may_begin(&state) {
                let piece = state.next;
                state.next += 1;
                drop(state);
                let result = (self.work)(piece);
                state = self.lock();
                state.results.insert(piece, result);
            } else {
                state = self.wait(state);
            }
        }
    }

    /// The next piece to do, as soon as there is room for its result.
    fn begin(&self) -> Option<usize> {
        let mut state = self.lock();
        while state.next < self.pieces && !state.is_over {
            if self.may_begin(&state) {
                state.next += 1;
                return Some(state.next - 1);
            }
            state = self.wait(state);
        }
        None
    }

    fn may_begin(&self, state: &State<T>) -> bool {
        state.next < self.pieces && state.next < state.taken + self.ahead
    }
}

impl<F, T> InOrder<F, T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State<T>>) -> MutexGuard<'s, State<T>> {
        let woken = self.changed.wait(state);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.lock().is_over = true;
        self.changed.notify_all();
    }
}

/// Ends the work when it is dropped.
struct End<'w, F, T>(&'w InOrder<F, T>);

impl<F, T> Drop for End<'_, F, T> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Ends the work when its thread panics.
struct EndIfPanicking<'w, F, T>(&'w InOrder<F, T>);

impl<F, T> Drop for EndIfPanicking<'_, F, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn results(pieces: usize, threads: usize, ahead: usize, last: usize) -> Result<Vec<usize>, ()> {
        let waiting = AtomicUsize::new(0);
        let work = InOrder::new(pieces, ahead, |piece| {
            // One more has just been taken.
            assert!(waiting.fetch_add(1, Ordering::SeqCst) <= ahead);
            thread::yield_now();
            piece * piece
        });
        let mut taken = Vec::new();
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| work.run());
            }
            work.take_all(|result| {
                waiting.fetch_sub(1, Ordering::SeqCst);
                taken.push(result);
                if taken.len() > last { Err(()) } else { Ok(()) }
            })
        })?;
        Ok(taken)
    }

    #[test]
    fn results_come_in_order_and_few_wait() {
        for (pieces, threads, ahead) in [
            (0, 1, 1),
            (0, 3, 2),
            (1, 1, 1),
            (9, 1, 1),
            (100, 2, 1),
            (100, 4, 3),
            (300, 3, 40),
        ] {
            let expected = (0..pieces).map(|piece| piece * piece).collect();
            assert_eq!(results(pieces, threads, ahead, pieces), Ok(expected));
        }
    }

    #[test]
    fn an_error_ends_all_threads() {
        assert_eq!(results(1000, 3, 2, 7), Err(()));
    }

    #[test]
    fn a_panic_of_a_thread_is_not_waited_for() {
        let work = InOrder::new(2, 2, |piece| {
            assert!(piece > 0, "the first piece fails");
        });
        let ended = thread::scope(|scope| {
            let failed = scope.spawn(|| work.run()).join().is_err();
            // The first piece is begun, and will never be done.
            (failed, work.take_all(|()| Ok::<_, ()>(())))
        });
        assert_eq!(ended, (true, Ok(())));
    }
}
