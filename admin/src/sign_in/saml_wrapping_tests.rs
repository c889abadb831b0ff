//! Responses that were rightly signed, wrapped into others (XML signature wrapping): each variant that is known.

use serde_json::json;

use super::saml_attack_tests::{Scene, piece, without_declaration};

type Wrap = fn(&Pieces<'_>) -> String;

/// The pieces of a response, as they stand in it.
struct Pieces<'a> {
    whole: &'a str,
    assertion: &'a str,
    /// Of the assertion, or of the response.
    signature: &'a str,
    id: &'a str,
}

fn pieces(whole: &str) -> Pieces<'_> {
    let document = roxmltree::Document::parse(whole).unwrap();
    let mut all = document.descendants();
    let assertion = all
        .find(|node| node.tag_name().name() == "Assertion")
        .unwrap();
    let at = assertion.attribute_node("ID").unwrap().range_value();
    Pieces {
        whole,
        assertion: &whole[assertion.range()],
        signature: piece(whole, "Signature"),
        id: &whole[at],
    }
}

impl Pieces<'_> {
    /// The assertion without its signature.
    fn bare(&self) -> String {
        self.assertion.replacen(self.signature, "", 1)
    }

    /// The same, of somebody else, under another ID.
    fn evil(&self) -> String {
        self.bare()
            .replace(">wang<", ">boss<")
            .replace(self.id, "_evil")
    }

    /// The evil assertion with something more in it.
    fn evil_with(&self, more: &str) -> String {
        let evil = self.evil();
        let end = evil.rfind("</").unwrap();
        format!("{}{more}{}", &evil[..end], &evil[end..])
    }

    /// The signature with an object in it.
    fn signature_around(&self, object: &str) -> String {
        let end = self.signature.rfind("</").unwrap();
        let (start, end) = self.signature.split_at(end);
        let prefix = start[1..].split(':').next().unwrap();
        format!("{start}<{prefix}:Object>{object}</{prefix}:Object>{end}")
    }

    fn with(&self, assertions: &str) -> String {
        self.whole.replacen(self.assertion, assertions, 1)
    }
}

/// The response as it would be of somebody else, under another ID, without a signature.
fn evil_response(pieces: &Pieces<'_>) -> String {
    let bare = pieces.whole.replacen(pieces.signature, "", 1);
    let id = piece_id(&bare);
    let evil = bare.replace(">wang<", ">boss<").replacen(&id, "_evil", 1);
    evil.replace(pieces.id, "_evil_assertion")
}

fn piece_id(text: &str) -> String {
    let document = roxmltree::Document::parse(text).unwrap();
    document.root_element().attribute("ID").unwrap().to_owned()
}

/// Behind the issuer of the response, where a signature belongs.
fn behind_issuer(response: &str, more: &str) -> String {
    let issuer = piece(response, "Issuer");
    response.replacen(issuer, &format!("{issuer}{more}"), 1)
}

#[tokio::test]
async fn attack_13_wrapping_of_a_signed_response_is_refused() {
    let scene = Scene::new().await;
    scene.idp.now(json!({"sign": ["response"]}));
    let variants: [(&str, Wrap); 4] = [
        // The signed response within the signature of another.
        ("xsw1", |of| {
            let object = without_declaration(of.whole).replacen(of.signature, "", 1);
            behind_issuer(&evil_response(of), &of.signature_around(&object))
        }),
        // The signed response beside its signature.
        ("xsw2", |of| {
            let bare = without_declaration(of.whole).replacen(of.signature, "", 1);
            behind_issuer(&evil_response(of), &format!("{}{bare}", of.signature))
        }),
        ("the signed response whole within another", |of| {
            behind_issuer(&evil_response(of), without_declaration(of.whole))
        }),
        ("the signed response as an extension of another", |of| {
            let inner = format!(
                "<ns0:Extensions xmlns:ns0=\"urn:oasis:names:tc:SAML:2.0:protocol\">{}</ns0:Extensions>",
                without_declaration(of.whole)
            );
            behind_issuer(&evil_response(of), &inner)
        }),
    ];
    for (name, wrap) in variants {
        let reason = scene.refused_with(|text| wrap(&pieces(text))).await;
        let expected = [
            "signature_of_something_else",
            "signature_elsewhere",
            "several_assertions",
        ];
        assert!(expected.contains(&reason.as_str()), "{name}: {reason}");
    }
}

#[tokio::test]
async fn attack_13_wrapping_of_a_signed_assertion_is_refused() {
    let scene = Scene::new().await;
    let variants: [(&str, Wrap); 9] = [
        ("xsw3", |of| {
            of.with(&format!("{}{}", of.evil(), of.assertion))
        }),
        ("xsw4", |of| of.with(&of.evil_with(of.assertion))),
        ("xsw5", |of| {
            of.with(&format!("{}{}", of.evil_with(of.signature), of.bare()))
        }),
        ("xsw6", |of| {
            of.with(&of.evil_with(&of.signature_around(&of.bare())))
        }),
        ("xsw7", |of| {
            let extensions = format!(
                "<ns0:Extensions xmlns:ns0=\"urn:oasis:names:tc:SAML:2.0:protocol\">{}</ns0:Extensions>",
                of.assertion
            );
            behind_issuer(&of.with(&of.evil()), &extensions)
        }),
        ("xsw8", |of| {
            let object = of.signature_around(&of.assertion.replacen(of.signature, "", 1));
            of.with(&of.evil_with(&object))
        }),
        ("xsw9", |of| {
            let same = of.evil().replace("_evil", of.id);
            of.with(&format!("{same}{}", of.assertion))
        }),
        ("by another kind of ID", |of| {
            let same = of.evil().replacen(
                "ID=\"_evil\"",
                &format!("ID=\"_evil\" xml:id=\"{}\"", of.id),
                1,
            );
            let end = same.rfind("</").unwrap();
            of.with(&format!("{}{}{}", &same[..end], of.signature, &same[end..]))
        }),
        ("at the end", |of| {
            of.with(&format!("{}{}", of.assertion, of.evil()))
        }),
    ];
    for (name, wrap) in variants {
        let reason = scene.refused_with(|text| wrap(&pieces(text))).await;
        let expected = [
            "signature_of_something_else",
            "signature_elsewhere",
            "several_assertions",
            "signature_shape",
            "id_twice",
            "not_signed",
        ];
        assert!(expected.contains(&reason.as_str()), "{name}: {reason}");
    }
}
