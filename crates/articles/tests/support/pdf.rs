//! PDF documents in small, written out.

use timbao_articles::{
    Article, FoundFile, Limits, Parsed, Problem, ProblemKind, RecordBatch, open,
};

const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica\
    /Encoding<</BaseEncoding/WinAnsiEncoding/Differences[1/acircumflexacute/dcroat]>>>>";

fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<<{entries}/Length {}>>stream\n", data.len()).into_bytes();
    object.extend_from_slice(data);
    object.extend_from_slice(b"\nendstream");
    object
}

/// A document of objects from number 4 on: the content of its page, its
/// font, and others. Object 3 is the page.
fn pdf(page: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    let page = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>{page}>>"
    );
    let mut all = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1>>".to_vec(),
        page.into_bytes(),
    ];
    all.extend_from_slice(objects);
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (at, object) in all.iter().enumerate() {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n", at + 1).into_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", all.len() + 1).into_bytes());
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").into_bytes());
    }
    let end = format!(
        "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n",
        all.len() + 1
    );
    file.extend(end.into_bytes());
    file
}

fn parsed(file: &[u8]) -> Result<Parsed, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, file).unwrap();
    let mut reader = open(&FoundFile::new(&path).unwrap(), &Limits::default())?;
    let mut batch = RecordBatch::new();
    assert!(reader.next_batch(&mut batch));
    batch.records().next().unwrap().parse()
}

fn read_with(content: &[u8], font: &str, more: &[Vec<u8>]) -> Result<Article, Problem> {
    let mut objects = vec![stream("", content), font.as_bytes().to_vec()];
    objects.extend_from_slice(more);
    Ok(parsed(&pdf("", &objects))?.article)
}

fn text(content: &[u8]) -> String {
    let article = read_with(content, FONT, &[]).unwrap();
    let title = article.title.unwrap_or_default();
    format!("{title}|{}", article.body)
}

#[test]
fn words_follow_from_gaps_and_lines_from_baselines() {
    for (content, expected) in [
        // Words apart by an adjustment, letters by kerning.
        (
            "BT /F 10 Tf 50 700 Td [(Hop)-300(ban)-300(k)20(e)] TJ ET",
            "Hop ban ke|",
        ),
        // Drawn in another order than read.
        (
            "BT /F 10 Tf 74 700 Td (ban) Tj -24 0 Td (Hop) Tj ET",
            "Hop ban|",
        ),
        // The text that a marked part states.
        (
            "BT /F 10 Tf 50 700 Td /Span<</ActualText<FEFF1ED100200062>>>BDC (xx) Tj EMC ET",
            "ố b|",
        ),
        // Letters by their names, in a font that is turned.
        (
            "BT /F 10 Tf 0 1 -1 0 90 50 Tm (ch\u{2}m v\u{1}n) Tj ET",
            "chđm vấn|",
        ),
        // Drawn twice to look bold.
        (
            "BT /F 10 Tf 50 700 Td (Hop ban) Tj 0.4 0 Td (Hop ban) Tj ET",
            "Hop ban|",
        ),
    ] {
        assert_eq!(text(content.as_bytes()), expected, "{content}");
    }
}

#[test]
fn text_printed_over_a_line_is_a_line_of_its_own() {
    let content = "BT /F 12 Tf 50 740 Td (Dap de truoc mua nuoc) Tj ET \
        BT /F 10 Tf 50 700 Td (Ba con xa Tan Phu ra dong tu som.) Tj ET \
        BT /F 7 Tf 52 701 Td (Ban tin so 12) Tj ET";
    let read = text(content.as_bytes());
    assert!(read.contains("Ba con xa Tan Phu ra dong tu som."), "{read}");
    assert!(read.contains("Ban tin so 12"), "{read}");
}

#[test]
fn cells_of_a_table_are_paragraphs_and_marks_of_items_are_not() {
    let rows = [
        (700, "Tan Hoa", "120", "250"),
        (685, "Tan Loi", "98", "200"),
        (670, "An Phu", "85", "150"),
    ];
    let mut content = String::from("BT /F 14 Tf 50 740 Td (Dap de truoc mua nuoc) Tj ET ");
    content += "BT /F 10 Tf 50 725 Td (Ca xa dap de.) Tj ET ";
    for (y, name, people, metres) in rows {
        for (x, cell) in [(50, name), (150, people), (190, metres)] {
            content += &format!("BT /F 10 Tf {x} {y} Td ({cell}) Tj ET ");
        }
    }
    for (y, mark, item) in [
        (600, "1.", "Cho dat"),
        (585, "2.", "Dong cu"),
        (570, "3.", "Nau com"),
    ] {
        content += &format!("BT /F 10 Tf 50 {y} Td ({mark}) Tj 40 0 Td ({item}) Tj ET ");
    }
    let read = text(content.as_bytes());
    assert!(
        read.contains("Tan Hoa\n120\n250\nTan Loi\n98\n200"),
        "{read}"
    );
    assert!(
        read.contains("1. Cho dat\n2. Dong cu\n3. Nau com"),
        "{read}"
    );
}

/// Draws lines at the places given, in letters of a size.
fn drawn(lines: &[(u32, u32, u32, &str)]) -> String {
    let line = |(size, x, y, line): &(u32, u32, u32, &str)| {
        format!("BT /F {size} Tf {x} {y} Td ({line}) Tj ET ")
    };
    lines.iter().map(line).collect()
}

#[test]
fn lines_under_a_wider_headline_are_one_paragraph() {
    let read = text(
        drawn(&[
            (20, 50, 740, "Dap de truoc mua nuoc lon o xa"),
            (10, 50, 700, "Ba con ra dong cung xa Tan"),
            (10, 50, 686, "Phu dap lai doan de bi lo tu"),
            (10, 50, 672, "Giong Ca ve den ben do."),
        ])
        .as_bytes(),
    );
    let body = "Ba con ra dong cung xa Tan Phu dap lai doan de bi lo tu Giong Ca ve den ben do.";
    assert!(read.ends_with(body), "{read}");
}

#[test]
fn lines_under_a_wider_summary_are_one_paragraph() {
    let read = text(
        drawn(&[
            (20, 50, 740, "Dap de truoc mua nuoc lon o xa"),
            (
                11,
                50,
                714,
                "Sang nay hon ba tram nguoi cua bon ap ra dap lai doan de dai sau tram met.",
            ),
            (10, 50, 700, "Ba con ra dong cung xa Tan"),
            (10, 50, 686, "Phu dap lai doan de bi lo tu"),
            (10, 50, 672, "Giong Ca ve den ben do cua"),
            (10, 50, 658, "Hai Chau."),
        ])
        .as_bytes(),
    );
    let body = "Ba con ra dong cung xa Tan Phu dap lai doan de bi lo tu Giong Ca ve den ben do cua Hai Chau.";
    assert!(read.ends_with(body), "{read}");
}

#[test]
fn a_large_first_letter_is_on_the_first_line_though_it_is_drawn_before_all() {
    let read = text(
        drawn(&[
            (30, 50, 685, "B"),
            (20, 50, 740, "Dap de truoc mua nuoc"),
            (10, 72, 700, "a con xa Tan Phu ra dong tu som,"),
            (10, 72, 686, "ai co xuong thi cho dat va cat,"),
            (10, 50, 672, "ai co suc thi dong cu giu bo kenh."),
        ])
        .as_bytes(),
    );
    let body = "Ba con xa Tan Phu ra dong tu som, ai co xuong thi cho dat va cat, ai co suc thi dong cu giu bo kenh.";
    assert!(read.contains(body), "{read}");
}

#[test]
fn a_text_may_end_in_the_first_lines_of_the_last_column() {
    let left = "ba con xa Tan Phu ra dong tu som,";
    let mut lines = vec![
        (16, 50, 740, "Dap de truoc"),
        (16, 50, 720, "mua nuoc lon ve"),
        (10, 330, 744, "roi ve nha an com va ngu mot giac"),
        (10, 330, 730, "den sang."),
    ];
    lines.extend((0..10).map(|at| (10, 50, 700 - 14 * at, left)));
    let read = text(drawn(&lines).as_bytes());
    let (title, body) = read.split_once('|').unwrap();
    assert_eq!(title, "Dap de truoc mua nuoc lon ve");
    assert!(
        body.ends_with("roi ve nha an com va ngu mot giac den sang."),
        "{body}"
    );
}

#[test]
fn columns_of_a_few_lines_are_columns() {
    let read = text(
        drawn(&[
            (20, 50, 740, "Dap de truoc mua nuoc lon o xa"),
            (10, 50, 700, "Ba con xa Tan Phu ra dong tu som,"),
            (10, 50, 688, "ai co xuong thi cho dat."),
            (10, 50, 676, "Ai co suc thi dong cu giu bo kenh,"),
            (10, 50, 664, "den trua moi ve nha nghi va com"),
            (10, 330, 700, "nuoc."),
            (10, 330, 688, "Con de thi cao them mot thuoc, du"),
            (10, 330, 676, "giu lua."),
            (10, 400, 664, "Le Mau"),
        ])
        .as_bytes(),
    );
    assert!(read.contains("nha nghi va com nuoc.\nCon de"), "{read}");
    assert!(read.contains("them mot thuoc, du giu lua."), "{read}");
}

#[test]
fn lines_of_a_letterhead_are_paragraphs() {
    let read = text(
        drawn(&[
            (10, 320, 740, "CONG HOA XA HOI CHU NGHIA VIET NAM"),
            (10, 357, 728, "Doc lap - Tu do - Hanh phuc"),
            (16, 250, 680, "BAO CAO"),
            (
                10,
                50,
                640,
                "Rang sang 3/10, nuoc song len nhanh, bep cua ba Lua da troi mat.",
            ),
            (
                10,
                50,
                628,
                "Xa da di doi khan cap 17 ho ve hoi truong thon.",
            ),
        ])
        .as_bytes(),
    );
    assert!(read.contains("VIET NAM\nDoc lap"), "{read}");
}

#[test]
fn short_paragraphs_with_indents_are_paragraphs() {
    let full = "Ba con xa Tan Phu ra dong tu som, ai co xuong thi cho dat va cat len de.";
    let mut lines = vec![(18, 50, 780, "Dap de truoc mua nuoc lon o xa Tan Phu")];
    for at in 0..3 {
        lines.push((10, 62, 740 - 24 * at, full));
        lines.push((10, 62, 728 - 24 * at, full));
    }
    lines.push((
        10,
        62,
        668,
        "Den trua thi da xong hai doan, ai ve nha nay an com va nghi mot lat cho",
    ));
    lines.push((10, 50, 656, "lai suc."));
    let read = text(drawn(&lines).as_bytes());
    assert_eq!(read.matches('\n').count(), 6, "{read}");
}

#[test]
fn the_author_may_be_between_title_and_summary() {
    let content = drawn(&[
        (18, 50, 780, "Dap de truoc mua nuoc lon"),
        (11, 50, 750, "Le Mau"),
        (
            12,
            50,
            720,
            "Hon ba tram nguoi cua bon ap cung ra dap lai doan de bi sat lo.",
        ),
        (
            10,
            50,
            690,
            "Ba con xa Tan Phu ra dong tu som, ai co xuong thi cho dat va cat.",
        ),
        (
            10,
            50,
            678,
            "Den trua thi da xong hai doan, ai ve nha nay an com va nghi mot lat.",
        ),
        (
            10,
            50,
            666,
            "Nam sau ba con lai dap tiep cho den bo song, vi nuoc con len nua.",
        ),
    ]);
    let article = read_with(content.as_bytes(), FONT, &[]).unwrap();
    assert_eq!(article.author.as_deref(), Some("Le Mau"));
    assert!(
        article
            .summary
            .unwrap_or_default()
            .starts_with("Hon ba tram")
    );
}

#[test]
fn a_full_line_in_italics_ends_a_paragraph() {
    let italic = "<</Type/Font/Subtype/Type1/BaseFont/Times-Italic/Encoding/WinAnsiEncoding>>";
    let plain = b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>";
    let form = stream(
        "/Subtype/Form/BBox[0 0 600 850]/Resources<</Font<</G 7 0 R>>>>",
        b"BT /G 18 Tf 50 740 Td (Dap de truoc mua nuoc) Tj /G 10 Tf \
          0 -61 Td (Ba con xa Tan Phu ra dong tu som, ai co xuong thi cho dat va cat.) Tj \
          0 -21 Td (Con de thi cao them mot thuoc, du giu lua cho ca xa vu nay va nam sau.) Tj ET",
    );
    let content = b"BT /F 10 Tf 50 700 Td (Hon ba tram nguoi cua bon ap ra dap lai doan de bi sat lo tu hai nam nay.) Tj ET /X Do";
    let article = read_with(content, italic, &[form, plain.to_vec()]).unwrap();
    let summary = article.summary.unwrap_or_default();
    assert!(summary.ends_with("hai nam nay."), "{summary}");
}

#[test]
fn a_table_is_apart_from_the_paragraph_above_it() {
    let read = text(
        drawn(&[
            (16, 50, 740, "Dap de truoc mua nuoc"),
            (
                10,
                50,
                700,
                "Ba con xa Tan Phu ra dong tu som, ai co xuong thi cho dat va cat,",
            ),
            (
                10,
                50,
                687,
                "ai co suc thi dong cu giu bo kenh, ai gia thi o nha giu chau va nau com.",
            ),
            (10, 50, 663, "Tan Hoa"),
            (10, 150, 663, "ba xuong"),
            (10, 250, 663, "de sau"),
            (10, 50, 639, "An Phu"),
            (10, 150, 639, "hai xuong"),
            (10, 250, 639, "lam truoc"),
            (
                10,
                50,
                615,
                "Den trua thi xong, ai ve nha nay, con de thi cao them mot thuoc.",
            ),
        ])
        .as_bytes(),
    );
    assert!(read.contains("nau com.\nTan Hoa"), "{read}");
}

#[test]
fn fonts_from_before_unicode_are_read_by_their_names() {
    let content =
        b"BT /F 12 Tf 50 700 Td (B\xB6n Hin h\xE4p b\xB5n vi\xD6c n\xAD\xEDc s\xB9ch) Tj ET";
    let font = "<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+.VnTime/Encoding/WinAnsiEncoding>>";
    let article = read_with(content, font, &[]).unwrap();
    assert_eq!(
        article.title.as_deref(),
        Some("Bản Hin họp bàn việc nước sạch")
    );
}

#[test]
fn scanned_pages_and_empty_ones_are_reported() {
    let picture = stream("/Type/XObject/Subtype/Image/Width 1/Height 1", b"x");
    let fault = read_with(b"/X Do", FONT, &[picture]).unwrap_err();
    assert!(fault.message.contains("OCR"), "{}", fault.message);
    assert!(read_with(b"", FONT, &[]).is_err());
    assert!(parsed(b"%PDF-1.7\n1 0 obj <</Pages 1 0 R>>").is_err());
}

#[test]
fn forms_inside_themselves_end() {
    let form = stream(
        "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>",
        b"BT /F 10 Tf 50 700 Td (Bieu mau) Tj ET /X Do /X Do /X Do /X Do /X Do",
    );
    let article = read_with(b"/X Do", FONT, &[form]).unwrap();
    assert_eq!(article.title.as_deref(), Some("Bieu mau"));
}

#[test]
fn streams_that_inflate_beyond_measure_are_left_out() {
    use std::io::Write;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 64 << 20]).unwrap();
    let bomb = stream(
        "/Type/ObjStm/N 1/First 4/Filter/FlateDecode",
        &packed.finish().unwrap(),
    );
    let content = stream("", b"BT /F 10 Tf 50 700 Td (Van con chu) Tj ET");
    let file = pdf("", &[content, FONT.into(), bomb]);
    let parsed = parsed(&file).unwrap();
    assert_eq!(parsed.article.title.as_deref(), Some("Van con chu"));
    assert_eq!(parsed.problems[0].kind, ProblemKind::Bomb);
}

/// RC4, which its inverse is, too.
fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut other = 0_usize;
    for at in 0..256 {
        other = (other + usize::from(state[at]) + usize::from(key[at % key.len()])) % 256;
        state.swap(at, other);
    }
    let (mut at, mut other) = (0_usize, 0_usize);
    let encrypted = data.iter().map(|byte| {
        at = (at + 1) % 256;
        other = (other + usize::from(state[at])) % 256;
        state.swap(at, other);
        byte ^ state[(usize::from(state[at]) + usize::from(state[other])) % 256]
    });
    encrypted.collect()
}

/// A document encrypted without a password (40 bits of RC4), with a stream of objects that inflates
/// to this many bytes.
fn encrypted(inflated: usize) -> Vec<u8> {
    use std::io::Write;
    // MD5 of the dictionary, the identifier and the numbers of the objects.
    const KEYS: [(&str, [u8; 10]); 2] = [
        (
            "4",
            [0xf6, 0xfc, 0xb6, 0x3b, 0x69, 0xd8, 0xae, 0xf0, 0xb7, 0xa7],
        ),
        (
            "6",
            [0x43, 0xe2, 0xda, 0x39, 0x73, 0x72, 0x6c, 0xe0, 0xee, 0x0b],
        ),
    ];
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"9 0 <<>> ").unwrap();
    packed.write_all(&vec![b' '; inflated]).unwrap();
    let content = b"BT /F 10 Tf 50 700 Td (Van con chu) Tj ET";
    let content = stream("", &rc4(&KEYS[0].1, content));
    let objects = rc4(&KEYS[1].1, &packed.finish().unwrap());
    let objects = stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &objects);
    let file = pdf("", &[content, FONT.into(), objects]);
    let trailer = "trailer<</ID[(timbao)(timbao)]/Encrypt<</Filter/Standard/V 1/R 2/P -4\
         /O(oooooooooooooooooooooooooooooooo)/U<03c2a8341bd71a609f3a6e9292249856825b233049fa95a68b236f34faf422ab>>>";
    let at = file
        .windows(9)
        .position(|part| part == b"trailer<<")
        .unwrap();
    [&file[..at], trailer.as_bytes(), &file[at + 9..]].concat()
}

#[test]
fn encrypted_streams_that_inflate_beyond_measure_are_left_out() {
    for (inflated, expected) in [(1 << 10, None), (64 << 20, Some(ProblemKind::Bomb))] {
        let parsed = parsed(&encrypted(inflated)).unwrap();
        assert_eq!(parsed.article.title.as_deref(), Some("Van con chu"));
        let problem = parsed.problems.first().map(|problem| problem.kind);
        assert_eq!(problem, expected, "{:?}", parsed.problems);
    }
}

#[test]
fn letters_of_another_font_do_not_change_how_a_line_is_set() {
    // Letters that the bold font lacks are in a font of another size and weight.
    let content = b"BT /F 16 Tf 50 740 Td (Dap de truoc mua nuoc) Tj ET \
        BT /F 10 Tf 50 700 Td (Ba con xa Tan Phu ra dong tu som) Tj 0 -12 Td (ai co suc thi dong cu.) Tj ET /X Do";
    let page = b"BT /G 10 Tf 246 700 Td (\x01\x01 \x01\x01\x01 \x01\x01) Tj ET \
        BT /H 10 Tf 50 670 Td (Den trua thi xong, ai ve nha nay, con de thi cao them mot thuoc nua.) Tj \
        0 -24 Td (Nam sau ba con lai dap tiep cho den bo song Lam, vi nuoc con len nua.) Tj ET";
    let form = stream(
        "/Subtype/Form/BBox[0 0 600 850]/Resources<</Font<</G 7 0 R/H 8 0 R>>>>",
        page,
    );
    let lacking = b"<</Type/Font/Subtype/Type3/FontMatrix[.0005 0 0 .0005 0 0]/FontBBox[0 -500 1900 2000]/CharProcs<<>>\
        /FirstChar 1/LastChar 1/Widths[1200]/Encoding<</Differences[1/acircumflexacute]>>>>";
    let plain = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
    let bold = "<</Type/Font/Subtype/Type1/BaseFont/Courier-Bold/Encoding/WinAnsiEncoding>>";
    let article = read_with(content, bold, &[form, lacking.to_vec(), plain.to_vec()]).unwrap();
    let summary = article.summary.unwrap_or_default();
    assert!(summary.contains("tu som ấấ"), "{summary}");
    assert!(summary.ends_with("ai co suc thi dong cu."), "{summary}");
}

#[test]
fn short_paragraphs_do_not_pass_for_widely_spaced_lines() {
    let full = "Ba con xa Tan Phu ra dong tu som, ai co xuong thi cho dat va cat.";
    let read = text(
        drawn(&[
            (16, 50, 740, "Dap de truoc mua nuoc"),
            (10, 50, 700, full),
            (10, 50, 688, "Den trua thi xong."),
            (10, 50, 666, full),
            (10, 50, 644, full),
            (10, 50, 632, "Ai ve nha nay."),
            (10, 50, 610, full),
        ])
        .as_bytes(),
    );
    assert_eq!(read.matches('\n').count(), 3, "{read}");
}

#[test]
fn a_column_may_begin_above_the_other_below_a_headline() {
    let left = "Ba con xa Tan Phu ra dong som,";
    let right = "Den trua thi da xong hai doan,";
    let mut lines = vec![
        (
            18,
            50,
            780,
            "Dap de truoc mua nuoc o xa Tan Phu, huyen Vinh An",
        ),
        (18, 50, 758, "lan nay la lan thu ba trong nam"),
        (
            11,
            50,
            730,
            "Hon ba tram nguoi cua bon ap cung ra dap lai doan de bi sat lo.",
        ),
        (10, 320, 706, right),
    ];
    for row in 0..6 {
        lines.push((10, 50, 696 - 12 * row, left));
        lines.push((10, 320, 694 - 12 * row, right));
    }
    let read = text(drawn(&lines).as_bytes());
    let first_right = read.find(right).unwrap();
    assert!(read.rfind(left).unwrap() < first_right, "{read}");
}
