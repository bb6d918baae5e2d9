// SPDX-License-Identifier: Apache-2.0
//! Mail: written down with its cause, sent over SMTP afterwards.
//!
//! ```text
//! service ─ one Tx ─ mail::send ─→ outbox (kind "mail") ─→ Mailer ─ SMTP ─→ the company's mail server
//! ```
//!
//! A mail that is delivered twice bears the same `Message-ID`, so that a reader's program shows it once. Addresses and
//! subjects are data: they cannot add headers. Without a configured server ([`crate::Config::mail`]) nothing is written down.

mod compose;

use std::str::FromStr;
use std::time::Duration;

use hinomi_db::{Db, DbError, Tx};
use lettre::message::{Mailbox, Message as Letter};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde::{Deserialize, Serialize};

use crate::outbox::{self, Deliverer, Message};
use crate::{App, BoxFuture};

pub use compose::Picture;

/// The outbox's kind of message.
pub const KIND: &str = "mail";
const TIMEOUT: Duration = Duration::from_secs(30);
/// RFC 5322 limits lines, not texts; nobody reads a mail longer than this.
const LONGEST_TEXT: usize = 256 << 10;

/// One mail to one person, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub to: String,
    /// The person's name; may be empty.
    pub to_name: String,
    pub subject: String,
    pub text: String,
}

/// A mail with its pictures, as the outbox holds it; without any it is the mail alone.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    #[serde(flatten)]
    mail: Mail,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pictures: Vec<Picture>,
}

/// How the connection is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: a server on the same machine, or a tunnel.
    Plain,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// Where mail goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub user: Option<String>,
    pub password: Option<String>,
    /// The sender's address.
    pub from: String,
    pub from_name: String,
    /// Certificates in PEM of who vouches for the server, beside those that the public web trusts.
    pub authority: Option<String>,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the password.
        write!(formatter, "{:?} {}:{} from {}", self.security, self.host, self.port, self.from)
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("{0:?} is no address of a mail server")]
    Server(String),
    #[error("{0:?} is no e-mail address")]
    Address(String),
    #[error("the mail server cannot be used: {0}")]
    Setup(String),
}

/// `smtp://host[:25]`, `smtp+starttls://host[:587]`, `smtps://host[:465]`.
impl FromStr for MailServer {
    type Err = MailError;

    fn from_str(text: &str) -> Result<Self, MailError> {
        let error = || MailError::Server(text.chars().take(100).collect());
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(error)?;
        let (security, port) = match scheme {
            "smtp" => (Security::Plain, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            _ => return Err(error()),
        };
        let (host, port) = match rest.trim_end_matches('/').rsplit_once(':') {
            Some((host, given)) if !given.ends_with(']') => (host, given.parse().map_err(|_| error())?),
            _ => (rest.trim_end_matches('/'), port),
        };
        let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
        if host.is_empty() || !host.chars().all(plain) {
            return Err(error());
        }
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            security,
            user: None,
            password: None,
            from: String::new(),
            from_name: "Hinomi".to_owned(),
            authority: None,
        })
    }
}

/// Writes a mail down; it goes out once the transaction is committed. Only the first of all with this key is written; false
/// for the others.
pub async fn send_once(tx: &mut Tx, app: &App, key: &str, mail: &Mail) -> Result<bool, DbError> {
    Ok(app.config.mail && outbox::add_once(tx, app, KIND, key, &serde_json::json!(mail)).await?)
}

/// As [`send_once`], with pictures between the paragraphs of its text.
pub async fn send_once_with(
    tx: &mut Tx,
    app: &App,
    key: &str,
    mail: Mail,
    pictures: Vec<Picture>,
) -> Result<bool, DbError> {
    Ok(app.config.mail
        && outbox::add_once(tx, app, KIND, key, &serde_json::json!(Held { mail, pictures })).await?)
}

/// Whether a mail with this key was written down.
pub async fn is_written(db: &Db, key: &str) -> Result<bool, DbError> {
    outbox::is_added(db, key).await
}

/// Sends what the outbox holds.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub fn new(server: &MailServer) -> Result<Self, MailError> {
        let from = mailbox(&server.from_name, &server.from)?;
        let parameters = || tls_parameters(server).map_err(|error| MailError::Setup(error.to_string()));
        let tls = match server.security {
            Security::Plain => Tls::None,
            Security::StartTls => Tls::Required(parameters()?),
            Security::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let (Some(user), Some(password)) = (&server.user, &server.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    async fn deliver_mail(&self, message: &Message) -> Result<(), String> {
        let Held { mail, pictures } =
            serde_json::from_str(&message.payload).map_err(|error| error.to_string())?;
        let to = mailbox(&mail.to_name, &mail.to).map_err(|error| error.to_string())?;
        let text: String = mail.text.chars().take(LONGEST_TEXT).collect();
        let domain = self.from.email.domain();
        let builder = Letter::builder()
            .from(self.from.clone())
            .to(to)
            .message_id(Some(format!("<{}@{domain}>", message.id)))
            .subject(one_line(&mail.subject));
        let letter = compose::compose(builder, &message.id, domain, text, &pictures)?;
        self.transport.send(letter).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

impl Deliverer for Mailer {
    fn deliver<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(self.deliver_mail(message))
    }
}

fn tls_parameters(server: &MailServer) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut parameters = TlsParameters::builder(server.host.clone());
    for block in server.authority.as_deref().unwrap_or_default().split_inclusive("-----END CERTIFICATE-----")
    {
        if block.contains("-----BEGIN CERTIFICATE-----") {
            parameters = parameters.add_root_certificate(Certificate::from_pem(block.as_bytes())?);
        }
    }
    parameters.build()
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox, MailError> {
    let parsed: Address =
        address.trim().parse().map_err(|_| MailError::Address(address.chars().take(100).collect()))?;
    let name = one_line(name);
    Ok(Mailbox::new(Some(name).filter(|name| !name.is_empty()), parsed))
}

/// A header ends at its line.
fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    spaced.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{MailServer, Security, one_line};

    #[test]
    fn servers_are_read_from_addresses() {
        let read =
            |text: &str| text.parse::<MailServer>().map(|server| (server.host, server.port, server.security));
        assert_eq!(read("smtp://127.0.0.1:2525"), Ok(("127.0.0.1".into(), 2525, Security::Plain)));
        assert_eq!(
            read("smtp+starttls://mail.example"),
            Ok(("mail.example".into(), 587, Security::StartTls))
        );
        assert_eq!(read("smtps://[::1]:4650/"), Ok(("::1".into(), 4650, Security::Tls)));
        assert_eq!(read("smtps://[::1]"), Ok(("::1".into(), 465, Security::Tls)));
        for wrong in ["mail.example", "http://mail.example", "smtp://", "smtp://a b", "smtp://host:x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_subject_adds_no_header() {
        assert_eq!(one_line("件名\r\nBcc: everybody@example"), "件名 Bcc: everybody@example");
    }
}
