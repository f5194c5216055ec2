//! The meaning of class names and ids.
//!
//! Names are split into words at punctuation and capitals, and runs of up to
//! three words are compared without separators: `tin-lien-quan`, `TinLienQuan`
//! and `tinlienquan` are one name.

/// A set of marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u16);

impl Marks {
    pub const TITLE: Self = Self(1);
    pub const SUMMARY: Self = Self(1 << 1);
    pub const AUTHOR: Self = Self(1 << 2);
    pub const DATE: Self = Self(1 << 3);
    pub const SECTION: Self = Self(1 << 4);
    pub const CRUMBS: Self = Self(1 << 5);
    pub const PLACE: Self = Self(1 << 6);
    /// The container of the article's text.
    pub const BODY: Self = Self(1 << 7);
    pub const CAPTION: Self = Self(1 << 8);
    /// Other articles, comments: never the article's text.
    pub const LIST: Self = Self(1 << 9);
    /// Buttons, tags, advertisements: boxes without running text.
    pub const BOX: Self = Self(1 << 10);
    /// One entry of a list of articles.
    pub const ENTRY: Self = Self(1 << 11);

    /// Possibly the summary, by the last word of a name.
    pub const LEAD: Self = Self(1 << 12);

    pub fn has(self, mark: Self) -> bool {
        self.0 & mark.0 != 0
    }

    /// The marks of both.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn add(&mut self, mark: Self) {
        self.0 |= mark.0;
    }
}

/// The marks of a value of `class`, `id` or `itemprop`.
pub(super) fn of(names: &str) -> Marks {
    let mut marks = Marks::default();
    for name in names.split_ascii_whitespace() {
        // Names that programs make up are of no use, and long.
        const LONGEST: usize = 80;
        // Elementor names all of its boxes so, those of the article too.
        const BOXES: &[&str] = &["elementor-widget", "elementor-widget-wrap"];
        const PARTS: &[&str] = &["elementor-widget-theme-post-", "elementor-widget-post-info"];
        let is_elementor = BOXES.contains(&name) || PARTS.iter().any(|part| name.starts_with(part));
        if name.len() <= LONGEST && !is_elementor {
            add_name(name, &mut marks);
        }
    }
    marks
}

fn add_name(name: &str, marks: &mut Marks) {
    let mut words: [(usize, usize); 12] = [(0, 0); 12];
    let mut count = 0;
    let mut lower = String::with_capacity(name.len());
    let mut before = ' ';
    let mut rest = name.chars().peekable();
    while let Some(letter) = rest.next() {
        let next_is_lower = rest.peek().is_some_and(char::is_ascii_lowercase);
        let begins = letter.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next_is_lower));
        if letter.is_ascii_alphabetic() {
            if begins || !before.is_ascii_alphabetic() {
                if count == words.len() {
                    break;
                }
                words[count] = (lower.len(), lower.len());
                count += 1;
            }
            lower.push(letter.to_ascii_lowercase());
            words[count - 1].1 = lower.len();
        }
        before = letter;
    }
    let word = |at: usize| lower.get(words[at].0..words[at].1).unwrap_or_default();
    // "entry-footer" is a part of an article.
    if count == 1 && word(0) == "footer" {
        marks.add(Marks::BOX);
    }
    if count > 1 && ends_as_summary(word(count - 1), (0..count - 1).map(word)) {
        marks.add(Marks::LEAD);
    }
    let last = if count > 1 { word(count - 1) } else { "" };
    let mut outside = if is_part(last) { Marks::BODY.0 } else { 0 };
    if matches!(last, "author" | "date" | "time" | "info" | "desc" | "sapo") {
        outside |= Marks::SECTION.0;
    }
    for first in 0..count {
        for end in first + 1..=count.min(first + 3) {
            if let Some(key) = lower.get(words[first].0..words[end - 1].1) {
                marks.0 |= of_key(key) & if end < count { !outside } else { !0 };
            }
        }
    }
}

/// Returns `true` for `news-lead` and `detail__desc`, but not for what describes a picture, a
/// person or the site.
fn ends_as_summary<'a>(last: &str, mut others: impl Iterator<Item = &'a str>) -> bool {
    const LAST: &[&str] = &[
        "lead",
        "summary",
        "intro",
        "excerpt",
        "brief",
        "desc",
        "description",
    ];
    const OTHER: &[&str] = &[
        "site", "author", "user", "profile", "category", "cate", "term", "taxonomy", "archive",
        "channel", "tag", "topic", "image", "img", "photo", "picture", "pic", "video", "gallery",
        "slide", "figure", "media", "product", "box", "relate", "related", "other", "list", "item",
        "logo", "brand", "footer", "meta", "with",
    ];
    LAST.contains(&last) && !others.any(|word| OTHER.contains(&word))
}

/// Returns `true` for the last word of a name such as `news-detail-desc`: a part next to the text.
fn is_part(last: &str) -> bool {
    const WORDS: &[&str] = &[
        "title",
        "tieude",
        "heading",
        "desc",
        "description",
        "sapo",
        "lead",
        "summary",
        "intro",
        "excerpt",
        "info",
        "date",
        "time",
        "author",
        "meta",
        "category",
        "cate",
        "breadcrumb",
        "paragraph",
    ];
    WORDS.contains(&last)
}

/// The marks of one or more words without separators.
fn of_key(key: &str) -> u16 {
    let mark = match key {
        "headline" | "articletitle" | "articleheader" | "titledetail" | "detailtitle"
        | "posttitle" | "entrytitle" | "newstitle" | "titlenews" | "titlepage" | "pagetitle"
        | "cmstitle" | "storytitle" | "titlearticle" | "titlepost" | "contentdetailtitle"
        | "ptitle" | "msotitle" | "tieude" | "tieudebai" | "tieudetin" | "detailheadline"
        | "articleheadline" => Marks::TITLE,
        "sapo" | "phead" | "chapeau" | "articlehead" | "articlelead" | "articlesummary"
        | "articlesapo" | "detailsapo" | "singularsapo" | "newslead" | "leadtext"
        | "postsummary" | "standfirst" | "articledescription" | "detaildescription"
        | "newsdescription" | "postexcerpt" | "articleintro" | "articleexcerpt"
        | "entrysummary" | "tomtat" | "dek" | "subheadline" | "detailsummary" | "newssapo"
        | "newssummary" | "articlestandfirst" | "introtext" | "trichdan" | "mota" | "motangan"
        | "hometext" | "subtitle" | "chapo" | "chappeau" | "bodytextlead" | "newsintro"
        | "loidan" | "dandat" => Marks::SUMMARY,
        "author" | "authors" | "authorname" | "readercredits" | "tacgia" | "butdanh" | "byline"
        | "writer" | "reporter" | "phongvien" | "nguoiviet" | "postauthor" | "articleauthor" => {
            Marks::AUTHOR
        }
        "date" | "datetime" | "time" | "publishdate" | "publisheddate" | "publishtime"
        | "publishedtime" | "publishedat" | "published" | "publish" | "pubdate" | "postdate"
        | "postedon" | "articledate" | "detailtime" | "detaildate" | "ngay" | "ngaydang"
        | "ngaythang" | "thoigian" | "timestamp" | "dateheader" | "datepublished"
        | "datecreated" | "createdate" | "ngaytao" | "ngayxuatban" | "newsdate" | "entrydate"
        | "createddate" | "articletime" | "posttime" | "meta" | "postmeta" | "entrymeta"
        | "articlemeta" | "submitted" => Marks::DATE,
        "chuyenmuc" | "detailcate" | "cate" | "category" | "articlecategory" | "postcategory"
        | "sectionname" | "articlesection" | "catename" | "categoryname" | "entrycategory"
        | "postcat" | "entrycategories" | "postcategories" | "entrycat" | "articlecat"
        | "newscat" | "catlinks" | "cattitle" | "detailcat" | "namecat" | "maincat"
        | "termslink" | "kicker" => Marks::SECTION,
        "breadcrumb" | "breadcrumbs" | "crumbs" | "duongdan" => Marks::CRUMBS,
        "locationstamp" | "datelineplace" | "diadiem" => Marks::PLACE,
        "articlebody"
        | "artbody"
        | "contentdt"
        | "ndcontent"
        | "noidungchitiet"
        | "newsdetailbody"
        | "fckdetail"
        | "detailcontent"
        | "contentdetail"
        | "detailbody"
        | "singularcontent"
        | "maincontent"
        | "cmsbody"
        | "articlecontent"
        | "articledetailcontent"
        | "entrycontent"
        | "postcontent"
        | "postbody"
        | "newscontent"
        | "newsbody"
        | "maindetailbody"
        | "noidung"
        | "noidungbai"
        | "divnewscontent"
        | "storybody"
        | "storycontent"
        | "articletext"
        | "bodycontent"
        | "contentbody"
        | "detailtext"
        | "newsdetail"
        | "newsdetailcontent"
        | "newsbodyhtml"
        | "bodyhtml"
        | "contentnews"
        | "contentarticle"
        | "textbody"
        | "chitiettin"
        | "noidungtin"
        | "contenttext"
        | "articledetail"
        | "bodytext"
        | "fulltext"
        | "thearticlebody"
        | "richtext"
        | "wysiwyg"
        | "newstext"
        | "postentry"
        | "tdpostcontent"
        | "singlecontent"
        | "blogcontent"
        | "articlecontentbody" => Marks::BODY,
        "caption" | "captions" | "photocaption" | "imgcaption" | "imagecaption" | "pcaption"
        | "desccation" | "imagedesc" | "photodesc" | "imgdesc" | "chuthich" | "chuthichanh"
        | "figdesc" | "wpcaptiontext" | "photocmscaption" | "notephoto" | "imagenote"
        | "imgnote" | "photonote" | "picnote" | "picdesc" | "picturecaption" | "piccaption"
        | "mediacaption" | "mediadesc" | "figurecaption" | "captionimage" | "captionimg"
        | "imgcap" | "imagecap" => Marks::CAPTION,
        "relate" | "related" | "relates" | "relatednews" | "relatedpost" | "relatedposts"
        | "relatedarticles" | "tinlienquan" | "lienquan" | "bailienquan" | "comment"
        | "comments" | "binhluan" | "disqus" | "sidebar" | "mostread" | "docnhieu" | "xemnhieu"
        | "mostviewed" | "popular" | "trending" | "recommend" | "recommended"
        | "recommendation" | "tinkhac" | "tinmoi" | "tinmoinhat" | "othernews" | "othersnews"
        | "newsother" | "latestnews" | "newslist" | "listnews" | "listnewsincontent"
        | "tincungchuyenmuc" | "cungchuyenmuc" | "samecategory" | "docthem" | "xemthem"
        | "readmore" | "seemore" | "readnext" | "morenews" | "suggest" | "suggestion"
        | "suggested" | "widget" | "widgets" | "hotnews" | "tinnoibat" | "tindocnhieu"
        | "tinxemnhieu" | "tinlq" | "taboola" | "outbrain" | "aiservice" | "tinhot" | "tinnoi"
        | "insertwiki" | "innerarticle" | "onenews" | "boxnews" | "yikien" | "feedback"
        | "khampha" => Marks::LIST,
        "share" | "shares" | "sharing" | "social" | "socials" | "tags" | "taglist" | "tagcloud"
        | "keyword" | "keywords" | "tukhoa" | "advert" | "adverts" | "advertisement" | "ads"
        | "ad" | "adsense" | "adsbox" | "quangcao" | "banner" | "banners" | "newsletter"
        | "subscribe" | "subscription" | "toolbar" | "copyright" | "print" | "printer" | "toc"
        | "toccontainer" | "tableofcontents" | "mucluc" | "pagination" | "pagelinks" | "paging"
        | "pager" | "menu" | "menubar" | "navbar" | "topbar" | "popup" | "modal" | "cookie"
        | "rating" | "vote" | "votes" | "danhgia" | "fontsize" | "player" | "audioplayer"
        | "donate" | "paywall" | "login" | "skiplink" | "screenreadertext" | "visuallyhidden"
        | "sronly" | "bantin" | "googlenews" | "sitefooter" | "pagefooter" | "mainfooter"
        | "footerwrapper" | "footercontainer" | "footerwrap" | "footermain" | "footercontent"
        | "footerbottom" => Marks::BOX,
        "tlitem" | "newsitem" | "listitem" | "postitem" | "storyitem" | "articleitem"
        | "itemnews" | "teaser" | "hentry" | "boxcategoryitem" => Marks::ENTRY,
        _ if key.ends_with("caption") => Marks::CAPTION,
        _ => return 0,
    };
    mark.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_whatever_their_separators() {
        for names in [
            "tin-lien-quan",
            "TinLienQuan",
            "tin_lien_quan x",
            "box tinlienquan",
            "VCObjectBoxRelatedNewsItemSapo",
        ] {
            assert!(of(names).has(Marks::LIST), "{names}");
        }
        assert!(of("article__body").has(Marks::BODY));
        assert!(of("ArticleContent2").has(Marks::BODY));
        assert!(of("news-detail-content").has(Marks::BODY));
        assert!(!of("news-detail-desc").has(Marks::BODY));
        assert!(!of("contentDetail_info").has(Marks::BODY));
        assert!(of("toc_container").has(Marks::BOX));
        for names in ["adsorption", "heads", "dateless", "printing-house", ""] {
            assert_eq!(of(names), Marks::default(), "{names}");
        }
    }
}
