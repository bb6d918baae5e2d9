// SPDX-License-Identifier: Apache-2.0
//! An account is its person's: address, name and leaving go with them, in the same transaction.

#![expect(clippy::unwrap_used, reason = "test set-up: a failure is the test's failure")]

use std::time::Duration;

use hinomi_core::{PersonId, Scope, Time};
use hinomi_db::{Db, Migration, both_engines};
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{Act, OrgError, PersonChange, org_import, person_by_code, person_change};
use hinomi_platform::accounts::{self, Account, NewAccount};
use hinomi_platform::testing::{TestApp, console};
use hinomi_platform::{App, sessions};

const SETS: &[&[Migration]] = &[hinomi_org::MIGRATIONS, hinomi_platform::MIGRATIONS];
const UNITS: &str = "code,kind,name,name_ja,parent_code,valid_from\nHQ,group,Head Office,,,2025-01-01\n";
const PEOPLE: &str = "code,name,name_native,email,unit_code\n\
    P1,Sato Ichiro,,p1@example.test,HQ\nP2,Anna Weber,,p2@example.test,HQ\nP3,Ren Abe,,p3@example.test,HQ\n";

async fn person(app: &App, code: &str) -> PersonId {
    person_by_code(&app.db, code).await.unwrap().unwrap().id
}

async fn account(app: &App, person: PersonId) -> Account {
    accounts::by_person(&app.db, person).await.unwrap().unwrap()
}

/// Three people; the first two have accounts.
async fn company(app: &App) -> [PersonId; 3] {
    let actor = console();
    let act = Act::new(app, &actor, Scope::all());
    org_import(&act, SheetKind::Units, UNITS.as_bytes(), false).await.unwrap();
    org_import(&act, SheetKind::People, PEOPLE.as_bytes(), false).await.unwrap();
    let people = [person(app, "P1").await, person(app, "P2").await, person(app, "P3").await];
    for (id, no) in people.into_iter().zip(1..3) {
        let (email, name) = (format!("p{no}@example.test"), format!("Person {no}"));
        let new = NewAccount { person_id: id, email, name, locale: "en".to_owned() };
        let mut tx = app.db.begin().await.unwrap();
        accounts::create(&mut tx, app, &actor, new).await.unwrap();
        tx.commit().await.unwrap();
    }
    people
}

async fn change(app: &App, id: PersonId, change: PersonChange) -> Result<(), OrgError> {
    person_change(&Act::new(app, &console(), Scope::all()), id, change).await
}

fn email(address: &str) -> PersonChange {
    PersonChange { email: Some(address.to_owned()), ..PersonChange::default() }
}

both_engines! { SETS;
    async fn an_account_has_the_address_and_name_of_its_person(db: Db) {
        let app = TestApp::new(db).app;
        let [first, second, third] = company(&app).await;
        change(&app, first, PersonChange { name: Some("Sato Jiro".to_owned()), ..email("Sato@new.test") }).await.unwrap();
        let followed = account(&app, first).await;
        assert_eq!((followed.email.as_str(), followed.name.as_str()), ("sato@new.test", "Sato Jiro"));
        // Who has no account needs none, and what else changes leaves accounts alone.
        change(&app, third, email("ren@new.test")).await.unwrap();
        change(&app, second, PersonChange { name_native: Some("アンナ".to_owned()), ..PersonChange::default() }).await.unwrap();
        assert_eq!(account(&app, second).await.name, "Person 2");

        // Two people of one file exchange their addresses.
        let file = "code,name,name_native,email,unit_code\nP1,Sato Jiro,,p2@example.test,HQ\nP2,Anna Weber,,sato@new.test,HQ\n";
        let act = console();
        org_import(&Act::new(&app, &act, Scope::all()), SheetKind::People, file.as_bytes(), false).await.unwrap();
        assert_eq!(account(&app, first).await.email, "p2@example.test");
        assert_eq!(account(&app, second).await.email, "sato@new.test");

        // What stands in the way is refused whole: neither the person nor the account changes.
        let stranger = NewAccount { person_id: third, email: "free@new.test".to_owned(), name: "Ren".to_owned(), locale: "en".to_owned() };
        let mut tx = app.db.begin().await.unwrap();
        accounts::create(&mut tx, &app, &act, stranger).await.unwrap();
        tx.commit().await.unwrap();
        let refused = change(&app, first, email("free@new.test")).await;
        assert!(matches!(refused, Err(OrgError::Taken { field: "email", .. })), "{refused:?}");
        assert_eq!(person_by_code(&app.db, "P1").await.unwrap().unwrap().email.as_deref(), Some("p2@example.test"));
        assert_eq!(account(&app, first).await.email, "p2@example.test");
    }

    async fn whoever_leaves_signs_in_until_that_day(db: Db) {
        let test = TestApp::new(db);
        let app = &test.app;
        let [first, second, _] = company(app).await;
        let session = test.sign_in(first).await;
        let is_signed_in = async || sessions::authenticate(app, &session.token).await.unwrap().is_some();
        let day: Time = app.now().plus(Duration::from_secs(3_600));
        let leaves = PersonChange { left_at: Some(day), ..PersonChange::default() };
        change(app, first, leaves).await.unwrap();
        assert!(is_signed_in().await && account(app, first).await.is_open(app.now()));
        test.clock.advance(Duration::from_secs(3_600));
        assert!(!is_signed_in().await && !account(app, first).await.is_open(app.now()));

        // Who comes back signs in again; what was disabled by hand stays so.
        accounts::set_disabled(app, &console(), second, true).await.unwrap();
        let by_hand = account(app, second).await.disabled_at;
        let act = console();
        for left in ["2026-11-24", ""] {
            let file = format!(
                "code,name,name_native,email,unit_code,left_on\nP1,Sato Ichiro,,p1@example.test,HQ,{left}\nP2,Anna Weber,,p2@example.test,HQ,{left}\n"
            );
            org_import(&Act::new(app, &act, Scope::all()), SheetKind::People, file.as_bytes(), false).await.unwrap();
        }
        assert_eq!(account(app, first).await.disabled_at, None);
        assert_eq!(account(app, second).await.disabled_at, by_hand);
    }
}
