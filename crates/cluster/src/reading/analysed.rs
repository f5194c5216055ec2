//! Articles of the cluster, analysed as the local engine analyses them.

use std::mem;
use std::ops::Range;

use rustc_hash::FxHashMap;
use timbao_articles::Article;
use timbao_query::plan::TextField;
use timbao_tokenizer::{Gap, KeyCache, scan};
use timbao_views::reprints::key_hash;
use timbao_views::score::{LEAD, LEAD_WEIGHT, SUMMARY_WEIGHT, TITLE_WEIGHT};
use timbao_views::{ArticleText, FIELD, FIELDS, FIRST_WORD, PARAGRAPH, TEXT_FIELDS};

use crate::feed::WordKey;

/// The words of the articles read so far, numbered.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    cache: KeyCache,
    numbers: FxHashMap<String, u32>,
    words: Vec<Word>,
    /// Numbers of folded keys.
    folds: FxHashMap<String, u32>,
}

#[derive(Debug)]
struct Word {
    key: WordKey,
    fold: u32,
    hash: u64,
}

impl Vocabulary {
    /// The number of words.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// The keys of a word.
    pub(crate) fn word(&self, number: u32) -> Option<&WordKey> {
        self.words.get(number as usize).map(|word| &word.key)
    }

    /// The number of the folded key of a word.
    pub(crate) fn fold(&self, number: u32) -> u32 {
        self.words.get(number as usize).map_or(u32::MAX, |w| w.fold)
    }

    /// The number of a folded key, if a word has it.
    pub(crate) fn fold_of(&self, folded: &str) -> Option<u32> {
        self.folds.get(folded).copied()
    }

    /// The number of an exact key, if it was read.
    pub(crate) fn number_of(&self, exact: &str) -> Option<u32> {
        self.numbers.get(exact).copied()
    }

    /// The hash of the exact key of a word, for shingles.
    pub(crate) fn hash(&self, number: u32) -> u64 {
        self.words.get(number as usize).map_or(0, |word| word.hash)
    }

    /// The words with their keys.
    pub(crate) fn words(&self) -> impl Iterator<Item = &WordKey> {
        self.words.iter().map(|word| &word.key)
    }

    fn number(&mut self, text: &str, token: &timbao_tokenizer::Token) -> u32 {
        let keys = self.cache.keys(text, token);
        let exact = keys.exact().as_str();
        if let Some(&number) = self.numbers.get(exact) {
            return number;
        }
        let folded = keys.folded().as_str();
        let folds = self.folds.len() as u32;
        let fold = *self.folds.entry(folded.to_owned()).or_insert(folds);
        let number = self.words.len() as u32;
        self.numbers.insert(exact.to_owned(), number);
        self.words.push(Word {
            hash: key_hash(exact),
            key: WordKey {
                exact: exact.to_owned(),
                folded: folded.to_owned(),
            },
            fold,
        });
        number
    }
}

/// An article and its tokens.
#[derive(Debug)]
pub(crate) struct Analysed {
    /// The article without title, summary and body.
    pub(crate) record: Article,
    /// Its text and the positions of the tokens.
    pub(crate) text: ArticleText,
    /// The tokens: ends of paragraphs and parts, and numbers of words from [`FIRST_WORD`] on.
    pub(crate) tokens: Vec<u32>,
    /// Number of words.
    pub(crate) words: u32,
}

impl Analysed {
    /// Analyses an article.
    pub(crate) fn new(mut record: Article, vocabulary: &mut Vocabulary) -> Self {
        let captions: Vec<&str> = record.captions.iter().map(|c| c.text.as_str()).collect();
        let captions = captions.join("\n");
        let fields = [
            record.title.take().unwrap_or_default(),
            record.summary.take().unwrap_or_default(),
            mem::take(&mut record.body),
            captions,
        ];
        let mut analysed = Self {
            record,
            text: ArticleText::default(),
            tokens: Vec::new(),
            words: 0,
        };
        for (number, text) in fields.into_iter().enumerate() {
            analysed.add(number, text, vocabulary);
        }
        analysed
    }

    fn add(&mut self, field: usize, text: String, vocabulary: &mut Vocabulary) {
        let mut is_first = true;
        for token in scan(&text) {
            if token.gap == Gap::Paragraph && !is_first {
                self.tokens.push(PARAGRAPH);
                self.text.spans.push((0, 0));
            }
            is_first = false;
            self.tokens
                .push(vocabulary.number(&text, &token) + FIRST_WORD);
            let span = (token.start as u32, token.end as u32);
            self.text.spans.push(span);
            self.words += 1;
        }
        if let Some(end) = self.text.field_ends.get_mut(field) {
            *end = self.tokens.len() as u32;
        }
        self.tokens.push(FIELD);
        self.text.spans.push((0, 0));
        if let Some(place) = self.text.fields.get_mut(field) {
            *place = text;
        }
    }

    /// The article as it was indexed.
    pub(crate) fn article(&self) -> Article {
        let [title, summary, body, _] = &self.text.fields;
        let stated = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Article {
            title: stated(title),
            summary: stated(summary),
            body: body.clone(),
            ..self.record.clone()
        }
    }

    /// The title and its tokens alone.
    pub(crate) fn title(&self) -> (ArticleText, &[u32]) {
        let end = self.text.field_ends[0] as usize + 1;
        let mut text = ArticleText {
            spans: self.text.spans.get(..end).unwrap_or_default().to_vec(),
            ..ArticleText::default()
        };
        text.fields[0].clone_from(&self.text.fields[0]);
        text.field_ends[0] = self.text.field_ends[0];
        (text, self.tokens.get(..end).unwrap_or_default())
    }

    /// The part of the text that contains a token.
    pub(crate) fn field_at(&self, token: usize) -> TextField {
        let ends = self.text.field_ends.iter().take(FIELDS - 1);
        let passed = ends.filter(|&&end| (end as usize) < token).count();
        TEXT_FIELDS
            .get(passed)
            .copied()
            .unwrap_or(TextField::Caption)
    }

    /// The weight of an occurrence at a token.
    pub(crate) fn weight(&self, token: u32) -> u32 {
        let [title, summary, ..] = self.text.field_ends.map(|end| end + 1);
        match token {
            token if token < title => TITLE_WEIGHT,
            token if token < summary => SUMMARY_WEIGHT,
            token if token - summary < LEAD => LEAD_WEIGHT,
            _ => 1,
        }
    }

    /// The numbers of the words, by token; ends have none.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        self.tokens
            .iter()
            .map(|token| token.checked_sub(FIRST_WORD))
    }

    /// The word at a token as it is written.
    pub(crate) fn written(&self, token: usize) -> &str {
        let field = self
            .text
            .field_at(token)
            .and_then(|f| self.text.fields.get(f));
        let span = self.text.spans.get(token);
        let span = span.map(|&(start, end)| start as usize..end as usize);
        field
            .zip(span)
            .and_then(|(field, span)| field.get(span))
            .unwrap_or_default()
    }

    /// The text between two tokens of one part.
    pub(crate) fn between(&self, tokens: Range<usize>) -> &str {
        let field = self
            .text
            .field_at(tokens.end)
            .and_then(|f| self.text.fields.get(f));
        let start = self
            .text
            .spans
            .get(tokens.start)
            .map(|span| span.1 as usize);
        let end = self.text.spans.get(tokens.end).map(|span| span.0 as usize);
        let range = start.zip(end).map(|(start, end)| start..end);
        field
            .zip(range)
            .and_then(|(field, range)| field.get(range))
            .unwrap_or_default()
    }
}
