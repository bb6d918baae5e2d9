// SPDX-License-Identifier: Apache-2.0
//! The organisation's use cases on both engines: rights, dates, audit, files.

#![expect(clippy::unwrap_used, reason = "test set-up: a failure is the test's failure")]

use std::time::Instant;

use hinomi_core::{Actor, ErrorKind, PageRequest, PersonId, Scope, SeatKind, Time, UnitId};
use hinomi_core::{DomainError as _, Permission, Principal};
use hinomi_db::{Db, Migration, both_engines};
use hinomi_org::model::UnitKind;
use hinomi_org::model::sheet::SheetKind;
use hinomi_org::{
    Act, NewPerson, NewSeat, NewUnit, OrgError, PersonChange, SeatFilter, SeatGrants, UnitChange,
    UnitClosing, org_export, org_import, people_list, person_change, person_create, seat_assign, seat_create,
    seat_vacate, seats_list, tree_at, unit_change, unit_close, unit_create, unit_get, units_visible,
};
use hinomi_platform::audit::{self, AuditFilter};
use hinomi_platform::testing::{TestApp, console};
use hinomi_platform::{App, GrantSource};

const SETS: &[&[Migration]] = &[hinomi_org::MIGRATIONS, hinomi_platform::MIGRATIONS];

const UNITS: &str = "code,kind,name,name_ja,parent_code,valid_from\r\n\
    HQ,group,Head Office,本社,,2025-01-01\r\n\
    JP,region,Japan,日本,HQ,2025-01-01\r\n\
    EU,region,Europe,,HQ,2025-01-01\r\n\
    D1,department,\"Sales, East\",営業部,JP,2025-01-01\r\n\
    D2,department,'=SUM(A1),,EU,2025-01-01\r\n\
    S1,section,Sales 1,,D1,2025-04-01\r\n";
const PEOPLE: &str = "code,name,name_native,email,unit_code\r\n\
    P1,Sato Ichiro,佐藤 一郎,p1@example.test,D1\r\n\
    P2,Anna Weber,,p2@example.test,D2\r\n\
    P3,'-Dash,,,S1\r\n";
const SEATS: &str = "unit_code,kind,required,holder_code,holder_from,deputy_code\r\n\
    HQ,ciso,true,P2,2025-02-01,P1\r\n\
    D1,system_security_manager,true,P1,2025-02-01,\r\n\
    EU,regional_ciso,true,,,\r\n";

fn everything<'a>(app: &'a App, actor: &'a Actor) -> Act<'a> {
    Act::new(app, actor, Scope::all())
}

async fn import(act: &Act<'_>, kind: SheetKind, file: &str) -> [u64; 4] {
    let counts = org_import(act, kind, file.as_bytes(), false).await.unwrap();
    [counts.rows, counts.added, counts.changed, counts.unchanged]
}

async fn company(app: &App) {
    let actor = console();
    let act = everything(app, &actor);
    assert_eq!(import(&act, SheetKind::Units, UNITS).await, [6, 6, 0, 0]);
    assert_eq!(import(&act, SheetKind::People, PEOPLE).await, [3, 3, 0, 0]);
    assert_eq!(import(&act, SheetKind::Seats, SEATS).await, [3, 3, 0, 0]);
}

async fn unit(db: &Db, code: &str) -> UnitId {
    let tree = tree_at(db, "2026-11-23T00:00:00Z".parse().unwrap()).await.unwrap();
    tree.by_code(code).unwrap().id
}

async fn person(db: &Db, code: &str) -> PersonId {
    hinomi_org::person_by_code(db, code).await.unwrap().unwrap().id
}

async fn actions(db: &Db) -> Vec<String> {
    let filter = AuditFilter::default();
    let page = audit::list(db, &Scope::all(), &filter, &PageRequest::default()).await.unwrap();
    let mut actions: Vec<String> = page.items.into_iter().map(|event| event.action).collect();
    actions.sort();
    actions
}

both_engines! { SETS;
    async fn an_export_imported_again_changes_nothing(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        for kind in SheetKind::ALL {
            let file = org_export(&db, &Scope::all(), *kind, app.now()).await.unwrap();
            let text = String::from_utf8(file).unwrap();
            assert!(!text.contains(",=") && !text.contains(",-Dash"), "{text}");
            let [rows, added, changed, unchanged] = import(&act, *kind, &text).await;
            assert_eq!((added, changed), (0, 0), "{text}");
            assert_eq!((rows, unchanged), (if *kind == SheetKind::Units { 6 } else { 3 }, rows));
            let again = org_export(&db, &Scope::all(), *kind, app.now()).await.unwrap();
            assert_eq!(String::from_utf8(again).unwrap(), text);
        }
        assert_eq!(actions(&db).await, ["org.import", "org.import", "org.import"]);
    }

    async fn a_wrong_file_names_every_place_and_writes_nothing(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let file = "code,kind,name,parent_code\nNEW,section,New,D1\nBAD,section,Bad,NOWHERE\nD1,section,X,JP\n";
        for dry_run in [true, false] {
            let error = org_import(&act, SheetKind::Units, file.as_bytes(), dry_run).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            let fields = error.fields();
            let places: Vec<_> =
                fields.iter().map(|field| (field.row, field.column.as_deref().unwrap_or(""))).collect();
            assert_eq!(places, [(Some(3), "parent_code"), (Some(4), "kind")]);
        }
        assert_eq!(units_visible(&db, &Scope::all(), app.now()).await.unwrap().len(), 6);
        let good = "code,kind,name,parent_code\nNEW,section,New,D1\n";
        let counts = org_import(&act, SheetKind::Units, good.as_bytes(), true).await.unwrap();
        assert_eq!((counts.added, units_visible(&db, &Scope::all(), app.now()).await.unwrap().len()), (1, 6));
        assert_eq!(actions(&db).await.len(), 3, "neither a refused file nor a dry run is an event");
    }

    async fn moving_a_department_keeps_the_tree_of_past_days(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor).because("reorganisation");
        let (d1, jp, eu) = (unit(&db, "D1").await, unit(&db, "JP").await, unit(&db, "EU").await);
        let from: Time = "2026-10-01T00:00:00Z".parse().unwrap();
        let change = UnitChange { parent_id: Some(eu), valid_from: Some(from), ..UnitChange::default() };
        unit_change(&act, d1, change.clone()).await.unwrap();
        let before = tree_at(&db, "2026-09-30T23:59:59Z".parse().unwrap()).await.unwrap();
        let after = tree_at(&db, from).await.unwrap();
        assert_eq!(before.parent(d1), Some(jp));
        assert_eq!(after.parent(d1), Some(eu));
        assert_eq!((before.subtree(jp).len(), after.subtree(jp).len(), after.subtree(eu).len()), (3, 1, 4));
        let times = ["2026-09-01T00:00:00Z", "2026-10-02T00:00:00Z", "2026-09-30T23:59:59Z"].map(|time| time.parse().unwrap());
        let trees = hinomi_org::trees_at(&db, &times).await.unwrap();
        let parents: Vec<_> = trees.iter().map(|tree| (tree.parent(d1), tree.len())).collect();
        let alone = [(Some(jp), before.len()), (Some(eu), after.len()), (Some(jp), before.len())];
        assert_eq!(parents, alone, "each as it is read by itself");
        unit_change(&act, d1, change).await.unwrap();
        let early = UnitChange {
            parent_id: Some(jp),
            valid_from: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            ..UnitChange::default()
        };
        let error = unit_change(&act, d1, early).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, "unit-dates-overlap"));
        let below = UnitChange { parent_id: Some(unit(&db, "S1").await), ..UnitChange::default() };
        assert_eq!(unit_change(&act, d1, below).await.unwrap_err().code(), "unit-below-itself");
        let changes: Vec<String> = actions(&db).await.into_iter().filter(|action| action == "unit.change").collect();
        assert_eq!(changes.len(), 1, "what changes nothing, or is refused, is no event");
    }

    async fn seats_give_rights_that_move_with_the_tree(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor);
        let source = SeatGrants::new(db.clone());
        let anna = person(&db, "P2").await;
        let sato = person(&db, "P1").await;
        let (d1, s1, d2) = (unit(&db, "D1").await, unit(&db, "S1").await, unit(&db, "D2").await);
        let principal = async |id: PersonId, at: Time| {
            let actor = Actor::Person { id, name: "x".into() };
            Principal::new(actor, source.grants(id, at).await.unwrap())
        };
        let now = app.now();
        assert!(principal(anna, now).await.scope(Permission::TicketRead).unwrap().is_all());
        let before = "2025-01-31T00:00:00Z".parse().unwrap();
        assert_eq!(principal(anna, before).await.scope(Permission::TicketRead), None);
        assert_eq!(principal(anna, now).await.scope(Permission::OrgWrite), None);

        let ciso = seats_list(&db, &Scope::all(), &SeatFilter::default(), now).await.unwrap();
        let ciso = ciso.into_iter().find(|seat| seat.kind == SeatKind::Ciso).unwrap();
        assert_eq!(ciso.deputy.as_ref().map(|deputy| deputy.id), Some(sato));
        seat_vacate(&act, ciso.id, true, None).await.unwrap();
        let scope = principal(sato, now).await.scope(Permission::TicketWrite).unwrap();
        assert_eq!((scope.contains(d1), scope.contains(s1), scope.contains(d2)), (true, true, false));
        let profile = source.profile(sato, now).await.unwrap().unwrap();
        assert_eq!((profile.name_native.as_str(), profile.seats.len()), ("佐藤 一郎", 1));
        assert_eq!(profile.seats[0].unit_name, "Sales, East");

        person_change(&act, sato, PersonChange { left_at: Some(now), ..PersonChange::default() }).await.unwrap();
        assert_eq!(principal(sato, now).await.scope(Permission::TicketWrite), None);
        let vacant = SeatFilter { units: None, vacant: Some(true) };
        let vacancies = seats_list(&db, &Scope::all(), &vacant, now).await.unwrap();
        let mut kinds: Vec<_> = vacancies.iter().map(|seat| (seat.kind, seat.vacant_since == Some(now))).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, [(SeatKind::RegionalCiso, true), (SeatKind::SystemSecurityManager, true)]);
    }

    async fn a_seat_is_assigned_by_dates(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor);
        let unit_id = unit(&db, "D2").await;
        let new = NewSeat { unit_id, kind: SeatKind::InformationManager, required: true };
        let seat = seat_create(&act, new).await.unwrap();
        assert_eq!(seat_create(&act, new).await.unwrap_err().code(), "seat-taken");
        let (sato, anna) = (person(&db, "P1").await, person(&db, "P2").await);
        let day = |text: &str| Some(format!("{text}T00:00:00Z").parse::<Time>().unwrap());
        seat_assign(&act, seat, sato, false, day("2026-11-01")).await.unwrap();
        let error = seat_assign(&act, seat, anna, false, day("2026-10-01")).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, "seat-dates-overlap"));
        seat_assign(&act, seat, anna, false, day("2026-12-01")).await.unwrap();
        seat_assign(&act, seat, sato, false, day("2026-12-01")).await.unwrap();
        seat_assign(&act, seat, anna, false, day("2026-12-01")).await.unwrap();
        let holder = async |at: Time| {
            let filter = SeatFilter { units: Some(vec![unit_id]), vacant: None };
            let seats = seats_list(&db, &Scope::all(), &filter, at).await.unwrap();
            seats.into_iter().find(|view| view.id == seat).unwrap().holder.map(|person| person.id)
        };
        assert_eq!(holder(day("2026-12-01").unwrap()).await, Some(anna));
        let nobody = Scope::units(vec![unit(&db, "D1").await]);
        let stranger = Act::new(app, &actor, nobody);
        assert_eq!(seat_assign(&stranger, seat, sato, false, None).await.unwrap_err().kind(), ErrorKind::NotFound);
    }

    async fn what_is_planned_changes_nothing_before_its_day(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor);
        let source = SeatGrants::new(db.clone());
        let day = |text: &str| format!("{text}T00:00:00Z").parse::<Time>().unwrap();
        let (sato, anna, dash) = (person(&db, "P1").await, person(&db, "P2").await, person(&db, "P3").await);
        let kinds = async |id: PersonId, at: Time| -> Vec<SeatKind> {
            source.grants(id, at).await.unwrap().into_iter().map(|grant| grant.seat).collect()
        };
        let seat = async |at: Time| {
            let seats = seats_list(&db, &Scope::all(), &SeatFilter::default(), at).await.unwrap();
            seats.into_iter().find(|seat| seat.kind == SeatKind::SystemSecurityManager)
        };
        let holder = async |at: Time| seat(at).await.and_then(|seat| seat.holder).map(|person| person.id);
        let id = seat(app.now()).await.unwrap().id;

        // A successor is planned: who sits there goes on.
        seat_assign(&act, id, dash, false, Some(day("2027-01-01"))).await.unwrap();
        assert_eq!((holder(app.now()).await, holder(day("2027-01-01")).await), (Some(sato), Some(dash)));
        let now = seat(app.now()).await.unwrap();
        assert_eq!((now.vacant_since, now.next_holder.map(|next| next.id), now.next_from),
            (None, Some(dash), Some(day("2027-01-01"))));
        let between = seat(day("2025-01-15")).await.unwrap();
        assert_eq!((between.holder, between.next_from), (None, Some(day("2025-02-01"))));

        // The successor leaves before the year ends, and the CISO next month.
        let leaves = |at: &str| PersonChange { left_at: Some(day(at)), ..PersonChange::default() };
        person_change(&act, anna, leaves("2026-12-15")).await.unwrap();
        assert_eq!(kinds(anna, app.now()).await, [SeatKind::Ciso]);
        assert_eq!(kinds(anna, day("2026-12-14")).await, [SeatKind::Ciso]);
        assert!(kinds(anna, day("2026-12-15")).await.is_empty());
        let people = async |at| people_list(&db, &Scope::all(), "", None, &PageRequest::default(), at).await.unwrap().total;
        assert_eq!((people(app.now()).await, people(day("2026-12-15")).await), (Some(3), Some(2)));
        // What HR's file says of her is true until then, and changes nothing; nor does our own.
        let seats = String::from_utf8(org_export(&db, &Scope::all(), SheetKind::Seats, app.now()).await.unwrap()).unwrap();
        assert!(seats.contains("HQ,ciso,true,P2,2025-02-01"), "{seats}");
        assert_eq!(import(&act, SheetKind::Seats, &seats).await, [3, 0, 0, 3]);
        // Another seat that she is given until then ends with her time here.
        let new = NewSeat { unit_id: unit(&db, "D2").await, kind: SeatKind::PsirtManager, required: true };
        let given = seat_create(&act, new).await.unwrap();
        seat_assign(&act, given, anna, false, None).await.unwrap();
        let psirt = async |at: Time| seats_list(&db, &Scope::all(), &SeatFilter::default(), at).await.unwrap().into_iter()
            .find(|seat| seat.kind == SeatKind::PsirtManager).unwrap();
        assert_eq!(psirt(app.now()).await.holder.map(|person| person.id), Some(anna));
        assert_eq!(psirt(day("2026-12-20")).await.vacant_since, Some(day("2026-12-15")));
        let late = seat_assign(&act, given, anna, true, Some(day("2026-12-20"))).await.unwrap_err();
        assert!(matches!(late, OrgError::PersonLeft { .. }));
    }

    async fn closing_a_department_ahead_leaves_its_seats_until_that_day(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor);
        let source = SeatGrants::new(db.clone());
        let day = |text: &str| format!("{text}T00:00:00Z").parse::<Time>().unwrap();
        let (d1, s1, anna) = (unit(&db, "D1").await, unit(&db, "S1").await, person(&db, "P2").await);
        let new = NewSeat { unit_id: s1, kind: SeatKind::SystemSecurityManager, required: true };
        let manager = seat_create(&act, new).await.unwrap();
        seat_assign(&act, manager, anna, false, None).await.unwrap();
        unit_close(&act, s1, UnitClosing { at: Some(day("2026-12-31")), hand_over_to: None }).await.unwrap();
        let of = async |at: Time| {
            let filter = SeatFilter { units: Some(vec![s1]), vacant: Some(false) };
            seats_list(&db, &Scope::all(), &filter, at).await.unwrap().len()
        };
        let rights = async |at: Time| {
            let grants = source.grants(anna, at).await.unwrap();
            grants.into_iter().filter(|grant| grant.seat == SeatKind::SystemSecurityManager).count()
        };
        for (at, expected) in [(app.now(), 1), (day("2026-12-30"), 1), (day("2026-12-31"), 0)] {
            assert_eq!((of(at).await, rights(at).await), (expected, expected), "{at}");
        }
        assert_eq!(seat_create(&act, new).await.unwrap_err().code(), "seat-taken");
        let ends: i64 = db.scalar("SELECT max(valid_to) FROM v_seat_holder WHERE unit_id = $1", hinomi_db::values![s1])
            .await.unwrap();
        assert_eq!(ends, day("2026-12-31").as_micros(), "readers of the view see the end of the seat");
        // Until then another may sit there, and afterwards the unit above answers for what was the section's.
        seat_assign(&act, manager, person(&db, "P3").await, false, Some(day("2026-12-01"))).await.unwrap();
        let sato = person(&db, "P1").await;
        let actor = Actor::Person { id: sato, name: "x".into() };
        let principal = Principal::new(actor, source.grants(sato, day("2027-01-01")).await.unwrap());
        let scope = principal.scope(Permission::TicketWrite).unwrap();
        assert!(scope.is_all() || (scope.contains(d1) && scope.contains(s1)));
        let tree = tree_at(&db, day("2027-01-01")).await.unwrap();
        assert_eq!((tree.get(s1).is_none(), tree.subtree(d1)), (true, vec![d1, s1]));
    }

    async fn a_reader_of_one_department_sees_only_it(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let tree = tree_at(&db, app.now()).await.unwrap();
        let d1 = unit(&db, "D1").await;
        let scope = Scope::units(tree.subtree(d1));
        let visible = units_visible(&db, &scope, app.now()).await.unwrap();
        let codes: Vec<_> = visible.iter().map(|node| (node.code.as_str(), node.parent_id)).collect();
        assert_eq!(codes, [("D1", None), ("S1", Some(d1))]);
        let detail = unit_get(&db, &scope, d1, app.now()).await.unwrap();
        assert_eq!((detail.parents.len(), detail.children.len(), detail.people), (0, 1, 2));
        let d2 = unit(&db, "D2").await;
        assert_eq!(unit_get(&db, &scope, d2, app.now()).await.unwrap_err().kind(), ErrorKind::NotFound);
        let request = PageRequest::new(1, None);
        let first = people_list(&db, &scope, "", None, &request, app.now()).await.unwrap();
        assert_eq!((first.total, first.items.len()), (Some(2), 1));
        let request = PageRequest::new(1, Some(first.next.unwrap().parse().unwrap()));
        let second = people_list(&db, &scope, "", None, &request, app.now()).await.unwrap();
        assert_eq!((second.items.len(), second.next), (1, None));
        assert_ne!(first.items[0].person.id, second.items[0].person.id);
        let others = people_list(&db, &scope, "", Some(d2), &PageRequest::default(), app.now()).await.unwrap();
        assert_eq!((others.total, others.items.len()), (Some(0), 0));
        let found = people_list(&db, &scope, "anna", None, &PageRequest::default(), app.now()).await.unwrap();
        assert_eq!(found.total, Some(0));
        for (kind, lines) in [(SheetKind::Units, 3), (SheetKind::People, 3), (SheetKind::Seats, 2)] {
            let file = String::from_utf8(org_export(&db, &scope, kind, app.now()).await.unwrap()).unwrap();
            assert_eq!(file.lines().count(), lines, "{file}");
            assert!(!file.contains("D2") && !file.contains("P2"), "{file}");
        }
    }

    async fn writers_stay_within_their_units(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let (d1, d2) = (unit(&db, "D1").await, unit(&db, "D2").await);
        let act = Act::new(app, &actor, Scope::units(vec![d1]));
        let new = |parent_id| NewUnit {
            code: "NEW".into(),
            kind: UnitKind::Section,
            name: "New".into(),
            name_ja: String::new(),
            parent_id,
            valid_from: None,
        };
        assert_eq!(unit_create(&act, new(Some(d2))).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(unit_create(&act, new(None)).await.unwrap_err().kind(), ErrorKind::Forbidden);
        unit_create(&act, new(Some(d1))).await.unwrap();
        assert_eq!(unit_create(&act, new(Some(d1))).await.unwrap_err().code(), "unit-code-taken");
        let away = UnitChange { parent_id: Some(d2), ..UnitChange::default() };
        assert_eq!(unit_change(&act, d1, away).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(unit_close(&act, d2, UnitClosing::default()).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(unit_close(&act, d1, UnitClosing::default()).await.unwrap_err().code(), "unit-has-children");
        let anna = person(&db, "P2").await;
        let error = person_change(&act, anna, PersonChange::default()).await.unwrap_err();
        assert!(matches!(error, OrgError::PersonNotFound { .. }));
        let new = NewPerson {
            code: "P9".into(),
            name: "Nine".into(),
            name_native: String::new(),
            email: "P1@example.test".into(),
            unit_id: d1,
        };
        let taken = person_create(&act, new.clone()).await.unwrap_err();
        assert_eq!((taken.code(), taken.fields()[0].pointer.as_str()), ("person-taken", "/email"));
        person_create(&act, NewPerson { email: String::new(), ..new }).await.unwrap();
    }

    async fn two_writers_never_make_a_cycle(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor);
        let more = "code,kind,name,parent_code\nA,department,A,JP\nB,department,B,JP\n";
        import(&act, SheetKind::Units, more).await;
        let (a, b) = (unit(&db, "A").await, unit(&db, "B").await);
        test.clock.set("2026-12-01T00:00:00Z".parse().unwrap());
        let act = everything(app, &actor);
        let under = |parent| UnitChange { parent_id: Some(parent), ..UnitChange::default() };
        let (first, second) = tokio::join!(unit_change(&act, a, under(b)), unit_change(&act, b, under(a)));
        let codes = [first, second].map(|result| result.err().map(|error| error.code()));
        assert!(codes.contains(&None) && codes.contains(&Some("unit-below-itself")), "{codes:?}");
    }

    async fn a_whole_group_of_people_goes_in_at_once(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor);
        let mut file = String::from("code,name,name_native,email,unit_code\n");
        for number in 0..38_603 {
            let unit = ["D1", "D2", "S1"][number % 3];
            file.push_str(&format!("N{number:05},Person {number},社員 {number},n{number}@example.test,{unit}\n"));
        }
        let start = Instant::now();
        assert_eq!(import(&act, SheetKind::People, &file).await, [38_603, 38_603, 0, 0]);
        let written = start.elapsed();
        let start = Instant::now();
        assert_eq!(import(&act, SheetKind::People, &file).await, [38_603, 0, 0, 38_603]);
        let again = start.elapsed();
        let start = Instant::now();
        let page = people_list(&db, &Scope::all(), "社員 38602", None, &PageRequest::default(), app.now()).await.unwrap();
        assert_eq!(page.total, Some(1));
        println!("{}: 38,603 people in {written:?}, again {again:?}, search {:?}", db.engine().name(), start.elapsed());
    }
}
