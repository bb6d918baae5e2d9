// SPDX-License-Identifier: Apache-2.0
//! The audit trail: appended with its cause, sealed in order, and any change shows.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

use std::time::Duration;

use hinomi_core::{PageRequest, Scope, UnitId};
use hinomi_db::{Db, Migration, both_engines};
use hinomi_platform::App;
use hinomi_platform::audit::{self, AuditEvent, AuditFilter};
use hinomi_platform::testing::{TestApp, console};

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS];

async fn note(app: &App, action: &str, unit: Option<UnitId>) {
    let actor = console();
    let mut event =
        AuditEvent::new(&actor, action, "thing", 7).before(&1).after(&serde_json::json!({"a": "b"}));
    if let Some(unit) = unit {
        event = event.unit(unit);
    }
    let mut tx = app.db.begin().await.unwrap();
    audit::append(&mut tx, app, event.reason("because")).await.unwrap();
    tx.commit().await.unwrap();
}

both_engines! { SETS;
    async fn the_chain_holds_until_somebody_touches_it(db: Db) {
        let test = TestApp::new(db.clone());
        for number in 0..20 {
            note(&test.app, &format!("thing.change{number}"), None).await;
            if number == 9 {
                assert_eq!(audit::seal(&test.app).await.unwrap(), 10);
            }
        }
        assert_eq!(audit::seal(&test.app).await.unwrap(), 10);
        assert_eq!(audit::seal(&test.app).await.unwrap(), 0);
        let sound = audit::verify(&db, test.app.now()).await.unwrap();
        assert!(sound.is_sound(), "{sound:?}");
        assert_eq!((sound.sealed, sound.head.as_ref().map(String::len)), (20, Some(64)));

        let reason = "UPDATE audit_event SET reason = $2 WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = $1)";
        db.execute(reason, hinomi_db::values![7, "another"]).await.unwrap();
        let broken = audit::verify(&db, test.app.now()).await.unwrap().broken.unwrap();
        assert_eq!(broken.0, 7);
        db.execute(reason, hinomi_db::values![7, "because"]).await.unwrap();
        assert!(audit::verify(&db, test.app.now()).await.unwrap().is_sound());

        db.execute("DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = 12)", ())
            .await
            .unwrap();
        let (sequence, cause) = audit::verify(&db, test.app.now()).await.unwrap().broken.unwrap();
        assert!(sequence == 12 && cause.ends_with("is missing"), "{cause}");
        db.execute("DELETE FROM audit_seal WHERE sequence = 12", ()).await.unwrap();
        assert_eq!(audit::verify(&db, test.app.now()).await.unwrap().broken.unwrap().0, 12);
    }

    async fn unsealed_events_are_told(db: Db) {
        let test = TestApp::new(db.clone());
        note(&test.app, "thing.change", None).await;
        assert!(audit::verify(&db, test.app.now()).await.unwrap().is_sound());
        test.clock.advance(Duration::from_secs(61));
        let late = audit::verify(&db, test.app.now()).await.unwrap();
        assert!(!late.is_sound());
        assert_eq!(late.unsealed, 1);
    }

    async fn what_a_command_did_while_no_server_ran_is_sealed_at_the_next_start(db: Db) {
        let test = TestApp::new(db.clone());
        note(&test.app, "thing.change", None).await;
        test.clock.advance(Duration::from_secs(86_400));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let sealer = tokio::spawn(audit::run_sealer(test.app.clone(), async move { let _ = stopped.await; }));
        for _ in 0..100 {
            if audit::verify(&db, test.app.now()).await.unwrap().sealed == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.send(()).unwrap();
        sealer.await.unwrap();
        assert!(audit::verify(&db, test.app.now()).await.unwrap().is_sound());
    }

    async fn two_sealers_make_one_chain(db: Db) {
        let test = TestApp::new(db.clone());
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut sealers = Vec::new();
        for _ in 0..3 {
            let mut stopped = stopped.clone();
            let shutdown = async move { let _ = stopped.changed().await; };
            sealers.push(tokio::spawn(audit::run_sealer(test.app.clone(), shutdown)));
        }
        for number in 0..60 {
            note(&test.app, &format!("thing.change{number}"), None).await;
        }
        for _ in 0..100 {
            if audit::verify(&db, test.app.now()).await.unwrap().sealed == 60 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.send(true).unwrap();
        for sealer in sealers {
            sealer.await.unwrap();
        }
        let verdict = audit::verify(&db, test.app.now()).await.unwrap();
        assert!(verdict.is_sound() && verdict.sealed == 60, "{verdict:?}");
    }

    async fn a_reader_sees_the_events_of_their_units(db: Db) {
        let test = TestApp::new(db.clone());
        let (own, other) = (UnitId::from_content(&["own"]), UnitId::from_content(&["other"]));
        for (action, unit) in [("a.own", Some(own)), ("a.other", Some(other)), ("a.none", None), ("b.own", Some(own))] {
            test.clock.advance(Duration::from_secs(1));
            note(&test.app, action, unit).await;
        }
        let list = async |scope: Scope, filter: AuditFilter, page: PageRequest| {
            let page = audit::list(&db, &scope, &filter, &page).await.unwrap();
            (page.items.into_iter().map(|event| event.action).collect::<Vec<_>>(), page.next)
        };
        let all = AuditFilter::default;
        let first = PageRequest::new(3, None);
        let (actions, next) = list(Scope::all(), all(), first).await;
        assert_eq!(actions, ["b.own", "a.none", "a.other"]);
        let second = PageRequest::new(3, Some(next.unwrap().parse().unwrap()));
        assert_eq!(list(Scope::all(), all(), second).await, (vec!["a.own".to_owned()], None));
        assert_eq!(list(Scope::units(vec![own]), all(), PageRequest::default()).await.0, ["b.own", "a.own"]);
        assert!(list(Scope::none(), all(), PageRequest::default()).await.0.is_empty());
        let filter = AuditFilter { action: Some("a.none".to_owned()), ..all() };
        assert_eq!(list(Scope::all(), filter, PageRequest::default()).await.0, ["a.none"]);
    }
}
