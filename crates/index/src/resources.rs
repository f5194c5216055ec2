//! Bounds on the threads and the memory of a writer and of the update that fills it.
//!
//! Threads that read, parse and write outnumber the cores that a run may use, since some of them
//! wait for a disk or for each other. So each works only while it has a turn. Records and articles
//! on their way to a segment take room of their size, and wait while there is none.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::writer_options::WriterOptions;

/// Memory that parsing takes for each byte of a record, at most.
const BYTES_PER_RECORD_BYTE: u64 = 32;
/// Most articles on their way to a segment: with 10,000, Tantivy's queue is full, and a thread
/// would wait for it with its turn.
const MOST_ARTICLES: u64 = 4096;

/// Turns and room, shared by all threads of a writer.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    turns: Arc<Semaphore>,
    records: Arc<Semaphore>,
    articles: Arc<Semaphore>,
}

impl Resources {
    /// Allows `threads` turns at once. Of the memory, half is for segments, a quarter for records
    /// and a sixteenth for articles; the rest is for the program and for what is not counted.
    pub(crate) fn new(options: WriterOptions) -> Self {
        let memory = options.memory as u64;
        Self {
            turns: Semaphore::new(options.threads.max(1) as u64),
            records: Semaphore::new(memory / 4),
            articles: Semaphore::new((memory / 16).max(MOST_ARTICLES)),
        }
    }

    /// Waits for a turn, which ends when it is dropped.
    pub(crate) fn turn(&self) -> Permit {
        Semaphore::acquire(&self.turns, 1)
    }

    /// Waits for room for records of `bytes` in all, which are parsed one by one, the longest of
    /// `longest` bytes. Records that need more than there is wait until all room is free.
    pub(crate) fn room_for_records(&self, bytes: usize, longest: usize) -> Permit {
        let bytes = bytes as u64 + BYTES_PER_RECORD_BYTE * longest as u64;
        Semaphore::acquire(&self.records, bytes)
    }

    /// Waits for room for an article of `bytes`; the turn of the caller, if any, is another's
    /// meanwhile.
    pub(crate) fn room_for_article(&self, bytes: usize, turn: Option<&mut Permit>) -> Permit {
        let bytes = (bytes as u64).max(self.articles.all / MOST_ARTICLES);
        if let Some(permit) = Semaphore::try_acquire(&self.articles, bytes) {
            return permit;
        }
        // Half of it at once, so that threads do not take turns article by article.
        let wait = || Semaphore::acquire(&self.articles, bytes.max(self.articles.all / 2));
        let mut permit = match turn {
            Some(turn) => turn.lend(wait),
            None => wait(),
        };
        permit.shrink(bytes);
        permit
    }
}

/// A counter that threads take from, and wait for while there is too little.
#[derive(Debug)]
struct Semaphore {
    all: u64,
    free: Mutex<u64>,
    freed: Condvar,
    /// Held by the thread that is next, so that those that need little do not overtake one that
    /// needs much for ever.
    next: Mutex<()>,
}

impl Semaphore {
    fn new(all: u64) -> Arc<Self> {
        Arc::new(Self {
            all,
            free: Mutex::new(all),
            freed: Condvar::new(),
            next: Mutex::new(()),
        })
    }

    /// Takes `amount`, or all if it is more than that.
    fn acquire(semaphore: &Arc<Self>, amount: u64) -> Permit {
        let amount = amount.min(semaphore.all);
        let next = lock(&semaphore.next);
        let mut free = lock(&semaphore.free);
        while *free < amount {
            let woken = semaphore.freed.wait(free);
            free = woken.unwrap_or_else(PoisonError::into_inner);
        }
        *free -= amount;
        drop(free);
        drop(next);
        Permit {
            semaphore: Arc::clone(semaphore),
            amount,
        }
    }

    /// As [`acquire`](Self::acquire), if that needs no waiting.
    fn try_acquire(semaphore: &Arc<Self>, amount: u64) -> Option<Permit> {
        let amount = amount.min(semaphore.all);
        let _next = semaphore.next.try_lock().ok()?;
        let mut free = lock(&semaphore.free);
        *free = free.checked_sub(amount)?;
        Some(Permit {
            semaphore: Arc::clone(semaphore),
            amount,
        })
    }

    fn release(&self, amount: u64) {
        *lock(&self.free) += amount;
        // Only the thread that is next waits for this.
        self.freed.notify_one();
    }
}

/// A part of a semaphore, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    semaphore: Arc<Semaphore>,
    amount: u64,
}

impl Permit {
    /// Gives back all but `amount`.
    fn shrink(&mut self, amount: u64) {
        let rest = self.amount.saturating_sub(amount);
        self.amount -= rest;
        self.semaphore.release(rest);
    }

    /// Gives the part back while `work` waits for something, and takes it again.
    pub(crate) fn lend<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let semaphore = Arc::clone(&self.semaphore);
        let amount = std::mem::take(&mut self.amount);
        semaphore.release(amount);
        let result = work();
        *self = Semaphore::acquire(&semaphore, amount);
        result
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.semaphore.release(self.amount);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked leaves counts whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn what_is_taken_at_once_stays_below_the_bound() {
        let (all, taken, most) = (10, AtomicU64::new(0), AtomicU64::new(0));
        let semaphore = Semaphore::new(all);
        thread::scope(|scope| {
            for thread in 1..8 {
                let (semaphore, taken, most) = (&semaphore, &taken, &most);
                scope.spawn(move || {
                    for round in 0..200 {
                        // Some want more than there is.
                        let amount = thread * round % 13;
                        let mut permit = Semaphore::acquire(semaphore, amount);
                        let work = || {
                            let now = taken.fetch_add(amount.min(all), Ordering::SeqCst);
                            most.fetch_max(now + amount.min(all), Ordering::SeqCst);
                            thread::yield_now();
                            taken.fetch_sub(amount.min(all), Ordering::SeqCst);
                        };
                        work();
                        permit.lend(thread::yield_now);
                        work();
                    }
                });
            }
        });
        assert_eq!((taken.into_inner(), most.into_inner()), (0, all));
        assert_eq!(*lock(&semaphore.free), all);
    }

    #[test]
    fn nothing_is_taken_without_waiting_while_there_is_too_little() {
        let semaphore = Semaphore::new(3);
        let two = Semaphore::try_acquire(&semaphore, 2);
        assert!(Semaphore::try_acquire(&semaphore, 2).is_none());
        drop(two);
        assert!(Semaphore::try_acquire(&semaphore, 9).is_some());
    }
}
