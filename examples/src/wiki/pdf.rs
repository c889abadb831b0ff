//! The wiki's handbook as a PDF, written object by object (ISO 32000-1 §7.5), so that the demo needs
//! no file beside its program.

use std::fmt::Write;

const PAGES: [&[&str]; 3] = [
    &[
        "Greenhill Handbook",
        "",
        "This file comes from the wiki behind the gate.",
        "Nobody reads it without signing in.",
    ],
    &[
        "1. Opening hours",
        "",
        "The workshop is open from 8 to 20 on weekdays.",
        "The library is open at all hours.",
    ],
    &[
        "2. If you find the gate shut",
        "",
        "Ask your administrator, and name the request id on the page.",
    ],
];

/// The whole file.
pub fn handbook() -> Vec<u8> {
    let first_page = 4;
    let kids: Vec<String> = (0..PAGES.len())
        .map(|page| format!("{} 0 R", first_page + page * 2))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {} >>",
            kids.join(" "),
            PAGES.len()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (number, lines) in PAGES.iter().enumerate() {
        let content = content(lines);
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] \
             /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            first_page + number * 2 + 1
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    assemble(&objects)
}

fn content(lines: &[&str]) -> String {
    let mut text = String::from("BT /F1 26 Tf 72 740 Td 22 TL");
    for (index, line) in lines.iter().enumerate() {
        let size = if index == 0 { 26 } else { 14 };
        let _ = write!(text, " /F1 {size} Tf ({line}) Tj T*");
    }
    text.push_str(" ET");
    text
}

fn assemble(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::with_capacity(objects.len());
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(file, "{offset:010} 00000 n ");
    }
    let _ = write!(
        file,
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    );
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_points_at_the_objects() {
        let file = String::from_utf8(handbook()).unwrap();
        let start: usize = file
            .rsplit_once("startxref\n")
            .and_then(|(_, rest)| rest.lines().next()?.parse().ok())
            .unwrap();
        assert!(file[start..].starts_with("xref\n0 10\n"));
        for (number, line) in file[start..].lines().skip(3).take(9).enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            let head = format!("{} 0 obj", number + 1);
            assert!(file[offset..].starts_with(&head));
        }
    }
}
