//! The operator's and the members' part: who there is, and how they sign in.

use std::time::Duration;

use config::cookies;
use serde_json::Value;

use super::application::Application;
use super::authenticator::Authenticator;
use super::browser::{Browser, Page};
use super::gatehouse::Gatehouse;

pub const PASSWORD: &str = "correct horse battery staple";

/// A member at a browser.
pub struct Visitor<'a> {
    gate: &'a Gatehouse,
    pub username: String,
    pub browser: Browser,
    pub authenticator: Option<Authenticator>,
}

impl Gatehouse {
    /// Makes the first administrator, without whom every way in leads to `/set-up`.
    pub async fn set_up(&self) {
        let link = self.set_up_link().await;
        let (url, code) = (&link["url"], &link["code"]);
        let [url, code] = [url, code].map(|text| text.as_str().unwrap());
        let (_, page) = self.set_up_at(url, code, "first.administrator").await;
        assert!(page.status.is_success(), "{page:?}");
        assert!(!page.has_form("/set-up"), "{page:?}");
    }

    /// A code that makes the first administrator.
    pub async fn set_up_code(&self) -> String {
        let link = self.set_up_link().await;
        link["code"].as_str().unwrap().to_owned()
    }

    /// Such a code, and where it is used.
    pub async fn set_up_link(&self) -> Value {
        let link = self.command(&["set-up-link", "--json"]).await;
        serde_json::from_str(&link).unwrap()
    }

    /// Somebody opens `/set-up`, and uses a code there.
    pub async fn set_up_with(&self, code: &str, username: &str) -> Page {
        let url = self.url("access", "/set-up");
        self.set_up_at(&url, code, username).await.1
    }

    /// As [`Gatehouse::set_up_with`], wherever its page is; and the browser that is signed in then.
    pub async fn set_up_at(&self, url: &str, code: &str, username: &str) -> (Browser, Page) {
        let browser = Browser::new(self);
        let page = browser.open(url).await;
        let form = page
            .form("/set-up")
            .fill("code", code)
            .fill("username", username)
            .fill("display_name", "First Administrator")
            .fill("password", PASSWORD)
            .fill("repeated", PASSWORD);
        let page = browser.submit(form).await;
        (browser, page)
    }

    /// Registers or changes an application as an operator does.
    pub async fn apply(&self, application: &Application) {
        let file = self.folder().join(format!("{}.json", application.host));
        std::fs::write(&file, application.definition().to_string()).unwrap();
        let file = file.to_str().unwrap();
        self.command(&["applications", "apply", file]).await;
    }

    /// Registers an application and waits until the gateway obeys it.
    pub async fn apply_and_wait(&self, application: &Application) {
        self.apply(application).await;
        // A page of ours, so that nothing reaches the upstream by this.
        let request = format!(
            "GET /.gatehouse/jwks.json HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            application.host
        );
        for _ in 0..100 {
            let reply = super::wire::exchange(self, &request).await;
            if reply.is_some_and(|reply| reply.status() == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} was not served in time", application.host);
    }

    /// A new member, who has chosen a password by the one-time link and is signed in with it.
    pub async fn visitor(&self, username: &str) -> Visitor<'_> {
        self.visitor_with(username, &[]).await
    }

    /// The same, with more that is known of them, as options of `members add`.
    pub async fn visitor_with(&self, username: &str, more: &[&str]) -> Visitor<'_> {
        let visitor = Visitor {
            gate: self,
            username: username.to_owned(),
            browser: Browser::new(self),
            authenticator: None,
        };
        let add = ["members", "add", username, "--json"];
        let made = self.command(&[&add[..], more].concat()).await;
        let made: Value = serde_json::from_str(&made).unwrap();
        let browser = &visitor.browser;
        let page = browser.open(made["url"].as_str().unwrap()).await;
        let form = page
            .form("/welcome")
            .fill("code", made["code"].as_str().unwrap());
        let page = browser.submit(form).await;
        let form = page.form("/sign-in/new-password");
        let page = browser
            .submit(form.fill("password", PASSWORD).fill("repeated", PASSWORD))
            .await;
        assert!(page.status.is_success(), "{page:?}");
        visitor
    }
}

impl Visitor<'_> {
    /// `name=value` of the session cookie at that application's host, after opening it once.
    pub async fn cookie_at(&self, name: &str) -> String {
        self.browser.open(&self.gate.url(name, "/")).await;
        let host = format!("{name}.corp.test");
        let value = self.browser.cookie(&host, cookies::SESSION);
        let value = value.unwrap_or_else(|| panic!("no session at {host}"));
        format!("{}={value}", cookies::SESSION)
    }

    /// Enrols an authenticator at the account page, and returns the recovery codes.
    pub async fn enrol(&mut self) -> Vec<String> {
        let url = self.gate.url("access", "/account/authenticator");
        let page = self.confirm_if_asked(self.browser.open(&url).await).await;
        let key = page
            .text_of("#key")
            .unwrap_or_else(|| panic!("no key: {page:?}"));
        let authenticator = Authenticator::from_seed(&key);
        let form = page.form("/account/authenticator");
        let code = authenticator.code().await;
        let page = self.browser.submit(form.fill("code", &code)).await;
        assert!(page.status.is_success(), "{page:?}");
        self.authenticator = Some(authenticator);
        let codes = page.text_of(".codes").expect("recovery codes are shown");
        codes
            .as_bytes()
            .chunks(19)
            .map(|code| String::from_utf8_lossy(code).into_owned())
            .collect()
    }

    async fn confirm_if_asked(&self, page: Page) -> Page {
        if !page.has_form("/sign-in/confirm") {
            return page;
        }
        let form = page.form("/sign-in/confirm");
        let form = match &self.authenticator {
            Some(authenticator) => form.fill("code", &authenticator.code().await),
            None => form.fill("password", PASSWORD),
        };
        self.browser.submit(form).await
    }

    /// Signs in with the password, and a code where one is asked for.
    pub async fn sign_in(&self) -> Page {
        let url = self.gate.url("access", "/sign-in");
        let page = self.browser.open(&url).await;
        let form = page.form("/sign-in").fill("username", &self.username);
        let page = self.browser.submit(form.fill("password", PASSWORD)).await;
        match &self.authenticator {
            Some(authenticator) if page.has_form("/sign-in/two-step") => {
                let form = page.form("/sign-in/two-step");
                let code = authenticator.code().await;
                self.browser.submit(form.fill("code", &code)).await
            }
            _ => page,
        }
    }

    /// An administrator disables the account.
    pub async fn disable(&self) {
        self.gate
            .command(&["members", "disable", &self.username])
            .await;
    }

    /// Signs out at the access host.
    pub async fn sign_out(&self) {
        let page = self
            .browser
            .open(&self.gate.url("access", "/sign-out"))
            .await;
        self.browser.submit(page.form("/sign-out")).await;
    }
}
