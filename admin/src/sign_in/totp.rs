//! Authenticator codes (TOTP, RFC 6238): SHA-1, six digits, 30 seconds, one step either way.

use config::Timestamp;
use config::id::{MemberId, SignInId};
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::pages::Failure;
use crate::sealed::{Place, Sealer};
use crate::store::{StoreError, Tx, totp};

const SEED_BYTES: usize = 20;

/// A shared secret between an authenticator and us.
pub struct Seed(Zeroizing<Vec<u8>>);

impl Seed {
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(rand::random::<[u8; SEED_BYTES]>().to_vec()))
    }

    /// Opens the seed that the store keeps for this person.
    pub fn open(sealer: &Sealer, member: &MemberId, kept: &[u8]) -> Result<Self, Failure> {
        sealer
            .open(place(member), kept)
            .map(Self)
            .map_err(Failure::internal)
    }

    #[must_use]
    pub fn seal(&self, sealer: &Sealer, member: &MemberId) -> Vec<u8> {
        sealer.seal(place(member), &self.0)
    }

    /// Seals the seed for the sign-in in which it is shown: it opens in no other.
    #[must_use]
    pub fn seal_for_enrolment(&self, sealer: &Sealer, sign_in: &SignInId) -> Vec<u8> {
        sealer.seal(enrolment_place(sign_in), &self.0)
    }

    /// Seals the seed for the sign-in under way of this person, who has nothing else yet.
    #[must_use]
    pub fn seal_for_flow(&self, sealer: &Sealer, member: &MemberId) -> Vec<u8> {
        sealer.seal(flow_place(member), &self.0)
    }

    /// Opens the seed that a sign-in under way holds.
    pub fn open_flow(sealer: &Sealer, member: &MemberId, kept: &[u8]) -> Result<Self, Failure> {
        sealer
            .open(flow_place(member), kept)
            .map(Self)
            .map_err(Failure::internal)
    }

    /// Opens the seed of an enrolment; `None` if another sign-in began it.
    #[must_use]
    pub fn open_enrolment(sealer: &Sealer, sign_in: &SignInId, kept: &[u8]) -> Option<Self> {
        sealer.open(enrolment_place(sign_in), kept).ok().map(Self)
    }

    /// The step of which `code` is the code, if it is one of now, the one before or the one after.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let seconds = u64::try_from(now.as_seconds()).ok()?;
        let step = self.totp("", "").ok()?.check(&digits, seconds)?;
        i64::try_from(step).ok()
    }

    /// The key for typing it in by hand, in groups of four.
    #[must_use]
    pub fn key(&self) -> String {
        let text = Secret::from(self.0.to_vec()).to_base32();
        let characters: Vec<char> = text.chars().collect();
        characters
            .chunks(4)
            .map(|group| group.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The `otpauth:` address as a QR code: an SVG image in a `data:` URL.
    pub fn qr(&self, issuer: &str, account: &str) -> Result<String, Failure> {
        use base64::Engine as _;
        let address = self
            .totp(issuer, account)
            .and_then(|totp| totp.to_url())
            .map_err(Failure::internal)?;
        let svg = qrcode::QrCode::new(address.as_bytes())
            .map_err(Failure::internal)?
            .render::<qrcode::render::svg::Color<'_>>()
            .min_dimensions(220, 220)
            .build();
        let encoded = base64::engine::general_purpose::STANDARD.encode(svg);
        Ok(format!("data:image/svg+xml;base64,{encoded}"))
    }

    fn totp(&self, issuer: &str, account: &str) -> Result<Totp, totp_rs::TotpError> {
        // A colon parts issuer and account in the address, so neither may hold one.
        let plain = |text: &str| text.replace(':', " ");
        let issuer = Some(plain(issuer)).filter(|issuer| !issuer.is_empty());
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(30)
            .with_secret(self.0.to_vec())
            .with_issuer(issuer)
            .with_account_name(plain(account))
            .build()
    }

    /// The code of a moment, as the person's authenticator shows it.
    #[cfg(test)]
    pub(crate) fn code_at(&self, now: Timestamp) -> String {
        let seconds = u64::try_from(now.as_seconds()).unwrap();
        self.totp("", "").unwrap().generate(seconds).to_string()
    }

    #[cfg(test)]
    pub(crate) fn from_key(key: &str) -> Self {
        let secret = Secret::try_from_base32(key.replace(' ', "")).unwrap();
        Self(Zeroizing::new(secret.as_bytes().to_vec()))
    }
}

fn place(member: &MemberId) -> Place<'_> {
    Place {
        table: "totp",
        column: "seed",
        row: member.as_str(),
    }
}

fn enrolment_place(sign_in: &SignInId) -> Place<'_> {
    Place {
        table: "totp_enrolments",
        column: "seed",
        row: sign_in.as_str(),
    }
}

fn flow_place(member: &MemberId) -> Place<'_> {
    Place {
        table: "sign_in_flows",
        column: "state",
        row: member.as_str(),
    }
}

/// Checks a code of the authenticator in use and uses its step up, so that no code works twice.
pub async fn check(
    tx: &mut Tx,
    sealer: &Sealer,
    member: &MemberId,
    code: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let Some(kept) = totp::seed(tx, member).await? else {
        return Ok(false);
    };
    let Some(step) = Seed::open(sealer, member, &kept)?.step_of(code, now) else {
        return Ok(false);
    };
    let fresh: Result<bool, StoreError> = totp::use_step(tx, member, step).await;
    Ok(fresh?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_rfc_6238_are_known_one_step_either_way() {
        // RFC 6238 appendix B, SHA-1, the last six of eight digits.
        let seed = Seed(Zeroizing::new(b"12345678901234567890".to_vec()));
        let at = |seconds: i64| Timestamp(seconds * 1000);
        assert_eq!(seed.step_of("287082", at(59)), Some(1));
        assert_eq!(seed.step_of("081804", at(1_111_111_109)), Some(37_037_036));
        assert_eq!(seed.step_of("287 082", at(59 + 30)), Some(1));
        assert_eq!(seed.step_of("287082", at(59 + 60)), None);
        for wrong in ["", "28708", "2870821", "28708a", "２８７０８２", "-87082"] {
            assert_eq!(seed.step_of(wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn the_key_and_the_image_carry_the_seed() {
        let seed = Seed::generate();
        assert_eq!(Seed::from_key(&seed.key()).0, seed.0);
        assert_eq!(seed.key().len(), 39);
        let image = seed.qr("Example: Inc", "alice:1").unwrap();
        assert!(image.starts_with("data:image/svg+xml;base64,"));
    }
}
