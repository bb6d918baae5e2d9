// SPDX-License-Identifier: Apache-2.0
//! Sessions: an opaque token in a cookie, its hash in the database.
//!
//! Reading a session never waits for a writer: "last seen" is written at most once a minute, beside the request.

use std::time::Duration;

use hinomi_core::{Actor, DomainError, ErrorKind, PersonId, Principal, SessionId, Time};
use hinomi_db::{DbError, Tx};

use crate::audit::{self, AuditEvent};
use crate::store::session as store;
use crate::{App, secret, settings};

const TOUCH_EVERY: Duration = Duration::from_secs(60);
const LONGEST_USER_AGENT: usize = 200;

/// A session with what pages need of its account.
#[derive(Debug, Clone, PartialEq, Eq, hinomi_db::FromRow)]
pub struct SessionRow {
    pub id: SessionId,
    pub csrf_token: String,
    pub person_id: PersonId,
    pub method: String,
    pub user_agent: String,
    pub address: String,
    pub created_at: Time,
    pub last_seen_at: Time,
    pub expires_at: Time,
    pub name: String,
    pub email: String,
    pub locale: String,
    pub theme: String,
}

/// One line of "your sessions".
#[derive(Debug, Clone, PartialEq, Eq, hinomi_db::FromRow)]
pub struct SessionSummary {
    pub id: SessionId,
    pub method: String,
    pub user_agent: String,
    pub address: String,
    pub created_at: Time,
    pub last_seen_at: Time,
    pub expires_at: Time,
}

/// A signed-in request.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: SessionRow,
    pub principal: Principal,
}

impl SignedIn {
    /// Whether a request's token is this session's: compared in constant time.
    pub fn csrf_fits(&self, token: &str) -> bool {
        secret::same(&self.session.csrf_token, token)
    }
}

/// A new session and the token for its cookie, shown this once.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub session: SessionRow,
    pub token: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("no session {0}")]
    NotFound(SessionId),
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for SessionError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "session-not-found",
            Self::Database(error) => error.code(),
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    pub address: String,
    pub user_agent: String,
}

/// Starts a session in the caller's transaction.
pub(crate) async fn start(
    tx: &mut Tx,
    app: &App,
    account: crate::accounts::Account,
    method: &str,
    origin: &Origin,
    longest: Duration,
) -> Result<NewSession, DbError> {
    let now = app.now();
    let token = secret::token(app.ids.as_ref());
    let session = SessionRow {
        id: SessionId::new(app.ids.as_ref(), now),
        csrf_token: secret::token(app.ids.as_ref()),
        person_id: account.person_id,
        method: method.to_owned(),
        user_agent: origin.user_agent.chars().filter(|c| !c.is_control()).take(LONGEST_USER_AGENT).collect(),
        address: origin.address.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(longest),
        name: account.name,
        email: account.email,
        locale: account.locale,
        theme: account.theme,
    };
    store::insert(tx, &session, &secret::token_hash(&token)).await?;
    let actor = Actor::Person { id: session.person_id, name: session.name.clone() };
    let event = AuditEvent::new(&actor, "session.start", "session", session.id)
        .after(&serde_json::json!({ "method": method, "address": origin.address }));
    audit::append(tx, app, event).await?;
    Ok(NewSession { session, token })
}

/// Who a cookie's token belongs to, with the rights they hold at this moment.
pub async fn authenticate(app: &App, token: &str) -> Result<Option<SignedIn>, DbError> {
    let now = app.now();
    let Some(session) = store::by_token(&app.db, &secret::token_hash(token), now).await? else {
        return Ok(None);
    };
    let (idle, longest) = settings::session_lifetimes(app).await?;
    let too_old = session.expires_at <= now || now.since(session.created_at) >= longest;
    if too_old || now.since(session.last_seen_at) >= idle {
        return Ok(None);
    }
    let grants = app.grants.grants(session.person_id, now).await?;
    let actor = Actor::Person { id: session.person_id, name: session.name.clone() };
    if now.since(session.last_seen_at) >= TOUCH_EVERY {
        touch_beside(app, session.id, now);
    }
    Ok(Some(SignedIn { session, principal: Principal::new(actor, grants) }))
}

/// Beside the request: it may have to wait for an import, the request must not.
fn touch_beside(app: &App, id: SessionId, now: Time) {
    let db = app.db.clone();
    tokio::spawn(async move {
        if let Err(error) = store::touch(&db, id, now).await {
            tracing::warn!(%id, %error, "the session's last use was not noted");
        }
    });
}

/// The living sessions of a person, the last used first.
pub async fn of_person(app: &App, person: PersonId) -> Result<Vec<SessionSummary>, DbError> {
    let now = app.now();
    let (idle, longest) = settings::session_lifetimes(app).await?;
    let mut rows = store::of_person(&app.db, person, now, now.minus(idle)).await?;
    rows.retain(|row| now.since(row.created_at) < longest);
    Ok(rows)
}

/// Ends one of a person's sessions.
pub async fn revoke(app: &App, actor: &Actor, person: PersonId, id: SessionId) -> Result<(), SessionError> {
    let mut tx = app.db.begin().await?;
    if store::revoke(&mut tx, person, id, app.now()).await? == 0 {
        return Err(SessionError::NotFound(id));
    }
    audit::append(&mut tx, app, AuditEvent::new(actor, "session.end", "session", id)).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends all sessions of a person but one; returns how many.
pub async fn revoke_others(
    app: &App,
    actor: &Actor,
    person: PersonId,
    kept: Option<SessionId>,
) -> Result<u64, SessionError> {
    let mut tx = app.db.begin().await?;
    let ended = store::revoke_others(&mut tx, person, kept, app.now()).await?;
    if ended > 0 {
        audit::append(&mut tx, app, AuditEvent::new(actor, "session.end_others", "account", person)).await?;
    }
    tx.commit().await?;
    Ok(ended)
}
