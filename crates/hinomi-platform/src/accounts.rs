// SPDX-License-Identifier: Apache-2.0
//! Accounts: who may sign in, and how they like their pages.

use hinomi_core::{Actor, DomainError, ErrorKind, FieldError, PersonId, Time};
use hinomi_db::{Db, DbError, Tx};

use crate::audit::{self, AuditEvent};
use crate::store::account as store;
use crate::{App, secret};

/// NIST SP 800-63B-4 asks for at least 15 characters where a password is the only factor; 8 where it is not.
/// We ask for 12 until second factors come.
const SHORTEST_PASSWORD: usize = 12;
/// argon2 takes more; a sign-in form does not need to.
const LONGEST_PASSWORD: usize = 256;
pub const LOCALES: &[&str] = &["en", "ja"];
pub const THEMES: &[&str] = &["system", "light", "dark"];

#[derive(Debug, Clone, PartialEq, Eq, hinomi_db::FromRow)]
pub struct Account {
    pub person_id: PersonId,
    pub email: String,
    pub name: String,
    pub password_hash: Option<String>,
    pub locale: String,
    pub theme: String,
    pub created_at: Time,
    /// From then on nobody signs in and nothing is sent; a day ahead when the person is known to leave.
    pub disabled_at: Option<Time>,
}

impl Account {
    pub fn is_open(&self, now: Time) -> bool {
        self.disabled_at.is_none_or(|at| now < at)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("no account of person {0}")]
    NotFound(PersonId),
    #[error("an account with the address {0:?} exists already")]
    Exists(String),
    #[error("not an e-mail address: {0:?}")]
    Email(String),
    #[error("the password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")]
    PasswordLength,
    #[error("the present password is wrong")]
    WrongPassword,
    #[error("unknown {field}: {value:?}")]
    Preference { field: &'static str, value: String },
    #[error("the password could not be hashed")]
    Hashing,
    #[error(transparent)]
    Database(#[from] DbError),
}

impl DomainError for AccountError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Exists(_) => ErrorKind::Conflict,
            Self::Email(_) | Self::PasswordLength | Self::Preference { .. } => ErrorKind::Invalid,
            Self::WrongPassword => ErrorKind::Invalid,
            Self::Hashing => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "account-not-found",
            Self::Exists(_) => "account-exists",
            Self::Email(_) => "email-invalid",
            Self::PasswordLength => "password-length",
            Self::WrongPassword => "password-wrong",
            Self::Preference { .. } => "preference-unknown",
            Self::Hashing => "hashing-failed",
            Self::Database(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        let pointer = match self {
            Self::Email(_) | Self::Exists(_) => "/email",
            Self::PasswordLength => "/new_password",
            Self::WrongPassword => "/password",
            Self::Preference { field: "locale", .. } => "/locale",
            Self::Preference { .. } => "/theme",
            Self::NotFound(_) | Self::Hashing | Self::Database(_) => return Vec::new(),
        };
        vec![FieldError::new(pointer, self.to_string())]
    }
}

/// What is needed to make an account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub person_id: PersonId,
    pub email: String,
    pub name: String,
    pub locale: String,
}

/// The spelling under which an address is stored and looked up.
pub fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Makes an account without a password: the person signs in by link and may set one.
pub async fn create(tx: &mut Tx, app: &App, actor: &Actor, new: NewAccount) -> Result<Account, AccountError> {
    let email = fold_email(&new.email);
    if email.len() > 254 || email.split('@').filter(|part| !part.is_empty()).count() != 2 {
        return Err(AccountError::Email(new.email));
    }
    let account = Account {
        person_id: new.person_id,
        email: email.clone(),
        name: new.name,
        password_hash: None,
        locale: known("locale", LOCALES, &new.locale)?.to_owned(),
        theme: "system".to_owned(),
        created_at: app.now(),
        disabled_at: None,
    };
    store::insert(tx, &account).await.map_err(|error| {
        if error.is_unique_violation() { AccountError::Exists(email) } else { error.into() }
    })?;
    let event = AuditEvent::new(actor, "account.create", "account", account.person_id)
        .after(&serde_json::json!({ "email": account.email }));
    audit::append(tx, app, event).await?;
    Ok(account)
}

pub async fn by_email(db: &Db, email: &str) -> Result<Option<Account>, DbError> {
    store::by_email(db, &fold_email(email)).await
}

pub async fn by_person(db: &Db, person: PersonId) -> Result<Option<Account>, DbError> {
    store::by_person(db, person).await
}

/// Sets a password without asking for the present one: for the command line and for seeding.
pub async fn set_password(
    app: &App,
    actor: &Actor,
    person: PersonId,
    password: String,
) -> Result<(), AccountError> {
    let length = password.chars().count();
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
        return Err(AccountError::PasswordLength);
    }
    let hash = secret::hash_password(app.ids.as_ref(), password).await.ok_or(AccountError::Hashing)?;
    let mut tx = app.db.begin().await?;
    if store::set_password(&mut tx, person, &hash).await? == 0 {
        return Err(AccountError::NotFound(person));
    }
    audit::append(&mut tx, app, AuditEvent::new(actor, "account.password", "account", person)).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes one's own password. The present one is asked for when there is one.
pub async fn change_own_password(
    app: &App,
    actor: &Actor,
    person: PersonId,
    present: Option<String>,
    new: String,
) -> Result<(), AccountError> {
    let account = store::by_person(&app.db, person).await?.ok_or(AccountError::NotFound(person))?;
    if account.password_hash.is_some() {
        let turn = secret::hashing_turn().await;
        if !secret::verify_password(&turn, account.password_hash, present.unwrap_or_default()).await {
            return Err(AccountError::WrongPassword);
        }
    }
    set_password(app, actor, person, new).await
}

pub async fn set_preferences(
    app: &App,
    person: PersonId,
    locale: &str,
    theme: &str,
) -> Result<(), AccountError> {
    let locale = known("locale", LOCALES, locale)?;
    let theme = known("theme", THEMES, theme)?;
    let mut tx = app.db.begin().await?;
    if store::set_preferences(&mut tx, person, locale, theme).await? == 0 {
        return Err(AccountError::NotFound(person));
    }
    tx.commit().await?;
    Ok(())
}

/// Nobody signs in to a disabled account, and its sessions end.
pub async fn set_disabled(
    app: &App,
    actor: &Actor,
    person: PersonId,
    disabled: bool,
) -> Result<(), AccountError> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    if store::set_disabled(&mut tx, person, disabled.then_some(now)).await? == 0 {
        return Err(AccountError::NotFound(person));
    }
    if disabled {
        crate::store::session::revoke_others(&mut tx, person, None, now).await?;
    }
    let action = if disabled { "account.disable" } else { "account.enable" };
    audit::append(&mut tx, app, AuditEvent::new(actor, action, "account", person)).await?;
    tx.commit().await?;
    Ok(())
}

/// What an account takes from the person whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFacts {
    pub email: Option<String>,
    pub name: String,
    pub left_at: Option<Time>,
}

/// Follows changes of people, in the transaction that makes them: an account has its person's address and name, and ends when
/// they leave. Who has no account needs none; who has no address any more keeps the one they sign in with.
pub async fn follow(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    changes: &[(PersonId, PersonFacts, PersonFacts)],
) -> Result<(), AccountError> {
    let mut followed = Vec::new();
    for (person, before, after) in changes.iter().filter(|(_, before, after)| before != after) {
        let Some(known) = store::by_person_in(tx, *person).await? else { continue };
        let now = followed_by(&known, before, after);
        if now != known {
            followed.push((known, now));
        }
    }
    // An address may pass from one person to another in one file: all let go first.
    for (known, _) in followed.iter().filter(|(known, now)| known.email != now.email) {
        store::set_email(tx, known.person_id, &format!("{} moves", known.person_id)).await?;
    }
    for (known, now) in &followed {
        if store::by_email_in(tx, &now.email).await?.is_some_and(|other| other.person_id != now.person_id) {
            return Err(AccountError::Exists(now.email.clone()));
        }
        store::set_facts(tx, now).await?;
        if known.disabled_at != now.disabled_at && !now.is_open(app.now()) {
            crate::store::session::revoke_others(tx, now.person_id, None, app.now()).await?;
        }
        let facts = |account: &Account| serde_json::json!({ "email": account.email, "name": account.name, "disabled_at": account.disabled_at });
        let event = AuditEvent::new(actor, "account.follow", "account", now.person_id);
        audit::append(tx, app, event.before(&facts(known)).after(&facts(now))).await?;
    }
    Ok(())
}

fn followed_by(known: &Account, before: &PersonFacts, after: &PersonFacts) -> Account {
    let mut now = known.clone();
    if let Some(email) = after.email.as_deref().filter(|_| before.email != after.email) {
        now.email = fold_email(email);
    }
    if before.name != after.name {
        now.name = after.name.clone();
    }
    if before.left_at != after.left_at {
        // What somebody disabled by hand stays so, whoever comes back.
        let is_by_hand = known.disabled_at.is_some() && known.disabled_at != before.left_at;
        now.disabled_at = match (is_by_hand, known.disabled_at, after.left_at) {
            (true, Some(disabled), left) => Some(left.map_or(disabled, |left| left.min(disabled))),
            (_, _, left) => left,
        };
    }
    now
}

fn known<'a>(field: &'static str, allowed: &[&'a str], value: &str) -> Result<&'a str, AccountError> {
    let found = allowed.iter().copied().find(|allowed| *allowed == value);
    found.ok_or_else(|| AccountError::Preference { field, value: value.to_owned() })
}
