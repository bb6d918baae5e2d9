// SPDX-License-Identifier: Apache-2.0
//! What is owed, paused, done and told, on both engines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_core::{Actor, PersonId, Scope, Time, UnitId};
use hinomi_db::{Db, both_engines};
use hinomi_obligations::ledger::{self, Deadline, NewObligation, ObligationFilter};
use hinomi_obligations::{
    Calendar, Calendars, ObligationError, Span, calendar_day_set, calendar_set, settings,
};
use hinomi_platform::testing::{TestApp, console};

const SETS: &[&[hinomi_db::Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_obligations::MIGRATIONS];

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn unit(name: &str) -> UnitId {
    UnitId::from_content(&[name])
}

fn person(name: &str) -> Actor {
    Actor::Person { id: PersonId::from_content(&[name]), name: name.to_owned() }
}

async fn owe(test: &TestApp, subject: &str, of: &str, calendar: &Calendar) -> Time {
    let new = NewObligation {
        kind: "self-check",
        subject,
        unit: unit(of),
        person: None,
        title: "2026-11",
        href: "/department",
        start: time("2026-11-01T00:00:00Z"),
        deadline: Deadline::After(Span::BusinessDays(10)),
    };
    let mut tx = test.app.db.begin().await.unwrap();
    let due = ledger::owe(&mut tx, &test.app, &new, calendar).await.unwrap();
    tx.commit().await.unwrap();
    due
}

async fn all(db: &Db, filter: &ObligationFilter) -> Vec<ledger::Obligation> {
    ledger::list(db, &Scope::all(), filter, 100).await.unwrap()
}

both_engines! { SETS;
    async fn what_is_owed_is_owed_once_and_done_once(db: Db) {
        let test = TestApp::new(db.clone());
        // 3 November is Culture Day.
        let tokyo = Calendar::named("jp").unwrap();
        assert_eq!(owe(&test, "a", "D1", &tokyo).await.to_string(), "2026-11-16T14:59:59.999999Z");
        let again = owe(&test, "a", "D1", &Calendar::weekdays()).await;
        assert_eq!(again.to_string(), "2026-11-16T14:59:59.999999Z", "what was owed stays as it was");
        owe(&test, "b", "D2", &Calendar::weekdays()).await;
        let open = ObligationFilter { open: true, ..Default::default() };
        assert_eq!(all(&db, &open).await.len(), 2);
        let only = ledger::list(&db, &Scope::units(vec![unit("D2")]), &open, 10).await.unwrap();
        assert_eq!(only.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>(), ["b"]);
        let mut tx = db.begin().await.unwrap();
        assert!(ledger::fulfil(&mut tx, "self-check", "a", test.app.now(), "Aiko").await.unwrap());
        assert!(!ledger::fulfil(&mut tx, "self-check", "a", test.app.now(), "Aiko").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(all(&db, &open).await.len(), 1);
        let overdue = ObligationFilter { overdue_at: Some(time("2026-11-23T00:00:00Z")), ..Default::default() };
        assert_eq!(all(&db, &overdue).await[0].subject, "b");
        let mine = (PersonId::from_content(&["x"]), vec![unit("D2")]);
        assert_eq!(all(&db, &ObligationFilter { mine: Some(mine), ..Default::default() }).await.len(), 1);
        let nobody = (PersonId::from_content(&["x"]), vec![]);
        assert!(all(&db, &ObligationFilter { mine: Some(nobody), ..Default::default() }).await.is_empty());
    }

    async fn a_pause_counts_when_somebody_else_approved_it(db: Db) {
        let test = TestApp::new(db.clone());
        test.clock.set(time("2026-11-02T00:00:00Z"));
        let due = owe(&test, "a", "D1", &Calendar::weekdays()).await;
        let id = all(&db, &ObligationFilter::default()).await[0].id.clone();
        let (manager, ciso) = (person("manager"), person("ciso"));
        assert!(ledger::pause_ask(&test.app, &manager, &id, None, " ").await.is_err());
        let pause = ledger::pause_ask(&test.app, &manager, &id, None, "stocktaking").await.unwrap();
        let own = ledger::pause_approve(&test.app, &manager, &pause).await;
        assert!(matches!(own, Err(ObligationError::OwnPause { .. })));
        assert!(hinomi_obligations::pauses::paused_now(&db, test.app.now()).await.unwrap().is_empty());
        assert_eq!(ledger::pause_approve(&test.app, &ciso, &pause).await.unwrap(), due, "while it lasts nothing moves");
        assert_eq!(hinomi_obligations::pauses::paused_now(&db, test.app.now()).await.unwrap(), std::slice::from_ref(&id));
        test.clock.set(time("2026-11-05T00:00:00Z"));
        assert_eq!(ledger::pause_end(&test.app, &ciso, &pause).await.unwrap(), due.plus_days(3));
        assert_eq!(all(&db, &ObligationFilter::default()).await[0].due_at, due.plus_days(3));
        assert!(ledger::pause_end(&test.app, &ciso, &pause).await.is_err());
        let mut tx = db.begin().await.unwrap();
        ledger::fulfil(&mut tx, "self-check", "a", test.app.now(), "x").await.unwrap();
        tx.commit().await.unwrap();
        let over = ledger::pause_ask(&test.app, &manager, &id, None, "late").await;
        assert!(matches!(over, Err(ObligationError::Over { .. })));
    }

    async fn a_step_is_taken_once_a_person_and_undone_with_its_transaction(db: Db) {
        let test = TestApp::new(db.clone());
        let (aiko, now) = (PersonId::from_content(&["aiko"]), test.app.now());
        let step = [("o".to_owned(), "remind:7".to_owned())];
        let mut tx = db.begin().await.unwrap();
        assert!(ledger::steps_take(&mut tx, &step, aiko, now).await.unwrap() == 1);
        tx.rollback().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert!(ledger::steps_take(&mut tx, &step, aiko, now).await.unwrap() == 1);
        assert_eq!(ledger::steps_take(&mut tx, &step, aiko, now).await.unwrap(), 0);
        assert!(ledger::steps_take(&mut tx, &step, PersonId::from_content(&["ben"]), now).await.unwrap() == 1);
        tx.commit().await.unwrap();
        assert_eq!(ledger::steps_taken(&db, aiko, &step).await.unwrap().len(), 1);
        assert!(ledger::steps_taken(&db, PersonId::from_content(&["chie"]), &step).await.unwrap().is_empty());
    }

    async fn a_unit_works_by_the_nearest_calendar_and_its_own_days(db: Db) {
        let test = TestApp::new(db.clone());
        let (group, region, department) = (unit("HQ"), unit("JP"), unit("D1"));
        let path = [department, region, group];
        let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
        let before = Calendars::load(&db).await.unwrap().of(&path);
        assert_eq!((before.name(), before.is_business_day(day("2026-11-23"))), ("utc", true));
        calendar_set(&test.app, &console(), group, Some("eu")).await.unwrap();
        calendar_set(&test.app, &console(), region, Some("jp")).await.unwrap();
        assert!(calendar_set(&test.app, &console(), region, Some("mars")).await.is_err());
        calendar_day_set(&test.app, &console(), group, day("2026-12-30"), Some((true, "year's end"))).await.unwrap();
        calendar_day_set(&test.app, &console(), department, day("2026-12-30"), Some((false, "stocktaking"))).await.unwrap();
        let calendars = Calendars::load(&db).await.unwrap();
        let own = calendars.of(&path);
        assert_eq!(own.name(), "jp");
        assert!(!own.is_business_day(day("2026-11-23")) && own.is_business_day(day("2026-12-30")));
        assert!(!calendars.of(&path[1..]).is_business_day(day("2026-12-30")));
        calendar_day_set(&test.app, &console(), department, day("2026-12-30"), None).await.unwrap();
        calendar_set(&test.app, &console(), region, None).await.unwrap();
        let after = Calendars::load(&db).await.unwrap().of(&path);
        assert_eq!((after.name(), after.is_business_day(day("2026-12-30"))), ("eu", false));
    }

    async fn the_plan_is_what_the_company_set(db: Db) {
        let test = TestApp::new(db.clone());
        let app = test.app.clone().with_settings(settings::settings());
        let value = serde_json::json!(10);
        hinomi_platform::settings::put(&app, &console(), "remind-first-days", &value, None).await.unwrap();
        let plan = settings::plan(&db).await.unwrap();
        assert_eq!(plan.remind_days_before, [10, 1]);
        assert_eq!(plan.escalations.iter().map(|one| one.after_days).collect::<Vec<_>>(), [1, 14]);
    }
}
