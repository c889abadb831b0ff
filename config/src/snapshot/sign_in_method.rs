//! A way in that the sign-in page may offer, as it is named in the brand.

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::id::DirectoryId;

const PASSWORD: &str = "password";
const ONE_TIME_CODE: &str = "one_time_code";
const DIRECTORY: &str = "directory:";

/// A way in that the sign-in page may offer. Written as one word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum SignInMethod {
    /// A name and a password.
    Password,
    /// A code that an administrator made for the person.
    OneTimeCode,
    /// The page of a connected directory.
    Directory(DirectoryId),
}

/// It is none of those that there are.
#[derive(Debug, thiserror::Error)]
#[error("expected \"password\", \"one_time_code\" or \"directory:\" with the id of a directory")]
pub struct UnknownMethod;

impl From<SignInMethod> for String {
    fn from(method: SignInMethod) -> Self {
        match method {
            SignInMethod::Password => PASSWORD.to_owned(),
            SignInMethod::OneTimeCode => ONE_TIME_CODE.to_owned(),
            SignInMethod::Directory(id) => format!("{DIRECTORY}{id}"),
        }
    }
}

impl TryFrom<String> for SignInMethod {
    type Error = UnknownMethod;

    fn try_from(text: String) -> Result<Self, UnknownMethod> {
        match text.as_str() {
            PASSWORD => Ok(Self::Password),
            ONE_TIME_CODE => Ok(Self::OneTimeCode),
            text => match text.strip_prefix(DIRECTORY) {
                Some(id) if !id.is_empty() => Ok(Self::Directory(id.into())),
                _ => Err(UnknownMethod),
            },
        }
    }
}

impl PartialSchema for SignInMethod {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .pattern(Some("^(password|one_time_code|directory:.+)$"))
            .max_length(Some(100))
            .description(Some(
                "A way in that the sign-in page may offer: `password` (a name and a password), `one_time_code` (a \
                 code that an administrator made for the person), or `directory:` with the id of a directory, \
                 whose page it is.",
            ))
            .into()
    }
}

impl ToSchema for SignInMethod {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_one_word_and_no_other_word_is_a_method() {
        for text in ["password", "one_time_code", "directory:d1"] {
            let read = SignInMethod::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(read), text);
        }
        for text in ["", "directory:", "directory", "Password"] {
            let refused = SignInMethod::try_from(text.to_owned()).unwrap_err();
            assert!(refused.to_string().contains("one_time_code"));
        }
    }
}
