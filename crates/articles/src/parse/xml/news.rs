//! The formats of news agencies: NewsML-G2, NewsML 1, NITF (IPTC).

use super::tree::Element;
use crate::Caption;
use crate::fields::Field;
use crate::parse::collect::Collector;
use crate::provenance::Trace;

/// A news item of NewsML-G2 or NewsML 1.
pub(super) fn item<'t>(item: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    if let Some(guid) = item.attribute("guid") {
        collector.offer(Field::Id, 0, guid.to_owned(), "newsItem/@guid", trace);
    }
    // Metadata of the content is more specific than that of the wrapping.
    for content in item
        .descendants()
        .filter(|element| matches!(element.name(), "inlineXML" | "DataContent"))
    {
        let nitf = content.elements().find(|inner| inner.name() == "nitf");
        let html = content.elements().find(|inner| inner.name() == "html");
        match (nitf, html) {
            (Some(nitf), _) => self::nitf(nitf, collector, trace),
            (_, Some(html)) => xhtml(html, collector, trace),
            _ => collector.offer(Field::Body, 1, content.text(), "inlineXML", trace),
        }
    }
    for (order, (name, field)) in PATHS.iter().enumerate() {
        if let Some(element) = item.find(name) {
            let text = match field {
                Field::Body => element.text(),
                _ => element.line(),
            };
            collector.offer(*field, 20 + order as u8, text, *name, trace);
        }
    }
    for name in ["dateline", "DateLine"] {
        if let Some(dateline) = item.find(name) {
            collector.offer(Field::Place, 5, place(&dateline.line()), name, trace);
        }
    }
    people(item, collector, trace);
    if let Some(provider) = item.find("provider") {
        let name = provider.find("name").map(Element::line);
        let name = name.or_else(|| provider.attribute("literal").map(str::to_owned));
        collector.offer(
            Field::Agency,
            0,
            name.unwrap_or_default(),
            "provider",
            trace,
        );
    }
    // NewsML 1.
    let party = item.at(&["Provider", "Party"]);
    if let Some(name) = party.and_then(|party| party.attribute("FormalName")) {
        collector.offer(Field::Agency, 1, name.to_owned(), "Provider", trace);
    }
    if let Some(place) = item.at(&["located", "name"]) {
        collector.offer(Field::Place, 10, place.line(), "located", trace);
    }
    let subject = item
        .descendants()
        .filter(|element| element.name() == "subject" && is_topic(*element))
        .find_map(|subject| subject.find("name"));
    if let Some(subject) = subject {
        collector.offer(Field::Section, 10, subject.line(), "subject", trace);
    }
}

/// The elements of an item that have the text of a field, the best first.
const PATHS: &[(&str, Field)] = &[
    ("headline", Field::Title),
    ("HeadLine", Field::Title),
    ("description", Field::Summary),
    ("SubHeadLine", Field::Summary),
    ("contentCreated", Field::Published),
    ("firstCreated", Field::Published),
    ("FirstCreated", Field::Published),
    ("versionCreated", Field::Published),
    ("ThisRevisionCreated", Field::Published),
    ("inlineData", Field::Body),
    ("creditline", Field::Agency),
    ("NewsItemId", Field::Id),
];

fn people<'t>(item: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let creators = item
        .descendants()
        .filter(|element| matches!(element.name(), "creator" | "contributor"))
        .filter_map(|creator| creator.find("name"));
    for name in creators {
        collector.join(Field::Author, 20, &name.line(), "creator", trace);
    }
    for name in ["by", "ByLine"] {
        if let Some(by) = item.find(name) {
            collector.offer(Field::Author, 21, by.line(), name, trace);
        }
    }
}

/// Persons, organisations and places are subjects too; sections are topics.
fn is_topic(subject: Element<'_>) -> bool {
    let kind = subject.attribute("type").unwrap_or_default();
    let kind = kind.rsplit(':').next().unwrap_or_default();
    matches!(kind, "" | "abstract" | "topic" | "subject")
}

/// The place of a dateline such as "Sông Lam (TTSL) -".
fn place(dateline: &str) -> String {
    let end = dateline
        .find(['(', ',', '–', '—'])
        .unwrap_or(dateline.len());
    let place = dateline.get(..end).unwrap_or_default();
    place.trim().trim_end_matches('-').trim().to_owned()
}

/// A page inside a news item: its text, without the fields of the item.
fn xhtml<'t>(html: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    let body = html.find("body").unwrap_or(html);
    let heading = body.find("h1").or_else(|| html.at(&["head", "title"]));
    if let Some(heading) = heading {
        collector.offer(Field::Title, 40, heading.line(), "inline page", trace);
    }
    let text = body.text_without(|element| {
        let class = element.attribute("class").unwrap_or_default();
        let is_apart = [
            "byline", "slugline", "teaser", "dateline", "date", "headline", "kicker",
        ]
        .iter()
        .any(|name| class.split_whitespace().any(|class| class == *name));
        is_apart || matches!(element.name(), "h1" | "header" | "figcaption")
    });
    collector.offer(Field::Body, 1, text, "inline page", trace);
    let captions = body
        .descendants()
        .filter(|element| element.name() == "figcaption");
    let captions = captions.map(|caption| crate::tidy::caption(&caption.line()));
    collector
        .draft
        .add_captions(captions.collect(), "inline page", trace);
}

/// A NITF document.
pub(super) fn nitf<'t>(root: Element<'t>, collector: &mut Collector<'t>, trace: &mut Trace) {
    const PATHS: &[(&str, Field, &str)] = &[
        ("hl1", Field::Title, ""),
        ("title", Field::Title, ""),
        ("abstract", Field::Summary, ""),
        ("hl2", Field::Summary, ""),
        ("location", Field::Place, ""),
        ("distributor", Field::Agency, ""),
        ("date.issue", Field::Published, "norm"),
        ("date.release", Field::Published, "norm"),
        ("story.date", Field::Published, "norm"),
        ("pubdata", Field::Published, "date.publication"),
        ("pubdata", Field::Section, "position.section"),
        ("tobject.subject", Field::Section, "tobject.subject.type"),
        ("pubdata", Field::Source, "name"),
        ("doc-id", Field::Id, "id-string"),
        ("doc.copyright", Field::Source, "holder"),
    ];
    let head = root.at(&["body", "body.head"]);
    for (order, (name, field, attribute)) in PATHS.iter().enumerate() {
        let inside = head
            .and_then(|head| head.find(name))
            .or_else(|| root.find(name).filter(|_| *name != "hl2"));
        let Some(element) = inside else {
            continue;
        };
        let value = match *attribute {
            "" => element.line(),
            attribute => element.attribute(attribute).unwrap_or_default().to_owned(),
        };
        let from = format!("nitf {name}");
        collector.offer(*field, 2 + order as u8, value, from, trace);
    }
    let bylines = root
        .descendants()
        .filter(|element| element.name() == "byline");
    for byline in bylines {
        let person = byline.find("person").unwrap_or(byline);
        let name = match byline.find("byttl") {
            // The title of a person follows the name in an element of its own.
            Some(title) if person.name() == "byline" => {
                let (line, title) = (person.line(), title.line());
                let name = line.strip_suffix(title.as_str()).unwrap_or(&line);
                name.trim_end_matches([' ', ',', '-']).to_owned()
            }
            _ => person.line(),
        };
        collector.join(Field::Author, 4, &name, "nitf byline", trace);
    }
    let Some(content) = root.find("body.content") else {
        return;
    };
    let text = content.text_without(|element| element.name() == "media");
    collector.offer(Field::Body, 0, text, "nitf body.content", trace);
    let media = content
        .descendants()
        .filter(|element| element.name() == "media");
    let captions: Vec<Caption> = media.filter_map(caption).collect();
    collector
        .draft
        .offer_captions(captions, "nitf media", trace);
}

fn caption(media: Element<'_>) -> Option<Caption> {
    let mut caption = crate::tidy::caption(&media.find("media-caption")?.line());
    if let Some(producer) = media.find("media-producer") {
        caption.credit = Some(producer.line());
    }
    (!caption.text.is_empty()).then_some(caption)
}
