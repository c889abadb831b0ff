//! What an identity provider may say, and sign rightly, and what lets nobody in all the same.

use serde_json::json;

use super::saml_attack_tests::Scene;

#[tokio::test]
async fn attack_13_an_assertion_for_others_of_others_or_of_another_time_is_refused() {
    let scene = Scene::new().await;
    let assertion = "(<[^>]*:Assertion [^>]*>.*?)";
    let conditions = "(<[^>]*:Conditions [^>]*?)";
    let bearer = "(<[^>]*:SubjectConfirmationData [^>]*?)";
    for (pattern, instead, reason) in [
        (
            format!("{assertion}<([^>]*:Issuer)([^>]*)>[^<]*<"),
            r"\1<\2\3>https://other.example.com<",
            "issuer",
        ),
        (
            format!("{bearer}Recipient=\"[^\"]*\""),
            r#"\1Recipient="https://other.example.com/acs""#,
            "recipient",
        ),
        (format!("{bearer}Recipient=\"[^\"]*\""), r"\1", "recipient"),
        (
            format!("{bearer}InResponseTo=\"[^\"]*\""),
            r#"\1InResponseTo="other""#,
            "assertion_for_another_request",
        ),
        (
            format!("{bearer}InResponseTo=\"[^\"]*\""),
            r"\1",
            "assertion_for_another_request",
        ),
        (
            format!("{bearer}NotOnOrAfter=\"[^\"]*\""),
            r"\1",
            "assertion_expired",
        ),
        (
            format!("{bearer}NotOnOrAfter="),
            r#"\1NotBefore="2999-01-01T00:00:00Z" NotOnOrAfter="#,
            "assertion_not_yet",
        ),
        (
            "cm:bearer".to_owned(),
            "cm:holder-of-key",
            "no_bearer_confirmation",
        ),
        (
            "(:Audience>)[^<]*<".to_owned(),
            r"\1https://other.example.com<",
            "audience",
        ),
        (
            "<[^>]*:AudienceRestriction>.*:AudienceRestriction>".to_owned(),
            "",
            "audience",
        ),
        (
            format!("{conditions}NotBefore=\"[^\"]*\""),
            r#"\1NotBefore="2999-01-01T00:00:00Z""#,
            "assertion_not_yet",
        ),
        (
            format!("{conditions}NotOnOrAfter=\"[^\"]*\""),
            r#"\1NotOnOrAfter="2001-01-01T00:00:00Z""#,
            "assertion_expired",
        ),
        (
            "(</[^>]*:Conditions>)".to_owned(),
            r#"<o:Only xmlns:o="urn:other"/>\1"#,
            "condition_unknown",
        ),
        (
            "(<[^>]*:AuthnStatement )".to_owned(),
            r#"\1SessionNotOnOrAfter="2001-01-01T00:00:00Z" "#,
            "session_over",
        ),
        (
            "<[^>]*:AuthnStatement .*:AuthnStatement>".to_owned(),
            "",
            "no_authentication",
        ),
        ("<[^>]*:NameID .*:NameID>".to_owned(), "", "no_name_id"),
        (
            "(:Assertion [^>]*?)Version=\"2.0\"".to_owned(),
            r#"\1Version="1.1""#,
            "assertion_version",
        ),
    ] {
        scene.idp.now(json!({"said": [pattern, instead]}));
        let (mut browser, form) = scene.sent_back().await;
        let found = scene.reason(&mut browser, &form).await;
        assert_eq!(found, reason, "{pattern}");
    }
    // Nothing but what is said keeps it out.
    scene.idp.now(json!({"said": ["cm:bearer", "cm:bearer"]}));
    scene.lets_in().await;
}
