//! An identity provider by `pysaml2` that a test starts for itself.

use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::SamlSettings;
use crate::directories::testing::{Server, Visitor, hidden_fields};

pub struct IdentityProvider {
    server: Server,
    _folder: TempDir,
}

/// What the provider has the browser send to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub to: Url,
    pub fields: Vec<(String, String)>,
}

impl Form {
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.fields.retain(|(known, _)| known != name);
        changed.fields.push((name.to_owned(), value.to_owned()));
        changed
    }
}

impl IdentityProvider {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            server: Server::start("saml", folder.path()),
            _folder: folder,
        }
    }

    pub fn at(&self) -> &str {
        &self.server.at
    }

    pub fn metadata_url(&self) -> String {
        format!("{}/metadata", self.server.at)
    }

    pub fn settings(&self) -> SamlSettings {
        serde_json::from_value(json!({"metadata_url": self.metadata_url()})).unwrap()
    }

    /// Behaves so from now on; gives what it was asked and told.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "tests write it where they say it"
    )]
    pub fn now(&self, state: Value) -> Value {
        let answer: Value = serde_json::from_str(&self.server.obey(&state)).unwrap();
        assert!(
            answer.get("error").is_none(),
            "{}",
            answer["error"].as_str().unwrap()
        );
        answer
    }

    /// What it says without having been asked.
    pub fn unasked(&self, to: &str) -> String {
        let said = self.now(json!({"assertion": to}));
        said["SAMLResponse"].as_str().unwrap().to_owned()
    }

    /// What a browser does there in which the user signs in: the form that it is to send.
    pub async fn visit(&self, address: &Url) -> Form {
        let (_, page) = Visitor::at(self.at()).get(address).await.page();
        Self::form_on(&page)
    }

    /// The same, where it comes by a form.
    pub async fn visit_by_form(&self, form: &Form) -> Form {
        let mut visitor = Visitor::at(self.at());
        let (_, page) = visitor.post(&form.to, &form.fields).await.page();
        Self::form_on(&page)
    }

    /// The form on a page, of theirs or of ours.
    pub fn form_on(page: &str) -> Form {
        assert!(page.contains("<form method=\"post\" action=\""), "{page}");
        let to = crate::testing::between(page, "<form method=\"post\" action=\"", "\"");
        let base = Url::parse("https://access.example.com/").unwrap();
        Form {
            to: base.join(to).unwrap(),
            fields: hidden_fields(page),
        }
    }
}
