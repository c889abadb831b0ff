//! `/`: the applications that this person may open from here, now.

use askama::Template;
use axum::extract::State as Shared;
use config::id::ApplicationId;
use config::snapshot::brand::initial;
use config::snapshot::{Application, HostPattern};
use config::{Language, Role, Snapshot};

use crate::console;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Frame, Reader, go_to, show};
use crate::sign_in::{Person, password_age};
use crate::state::State;

texts! {
    /// The portal.
    PortalTexts {
        title: "应用", "Applications";
        greeting: "您好，", "Hello, ";
        lead: "您可以打开以下应用。", "These applications are open to you.";
        empty: "还没有可以打开的应用", "There is nothing to open yet";
        empty_more: "管理员为您授权后，应用会出现在这里。", "Applications appear here once an administrator has given you access.";
        empty_for_publishers: "在管理控制台中添加第一个应用，它就会出现在这里。", "Add the first application in the console, and it appears here.";
        open_console: "打开管理控制台", "Open the console";
        change_password: "修改密码", "Change the password";
    }
}

#[derive(Template)]
#[template(path = "portal.html")]
struct PortalPage {
    frame: Frame,
    t: &'static PortalTexts,
    name: String,
    /// Whether the reader is one of those who put applications here.
    may_publish: bool,
    /// That the password ends soon.
    warning: Option<String>,
    tiles: Vec<Tile>,
}

/// One application on the portal.
struct Tile {
    name: String,
    description: String,
    address: String,
    host: String,
    initial: String,
    /// The address of its icon, in the place of the letter.
    icon: Option<String>,
    /// One of the colours of the style sheet; the same application always has the same.
    colour: usize,
}

const COLOURS: usize = 8;

/// `GET /`
pub async fn page(Shared(state): Shared<State>, reader: Reader, person: Option<Person>) -> Answer {
    let Some(person) = person else {
        // While nobody can sign in, the way leads to making the first administrator.
        return if crate::set_up::is_ahead(&state, &reader).await? {
            Ok(go_to("/set-up"))
        } else {
            Err(Failure::SignInNeeded(reader.here))
        };
    };
    if state.settings.is_admin_host(&reader.visitor.host) {
        return Ok(go_to(console::PATH));
    }
    let principal = &person.0.principal;
    let judge = state.may_open.get();
    let may_open = |id: &ApplicationId| {
        judge.is_some_and(|judge| judge.may_open(principal, reader.visitor.client_address, id))
    };
    let snapshot = state.snapshot().ok_or(Failure::StoreAway)?;
    let mut tiles: Vec<Tile> = snapshot
        .applications
        .iter()
        .filter(|application| application.on_portal && may_open(&application.id))
        .filter_map(|application| tile(&state, &snapshot, application, reader.language))
        .collect();
    tiles.sort_by(|a, b| a.name.cmp(&b.name));
    let frame = Frame::new(&state, &reader).for_person(principal);
    let days = password_age::days_left(&state, &principal.id).await?;
    show(&PortalPage {
        warning: days.map(|days| password_age::warning(days, reader.language)),
        may_publish: frame.has_console
            && [Role::Owner, Role::Administrator]
                .iter()
                .any(|role| principal.roles.contains(role)),
        frame,
        t: PortalTexts::of(reader.language),
        name: principal.display_name.clone(),
        tiles,
    })
}

/// `None` for an application that has no host name of its own to open.
fn tile(
    state: &State,
    snapshot: &Snapshot,
    application: &Application,
    language: Language,
) -> Option<Tile> {
    let host = application.hosts.iter().find_map(|pattern| match pattern {
        HostPattern::Exact(name) => Some(name.clone()),
        HostPattern::Wildcard(_) => None,
    })?;
    let name = application.name.get(language).to_owned();
    let origin = state.settings.access.origin_of(&host);
    Some(Tile {
        initial: initial(&name),
        icon: snapshot.pictures.icons.get(&application.id).cloned(),
        colour: colour(application.id.as_str()),
        description: application.description.get(language).to_owned(),
        address: format!("{origin}{}", application.path_prefix),
        host,
        name,
    })
}

fn colour(id: &str) -> usize {
    id.bytes().fold(0_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(byte))
    }) % COLOURS
}
