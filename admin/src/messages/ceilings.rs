//! How many messages go out: so that nobody is flooded in our name, and no bill grows without end.

use std::time::Duration;

use config::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Channel, MessageKind};
use crate::refused::{Invalid, Refused, both};
use crate::store::Tx;
use crate::store::messages::count;

/// The day is that of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ceilings {
    /// So many to one address or number in a day, 1 to 1000.
    #[schema(minimum = 1, maximum = 1000)]
    pub per_recipient: u32,
    /// So many to all together in a day, 1 to 10000000. Codes for forgotten passwords, those that strangers ask
    /// for to sign in, and notices take at most half of them.
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub per_day: u32,
}

impl Default for Ceilings {
    fn default() -> Self {
        Self {
            per_recipient: 10,
            per_day: 2000,
        }
    }
}

/// Who has brought a message about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who has proven who they are, or whose browser is known.
    Known,
    /// Anybody.
    Stranger,
}

/// Between two messages to one recipient.
const INTERVAL: Duration = Duration::from_secs(30);
const ANY_TIME: Timestamp = Timestamp(i64::MAX);
const DAY_MS: i64 = 86_400_000;

impl Ceilings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        for (name, value, most) in [
            ("per_recipient", self.per_recipient, 1000),
            ("per_day", self.per_day, 10_000_000),
        ] {
            if !(1..=most).contains(&value) {
                wrong.push(Invalid::new(
                    &format!("sender.ceilings.{name}"),
                    (
                        &format!("{value} is out of range"),
                        &format!("{value} 超出范围"),
                    ),
                    (&format!("1 to {most}"), &format!("1 到 {most}")),
                ));
            }
        }
        wrong
    }

    /// Counts one more, on every node at once.
    ///
    /// # Errors
    /// [`Refused::Impossible`] if that is too many, or too soon after the last one.
    pub async fn take(
        self,
        tx: &mut Tx,
        (channel, kind, asker): (Channel, MessageKind, Asker),
        recipient: &str,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let day = day(now);
        let to = format!("{}:{}", channel.as_str(), recipient.to_lowercase());
        let interval = now.minus(INTERVAL);
        let is_strangers = asker == Asker::Stranger
            || matches!(kind, MessageKind::Notice | MessageKind::PasswordReset);
        let (to, last) = match kind {
            // Of what has happened people are told at once, and no code has to wait for that.
            MessageKind::Notice => (format!("notice:{to}"), ANY_TIME),
            // Anybody may ask for these: they leave room for the codes that somebody signs in with.
            MessageKind::PasswordReset => (format!("reset:{to}"), interval),
            MessageKind::SignInCode if is_strangers => (format!("code:{to}"), interval),
            _ => (to, interval),
        };
        if !count(tx, &to, day, self.per_recipient.into(), last, now).await? {
            return Err(Refused::Impossible(both((
                "so many messages to this recipient are enough for now: wait half a minute, or, where the \
                 ceiling of the day is reached, until tomorrow",
                "发给该收件人的消息过于频繁：请半分钟后再试；如已达到当日上限，请明天再试",
            ))));
        }
        let mut of_all = vec![(channel.as_str().to_owned(), self.per_day)];
        if is_strangers {
            // Strangers bring these about: they leave half of a day to codes that somebody signs in with.
            let share = (format!("strangers:{}", channel.as_str()), self.share());
            of_all.insert(0, share);
        }
        for (name, most) in of_all {
            if !count(tx, &name, day, most.into(), ANY_TIME, now).await? {
                return Err(Refused::Impossible(both((
                    "the ceiling of messages for this day is reached: raise it in the settings of the sender",
                    "已达到当日发送上限，可在发送设置中调高",
                ))));
            }
        }
        Ok(())
    }

    /// So many of a day can go to what strangers bring about.
    fn share(self) -> u32 {
        self.per_day.div_ceil(2)
    }
}

/// The day, counted from 1970 in UTC.
#[must_use]
pub fn day(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both_engines;

    #[tokio::test]
    async fn attack_23_what_strangers_bring_about_leaves_half_of_a_day_to_codes_of_sign_ins() {
        on_both_engines(async |store| {
            let ceilings = Ceilings {
                per_recipient: 10,
                per_day: 4,
            };
            let mut tx = store.begin().await.unwrap();
            for (to, kind, is_sent) in [
                ("a", MessageKind::PasswordReset, true),
                ("b", MessageKind::Notice, true),
                ("c", MessageKind::PasswordReset, false),
                ("d", MessageKind::Notice, false),
                ("e", MessageKind::SignInCode, true),
                ("f", MessageKind::OneTimeCode, true),
                ("g", MessageKind::SignInCode, false),
            ] {
                let what = (Channel::Sms, kind, Asker::Known);
                let taken = ceilings.take(&mut tx, what, to, Timestamp(0)).await;
                assert_eq!(taken.is_ok(), is_sent, "{to}");
            }
        })
        .await;
    }
}
