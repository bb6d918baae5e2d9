// SPDX-License-Identifier: Apache-2.0
//! Mail goes out over SMTP: to a server that speaks the protocol on the loopback, and to a real one where there is one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_db::{Db, both_engines};
use hinomi_platform::Config;
use hinomi_platform::mail::{self, Mail, MailServer, Mailer};
use hinomi_platform::outbox::{self, Deliverers};
use hinomi_platform::testing::{TestApp, smtp_server};

const SETS: &[&[hinomi_db::Migration]] = &[hinomi_platform::MIGRATIONS];

fn mail() -> Mail {
    Mail {
        to: "aoi@example.test".to_owned(),
        to_name: "青井\r\nBcc: x@example.test".to_owned(),
        subject: "営業部:対応が要る変更 2 件\r\nBcc: everybody@example.test".to_owned(),
        text: "昨日から\n.\n終わり".to_owned(),
    }
}

fn deliverers(port: u16) -> Deliverers {
    let mut server: MailServer = format!("smtp://127.0.0.1:{port}").parse().unwrap();
    server.from = "hinomi@example.test".to_owned();
    Deliverers::default().with(mail::KIND, Mailer::new(&server).unwrap())
}

async fn write(db: &Db, test: &TestApp) -> String {
    let mut tx = db.begin().await.unwrap();
    assert!(mail::send_once(&mut tx, &test.app, "a mail", &mail()).await.unwrap());
    tx.commit().await.unwrap();
    db.scalar("SELECT id FROM outbox", ()).await.unwrap()
}

both_engines! { SETS;
    async fn a_mail_arrives_once_whole_and_in_its_language(db: Db) {
        let test = TestApp::new(db.clone());
        let id = write(&db, &test).await;
        let (port, taken) = smtp_server(0).await;
        let deliverers = deliverers(port);
        assert_eq!(outbox::deliver_due(&test.app, &deliverers).await.unwrap(), 1);
        assert_eq!(outbox::deliver_due(&test.app, &deliverers).await.unwrap(), 0);
        let mails = taken.lock().unwrap().clone();
        assert_eq!(mails.len(), 1);
        let head = mails[0].split_once("\n\n").unwrap().0;
        assert!(head.contains(&format!("Message-ID: <{id}@example.test>")), "{head}");
        assert!(head.contains("From: Hinomi <hinomi@example.test>"), "{head}");
        // What stands in names and subjects adds no header.
        assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains("Subject: =?utf-8?b?"), "{head}");
    }

    async fn a_key_is_written_down_once(db: Db) {
        let test = TestApp::new(db.clone());
        let mut outcomes = Vec::new();
        for key in ["monday", "monday", "tuesday"] {
            let mut tx = db.begin().await.unwrap();
            outcomes.push(mail::send_once(&mut tx, &test.app, key, &mail()).await.unwrap());
            tx.commit().await.unwrap();
        }
        assert_eq!(outcomes, [true, false, true]);
    }

    async fn without_a_server_nothing_is_written_down(db: Db) {
        let test = TestApp::with_config(db.clone(), Config { mail: false, ..Config::default() });
        let mut tx = db.begin().await.unwrap();
        assert!(!mail::send_once(&mut tx, &test.app, "monday", &mail()).await.unwrap());
        assert!(!mail::send_once_with(&mut tx, &test.app, "tuesday", mail(), Vec::new()).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM outbox", ()).await.unwrap(), 0);
    }

    async fn what_is_put_off_is_tried_again(db: Db) {
        let test = TestApp::new(db.clone());
        write(&db, &test).await;
        let (port, taken) = smtp_server(1).await;
        let deliverers = deliverers(port);
        assert_eq!(outbox::deliver_due(&test.app, &deliverers).await.unwrap(), 0);
        let error: String = db.scalar("SELECT error FROM outbox", ()).await.unwrap();
        assert!(error.contains("451") || error.contains("try later"), "{error}");
        test.clock.advance(std::time::Duration::from_secs(61));
        assert_eq!(outbox::deliver_due(&test.app, &deliverers).await.unwrap(), 1);
        assert_eq!(taken.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_sender_without_an_address_is_refused() {
    let server: MailServer = "smtp://127.0.0.1:1".parse().unwrap();
    assert!(Mailer::new(&server).is_err());
}
