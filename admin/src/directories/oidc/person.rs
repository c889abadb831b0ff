//! What claims say of a person.

use serde_json::Value;

use super::settings::{OidcSettings, SecondFactorValues};
use super::token::{Claims, text};
use crate::directories::entry::TheirPerson;
use crate::directories::sign_in::Asserted;

/// Whether something is not said that could be.
#[must_use]
pub fn is_incomplete(settings: &OidcSettings, claims: &Claims) -> bool {
    let names = &settings.claims;
    let single = [
        &names.key,
        &names.username,
        &names.email,
        &names.mobile,
        &names.employee_number,
    ];
    let is_missing = |name: &str| !name.is_empty() && !claims.contains_key(name);
    let is_nameless = !names
        .display_name
        .iter()
        .any(|name| claims.contains_key(name));
    single.into_iter().any(|name| is_missing(name)) || is_nameless
}

/// Adds what the second says and the first does not. That an address is verified is taken over only with the
/// address for which it was said.
pub fn fill(claims: &mut Claims, more: Claims) {
    if !claims.contains_key("email") {
        claims.remove("email_verified");
    }
    let is_same_mail = match claims.get("email") {
        None => true,
        Some(email) => more.get("email") == Some(email),
    };
    for (name, value) in more {
        if name != "email_verified" || is_same_mail {
            claims.entry(name).or_insert(value);
        }
    }
}

/// The person, and how they have proven who they are.
///
/// # Errors
/// If the key is missing.
pub fn asserted(settings: &OidcSettings, claims: &Claims) -> Result<Asserted, &'static str> {
    let names = &settings.claims;
    let key = text(claims, &names.key).unwrap_or_default();
    if !(1..=255).contains(&key.len()) {
        return Err("key_claim_missing");
    }
    let said = |name: &str| match claims.get(name) {
        Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let username = said(&names.username).unwrap_or_default();
    let display_name = names.display_name.iter().find_map(|name| said(name));
    Ok(Asserted {
        is_email_verified: names.email == "email"
            && claims.get("email_verified") == Some(&Value::Bool(true)),
        has_second_factor: has_second_factor(&settings.second_factor, claims),
        session: text(claims, "sid").map(str::to_owned),
        subject: text(claims, "sub").map(str::to_owned),
        repeated: None,
        once: None,
        renewal: None,
        person: TheirPerson {
            key: key.to_owned(),
            display_name: display_name.unwrap_or_else(|| username.clone()),
            username,
            email: said(&names.email),
            mobile: said(&names.mobile),
            employee_number: said(&names.employee_number),
            is_enabled: true,
            ..TheirPerson::default()
        },
    })
}

fn has_second_factor(values: &SecondFactorValues, claims: &Claims) -> bool {
    let is_one_of = |list: &[String], value: &Value| {
        value
            .as_str()
            .is_some_and(|value| list.iter().any(|one| one == value))
    };
    let methods = claims.get("amr").and_then(Value::as_array);
    let by_method = methods
        .into_iter()
        .flatten()
        .any(|method| is_one_of(&values.amr, method));
    let by_class = claims
        .get("acr")
        .is_some_and(|acr| is_one_of(&values.acr, acr));
    by_method || by_class
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings() -> OidcSettings {
        serde_json::from_value(json!({"issuer": "https://op.example.com", "client_id": "us"}))
            .unwrap()
    }

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_mail_address_is_verified_only_where_that_is_said_of_itself() {
        let of = |value: Value| {
            asserted(&settings(), &claims(value))
                .unwrap()
                .is_email_verified
        };
        assert!(of(
            json!({"sub": "1", "email": "a@example.com", "email_verified": true})
        ));
        for unsure in [json!("true"), json!(1), json!(false), json!(null)] {
            let value = json!({"sub": "1", "email": "a@example.com", "email_verified": unsure});
            assert!(!of(value));
        }
        let mut own = claims(json!({"sub": "1", "email": "boss@example.com"}));
        let other = json!({"sub": "1", "email": "a@example.com", "email_verified": true});
        fill(&mut own, claims(other));
        let asserted = asserted(&settings(), &own).unwrap();
        assert_eq!(asserted.person.email.as_deref(), Some("boss@example.com"));
        assert!(
            !asserted.is_email_verified,
            "it was said of another address"
        );
    }

    #[test]
    fn a_second_factor_counts_only_by_the_values_that_were_chosen() {
        let mut settings = settings();
        settings.second_factor.acr = vec!["gold".to_owned()];
        let of = |value: Value| {
            asserted(&settings, &claims(value))
                .unwrap()
                .has_second_factor
        };
        assert!(of(json!({"sub": "1", "amr": ["pwd", "mfa"]})));
        assert!(of(json!({"sub": "1", "acr": "gold"})));
        assert!(!of(json!({"sub": "1", "amr": ["pwd"], "acr": "silver"})));
        assert!(!of(json!({"sub": "1", "amr": "mfa"})), "it is a list");
    }

    #[test]
    fn that_an_address_is_verified_is_not_believed_of_another_one() {
        let mut said = claims(json!({"sub": "a", "email_verified": true}));
        fill(
            &mut said,
            claims(json!({"email": "boss@example.com", "email_verified": false})),
        );
        assert_eq!(said["email_verified"], false);
        let mut said = claims(json!({"email": "a@example.com"}));
        fill(
            &mut said,
            claims(json!({"email": "b@example.com", "email_verified": true})),
        );
        assert!(!said.contains_key("email_verified"));
    }

    #[test]
    fn nobody_is_known_without_a_key() {
        for value in [
            json!({}),
            json!({"sub": ""}),
            json!({"sub": 7}),
            json!({"sub": ["1"]}),
        ] {
            assert_eq!(
                asserted(&settings(), &claims(value)),
                Err("key_claim_missing")
            );
        }
    }
}
