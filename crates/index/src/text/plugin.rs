//! The component as Tantivy sees it: a plugin that writes and merges its file.

use std::any::Any;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tantivy::directory::{FileSlice, TerminatingWrite};
use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::{DocIdMapping, MappingType};
use tantivy::plugin::{PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin};
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, Segment, SegmentReader, TantivyError};

use super::builder::SegmentBuilder;
use super::merging::Merger;
use super::packed;
use super::sections::ranges;
use super::segment::TextSegment;
use super::sketch::{self, SketchWriter, Sketches};
use super::source::Refused;
use crate::document::ArticleDocument;
use crate::durable::Storage;
use crate::resources::Resources;

/// The extension of the file of the text.
const EXTENSION: &str = "timbao";

/// Keeps the text of articles next to Tantivy's own components.
pub(crate) struct TextPlugin {
    storage: Storage,
    threads: MergeThreads,
}

/// The number of threads that a merge may use, its own included: that of the last writer.
#[derive(Clone, Debug, Default)]
pub(crate) struct MergeThreads(Arc<AtomicUsize>);

impl MergeThreads {
    pub(crate) fn set(&self, threads: usize) {
        self.0.store(threads, Ordering::Relaxed);
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl TextPlugin {
    /// The plugin for an index in a directory.
    pub(crate) fn shared(storage: &Storage, threads: &MergeThreads) -> Arc<dyn SegmentPlugin> {
        Arc::new(Self {
            storage: storage.clone(),
            threads: threads.clone(),
        })
    }

    /// Opens the component of a segment.
    ///
    /// # Errors
    ///
    /// When the file is missing or damaged.
    pub(crate) fn open(storage: &Storage, reader: &SegmentReader) -> tantivy::Result<TextSegment> {
        let name = Self::file_name(reader);
        let file = storage.component(&name)?;
        TextSegment::open(file)
            .map_err(|reason| corruption(format!("{}: {reason}", name.display())))
    }

    /// The name of the component of a segment.
    fn file_name(reader: &SegmentReader) -> PathBuf {
        format!("{}.{EXTENSION}", reader.segment_id().uuid_string()).into()
    }

    /// Opens the file of the sketches of a segment, for finding reprints.
    ///
    /// # Errors
    ///
    /// When it is missing.
    pub(crate) fn open_sketches(reader: &SegmentReader) -> tantivy::Result<SketchFile> {
        let (id, extension) = (reader.segment_id().uuid_string(), sketch::EXTENSION);
        Ok(SketchFile {
            file: reader.open_read(component(extension))?,
            name: format!("{id}.{extension}"),
            articles: reader.max_doc(),
            sketches: OnceLock::new(),
        })
    }
}

/// The file of the sketches of a segment, which is read and checked on first use.
pub(crate) struct SketchFile {
    file: FileSlice,
    name: String,
    articles: u32,
    sketches: OnceLock<Sketches>,
}

impl SketchFile {
    /// The sketches.
    ///
    /// # Errors
    ///
    /// When the file is damaged.
    pub(crate) fn read(&self) -> tantivy::Result<&Sketches> {
        if let Some(sketches) = self.sketches.get() {
            return Ok(sketches);
        }
        let sketches = Sketches::open(self.file.read_bytes()?).and_then(|sketches| {
            (sketches.articles() == self.articles)
                .then_some(sketches)
                .ok_or_else(|| "the sketches are of another number of articles".into())
        });
        let sketches = sketches.map_err(|reason| corruption(format!("{}: {reason}", self.name)))?;
        Ok(self.sketches.get_or_init(|| sketches))
    }
}

fn component(extension: &str) -> SegmentComponent {
    SegmentComponent::Custom(extension.into())
}

fn corruption(reason: String) -> TantivyError {
    TantivyError::DataCorruption(tantivy::error::DataCorruption::comment_only(reason))
}

fn write_sketches(sketches: &[u8], segment: &Segment) -> tantivy::Result<()> {
    let mut out = segment.open_write(component(sketch::EXTENSION))?;
    out.write_all(sketches)?;
    out.flush()?;
    out.terminate()?;
    Ok(())
}

/// Writes the text of a segment with a number of positions by a function.
fn write_text<E: From<io::Error>>(
    segment: &Segment,
    positions: u32,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> tantivy::Result<Result<(), E>> {
    let mut out = segment.open_write(component(EXTENSION))?;
    let written = match packed::is_small(positions) {
        true => {
            let mut content = Vec::new();
            write(&mut content).and_then(|()| {
                let ranges = ranges(&content).map_err(io::Error::other)?;
                Ok(out.write_all(&packed::pack(&content, ranges)?)?)
            })
        }
        false => write(&mut out),
    };
    Ok(written.and_then(|()| {
        out.flush()?;
        Ok(out.terminate()?)
    }))
}

impl SegmentPlugin for TextPlugin {
    fn extensions(&self) -> &[&str] {
        &[EXTENSION, sketch::EXTENSION]
    }

    fn create_writer(&self, _: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        Ok(Box::new(TextWriter {
            builder: SegmentBuilder::new()?,
            resources: None,
        }))
    }

    /// Writes the articles that are alive, in their order.
    fn merge(&self, ctx: PluginMergeContext<'_>) -> tantivy::Result<()> {
        if ctx.doc_id_mapping.mapping_type() == MappingType::Shuffled {
            return Err(TantivyError::InvalidArgument(
                "the text component keeps the order of articles; do not sort the index".into(),
            ));
        }
        let mut sketches = SketchWriter::new(std::iter::empty());
        for reader in ctx.readers {
            let file = Self::open_sketches(reader)?;
            let of_segment = file.read()?;
            for doc in reader.doc_ids_alive() {
                sketches.copy(of_segment, doc);
            }
        }
        write_sketches(&sketches.finish(), ctx.target_segment)?;
        let written = match prepared(&self.storage, ctx.readers) {
            Ok(merger) => write_text(ctx.target_segment, merger.positions(), |out| {
                merger.write(out, self.threads.get()).map(drop)
            })?,
            Err(Refused::Surface) => {
                let builder = added(&self.storage, ctx.readers)?;
                write_text(ctx.target_segment, builder.positions(), |out| {
                    Ok(builder.finish(out).map(drop)?)
                })?
            }
            Err(refused) => Err(refused),
        };
        written.map_err(|refused| match refused {
            Refused::Io(error) => error.into(),
            Refused::Damaged(reason) => corruption(reason),
            Refused::Surface => corruption("the surfaces of the keys".to_owned()),
        })
    }
}

/// The articles of segments that are alive, to be merged without analysing their text.
fn prepared<'a>(storage: &Storage, readers: &'a [SegmentReader]) -> Result<Merger<'a>, Refused> {
    let mut merger = Merger::default();
    for reader in readers {
        let storage = storage.lazy();
        let checked = storage.check_component(&TextPlugin::file_name(reader));
        checked.map_err(|error| refused(error.into()))?;
        let open = move || TextPlugin::open(&storage, reader).map(TextSegment::trusted);
        let open = Box::new(move || open().map_err(refused));
        merger.append(open, reader.doc_ids_alive())?;
    }
    Ok(merger)
}

fn refused(error: TantivyError) -> Refused {
    match error {
        TantivyError::IoError(error) => Refused::Io(io::Error::other(error)),
        other => Refused::Damaged(other.to_string()),
    }
}

/// The articles of segments that are alive, added by their text.
fn added(storage: &Storage, readers: &[SegmentReader]) -> tantivy::Result<SegmentBuilder> {
    let mut builder = SegmentBuilder::new()?;
    for reader in readers {
        let segment = TextPlugin::open(storage, reader)?;
        for doc in reader.doc_ids_alive() {
            let text = segment.text(doc).map_err(corruption)?;
            builder.add(text.fields.each_ref().map(String::as_str), segment.tie(doc))?;
        }
    }
    Ok(builder)
}

struct TextWriter {
    builder: SegmentBuilder,
    /// Those of its articles.
    resources: Option<Resources>,
}

impl PluginWriter for TextWriter {
    fn add_document(
        &mut self,
        _: DocId,
        doc: &dyn ErasedDocument,
        _: &Schema,
    ) -> tantivy::Result<()> {
        let document = doc
            .as_any()
            .downcast_ref::<ArticleDocument>()
            .ok_or_else(|| {
                TantivyError::InvalidArgument("the text component takes articles only".into())
            })?;
        if self.resources.is_none() {
            self.resources = Some(document.resources().clone());
        }
        self.builder.add(document.text(), document.tie())?;
        Ok(())
    }

    fn serialize(
        self: Box<Self>,
        segment: &Segment,
        map: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        if map.is_some() {
            return Err(TantivyError::InvalidArgument(
                "the text component keeps the order of articles; do not sort the index".into(),
            ));
        }
        let _turn = self.resources.as_ref().map(Resources::turn);
        write_sketches(&self.builder.sketches(), segment)?;
        let positions = self.builder.positions();
        write_text(segment, positions, |out| self.builder.finish(out).map(drop))??;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.builder.memory()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
