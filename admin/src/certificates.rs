//! Certificates that administrators upload. The gateway's TLS reads one before it is kept; its key lies
//! sealed in the store and leaves it for the snapshot alone.

use std::sync::Arc;

use config::Timestamp;
use config::certificates::{CertificateFacts, ReadCertificate, UploadedCertificate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authz::Permit;
use crate::edit::{Edit, shown, target};
use crate::logs::Target;
use crate::refused::{Invalid, Refused, both};
use crate::sealed::{Place, Sealer};
use crate::state::State;
use crate::store::certificates::{self as rows, CertificateRow, SealedRow};
use crate::store::{Connection, StoreError, holds};

/// No chain is longer, in bytes: a dozen certificates with all their names.
const MAX_CHAIN: usize = 64 << 10;
/// RSA of 16384 bits fits.
const MAX_KEY: usize = 16 << 10;
/// Each of them is held by every node.
const MOST: usize = 200;
/// What the audit log calls one.
const KIND: &str = "certificate";

/// An uploaded certificate as it is shown: never its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Certificate {
    pub id: String,
    /// When it was uploaded, in milliseconds since 1970.
    pub created_at: Timestamp,
    #[serde(flatten)]
    pub facts: CertificateFacts,
}

impl From<CertificateRow> for Certificate {
    fn from(row: CertificateRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            facts: row.facts,
        }
    }
}

/// What is uploaded. It is not printed: it holds a private key.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateUpload {
    /// PEM: the host's certificate first, below it the one that issued it, and so on.
    #[schema(max_length = 65536)]
    pub chain: String,
    /// PEM, without a passphrase. It is kept sealed, and shown to nobody.
    #[schema(max_length = 16384)]
    pub key: String,
}

/// The newest first.
pub async fn list(connection: &mut Connection) -> Result<Vec<Certificate>, StoreError> {
    let rows = rows::all(connection).await?;
    Ok(rows.into_iter().map(Certificate::from).collect())
}

pub async fn find(connection: &mut Connection, id: &str) -> Result<Certificate, Refused> {
    let all = list(connection).await?.into_iter();
    let mut found = all.filter(|certificate| certificate.id == id);
    found.next().ok_or(Refused::NotFound(KIND))
}

/// Keeps a certificate, for every node to serve.
pub async fn add(
    state: &State,
    permit: &Permit,
    upload: CertificateUpload,
) -> Result<Certificate, Refused> {
    within_bounds(&upload)?;
    let (read, key) = read(state, upload).await?;
    let mut edit = Edit::begin(state, permit).await?;
    holds::certificates(&mut edit.tx).await?;
    make_sure_of_room(&mut edit.tx, &read.chain).await?;
    let id = uuid::Uuid::now_v7().to_string();
    let sealed = SealedRow {
        private_key: state.sealer.seal(place(&id), key.as_bytes()),
        id: id.clone(),
        chain: read.chain,
    };
    let row = CertificateRow {
        id,
        created_at: edit.now,
        facts: read.facts,
    };
    rows::insert(&mut edit.tx, &row, &sealed).await?;
    edit.republish();
    let made = Certificate::from(row);
    let after = shown(&made);
    edit.commit("create", named(&made), None, after).await?;
    Ok(made)
}

/// Serves it no more, and forgets its key.
pub async fn remove(mut edit: Edit<'_>, id: &str) -> Result<(), Refused> {
    holds::certificates(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    if !rows::delete(&mut edit.tx, id).await? {
        return Err(Refused::NotFound(KIND));
    }
    edit.republish();
    edit.commit("delete", named(&before), shown(&before), None)
        .await
}

/// Has this node read the certificates again that it has from files.
pub async fn reload(state: &State, permit: &Permit) -> Result<(), Refused> {
    let Some(gateway) = state.serves_certificates.get() else {
        return Err(Refused::no_gateway());
    };
    let node = Target {
        kind: KIND,
        id: None,
        name: "files".to_owned(),
    };
    // First, so that nothing is read again that could not be recorded.
    let mut edit = Edit::begin(state, permit).await?;
    let reloaded = gateway.reload().await;
    if reloaded.is_err() {
        edit.failed();
    }
    edit.commit("reload", node, None, None).await?;
    reloaded.map_err(|problems| {
        if problems.is_empty() {
            return Refused::Impossible(both((
                "the files could not be read again; see the log of the node",
                "未能重新读取文件，请查看该节点的日志",
            )));
        }
        Refused::Invalid(problems.into_iter().map(Invalid::from).collect())
    })
}

/// What goes into the snapshot, and why the others cannot.
pub async fn publish(
    view: &mut Connection,
    sealer: &Sealer,
) -> Result<(Vec<Arc<UploadedCertificate>>, Vec<String>), StoreError> {
    let (mut good, mut set_aside) = (Vec::new(), Vec::new());
    for row in rows::sealed(view).await? {
        match open(&row, sealer) {
            Ok(key) => good.push(Arc::new(UploadedCertificate {
                id: row.id,
                chain: row.chain.into(),
                key,
            })),
            Err(why) => set_aside.push(format!(
                "the key of the uploaded certificate {} cannot be read, and it is not served: {why}",
                row.id
            )),
        }
    }
    Ok((good, set_aside))
}

fn open(row: &SealedRow, sealer: &Sealer) -> Result<Arc<str>, String> {
    let key = sealer
        .open(place(&row.id), &row.private_key)
        .map_err(|e| e.to_string())?;
    let text = std::str::from_utf8(&key).map_err(|e| e.to_string())?;
    Ok(text.into())
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "certificates",
        column: "private_key",
        row: id,
    }
}

/// Before anything of it is read.
fn within_bounds(upload: &CertificateUpload) -> Result<(), Refused> {
    let parts = [
        ("chain", upload.chain.len(), MAX_CHAIN, "64 KiB"),
        ("key", upload.key.len(), MAX_KEY, "16 KiB"),
    ];
    let too_long = parts
        .into_iter()
        .filter(|(_, length, most, _)| length > most);
    let wrong: Vec<Invalid> = too_long
        .map(|(field, _, _, most)| {
            Invalid::new(
                field,
                ("this is too long", "内容过长"),
                (&format!("at most {most}"), &format!("最多 {most}")),
            )
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Refused::Invalid(wrong))
    }
}

/// Reads it as a listener would, off the threads that wait for others.
async fn read(
    state: &State,
    upload: CertificateUpload,
) -> Result<(ReadCertificate, String), Refused> {
    let gateway = state
        .serves_certificates
        .get()
        .ok_or_else(Refused::no_gateway)?;
    let (gateway, now) = (Arc::clone(gateway), state.clock.now());
    let read = state.turns.reading.run(move || {
        let read = gateway.read(&upload.chain, &upload.key, now);
        read.map(|read| (read, upload.key))
    });
    let read = read.await?;
    read.map_err(|problem| Invalid::from(problem).into())
}

/// The same certificate over another chain is not the same: that is how a wrong chain is mended.
async fn make_sure_of_room(connection: &mut Connection, chain: &str) -> Result<(), Refused> {
    if let Some(same) = rows::of_chain(connection, chain).await? {
        return Err(Invalid::new(
            "chain",
            ("this certificate has been uploaded", "该证书已上传"),
            (
                &format!("another one, or remove {same} first"),
                &format!("其他证书，或先移除 {same}"),
            ),
        )
        .into());
    }
    if rows::all(connection).await?.len() >= MOST {
        return Err(Refused::Impossible(both((
            "200 certificates have been uploaded, which is the most: remove one first",
            "已上传 200 张证书，达到上限，请先移除不用的证书",
        ))));
    }
    Ok(())
}

fn named(certificate: &Certificate) -> Target {
    let name = certificate.facts.names.first();
    target(
        KIND,
        &certificate.id,
        name.map_or("", std::string::String::as_str),
    )
}
