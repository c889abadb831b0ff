//! The wiki's markup: `## headings`, `- lists`, `**strong**` and paragraphs. All else is text.

use std::fmt::Write;

/// Turns a page's source into HTML. Whatever a person typed is escaped first.
pub fn to_html(source: &str) -> String {
    let mut html = String::with_capacity(source.len() * 2);
    for block in source.replace("\r\n", "\n").split("\n\n") {
        let block = block.trim();
        if block.is_empty() {
        } else if let Some(heading) = block.strip_prefix("## ") {
            let _ = writeln!(html, "<h2>{}</h2>", inline(heading));
        } else if block.lines().all(|line| line.starts_with("- ")) {
            html.push_str("<ul>\n");
            for line in block.lines() {
                let _ = writeln!(html, "<li>{}</li>", inline(&line[2..]));
            }
            html.push_str("</ul>\n");
        } else {
            let _ = writeln!(html, "<p>{}</p>", inline(block));
        }
    }
    html
}

fn inline(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for (index, part) in escape(text).split("**").enumerate() {
        if index > 0 {
            html.push_str(if index % 2 == 1 {
                "<strong>"
            } else {
                "</strong>"
            });
        }
        html.push_str(part);
    }
    if text.matches("**").count() % 2 == 1 {
        html.push_str("</strong>");
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_lists_and_paragraphs_are_told_apart() {
        let html = to_html("## One\n\n- a\n- b\n\ntext **bold** end");
        assert_eq!(
            html,
            "<h2>One</h2>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n\
             <p>text <strong>bold</strong> end</p>\n"
        );
    }

    #[test]
    fn what_a_person_typed_never_becomes_a_tag() {
        assert!(!to_html("<script>alert(1)</script>").contains("<script"));
        assert!(!to_html("- <b>\n- **<i>").contains("<b>"));
    }
}
