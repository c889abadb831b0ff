//! What is asked next, of whom.

use config::Timestamp;
use config::session::AuthenticationMethod;

use super::*;
use crate::sign_in_policy::SecondFactor;
use crate::store::credentials::AccountStatus;

fn account(has_totp: bool, must_change_password: bool) -> Account {
    Account {
        member: "m".into(),
        username: "alice".into(),
        display_name: "Alice".into(),
        status: AccountStatus::Active,
        password_hash: Some(String::new()),
        must_change_password,
        password_changed_at: Some(Timestamp(0)),
        has_totp,
        email: None,
        mobile: None,
        passkeys: 0,
        is_password_elsewhere: false,
    }
}

fn step(flow: &Flow, account: &Account, rules: &Rules) -> Step {
    let circumstances = Circumstances {
        rules,
        is_trusted_browser: false,
        by_message: &[],
        comes_by_code: false,
        is_kept_out: false,
        must_come_by_directory: false,
        now: Timestamp(DAY),
    };
    next(flow, account, circumstances)
}

const DAY: i64 = 24 * 3_600_000;

fn demanding(demand: TwoStepDemand) -> Rules {
    let mut rules = Rules::default();
    rules.two_step.demand = demand;
    rules
}

fn flow(method: AuthenticationMethod) -> Flow {
    Flow::begin("m".into(), method, Timestamp(0), "/")
}

#[test]
fn attack_22_whichever_way_a_person_comes_the_second_factor_is_asked() {
    for method in [
        AuthenticationMethod::Password,
        AuthenticationMethod::OneTimeLink,
        AuthenticationMethod::Directory,
        AuthenticationMethod::MailCode,
        AuthenticationMethod::SmsCode,
    ] {
        for must_change in [false, true] {
            for demand in [TwoStepDemand::Optional, TwoStepDemand::Required] {
                let (account, rules) = (account(true, must_change), demanding(demand));
                assert_eq!(step(&flow(method), &account, &rules), Step::SecondFactor);
            }
        }
    }
}

#[test]
fn whoever_must_have_a_second_factor_sets_one_up_or_puts_it_off_while_they_may() {
    let (mut flow, account) = (flow(AuthenticationMethod::Password), account(false, true));
    let required = demanding(TwoStepDemand::Required);
    assert_eq!(step(&flow, &account, &required), Step::Enrol);
    let off = demanding(TwoStepDemand::Off);
    assert_eq!(step(&flow, &account, &off), Step::NewPassword);
    flow.is_enrolment_put_off = true;
    assert_eq!(step(&flow, &account, &required), Step::NewPassword);
}

#[test]
fn a_mailbox_is_a_second_factor_only_where_one_is_required() {
    let (flow, account) = (flow(AuthenticationMethod::Password), account(false, false));
    for (demand, expected) in [
        (TwoStepDemand::Off, Step::Done),
        (TwoStepDemand::Optional, Step::Done),
        (TwoStepDemand::Required, Step::SecondFactor),
    ] {
        let circumstances = Circumstances {
            rules: &demanding(demand),
            is_trusted_browser: false,
            by_message: &[Channel::Mail],
            comes_by_code: false,
            is_kept_out: false,
            must_come_by_directory: false,
            now: Timestamp(DAY),
        };
        assert_eq!(next(&flow, &account, circumstances), expected);
    }
}

#[test]
fn where_two_step_verification_is_off_or_the_browser_is_trusted_nobody_is_asked() {
    let (flow, account) = (flow(AuthenticationMethod::Password), account(true, false));
    let off = demanding(TwoStepDemand::Off);
    assert_eq!(step(&flow, &account, &off), Step::Done);
    let circumstances = Circumstances {
        rules: &demanding(TwoStepDemand::Required),
        is_trusted_browser: true,
        by_message: &[],
        comes_by_code: false,
        is_kept_out: false,
        must_come_by_directory: false,
        now: Timestamp(DAY),
    };
    assert_eq!(next(&flow, &account, circumstances), Step::Done);
}

#[test]
fn a_password_ends_on_its_last_day() {
    let (flow, account) = (flow(AuthenticationMethod::Password), account(false, false));
    let mut rules = Rules::default();
    rules.password.max_age_days = 1;
    assert_eq!(step(&flow, &account, &rules), Step::NewPassword);
    rules.password.max_age_days = 2;
    assert_eq!(step(&flow, &account, &rules), Step::Done);
}

#[test]
fn a_factor_that_the_policy_does_not_take_is_proven_before_another_one_is_set_up() {
    let (mut flow, account) = (flow(AuthenticationMethod::Password), account(true, false));
    let mut rules = demanding(TwoStepDemand::Required);
    rules.two_step.methods = vec![SecondFactor::Passkey];
    let circumstances = Circumstances {
        rules: &rules,
        is_trusted_browser: true,
        by_message: &[],
        comes_by_code: false,
        is_kept_out: false,
        must_come_by_directory: false,
        now: Timestamp(DAY),
    };
    assert_eq!(next(&flow, &account, circumstances), Step::SecondFactor);
    flow.second_factor_at = Some(Timestamp(1));
    assert_eq!(step(&flow, &account, &rules), Step::Enrol);
    let with_passkey = Account {
        passkeys: 1,
        ..account
    };
    assert_eq!(step(&flow, &with_passkey, &rules), Step::Done);
}

#[test]
fn obligations_come_after_all_factors_and_before_the_end() {
    let (mut flow, rules) = (flow(AuthenticationMethod::Password), Rules::default());
    assert_eq!(
        step(&flow, &account(false, true), &rules),
        Step::NewPassword
    );
    assert_eq!(step(&flow, &account(false, false), &rules), Step::Done);
    flow.second_factor_at = Some(Timestamp(1));
    assert_eq!(step(&flow, &account(true, true), &rules), Step::NewPassword);
    assert_eq!(step(&flow, &account(true, false), &rules), Step::Done);
    let without_password = Account {
        password_hash: None,
        ..account(true, false)
    };
    assert_eq!(step(&flow, &without_password, &rules), Step::NewPassword);
}
