//! Metrics in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::view::Views;

/// Upper bounds of the histogram of response times, in seconds.
const BOUNDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// The counters of a server.
#[derive(Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(String, u16), u64>>,
    times: Mutex<BTreeMap<String, Times>>,
    in_flight: AtomicU64,
    connections: AtomicU64,
    refreshes: AtomicU64,
    refresh_failures: AtomicU64,
}

/// The times of one route.
#[derive(Default)]
struct Times {
    classes: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

/// Counts something as in flight as long as this value lives.
pub(crate) struct UnderWay<'m>(&'m AtomicU64);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counts the start of a request.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        UnderWay(&self.in_flight)
    }

    /// Counts a new connection.
    pub(crate) fn connect(&self) -> UnderWay<'_> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        UnderWay(&self.connections)
    }

    /// Counts a response.
    pub(crate) fn answered(&self, route: &str, status: u16, time: Duration) {
        let seconds = time.as_secs_f64();
        {
            let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
            *requests.entry((route.to_owned(), status)).or_default() += 1;
        }
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let times = times.entry(route.to_owned()).or_default();
        times.count += 1;
        times.sum += seconds;
        for (class, bound) in times.classes.iter_mut().zip(BOUNDS) {
            *class += u64::from(seconds <= bound);
        }
    }

    /// Counts a reload.
    pub(crate) fn refreshed(&self) {
        self.refreshes.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a failed reload.
    pub(crate) fn refresh_failed(&self) {
        self.refresh_failures.fetch_add(1, Ordering::Relaxed);
    }

    /// All metrics as text.
    pub(crate) fn text(&self, views: Option<&Views>, waiting: usize) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out, views, waiting);
        out
    }

    fn write(&self, out: &mut String, views: Option<&Views>, waiting: usize) -> std::fmt::Result {
        self.write_requests(out)?;
        self.write_times(out)?;
        for (name, kind, help, value) in self.single(views, waiting) {
            head(out, name, kind, help)?;
            writeln!(out, "{name} {value}")?;
        }
        for (name, line, help) in MEMORY {
            if let Some(bytes) = memory_bytes(line) {
                head(out, name, "gauge", help)?;
                writeln!(out, "{name} {bytes}")?;
            }
        }
        Ok(())
    }

    fn write_requests(&self, out: &mut String) -> std::fmt::Result {
        let name = "timbao_requests_total";
        head(out, name, "counter", "Requests answered.")?;
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((route, status), count) in &*requests {
            writeln!(
                out,
                "{name}{{route=\"{route}\",status=\"{status}\"}} {count}"
            )?;
        }
        Ok(())
    }

    fn write_times(&self, out: &mut String) -> std::fmt::Result {
        let name = "timbao_request_seconds";
        head(
            out,
            name,
            "histogram",
            "Time from the head of a request to the head of its response.",
        )?;
        for (route, times) in &*self.times.lock().unwrap_or_else(PoisonError::into_inner) {
            let route = format!("route=\"{route}\"");
            for (count, bound) in times.classes.iter().zip(BOUNDS) {
                writeln!(out, "{name}_bucket{{{route},le=\"{bound}\"}} {count}")?;
            }
            let Times { count, sum, .. } = times;
            writeln!(out, "{name}_bucket{{{route},le=\"+Inf\"}} {count}")?;
            writeln!(out, "{name}_sum{{{route}}} {sum}")?;
            writeln!(out, "{name}_count{{{route}}} {count}")?;
        }
        Ok(())
    }

    /// The metrics of one value each: name, kind, help and value.
    #[rustfmt::skip]
    fn single(
        &self,
        views: Option<&Views>,
        waiting: usize,
    ) -> [(&'static str, &'static str, &'static str, u64); 7] {
        let kept = views.map_or(0, |views| views.kept() as u64);
        let articles = views.map_or(0, |views| views.latest().article_count());
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        [
            ("timbao_requests_in_flight", "gauge", "Requests in flight.", load(&self.in_flight)),
            ("timbao_connections", "gauge", "Open connections.", load(&self.connections)),
            ("timbao_searches_waiting", "gauge", "Searches waiting.", waiting as u64),
            ("timbao_refreshes_total", "counter", "Commits reloaded.", load(&self.refreshes)),
            ("timbao_refresh_failures_total", "counter", "Failed reloads.", load(&self.refresh_failures)),
            ("timbao_views_kept", "gauge", "Replaced views kept for paging.", kept),
            ("timbao_articles", "gauge", "Articles in the index.", articles),
        ]
    }
}

/// Gauges of memory: name, line of the process's status, and help.
const MEMORY: [(&str, &str, &str); 2] = [
    (
        "process_resident_memory_bytes",
        "VmRSS:",
        "Resident memory, mapped files included.",
    ),
    (
        "timbao_own_memory_bytes",
        "RssAnon:",
        "Resident memory without mapped files.",
    ),
];

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

/// The process's memory from a line of its status, on Linux.
fn memory_bytes(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}
