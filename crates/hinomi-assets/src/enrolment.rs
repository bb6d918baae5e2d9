// SPDX-License-Identifier: Apache-2.0
//! Hosts that send their own inventory.
//!
//! ```text
//! token of a unit ─ enrol (once) ─→ the host's own secret ─ push ─→ the inventory of one asset, and nothing else
//!                                                          └─ same document as last time: one read, no write
//! ```
//! What must stay true: a token makes new hosts known and writes nothing; a host's secret writes the one asset that it
//! was bound to; an asset has one such host at a time. Of both only hashes are kept.

use hinomi_core::{Actor, AssetId, DomainError, ErrorKind, IdSource, Scope, SystemId, Time, UnitId};
use hinomi_db::{DbError, Tx};
use hinomi_inventory::Session;
use hinomi_inventory::model::SnapshotState;
use hinomi_inventory::service::import::{check_observed_at, touch};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::import::subject::of_host;
use crate::import::{Document, ImportError, ImportRequest, Imported, inventory_import, subject_name};
use crate::model::AssetKind;
use crate::service::{all_of_name, discovered_system};
use crate::store;
use crate::store::enrolment::{self, HostRow, TokenRow};
use crate::times::time_of;
use crate::{Act, AssetError, asset_upsert_by_name};

/// The source under which pushed inventories are filed.
pub const PUSH_SOURCE: &str = "host";
/// An unchanged report is written down no more often than this.
const NOTED_EVERY_SECONDS: i64 = 3_600;
const MOST_HOSTS_SHOWN: i64 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    #[error("the token is not known, expired or revoked")]
    Refused,
    #[error("enrolment token {id} does not exist")]
    TokenNotFound { id: String },
    #[error("enrolled host {id} does not exist")]
    HostNotFound { id: String },
    #[error("host {key} is enrolled already")]
    EnrolledAlready { key: String },
    #[error("asset {name} has another host that writes its inventory")]
    OtherHost { name: String },
    #[error("{field} is empty or longer than 200 characters")]
    Field { field: &'static str },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Asset(#[from] AssetError),
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for EnrolmentError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused => ErrorKind::Unauthenticated,
            Self::TokenNotFound { .. } | Self::HostNotFound { .. } => ErrorKind::NotFound,
            Self::EnrolledAlready { .. } | Self::OtherHost { .. } => ErrorKind::Conflict,
            Self::Field { .. } => ErrorKind::Invalid,
            Self::Import(error) => error.kind(),
            Self::Asset(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused => "enrolment-refused",
            Self::TokenNotFound { .. } => "enrolment-token-not-found",
            Self::HostNotFound { .. } => "enrolled-host-not-found",
            Self::EnrolledAlready { .. } => "host-enrolled-already",
            Self::OtherHost { .. } => "asset-of-other-host",
            Self::Field { .. } => "field-invalid",
            Self::Import(error) => error.code(),
            Self::Asset(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::EnrolledAlready { .. } | Self::OtherHost { .. } => {
                Some("revoke the enrolled host first".to_owned())
            }
            Self::Import(error) => error.hint(),
            Self::Asset(error) => error.hint(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<hinomi_core::FieldError> {
        match self {
            Self::Import(error) => error.fields(),
            Self::Asset(error) => error.fields(),
            _ => Vec::new(),
        }
    }
}

/// A token as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnrolmentToken {
    pub id: String,
    pub name: String,
    pub unit_id: UnitId,
    /// New hosts belong to it; without one, to the unit's own system of discovered assets.
    pub system_id: Option<SystemId>,
    pub created_at: Time,
    pub created_by: String,
    pub expires_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

impl From<TokenRow> for EnrolmentToken {
    fn from(row: TokenRow) -> Self {
        let TokenRow { id, name, unit_id, system_id, created_at, created_by, expires_at, revoked_at, .. } =
            row;
        Self { id, name, unit_id, system_id, created_at, created_by, expires_at, revoked_at }
    }
}

/// A host as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnrolledHost {
    pub id: String,
    /// What the host calls itself.
    pub host_key: String,
    pub asset_id: Option<AssetId>,
    pub enrolled_at: Time,
    pub pushed_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

/// 32 unpredictable bytes as text.
fn secret(ids: &dyn IdSource) -> String {
    let mut bytes = [0_u8; 32];
    ids.bytes(&mut bytes);
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        text
    })
}

/// A fast hash is enough for 256 random bits.
fn hash(secret: &str) -> String {
    blake3::hash(secret.trim().as_bytes()).to_hex().to_string()
}

fn checked(field: &'static str, text: &str) -> Result<String, EnrolmentError> {
    let text: String = text.trim().chars().filter(|character| !character.is_control()).collect();
    match text.is_empty() || text.chars().count() > 200 {
        true => Err(EnrolmentError::Field { field }),
        false => Ok(text),
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub name: String,
    pub unit: UnitId,
    pub system: Option<SystemId>,
    pub expires_at: Option<Time>,
}

/// Makes a token for a unit in scope; its secret is shown this once.
pub async fn token_create(act: &Act<'_>, new: NewToken) -> Result<(EnrolmentToken, String), EnrolmentError> {
    let name = checked("name", &new.name)?;
    let mut tx = act.app.db.begin().await?;
    if !act.scope.contains(new.unit) || !hinomi_org::unit_exists_tx(&mut tx, new.unit, act.now).await? {
        return Err(AssetError::UnitNotFound { id: new.unit }.into());
    }
    if let Some(system) = new.system {
        crate::service::system_in_use(&mut tx, act, system).await?;
    }
    let shown = format!("hinomi-enrol-{}", secret(&*act.app.ids));
    let row = TokenRow {
        id: act.app.ids.uuid7(act.now).to_string(),
        name,
        unit_id: new.unit,
        system_id: new.system,
        secret_hash: hash(&shown),
        created_at: act.now,
        created_by: act.actor.display_name().to_owned(),
        expires_at: new.expires_at,
        revoked_at: None,
    };
    enrolment::token_insert(&mut tx, &row).await?;
    let token = EnrolmentToken::from(row);
    let event = AuditEvent::new(act.actor, "enrolment-token.create", "enrolment_token", &token.id);
    audit::append(&mut tx, act.app, event.unit(token.unit_id).after(&token)).await?;
    tx.commit().await?;
    Ok((token, shown))
}

/// Tokens of units in scope, newest first.
pub async fn tokens_list(app: &App, scope: &Scope) -> Result<Vec<EnrolmentToken>, EnrolmentError> {
    Ok(enrolment::tokens(&app.db, scope).await?.into_iter().map(EnrolmentToken::from).collect())
}

async fn visible(app: &App, scope: &Scope, id: &str) -> Result<TokenRow, EnrolmentError> {
    let found = enrolment::token(&app.db, id).await?;
    found
        .filter(|token| scope.contains(token.unit_id))
        .ok_or_else(|| EnrolmentError::TokenNotFound { id: id.to_owned() })
}

/// The hosts that came by a token.
pub async fn hosts_list(app: &App, scope: &Scope, id: &str) -> Result<Vec<EnrolledHost>, EnrolmentError> {
    let token = visible(app, scope, id).await?;
    let shown = |row: HostRow| EnrolledHost {
        id: row.id,
        host_key: row.host_key,
        asset_id: row.asset_id,
        enrolled_at: row.enrolled_at,
        pushed_at: row.pushed_at,
        revoked_at: row.revoked_at,
    };
    Ok(enrolment::hosts(&app.db, &token.id, MOST_HOSTS_SHOWN).await?.into_iter().map(shown).collect())
}

/// From now on the token makes no host known. The hosts that came by it go on, unless `hosts` says that they may not
/// write any more either: each must then be enrolled anew on the machine.
pub async fn token_revoke(act: &Act<'_>, id: &str, hosts: bool) -> Result<(), EnrolmentError> {
    let token = visible(act.app, &act.scope, id).await?;
    let mut tx = act.app.db.begin().await?;
    enrolment::token_revoke(&mut tx, id, act.now).await?;
    let ended = if hosts { enrolment::hosts_revoke(&mut tx, id, act.now).await? } else { 0 };
    let event = AuditEvent::new(act.actor, "enrolment-token.revoke", "enrolment_token", id);
    let after = json!({ "hosts": ended });
    audit::append(&mut tx, act.app, event.unit(token.unit_id).after(&after).reason(&act.reason)).await?;
    tx.commit().await?;
    Ok(())
}

/// From now on this host may not write; it may be enrolled anew.
pub async fn host_revoke(act: &Act<'_>, id: &str) -> Result<(), EnrolmentError> {
    let missing = || EnrolmentError::HostNotFound { id: id.to_owned() };
    let host = enrolment::host(&act.app.db, id).await?.ok_or_else(missing)?;
    let token = visible(act.app, &act.scope, &host.token_id).await.map_err(|error| match error {
        EnrolmentError::TokenNotFound { .. } => missing(),
        other => other,
    })?;
    let mut tx = act.app.db.begin().await?;
    enrolment::host_revoke(&mut tx, id, act.now).await?;
    let event = AuditEvent::new(act.actor, "enrolled-host.revoke", "enrolled_host", id);
    audit::append(&mut tx, act.app, event.unit(token.unit_id).reason(&act.reason)).await?;
    tx.commit().await?;
    Ok(())
}

/// Who acts when a host sends something.
fn machine(host: &str) -> Actor {
    tracing::debug!(host, "a host sends its inventory");
    hinomi_core::Principal::machine("enrolled host").actor
}

/// Makes a host known by a token. The secret that it sends from now on is shown this once.
pub async fn host_enrol(app: &App, token: &str, host_key: &str) -> Result<String, EnrolmentError> {
    let now = app.now();
    let host_key = checked("host", host_key)?;
    let found = enrolment::token_by_secret(&app.db, &hash(token)).await?;
    let token = found
        .filter(|token| token.revoked_at.is_none() && token.expires_at.is_none_or(|at| at > now))
        .ok_or(EnrolmentError::Refused)?;
    let mut tx = app.db.begin().await?;
    store::records::lock(&mut tx).await?;
    if enrolment::host_known(&mut tx, &token.id, &host_key).await? {
        return Err(EnrolmentError::EnrolledAlready { key: host_key });
    }
    let shown = format!("hinomi-host-{}", secret(&*app.ids));
    let row = HostRow {
        id: app.ids.uuid7(now).to_string(),
        token_id: token.id,
        host_key,
        secret_hash: hash(&shown),
        asset_id: None,
        document_hash: String::new(),
        enrolled_at: now,
        pushed_at: None,
        revoked_at: None,
    };
    enrolment::host_insert(&mut tx, &row).await?;
    let actor = machine(&row.host_key);
    let event = AuditEvent::new(&actor, "enrolled-host.create", "enrolled_host", &row.id);
    let after = json!({ "host": row.host_key });
    audit::append(&mut tx, app, event.unit(token.unit_id).after(&after)).await?;
    tx.commit().await?;
    Ok(shown)
}

/// A host that has said who it is.
#[derive(Debug, Clone)]
pub struct KnownHost(HostRow);

/// The host of this secret: one read.
pub async fn host_known(app: &App, secret: &str) -> Result<KnownHost, EnrolmentError> {
    let found = enrolment::host_by_secret(&app.db, &hash(secret)).await?;
    Ok(KnownHost(found.filter(|host| host.revoked_at.is_none()).ok_or(EnrolmentError::Refused)?))
}

/// Has this document come before? Then nothing more is wanted; once an hour it is written down that the host lives.
pub async fn is_unchanged(app: &App, host: &KnownHost, document: &str) -> Result<bool, EnrolmentError> {
    let host = &host.0;
    let Some(asset) = host.asset_id.filter(|_| !document.is_empty() && host.document_hash == document) else {
        return Ok(false);
    };
    let now = app.now();
    let noted = host.pushed_at.map_or(i64::MIN, Time::as_seconds);
    if now.as_seconds().saturating_sub(noted) >= NOTED_EVERY_SECONDS {
        let mut tx = app.db.begin().await?;
        let Some(row) = store::assets::whole_tx(&mut tx, asset).await? else { return Ok(false) };
        if row.is_unseen() {
            // It is here again: its document brings it back.
            return Ok(false);
        }
        touch(&mut tx, row.ordinal, PUSH_SOURCE, now).await.map_err(ImportError::from)?;
        store::assets::seen(&mut tx, row.id, now, None).await?;
        enrolment::host_pushed(&mut tx, &host.id, document, now).await?;
        tx.commit().await?;
    }
    Ok(true)
}

/// Takes a host's own inventory in. The first one finds or makes its asset within the token's unit.
pub async fn host_push(
    app: &App,
    host: &KnownHost,
    document: &Document,
    document_hash: &str,
) -> Result<Imported, EnrolmentError> {
    let host = &host.0;
    let actor = machine(&host.host_key);
    let token = enrolment::token(&app.db, &host.token_id).await?.ok_or(EnrolmentError::Refused)?;
    let tree = hinomi_org::tree_at(&app.db, app.now()).await?;
    let act = Act::new(app, &actor, Scope::units(tree.subtree(token.unit_id)));
    let asset = bind(&act, host, &token, document).await?;
    let request = ImportRequest {
        asset_id: Some(asset),
        source: Some(PUSH_SOURCE.to_owned()),
        observed_at: not_ahead(document, app.now()),
        ..ImportRequest::default()
    };
    let imported = inventory_import(&mut Session::default(), &act, document, &request).await?;
    // What does not count yet is no answer to "the same as last time?": the document is wanted again.
    let counts = matches!(imported.state, SnapshotState::Applied | SnapshotState::Unchanged);
    let mut tx = app.db.begin().await?;
    enrolment::host_pushed(&mut tx, &host.id, if counts { document_hash } else { "" }, app.now()).await?;
    tx.commit().await?;
    Ok(imported)
}

/// The host's clock says when it was so, but it may not run ahead of ours: what it writes now would overrule all that it
/// writes until then. `None` leaves the document its own time; one too far ahead is refused by it.
fn not_ahead(document: &Document, now: Time) -> Option<Time> {
    let stated = document.inventory.observed_at.as_deref().and_then(time_of)?;
    (stated > now && check_observed_at(stated, now).is_ok()).then_some(now)
}

/// The asset that the host writes: what it was bound to, found by what it says of itself, or by its name.
async fn bind(
    act: &Act<'_>,
    host: &HostRow,
    token: &TokenRow,
    document: &Document,
) -> Result<AssetId, EnrolmentError> {
    let mut tx = act.app.db.begin().await?;
    store::records::lock(&mut tx).await?;
    let system = match token.system_id {
        Some(id) => store::systems::get_tx(&mut tx, id).await?,
        None => discovered_system(&mut tx, act, token.unit_id).await?,
    };
    let code = system.map(|system| system.code);
    let bound = match host.asset_id {
        Some(id) => store::assets::whole_tx(&mut tx, id).await?.map(|asset| asset.id),
        None => None,
    };
    tx.commit().await?;
    let said = of_host(act, &host.id, bound, document, code.as_deref()).await?;

    let mut tx = act.app.db.begin().await?;
    store::records::lock(&mut tx).await?;
    let asset = match said.or(bound) {
        Some(asset) => asset,
        None => by_name(&mut tx, act, host, document, code).await?,
    };
    if enrolment::host_of_asset(&mut tx, asset, &host.id).await? {
        let name = store::assets::get_tx(&mut tx, asset).await?.map(|asset| asset.name).unwrap_or_default();
        return Err(EnrolmentError::OtherHost { name });
    }
    if host.asset_id != Some(asset) {
        enrolment::host_bind(&mut tx, &host.id, asset).await?;
    }
    tx.commit().await?;
    Ok(asset)
}

async fn by_name(
    tx: &mut Tx,
    act: &Act<'_>,
    host: &HostRow,
    document: &Document,
    code: Option<String>,
) -> Result<AssetId, EnrolmentError> {
    let name = subject_name(&document.inventory).unwrap_or_else(|| host.host_key.clone());
    let known = all_of_name(tx, &name).await?;
    // One that another system of the unit has stays there.
    let claimed = known.iter().any(|asset| !asset.unassigned && act.scope.contains(asset.unit_id));
    let code = code.filter(|_| !claimed);
    Ok(asset_upsert_by_name(tx, act, &name, code.as_deref(), AssetKind::Host).await?.asset.id)
}
