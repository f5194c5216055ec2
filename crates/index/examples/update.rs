//! Updates an index and tells time and memory: `update INDEX [PATH…]`.

use std::path::PathBuf;

use timbao_index::update::{Sources, UpdateOptions, update};

fn main() -> timbao_index::Result<()> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let dir = paths.next().unwrap_or_default();
    let paths: Vec<_> = paths.collect();
    let sources = if paths.is_empty() {
        Sources::Remembered
    } else {
        Sources::Paths(paths)
    };
    let report = update(&dir, &sources, &UpdateOptions::default(), &())?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("articles {:?}", report.articles);
    println!("bytes read {}, {:.1?}", report.bytes, report.elapsed);
    println!("{}", peak.unwrap_or("VmHWM unknown"));
    Ok(())
}
