//! Files that moved: their articles are taken from the index, not read again.

use std::path::Path;

use timbao_articles::Article;
use timbao_articles::changes::Counts;

use super::diff::Job;
use super::manifest::{FileEntry, Member, key};
use super::sources::relative;
use super::task::Done;
use crate::error::Result;
use crate::search::Searcher;
use crate::store::ArticleWriter;

/// Updates the paths of the articles of a moved file. Returns `None` without
/// any change if the file has to be read: its new path may change how it is
/// read, its time proves nothing, or the index has only some of its articles.
///
/// # Errors
///
/// When an article cannot be written.
pub(crate) fn relocate(
    job: &Job,
    searcher: &Searcher,
    writer: &ArticleWriter,
    next_number: &mut u64,
) -> Result<Option<Done>> {
    let Some(from) = &job.from else {
        return Ok(None);
    };
    if !is_movable(job, from) {
        return Ok(None);
    }
    let mut found = Vec::with_capacity(job.old.members.len());
    for member in &job.old.members {
        match searcher.find_key(&key(member.number))? {
            Some(address) => found.push(address),
            None => return Ok(None),
        }
    }
    let before = relative(from, job.old.relative);
    let after = &job.found.relative;
    let mut seen = FileEntry {
        portable: true,
        ..job.seen.clone()
    };
    let mut deleted = Vec::with_capacity(found.len());
    for (member, address) in job.old.members.iter().zip(found) {
        let mut article = searcher.article(address)?;
        if article.id == id(&before, &article) {
            article.id = id(after, &article);
        }
        let inner = article.member.take();
        article.set_location(&job.path, after, inner);
        let number = *next_number;
        *next_number += 1;
        writer.add_new(&key(number), article, None)?;
        deleted.push(member.number);
        let Member { place, hash, .. } = member.clone();
        seen.members.push(Member {
            place,
            hash,
            number,
        });
    }
    let articles = Counts {
        moved: deleted.len() as u64,
        ..Counts::default()
    };
    Ok(Some(Done {
        path: job.path.clone(),
        from: Some(from.clone()),
        seen,
        deleted,
        dropped: Vec::new(),
        lost: Vec::new(),
        articles,
    }))
}

/// Returns `true` if the articles of a file do not depend on its path and were all indexed.
fn is_movable(job: &Job, from: &str) -> bool {
    // The inner extension of a compressed file counts, too.
    let extensions = |path: &str| {
        let name = Path::new(path).file_name()?.to_str()?;
        Some(name.split_once('.')?.1.to_owned())
    };
    let is_whole = job.old.settled
        && !job.old.kept
        && job.old.problems.is_empty()
        && job.old.members.iter().all(|m| m.number != 0);
    job.old.portable && is_whole && extensions(from) == extensions(&job.path)
}

/// The id of an article whose source has none.
fn id(relative: &str, article: &Article) -> String {
    match &article.member {
        Some(member) => format!("{relative}#{member}"),
        None => relative.to_owned(),
    }
}
