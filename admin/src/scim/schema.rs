//! Which attributes there are: what is told beside them is not kept.

use serde_json::{Value, json};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Boolean,
    Reference,
    Complex,
}

#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a characteristic of its own (RFC 7643 §2.2)"
)]
pub struct Attribute {
    pub name: &'static str,
    pub shape: Shape,
    pub is_many: bool,
    pub is_required: bool,
    /// Whether `A` and `a` differ.
    pub is_case_exact: bool,
    pub is_read_only: bool,
    /// Set once.
    pub is_immutable: bool,
    pub subs: &'static [Attribute],
    pub about: &'static str,
}

const fn text(name: &'static str, about: &'static str) -> Attribute {
    Attribute {
        name,
        shape: Shape::Text,
        is_many: false,
        is_required: false,
        is_case_exact: false,
        is_read_only: false,
        is_immutable: false,
        subs: &[],
        about,
    }
}

const fn complex(name: &'static str, subs: &'static [Attribute], about: &'static str) -> Attribute {
    Attribute {
        shape: Shape::Complex,
        subs,
        ..text(name, about)
    }
}

const fn many(name: &'static str, subs: &'static [Attribute], about: &'static str) -> Attribute {
    Attribute {
        is_many: true,
        ..complex(name, subs, about)
    }
}

const fn flag(name: &'static str, about: &'static str) -> Attribute {
    Attribute {
        shape: Shape::Boolean,
        ..text(name, about)
    }
}

const fn shown(attribute: Attribute) -> Attribute {
    Attribute {
        is_read_only: true,
        ..attribute
    }
}

const fn once(attribute: Attribute) -> Attribute {
    Attribute {
        is_immutable: true,
        ..attribute
    }
}

const fn exact(attribute: Attribute) -> Attribute {
    Attribute {
        is_case_exact: true,
        ..attribute
    }
}

const fn reference(name: &'static str, about: &'static str) -> Attribute {
    Attribute {
        shape: Shape::Reference,
        is_case_exact: true,
        ..text(name, about)
    }
}

const fn required(attribute: Attribute) -> Attribute {
    Attribute {
        is_required: true,
        ..attribute
    }
}

const NAME: &[Attribute] = &[
    text("formatted", "The whole name"),
    text("familyName", "The family name"),
    text("givenName", "The given name"),
    text("middleName", "The middle name"),
];

const ADDRESSES: &[Attribute] = &[
    text("value", "The address or number"),
    text("type", "Such as work, home or mobile"),
    flag("primary", "Whether it is the first to be used"),
];

const GROUPS_OF_USER: &[Attribute] = &[
    shown(exact(text("value", "The id of the group"))),
    shown(reference("$ref", "Where the group is")),
    shown(text("display", "The name of the group")),
];

pub const USER_ATTRIBUTES: &[Attribute] = &[
    required(text(
        "userName",
        "By which they sign in there; what stands before an @ is the username here",
    )),
    complex("name", NAME, "The parts of the name"),
    text("displayName", "The name that is shown"),
    text("title", "What they do"),
    text("preferredLanguage", "Which language they read"),
    flag("active", "Whether they can sign in"),
    many("emails", ADDRESSES, "Mail addresses"),
    many(
        "phoneNumbers",
        ADDRESSES,
        "Numbers; that of type mobile is taken over",
    ),
    shown(many(
        "groups",
        GROUPS_OF_USER,
        "The groups that they are in",
    )),
];

const MANAGER: &[Attribute] = &[
    exact(text("value", "The id of the manager")),
    text("displayName", "The name of the manager"),
];

pub const ENTERPRISE_ATTRIBUTES: &[Attribute] = &[
    text("employeeNumber", "The number by which they are known"),
    text("department", "The name of the department"),
    text("costCenter", "Who pays for them"),
    text("organization", "The organisation"),
    text("division", "The division"),
    complex("manager", MANAGER, "To whom they answer"),
];

const MEMBERS: &[Attribute] = &[
    once(exact(text("value", "The id of the user"))),
    once(reference("$ref", "Where the user is")),
    shown(text("display", "The name of the user")),
];

pub const GROUP_ATTRIBUTES: &[Attribute] = &[
    required(text("displayName", "The name of the group")),
    many("members", MEMBERS, "Who is in it: users alone"),
];

/// What there is of a kind of resource.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    pub urn: &'static str,
    pub name: &'static str,
    /// The last part of its address.
    pub endpoint: &'static str,
    pub attributes: &'static [Attribute],
    pub extension: Option<(&'static str, &'static [Attribute])>,
}

pub const USERS: Schema = Schema {
    urn: USER,
    name: "User",
    endpoint: "Users",
    attributes: USER_ATTRIBUTES,
    extension: Some((ENTERPRISE, ENTERPRISE_ATTRIBUTES)),
};

pub const GROUPS: Schema = Schema {
    urn: GROUP,
    name: "Group",
    endpoint: "Groups",
    attributes: GROUP_ATTRIBUTES,
    extension: None,
};

/// What every resource has (RFC 7643 §3.1), and no schema lists.
pub const EXTERNAL_ID: Attribute = exact(text("externalId", "The id there"));

/// The one of this name, however it is written.
#[must_use]
pub fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// Which attributes of a resource are meant.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Core,
    Extension(&'static str, &'static [Attribute]),
}

impl Schema {
    /// Whether a name is that of the extension.
    #[must_use]
    pub fn extension_named(&self, urn: &str) -> Option<(&'static str, &'static [Attribute])> {
        self.extension
            .filter(|(known, _)| known.eq_ignore_ascii_case(urn))
    }

    /// Where a path points that begins with this name; `None`: to what we have no place for.
    #[must_use]
    pub fn place(&self, urn: Option<&str>) -> Option<Place> {
        match urn {
            None => Some(Place::Core),
            Some(urn) if urn.eq_ignore_ascii_case(self.urn) => Some(Place::Core),
            Some(urn) => {
                let (urn, attributes) = self.extension_named(urn)?;
                Some(Place::Extension(urn, attributes))
            }
        }
    }

    /// One at the top: of the core, or `externalId`.
    #[must_use]
    pub fn core(&self, name: &str) -> Option<&'static Attribute> {
        if EXTERNAL_ID.name.eq_ignore_ascii_case(name) {
            return Some(&EXTERNAL_ID);
        }
        find(self.attributes, name)
    }
}

/// An attribute as `/Schemas` tells of it (RFC 7643 §7).
#[must_use]
pub fn described(attribute: &Attribute) -> Value {
    let shape = match attribute.shape {
        Shape::Text => "string",
        Shape::Boolean => "boolean",
        Shape::Reference => "reference",
        Shape::Complex => "complex",
    };
    let mutability = match attribute {
        one if one.is_read_only => "readOnly",
        one if one.is_immutable => "immutable",
        _ => "readWrite",
    };
    let uniqueness = if attribute.is_required {
        "server"
    } else {
        "none"
    };
    let mut told = json!({
        "name": attribute.name, "type": shape, "multiValued": attribute.is_many,
        "description": attribute.about, "required": attribute.is_required,
        "mutability": mutability, "returned": "default",
    });
    if matches!(attribute.shape, Shape::Text | Shape::Reference) {
        told["caseExact"] = attribute.is_case_exact.into();
        told["uniqueness"] = uniqueness.into();
    }
    if attribute.shape == Shape::Reference {
        let to = if attribute.is_read_only {
            "Group"
        } else {
            "User"
        };
        told["referenceTypes"] = json!([to]);
    }
    if attribute.shape == Shape::Complex {
        let subs: Vec<Value> = attribute.subs.iter().map(described).collect();
        told["subAttributes"] = subs.into();
    }
    told
}
