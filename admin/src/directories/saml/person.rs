//! What an assertion says of a person.

use super::assertion::Said;
use super::names::TRANSIENT;
use super::settings::SamlSettings;
use crate::directories::entry::TheirPerson;
use crate::directories::sign_in::Asserted;

/// The person, and how they have proven who they are. `entity_id` is the provider's.
///
/// # Errors
/// If it cannot be told who it is.
pub fn asserted(settings: &SamlSettings, said: Said) -> Result<Asserted, &'static str> {
    let names = &settings.attributes;
    let all = |name: &str| said.attributes.get(name).map_or(&[][..], Vec::as_slice);
    // Who somebody is stands there once.
    let only = |name: &str| match (name, all(name)) {
        ("", _) => Some(said.name.value.clone()),
        (_, [one]) => Some(one.clone()),
        _ => None,
    };
    let first = |name: &str| all(name).iter().find(|one| !one.is_empty()).cloned();
    if names.key.is_empty() && said.name.format.as_deref() == Some(TRANSIENT) {
        return Err("name_is_another_each_time");
    }
    let key = only(&names.key).filter(|key| (1..=255).contains(&key.len()));
    let username = only(&names.username).filter(|name| !name.is_empty());
    let username = username.ok_or("username_attribute_missing")?;
    let display_name = names.display_name.iter().find_map(|name| first(name));
    let person = TheirPerson {
        key: key.ok_or("key_attribute_missing")?,
        display_name: display_name.unwrap_or_else(|| username.clone()),
        username,
        email: first(&names.email),
        mobile: first(&names.mobile),
        employee_number: first(&names.employee_number),
        is_enabled: true,
        ..TheirPerson::default()
    };
    let context = said.context.as_ref();
    Ok(Asserted {
        person,
        // It says nothing of how it knows: whether it is believed is the administrator's word.
        is_email_verified: true,
        has_second_factor: context.is_some_and(|class| settings.second_factor.contains(class)),
        repeated: serde_json::to_string(&said.name).ok(),
        session: said.session,
        subject: Some(said.name.value),
        once: Some((said.id, said.until)),
        renewal: None,
    })
}
