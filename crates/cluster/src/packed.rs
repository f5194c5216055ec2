//! Articles as they are stored in a cluster: JSON, compressed one by one.
//!
//! A field of its own costs less than the source of documents, which nodes compress in blocks: to
//! send one article they would unpack its neighbours as well.

use std::fmt;
use std::io::{self, Read};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use timbao_articles::Article;
use zstd::bulk::Compressor;
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::stream::read::Decoder;

/// News as articles are alike: what they have in common with it takes a fifth off their size. Another
/// dictionary would need another [layout](crate::schema::LAYOUT).
const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");
/// The level of zstd; higher ones take as much space.
const LEVEL: i32 = 6;

static TO_PACK: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static TO_UNPACK: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

/// Packs articles. Keeps the memory that this takes.
#[derive(Default)]
pub(crate) struct Packer(Option<Compressor<'static>>);

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

impl Packer {
    /// An article as the value of a binary field, in Base64.
    pub(crate) fn pack(&mut self, article: &Article) -> String {
        // Plain data of strings and numbers always serializes.
        let json = serde_json::to_vec(article).unwrap_or_default();
        // Without memory for it the article is kept as it is.
        STANDARD.encode(self.compressed(&json).unwrap_or(json))
    }

    fn compressed(&mut self, json: &[u8]) -> io::Result<Vec<u8>> {
        let packer = match &mut self.0 {
            Some(packer) => packer,
            empty => empty.insert(Compressor::with_prepared_dictionary(&TO_PACK)?),
        };
        packer.compress(json)
    }
}

/// The article that a value was made of.
pub(crate) fn unpack(value: &str) -> io::Result<Article> {
    // Nodes return it without the padding that they want to get.
    let packed = STANDARD_NO_PAD.decode(value.trim_end_matches('='));
    let packed = packed.map_err(io::Error::other)?;
    if packed.starts_with(b"{") {
        return Ok(serde_json::from_slice(&packed)?);
    }
    let mut json = Vec::with_capacity(4 * packed.len());
    Decoder::with_prepared_dictionary(packed.as_slice(), &TO_UNPACK)?.read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(body: &str) -> Article {
        Article {
            id: "a".to_owned(),
            title: Some("Đò dọc".to_owned()),
            body: body.to_owned(),
            ..Article::default()
        }
    }

    #[test]
    fn an_article_is_unpacked_as_it_was() {
        let mut packer = Packer::default();
        let long = "Sáng nay, tỉnh họp. ".repeat(100_000);
        for body in ["", "Hội nghị bế mạc.", "\u{0}\n\u{1f600}", &long] {
            let value = packer.pack(&article(body));
            assert_eq!(unpack(&value).unwrap(), article(body));
            assert_eq!(unpack(value.trim_end_matches('=')).unwrap(), article(body));
        }
        let plain = STANDARD.encode(serde_json::to_vec(&article("Mưa.")).unwrap());
        assert_eq!(unpack(&plain).unwrap(), article("Mưa."));
    }

    #[test]
    fn a_value_that_was_not_packed_is_an_error() {
        let packed = Packer::default().pack(&article("Hội nghị bế mạc."));
        for value in ["", "{}", "W10=", &packed[..packed.len() / 8 * 4]] {
            assert!(unpack(value).is_err(), "{value}");
        }
    }

    #[test]
    fn articles_can_be_unpacked_that_were_packed_before() {
        let value = "KLUv/SBLHQIAFAN7ImlkIjoiYSIsInBhdGgiOiIiLCIiOiLEkMOyjWMiLCIiOiJi4bq/IG3huqFjLiJ9BAAKJ7sREhyhyQDDVPXKTA==";
        assert_eq!(unpack(value).unwrap(), article("Hội nghị bế mạc."));
    }
}
