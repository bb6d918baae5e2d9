// SPDX-License-Identifier: Apache-2.0
//! STARTTLS against a server on the loopback with an authority of its own: mail goes out encrypted to a server that the
//! authority vouches for, and to no other.
//!
//! ```text
//! EHLO ─→ STARTTLS ─→ handshake ─→ EHLO ─→ MAIL … DATA
//!                        ▲ fails for a server that nobody vouches for: what is said after it is said to nobody
//! ```

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use hinomi_db::{Db, both_engines};
use hinomi_platform::mail::{self, Mail, MailServer, Mailer};
use hinomi_platform::outbox::{self, Deliverers};
use hinomi_platform::testing::TestApp;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

const SETS: &[&[hinomi_db::Migration]] = &[hinomi_platform::MIGRATIONS];

/// What a server was told before and after the handshake.
#[derive(Debug, Default, Clone)]
struct Heard {
    clear: Vec<String>,
    secret: Vec<String>,
}

/// The authority in PEM, and what the server that it vouches for shows.
fn authority_and_server() -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret)
            .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// Speaks until the client goes or asks for TLS; true when it asked.
async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    offers: bool,
    heard: impl Fn(String),
) -> bool {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    let mut is_letter = false;
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return false;
        }
        heard(line.trim_end().to_owned());
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            _ if is_letter && line != ".\r\n" => continue,
            "EHLO" if offers => b"250-demo\r\n250-STARTTLS\r\n250 8BITMIME\r\n",
            "EHLO" => b"250-demo\r\n250 8BITMIME\r\n",
            "STAR" => {
                stream.get_mut().write_all(b"220 go on\r\n").await.unwrap();
                return true;
            }
            "DATA" => b"354 go on\r\n",
            "QUIT" => b"221 bye\r\n",
            _ => b"250 well\r\n",
        };
        is_letter = verb == "DATA";
        if stream.get_mut().write_all(answer).await.is_err() {
            return false;
        }
    }
}

async fn server(acceptor: TlsAcceptor, offers: bool) -> (u16, Arc<Mutex<Heard>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Heard::default()));
    let notes = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _gone = stream.write_all(b"220 demo\r\n").await;
            if speak(&mut stream, offers, |line| notes.lock().unwrap().clear.push(line)).await
                && let Ok(mut secret) = acceptor.accept(stream).await
            {
                speak(&mut secret, false, |line| notes.lock().unwrap().secret.push(line)).await;
            }
        }
    });
    (port, heard)
}

/// Writes a mail and delivers it; how many went out, and what the outbox says of those that did not.
async fn deliver(db: &Db, port: u16, authority: Option<String>) -> (u64, String) {
    let test = TestApp::new(db.clone());
    let mail = Mail {
        to: "aoi@example.test".to_owned(),
        to_name: String::new(),
        subject: "nobody else reads this".to_owned(),
        text: "only between us".to_owned(),
    };
    let mut tx = db.begin().await.unwrap();
    mail::send_once(&mut tx, &test.app, "a mail", &mail).await.unwrap();
    tx.commit().await.unwrap();
    let mut server: MailServer = format!("smtp+starttls://localhost:{port}").parse().unwrap();
    server.from = "hinomi@example.test".to_owned();
    server.authority = authority;
    let deliverers = Deliverers::default().with(mail::KIND, Mailer::new(&server).unwrap());
    let sent = outbox::deliver_due(&test.app, &deliverers).await.unwrap();
    let error: Option<String> = db.scalar("SELECT MAX(error) FROM outbox", ()).await.unwrap();
    (sent, error.unwrap_or_default())
}

fn says(lines: &[String], what: &str) -> bool {
    lines.iter().any(|line| line.contains(what))
}

both_engines! { SETS;
    async fn mail_goes_out_encrypted_to_a_server_that_the_authority_vouches_for(db: Db) {
        let (authority, acceptor) = authority_and_server();
        let (port, heard) = server(acceptor, true).await;
        let (sent, error) = deliver(&db, port, Some(authority)).await;
        assert_eq!((sent, error.as_str()), (1, ""));
        let heard = heard.lock().unwrap().clone();
        assert!(says(&heard.clear, "STARTTLS") && !says(&heard.clear, "MAIL"), "{heard:?}");
        assert!(says(&heard.secret, "only between us") && says(&heard.secret, "RCPT TO:<aoi@"), "{heard:?}");
    }

    async fn a_server_that_nobody_vouches_for_gets_nothing(db: Db) {
        let (_, acceptor) = authority_and_server();
        let (other, _) = authority_and_server();
        let (port, heard) = server(acceptor, true).await;
        for authority in [None, Some(other)] {
            let (sent, error) = deliver(&db, port, authority).await;
            assert_eq!(sent, 0);
            assert!(!error.is_empty());
        }
        let heard = heard.lock().unwrap().clone();
        assert!(says(&heard.clear, "STARTTLS"), "{heard:?}");
        assert!(!says(&heard.clear, "MAIL") && !says(&heard.secret, "MAIL"), "{heard:?}");
    }

    async fn a_server_without_starttls_gets_nothing(db: Db) {
        let (authority, acceptor) = authority_and_server();
        let (port, heard) = server(acceptor, false).await;
        let (sent, error) = deliver(&db, port, Some(authority)).await;
        assert_eq!(sent, 0);
        assert!(!error.is_empty());
        assert!(!says(&heard.lock().unwrap().clear, "MAIL"));
    }
}
