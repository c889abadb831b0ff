//! A browser without a screen: keeps cookies by host, follows redirects, fills in forms.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
};
use reqwest::{Method, StatusCode, Url};

use super::Gatehouse;
use super::html::{self, Form};

type Jar = BTreeMap<String, BTreeMap<String, Cookie>>;

struct Cookie {
    value: String,
    /// For so long it outlives the closing of the browser, in seconds.
    max_age: Option<u64>,
}

/// One person's browser. Clones share the cookies.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    jar: Arc<Mutex<Jar>>,
    language: String,
}

/// What the browser shows after redirects.
#[derive(Debug)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Page {
    /// Where it sends the browser.
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get(LOCATION)?.to_str().unwrap();
        Some(self.url.join(location).unwrap())
    }

    /// Whether it gives the browser a session.
    pub fn begins_session(&self) -> bool {
        let cookies = self.headers.get_all(SET_COOKIE).iter();
        let mut cookies = cookies.filter_map(|cookie| cookie.to_str().ok());
        cookies.any(|cookie| {
            let value = cookie.strip_prefix(config::cookies::SESSION);
            value.is_some_and(|rest| rest.starts_with('=') && !rest.starts_with("=;"))
        })
    }

    /// The form whose action contains `action`; a test fails if there is none.
    pub fn form(&self, action: &str) -> Form {
        html::forms(&self.url, &self.html)
            .into_iter()
            .find(|form| form.action.as_str().contains(action))
            .unwrap_or_else(|| panic!("no form to {action} at {}:\n{}", self.url, self.html))
    }

    pub fn has_form(&self, action: &str) -> bool {
        html::forms(&self.url, &self.html)
            .iter()
            .any(|form| form.action.as_str().contains(action))
    }

    /// The form that has a field of that name; a test fails if there is none.
    pub fn form_with(&self, field: &str) -> Form {
        html::forms(&self.url, &self.html)
            .into_iter()
            .find(|form| form.fields.iter().any(|(name, _)| name == field))
            .unwrap_or_else(|| panic!("no field {field} at {}:\n{}", self.url, self.html))
    }

    /// An attribute of the first element that a CSS selector finds.
    pub fn attribute_of(&self, selector: &str, name: &str) -> Option<String> {
        html::attribute_of(&self.html, selector, name)
    }

    /// The text of the first element that a CSS selector finds.
    pub fn text_of(&self, selector: &str) -> Option<String> {
        html::text_of(&self.html, selector)
    }

    pub fn shows(&self, text: &str) -> bool {
        self.html.contains(text)
    }
}

impl Browser {
    pub fn new(gate: &Gatehouse) -> Self {
        Self::from_address(gate, Ipv4Addr::LOCALHOST)
    }

    /// The same browser, led to another node by the balancer from now on.
    pub fn led_to(&self, gate: &Gatehouse) -> Self {
        Self {
            jar: Arc::clone(&self.jar),
            ..Self::new(gate)
        }
    }

    /// A browser on another machine: it calls from this loopback address.
    pub fn from_address(gate: &Gatehouse, address: impl Into<IpAddr>) -> Self {
        let IpAddr::V4(to) = gate.address().ip() else {
            panic!("the gate of a test listens on IPv4");
        };
        Self::between(gate, address.into(), to, HeaderMap::new())
    }

    /// The same browser, carried to where a proxy that is believed sees this address.
    pub fn carried_to(&self, gate: &Gatehouse, address: &str) -> Self {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_str(address).unwrap(),
        )]);
        let here = Ipv4Addr::LOCALHOST;
        Self {
            jar: Arc::clone(&self.jar),
            ..Self::between(gate, here.into(), here, headers)
        }
    }

    /// A browser for which every name is at this loopback address, where another proxy listens.
    pub fn by_way_of(gate: &Gatehouse, proxy: Ipv4Addr) -> Self {
        let here = Ipv4Addr::LOCALHOST.into();
        Self::between(gate, here, proxy, HeaderMap::new())
    }

    fn between(gate: &Gatehouse, from: IpAddr, to: Ipv4Addr, headers: HeaderMap) -> Self {
        let tls = gate.certificates().client(&[]);
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .local_address(from)
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Everywhere(to)))
            .no_proxy()
            .user_agent("Mozilla/5.0 (X11; Linux x86_64) Gatehouse-Test/1.0")
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .unwrap();
        Self {
            client,
            jar: Arc::default(),
            language: "en".to_owned(),
        }
    }

    /// The same browser of a person who reads another language.
    pub fn speaking(&self, language: &str) -> Self {
        Self {
            language: language.to_owned(),
            ..self.clone()
        }
    }

    /// Opens an address as a person does, following redirects.
    pub async fn open(&self, url: &str) -> Page {
        let page = self.try_open(url).await;
        page.unwrap_or_else(|why| panic!("{url}: {why:?}"))
    }

    pub async fn submit(&self, form: Form) -> Page {
        let page = self.try_submit(form).await;
        page.unwrap_or_else(|why| panic!("{why:?}"))
    }

    /// The same, where the program may end at any moment.
    pub async fn try_open(&self, url: &str) -> reqwest::Result<Page> {
        let url = Url::parse(url).unwrap();
        self.navigate(Method::GET, url, None).await
    }

    pub async fn try_submit(&self, form: Form) -> reqwest::Result<Page> {
        let body = form.encoded();
        self.navigate(Method::POST, form.action, Some(body)).await
    }

    /// Opens an address and returns every place that a browser went to, the first one included.
    /// Stops before a place that is not ours.
    pub async fn trail(&self, url: &str) -> Vec<Url> {
        let mut places = vec![Url::parse(url).unwrap()];
        while let Some(place) = places.last().filter(|place| is_ours(place)).cloned() {
            let page = self.one(Method::GET, place, None).await.unwrap();
            let Some(location) = page.headers.get(LOCATION) else {
                return places;
            };
            // Read as a browser does: backslashes are slashes, tabs and newlines are nothing.
            places.push(
                page.url
                    .join(&String::from_utf8_lossy(location.as_bytes()))
                    .unwrap(),
            );
            assert!(places.len() < 12, "in circles: {places:?}");
        }
        places
    }

    /// Opens an address and stays where it leads to.
    pub async fn open_one(&self, url: &str) -> Page {
        let url = Url::parse(url).unwrap();
        self.one(Method::GET, url, None).await.unwrap()
    }

    async fn navigate(
        &self,
        method: Method,
        url: Url,
        body: Option<String>,
    ) -> reqwest::Result<Page> {
        let mut page = self.one(method, url, body).await?;
        for _ in 0..12 {
            if !page.status.is_redirection() {
                return Ok(page);
            }
            let location = page
                .headers
                .get(LOCATION)
                .expect("a redirect without Location");
            let next = page.url.join(location.to_str().unwrap()).unwrap();
            page = self.one(Method::GET, next, None).await?;
        }
        panic!("redirected in circles, last to {}", page.url);
    }

    async fn one(&self, method: Method, url: Url, body: Option<String>) -> reqwest::Result<Page> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut request = self
            .client
            .request(method.clone(), url.clone())
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(ACCEPT_LANGUAGE, &self.language)
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document");
        if let Some(cookies) = self.cookies(&host) {
            request = request.header(COOKIE, cookies);
        }
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", url.origin().ascii_serialization())
                .header("Sec-Fetch-Site", "same-origin")
                .body(body);
        }
        let answer = request.send().await?;
        self.keep(&host, answer.headers());
        Ok(Page {
            url,
            status: answer.status(),
            headers: answer.headers().clone(),
            html: answer.text().await.unwrap_or_default(),
        })
    }

    /// A request as a script on a page of that host makes it, with the host's cookies.
    pub fn fetch(&self, method: Method, url: &str) -> reqwest::RequestBuilder {
        let url = Url::parse(url).unwrap();
        let cookies = self.cookies(url.host_str().unwrap_or_default());
        let request = self
            .client
            .request(method, url)
            .header("Sec-Fetch-Mode", "cors")
            .header(ACCEPT, "application/json");
        match cookies {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        }
    }

    /// The Cookie header that a request to that host carries.
    pub fn cookies(&self, host: &str) -> Option<String> {
        let jar = self.jar.lock();
        let pairs: Vec<_> = jar
            .get(host)?
            .iter()
            .map(|(name, cookie)| format!("{name}={}", cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub fn cookie(&self, host: &str, name: &str) -> Option<String> {
        let jar = self.jar.lock();
        Some(jar.get(host)?.get(name)?.value.clone())
    }

    /// For how many seconds the cookie outlives the closing of the browser; `None` if it does not.
    pub fn outlives_closing(&self, host: &str, name: &str) -> Option<u64> {
        self.jar.lock()[host][name].max_age
    }

    /// It is closed, and opened again.
    pub fn close(&self) {
        for cookies in self.jar.lock().values_mut() {
            cookies.retain(|_, cookie| cookie.max_age.is_some());
        }
    }

    /// Plants a cookie, as a thief or a sibling host would.
    pub fn set_cookie(&self, host: &str, name: &str, value: &str) {
        let mut jar = self.jar.lock();
        let cookies = jar.entry(host.to_owned()).or_default();
        let (value, max_age) = (value.to_owned(), None);
        cookies.insert(name.to_owned(), Cookie { value, max_age });
    }

    fn keep(&self, host: &str, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if name.starts_with("__Host-") {
                assert_is_host_cookie(text, attributes);
            }
            let mut jar = self.jar.lock();
            let cookies = jar.entry(host.to_owned()).or_default();
            let max_age = max_age(attributes);
            if max_age == Some(0) {
                cookies.remove(name);
            } else {
                let value = value.to_owned();
                cookies.insert(name.to_owned(), Cookie { value, max_age });
            }
        }
    }
}

fn max_age(attributes: &str) -> Option<u64> {
    let attributes = attributes.to_ascii_lowercase();
    let mut attributes = attributes.split(';').map(str::trim);
    attributes.find_map(|one| one.strip_prefix("max-age=")?.parse().ok())
}

/// What a browser demands of a cookie with this prefix (RFC 6265bis §4.1.3.2), and what we do.
fn assert_is_host_cookie(cookie: &str, attributes: &str) {
    let attributes = attributes.to_ascii_lowercase();
    for wanted in ["secure", "path=/", "httponly"] {
        assert!(attributes.contains(wanted), "{cookie} lacks {wanted}");
    }
    assert!(!attributes.contains("domain="), "{cookie} has a domain");
}

fn is_ours(place: &Url) -> bool {
    place
        .host_str()
        .is_some_and(|host| host.ends_with(".corp.test"))
        && place.port().is_some()
}

/// Every name is at this address.
struct Everywhere(Ipv4Addr);

impl Resolve for Everywhere {
    fn resolve(&self, _: Name) -> Resolving {
        let address = SocketAddr::from((self.0, 0));
        Box::pin(async move { Ok(Box::new(std::iter::once(address)) as Addrs) })
    }
}
