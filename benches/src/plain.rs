//! Plain tantivy: one field, positions, stored text.

use std::path::Path;

use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument, Term,
};
use timbao_articles::Article;
use unicode_normalization::UnicodeNormalization;

/// The keys of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// `SimpleTokenizer`, `LowerCaser`, `AsciiFoldingFilter`.
    Folded,
    /// `SimpleTokenizer`, `LowerCaser`, over text composed to NFC.
    Exact,
}

/// An index of plain tantivy.
pub struct Plain {
    keys: Keys,
    index: Index,
    id: Field,
    text: Field,
}

impl Plain {
    /// Makes an empty index in a directory.
    ///
    /// # Errors
    ///
    /// An error of tantivy.
    pub fn create(dir: &Path, keys: Keys) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let id = schema.add_text_field("id", STRING | STORED);
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("plain")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = schema.add_text_field(
            "text",
            TextOptions::default()
                .set_indexing_options(indexing)
                .set_stored(),
        );
        let settings = IndexSettings {
            docstore_compress_dedicated_thread: false,
            ..IndexSettings::default()
        };
        let index = Index::builder()
            .schema(schema.build())
            .settings(settings)
            .create_in_dir(dir)?;
        index.tokenizers().register("plain", analyzer(keys));
        Ok(Self {
            keys,
            index,
            id,
            text,
        })
    }

    /// Adds articles and commits them; the text is title, summary and body.
    ///
    /// # Errors
    ///
    /// An error of tantivy.
    pub fn add(
        &self,
        articles: impl Iterator<Item = Article>,
        threads: usize,
        memory: usize,
    ) -> tantivy::Result<()> {
        let mut writer: IndexWriter = self.index.writer_with_num_threads(threads, memory)?;
        for article in articles {
            let mut document = TantivyDocument::new();
            document.add_text(self.id, &article.id);
            let title = article.title.unwrap_or_default();
            let summary = article.summary.unwrap_or_default();
            let text = format!("{title}\n{summary}\n{}", article.body);
            match self.keys {
                Keys::Folded => document.add_text(self.text, text),
                Keys::Exact => document.add_text(self.text, text.nfc().collect::<String>()),
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()
    }

    /// Merges everything into one segment.
    ///
    /// # Errors
    ///
    /// An error of tantivy.
    pub fn merge(&self) -> tantivy::Result<()> {
        let ids = self.index.searchable_segment_ids()?;
        if ids.len() > 1 {
            let mut writer: IndexWriter = self.index.writer_with_num_threads(1, 15_000_000)?;
            writer.merge(&ids).wait()?;
            writer.garbage_collect_files().wait()?;
            writer.wait_merging_threads()?;
        }
        Ok(())
    }

    /// A reader of it.
    ///
    /// # Errors
    ///
    /// An error of tantivy.
    pub fn reader(&self) -> tantivy::Result<IndexReader> {
        self.index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
    }

    fn terms(&self, query: &str) -> Vec<Term> {
        let mut analyzer = analyzer(self.keys);
        let composed: String = query.nfc().collect();
        let mut stream = analyzer.token_stream(&composed);
        let mut terms = Vec::new();
        while let Some(token) = stream.next() {
            terms.push(Term::from_field_text(self.text, &token.text));
        }
        terms
    }

    /// The query that finds a phrase.
    pub fn phrase(&self, query: &str) -> Box<dyn Query> {
        let mut terms = self.terms(query);
        if terms.len() == 1 {
            return Box::new(TermQuery::new(
                terms.remove(0),
                IndexRecordOption::WithFreqs,
            ));
        }
        Box::new(PhraseQuery::new(terms))
    }

    /// The query that finds words, all or any of them.
    pub fn words(&self, query: &str, occur: Occur) -> Box<dyn Query> {
        let clauses = self
            .terms(query)
            .into_iter()
            .map(|term| {
                let query: Box<dyn Query> =
                    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
                (occur, query)
            })
            .collect();
        Box::new(BooleanQuery::new(clauses))
    }

    /// Top ten and exact total in one pass.
    ///
    /// # Errors
    ///
    /// An error of tantivy.
    pub fn top_and_total(
        reader: &IndexReader,
        query: &dyn Query,
    ) -> tantivy::Result<(usize, usize)> {
        let (top, total) = reader
            .searcher()
            .search(query, &(TopDocs::with_limit(10).order_by_score(), Count))?;
        Ok((top.len(), total))
    }

    /// The ids of the top ten.
    ///
    /// # Errors
    ///
    /// An error of tantivy.
    pub fn top_ids(&self, reader: &IndexReader, query: &dyn Query) -> tantivy::Result<Vec<String>> {
        let searcher = reader.searcher();
        let top = searcher.search(query, &TopDocs::with_limit(10).order_by_score())?;
        top.into_iter()
            .map(|(_, address)| {
                let document: TantivyDocument = searcher.doc(address)?;
                let id = document
                    .get_first(self.id)
                    .and_then(|v| v.as_str())
                    .unwrap_or_default();
                Ok(id.to_owned())
            })
            .collect()
    }

    /// Top ten without ids or a total.
    ///
    /// # Errors
    ///
    /// An error of tantivy.
    pub fn top(reader: &IndexReader, query: &dyn Query) -> tantivy::Result<usize> {
        Ok(reader
            .searcher()
            .search(query, &TopDocs::with_limit(10).order_by_score())?
            .len())
    }
}

fn analyzer(keys: Keys) -> TextAnalyzer {
    let lower = TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser);
    match keys {
        Keys::Folded => lower.filter(AsciiFoldingFilter).build(),
        Keys::Exact => lower.build(),
    }
}
