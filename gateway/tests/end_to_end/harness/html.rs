//! The forms of a page, as a person finds them.

use std::cell::RefCell;
use std::rc::Rc;

use lol_html::{RewriteStrSettings, element, rewrite_str, text};
use reqwest::Url;

#[derive(Clone, Debug)]
pub struct Form {
    pub action: Url,
    /// Name and value of each field, hidden ones among them.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Fills in a field; one that the form has not is added, as an attacker would.
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Takes a field out.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self
    }

    pub fn encoded(&self) -> String {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&self.fields).finish()
    }
}

/// All forms of a page, in order.
pub fn forms(page: &Url, html: &str) -> Vec<Form> {
    let forms = Rc::new(RefCell::new(Vec::<Form>::new()));
    let (opened, filled) = (Rc::clone(&forms), Rc::clone(&forms));
    let handlers = vec![
        element!("form", move |form| {
            let action = form.get_attribute("action").unwrap_or_default();
            opened.borrow_mut().push(Form {
                action: page.join(&unescape(&action)).unwrap(),
                fields: Vec::new(),
            });
            Ok(())
        }),
        element!("form input, form textarea", move |field| {
            let kind = field.get_attribute("type").unwrap_or_default();
            if kind == "checkbox" && !field.has_attribute("checked") {
                return Ok(());
            }
            let value = field.get_attribute("value").unwrap_or_default();
            let mut forms = filled.borrow_mut();
            if let (Some(form), Some(name)) = (forms.last_mut(), field.get_attribute("name")) {
                form.fields.push((name, unescape(&value)));
            }
            Ok(())
        }),
    ];
    let settings = handlers
        .into_iter()
        .fold(RewriteStrSettings::new(), |settings, handler| {
            settings.append_element_content_handler(handler)
        });
    rewrite_str(html, settings).unwrap();
    forms.take()
}

/// The text of the elements that a CSS selector finds.
pub fn text_of(html: &str, selector: &str) -> Option<String> {
    let found = Rc::new(RefCell::new(String::new()));
    let kept = Rc::clone(&found);
    let settings =
        RewriteStrSettings::new().append_element_content_handler(text!(selector, move |chunk| {
            kept.borrow_mut().push_str(chunk.as_str());
            Ok(())
        }));
    rewrite_str(html, settings).unwrap();
    let text = found.take();
    (!text.is_empty()).then(|| unescape(text.trim()))
}

/// An attribute of the first element that a CSS selector finds.
pub fn attribute_of(html: &str, selector: &str, name: &str) -> Option<String> {
    let found = Rc::new(RefCell::new(None));
    let (kept, name) = (Rc::clone(&found), name.to_owned());
    let handler = element!(selector, move |element| {
        let mut kept = kept.borrow_mut();
        if kept.is_none() {
            *kept = element.get_attribute(&name);
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(handler);
    rewrite_str(html, settings).unwrap();
    found.take().map(|text| unescape(&text))
}

pub fn unescape(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
