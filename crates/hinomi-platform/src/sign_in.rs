// SPDX-License-Identifier: Apache-2.0
//! Signing in with a password or a one-time link.
//!
//! An unknown address, an account without a password, a disabled one and a wrong password all take as long and get
//! the same answer.

use std::time::Duration;

use hinomi_core::{Actor, DomainError, ErrorKind, PersonId};
use hinomi_db::DbError;

use crate::accounts::{self, Account};
use crate::audit::{self, AuditEvent};
use crate::sessions::{self, NewSession, Origin};
use crate::store::account as store;
use crate::{App, secret, settings, throttle};

#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("the address or the password is wrong")]
    Refused,
    #[error("the link is unknown, used or too old")]
    Link,
    #[error("too many tries; wait {} s", .0.as_secs().max(1))]
    Throttled(Duration),
    #[error("no account of person {0}")]
    NoAccount(PersonId),
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for SignInError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused | Self::Link => ErrorKind::Unauthenticated,
            Self::Throttled(_) => ErrorKind::Throttled,
            Self::NoAccount(_) => ErrorKind::NotFound,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused => "sign-in-refused",
            Self::Link => "sign-in-link-invalid",
            Self::Throttled(_) => "sign-in-throttled",
            Self::NoAccount(_) => "account-not-found",
            Self::Database(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Link => Some("ask for a new link".to_owned()),
            _ => None,
        }
    }
}

pub async fn with_password(
    app: &App,
    email: &str,
    password: String,
    origin: &Origin,
) -> Result<NewSession, SignInError> {
    let email = accounts::fold_email(email);
    let by_account = throttle::account_subject(&email);
    let by_address = throttle::address_subject(&origin.address);
    // Held to the end: a failure is counted before the next two may look.
    let turn = secret::hashing_turn().await;
    for subject in [&by_account, &by_address] {
        if let Some(wait) = throttle::waiting(&app.db, subject, app.now()).await? {
            return Err(SignInError::Throttled(wait));
        }
    }
    let account = store::by_email(&app.db, &email).await?.filter(|account| account.is_open(app.now()));
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let fits = secret::verify_password(&turn, hash, password).await;
    // Before the transaction: whoever holds one must not wait for another connection.
    let (_, longest) = settings::session_lifetimes(app).await?;

    let mut tx = app.db.begin().await?;
    let Some(account) = account.filter(|_| fits) else {
        for subject in [&by_account, &by_address] {
            throttle::count(&mut tx, subject, app.now()).await?;
        }
        tx.commit().await?;
        tracing::info!(address = %origin.address, "sign-in refused");
        return Err(SignInError::Refused);
    };
    // The address keeps its failures: a good account must not buy free tries at others.
    store::clear_attempts(&mut tx, &by_account).await?;
    let session = sessions::start(&mut tx, app, account, "password", origin, longest).await?;
    tx.commit().await?;
    Ok(session)
}

/// Makes a one-time link for a person and returns its token; the caller puts it behind `#` of the sign-in page,
/// where no server log sees it.
pub async fn create_link(
    app: &App,
    actor: &Actor,
    person: PersonId,
    lifetime: Option<Duration>,
) -> Result<String, SignInError> {
    let token = secret::token(app.ids.as_ref());
    let now = app.now();
    let lifetime = match lifetime {
        Some(lifetime) => lifetime,
        None => settings::link_lifetime(app).await?,
    };
    let expires_at = now.plus(lifetime);
    let mut tx = app.db.begin().await?;
    store::insert_link(&mut tx, &secret::token_hash(&token), person, now, expires_at).await.map_err(
        |error| {
            if error.is_foreign_key_violation() { SignInError::NoAccount(person) } else { error.into() }
        },
    )?;
    let event = AuditEvent::new(actor, "sign_in_link.create", "account", person)
        .after(&serde_json::json!({ "expires_at": expires_at }));
    audit::append(&mut tx, app, event).await?;
    tx.commit().await?;
    Ok(token)
}

pub async fn with_link(app: &App, token: &str, origin: &Origin) -> Result<NewSession, SignInError> {
    // Not throttled: a token has 256 random bits, nobody guesses one.
    let (_, longest) = settings::session_lifetimes(app).await?;
    let mut tx = app.db.begin().await?;
    let person =
        store::use_link(&mut tx, &secret::token_hash(token), app.now()).await?.ok_or(SignInError::Link)?;
    let account: Account = store::by_person_in(&mut tx, person)
        .await?
        .filter(|account| account.is_open(app.now()))
        .ok_or(SignInError::Link)?;
    let session = sessions::start(&mut tx, app, account, "link", origin, longest).await?;
    tx.commit().await?;
    Ok(session)
}

/// Removes expired links, attempts and sessions: a daily job.
pub async fn forget_old(app: &App) -> Result<(), DbError> {
    let before = app.now().minus(Duration::from_secs(30 * 86_400));
    let mut tx = app.db.begin().await?;
    store::forget(&mut tx, before).await?;
    crate::store::session::forget(&mut tx, before).await?;
    crate::store::job::forget(&mut tx, before).await?;
    crate::store::outbox::forget(&mut tx, before).await?;
    tx.commit().await
}
