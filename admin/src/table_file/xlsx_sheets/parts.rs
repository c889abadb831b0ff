//! The parts of a workbook beside its sheets.

use std::fmt::Write as _;

/// Indexes of `cellXfs` below.
pub const PLAIN: u8 = 0;
pub const TIME: u8 = 1;
pub const HEADING: u8 = 2;

pub const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
pub const SPREADSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
pub const END_SHEET: &str = "</sheetData></worksheet>";

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// What is in every workbook.
pub const FIXED: [(&str, &str); 2] = [
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/styles.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss.000"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs></styleSheet>"#,
    ),
];

/// The beginning of a sheet whose headings stay in sight.
pub fn begin_sheet(line: &mut String, columns: usize) {
    let _ = write!(
        line,
        concat!(
            r#"{}<worksheet xmlns="{}"><sheetViews><sheetView workbookViewId="0">"#,
            r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#,
            r#"</sheetView></sheetViews><cols><col min="1" max="{}" width="22" customWidth="1"/></cols>"#,
            "<sheetData>"
        ),
        HEAD,
        MAIN,
        columns.max(1)
    );
}

/// The workbook, what its names refer to, and what each part is, up to where the sheets are listed.
pub fn begin_lists() -> (String, String, String) {
    let book = format!(r#"{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>"#);
    let relations = format!(
        r#"{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="styles" Type="{RELATIONS}/styles" Target="styles.xml"/>"#
    );
    let types = format!(
        concat!(
            r#"{}<Types xmlns="{}/content-types">"#,
            r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
            r#"<Default Extension="xml" ContentType="application/xml"/>"#,
            r#"<Override PartName="/xl/workbook.xml" ContentType="{}.sheet.main+xml"/>"#,
            r#"<Override PartName="/xl/styles.xml" ContentType="{}.styles+xml"/>"#
        ),
        HEAD, PACKAGE, SPREADSHEET, SPREADSHEET
    );
    (book, relations, types)
}
