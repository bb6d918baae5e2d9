// SPDX-License-Identifier: Apache-2.0
//! Systems and assets on both engines: rights, dates, history, what the inventory calls.

use crate::company::{SETS, below, company, console, everything, now, unit};
use hinomi_assets::model::{
    AssetChange, AssetKind, AssetList, Impact, Importance, NewAsset, NewSystem, ObservedOs, Reachability,
    SystemChange,
};
use hinomi_assets::{
    Act, AssetFilter, SystemFilter, SystemRow, SystemSort, asset_by_name, asset_change, asset_create,
    asset_get, asset_history, asset_names, asset_retire, asset_seen, asset_upsert_by_name, assets_assign,
    assets_create, assets_list, counts_of_units, system_by_code, system_change, system_create, system_get,
    system_history, system_retire, systems_list,
};
use hinomi_core::{DomainError as _, ErrorKind, PageRequest, Scope, Time};
use hinomi_db::{Db, both_engines};
use hinomi_platform::audit::{self, AuditFilter};
use hinomi_platform::testing::TestApp;

/// Runs one change in its own transaction.
macro_rules! change {
    ($db:expr, $function:ident, $($argument:expr),+) => {{
        let mut tx = $db.begin().await.unwrap();
        let done = $function(&mut tx, $($argument),+).await;
        if done.is_ok() {
            tx.commit().await.unwrap();
        }
        done
    }};
}

async fn system(db: &Db, act: &Act<'_>, code: &str, unit_code: &str) -> SystemRow {
    let new = NewSystem::plain(code, format!("System {code}"), unit(db, unit_code).await);
    change!(db, system_create, act, new).unwrap()
}

async fn names(db: &Db, scope: &Scope, filter: AssetFilter) -> Vec<String> {
    let page = assets_list(db, scope, &filter, None, &PageRequest::default(), now()).await.unwrap();
    assert_eq!(page.total, Some(page.items.len() as i64));
    page.items.into_iter().map(|view| view.asset.name).collect()
}

fn list(list: AssetList) -> AssetFilter {
    AssetFilter { list, ..AssetFilter::default() }
}

fn query(text: &str) -> AssetFilter {
    AssetFilter { query: text.into(), ..AssetFilter::default() }
}

both_engines! { SETS;
    async fn a_reader_of_one_department_sees_only_its_systems_and_assets(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let mine = system(&db, &act, "SALES", "S1").await;
        let other = system(&db, &act, "WORKS", "D2").await;
        for (name, system) in [("web-1", &mine), ("web-2", &mine), ("web-3", &other)] {
            change!(db, asset_create, &act, NewAsset::plain(name, AssetKind::Host, Some(system.id))).unwrap();
        }
        let scope = below(&db, "D1").await;
        let filter = SystemFilter::default();
        let page = systems_list(&db, &scope, &filter, None, &PageRequest::default(), now()).await.unwrap();
        assert_eq!((page.total, page.items.len()), (Some(1), 1));
        assert_eq!((page.items[0].unit_name.as_str(), page.items[0].asset_count), ("Sales 1", 2));
        let search = SystemFilter { query: "works".into(), ..SystemFilter::default() };
        let found = systems_list(&db, &scope, &search, None, &PageRequest::default(), now()).await.unwrap();
        assert_eq!((found.total, found.items.len()), (Some(0), 0));
        let all = systems_list(&db, &Scope::all(), &search, None, &PageRequest::default(), now()).await.unwrap();
        assert_eq!(all.total, Some(1));
        assert_eq!(system_get(&db, &scope, other.id, now()).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(system_by_code(&db, &scope, "WORKS").await.unwrap_err().kind(), ErrorKind::NotFound);
        let request = PageRequest::default();
        assert_eq!(system_history(&db, &scope, other.id, &request).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(names(&db, &scope, AssetFilter::default()).await, ["web-1", "web-2"]);
        assert_eq!(names(&db, &scope, query("web-3")).await, [""; 0]);
        assert_eq!(names(&db, &Scope::all(), query("web-3")).await, ["web-3"]);
        assert_eq!(names(&db, &Scope::none(), AssetFilter::default()).await, [""; 0]);
        let hidden = asset_by_name(&db, &Scope::all(), "web-3").await.unwrap();
        assert_eq!(asset_get(&db, &scope, hidden.id, now()).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(asset_history(&db, &scope, hidden.id, &request).await.unwrap_err().kind(), ErrorKind::NotFound);
        let d2 = Some(unit(&db, "D2").await);
        let outside = assets_list(&db, &scope, &AssetFilter::default(), d2, &request, now()).await.unwrap();
        assert_eq!(outside.total, Some(0));
        let units: Vec<_> = scope.unit_ids().unwrap().to_vec();
        assert_eq!(counts_of_units(&db, &units).await.unwrap(), (1, 2));

        let act = Act::new(&app, &actor, scope);
        let move_in = change!(db, assets_assign, &act, &[hidden.id], mine.id).unwrap_err();
        assert_eq!(move_in.kind(), ErrorKind::NotFound);
        let own = asset_by_name(&db, &Scope::all(), "web-1").await.unwrap();
        assert_eq!(change!(db, assets_assign, &act, &[own.id], other.id).unwrap_err().kind(), ErrorKind::NotFound);
        let change = SystemChange { name: Some("Mine".into()), ..SystemChange::default() };
        assert_eq!(change!(db, system_change, &act, other.id, change).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(change!(db, asset_retire, &act, hidden.id).unwrap_err().kind(), ErrorKind::NotFound);
        let new = NewSystem::plain("X", "X", unit(&db, "D2").await);
        assert_eq!(change!(db, system_create, &act, new).unwrap_err().code(), "unit-not-found");
        let unowned = NewAsset::plain("stray", AssetKind::Host, None);
        assert_eq!(change!(db, asset_create, &act, unowned).unwrap_err().code(), "system-needed");
    }

    async fn a_new_owner_takes_the_assets_and_the_past_keeps_the_old_one(db: Db) {
        let test = TestApp::new(db.clone());
        let app = &test.app;
        company(app).await;
        let actor = console();
        let act = everything(app, &actor);
        let (d1, d2) = (unit(&db, "D1").await, unit(&db, "D2").await);
        let since: Time = "2026-01-01T00:00:00Z".parse().unwrap();
        let new = NewSystem { valid_from: Some(since), ..NewSystem::plain("SHOP", "Shop", d1) };
        let shop = change!(db, system_create, &act, new).unwrap();
        change!(db, asset_create, &act, NewAsset::plain("web-1", AssetKind::Host, Some(shop.id))).unwrap();
        let from: Time = "2026-06-01T00:00:00Z".parse().unwrap();
        test.clock.set("2026-11-23T00:00:01Z".parse().unwrap());
        let act = everything(app, &actor);
        let wanted = SystemChange { unit_id: Some(d2), valid_from: Some(from), ..SystemChange::default() };
        change!(db, system_change, &act, shop.id, wanted.clone()).unwrap();
        assert_eq!(names(&db, &Scope::units(vec![d2]), AssetFilter::default()).await, ["web-1"]);
        assert_eq!(names(&db, &Scope::units(vec![d1]), AssetFilter::default()).await, [""; 0]);
        let back = SystemChange { unit_id: Some(d1), valid_from: Some(from), ..SystemChange::default() };
        assert_eq!(change!(db, system_change, &act, shop.id, back).unwrap_err().code(), "owner-dates-overlap");
        let sql = "SELECT unit_id, valid_from FROM v_system_owner WHERE valid_from <= $1 AND valid_to > $1";
        let owner_at = async |time: &str| -> (String, Time) {
            let time: Time = time.parse().unwrap();
            db.one(sql, hinomi_db::values![time]).await.unwrap()
        };
        assert_eq!(owner_at("2026-05-31T23:00:00Z").await, (d1.to_string(), since));
        assert_eq!(owner_at("2026-06-01T00:00:00Z").await, (d2.to_string(), from));
        let history = system_history(&db, &Scope::all(), shop.id, &PageRequest::new(1, None)).await.unwrap();
        assert_eq!((history.items[0].action.as_str(), history.items[0].actor.as_str()), ("owner", "test"));
        assert_eq!(history.items[0].before["unit_id"], d1.to_string());
        let next = PageRequest::new(1, Some(history.next.unwrap().parse().unwrap()));
        let older = system_history(&db, &Scope::all(), shop.id, &next).await.unwrap();
        assert_eq!((older.items[0].action.as_str(), older.next), ("created", None));
        let filter = AuditFilter { subject_kind: Some("system".into()), ..AuditFilter::default() };
        let events = audit::list(&db, &Scope::all(), &filter, &PageRequest::default()).await.unwrap();
        let mut actions: Vec<_> = events.items.into_iter().map(|event| event.action).collect();
        actions.sort();
        assert_eq!(actions, ["system.create", "system.owner"]);
    }

    async fn changes_keep_before_and_after(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor).because("yearly review");
        let shop = system(&db, &act, "SHOP", "D1").await;
        let importance = Importance { confidentiality: Impact::High, ..Importance::LOW };
        let wanted = SystemChange {
            importance: Some(importance),
            reachability: Some(Reachability::Internet),
            sensitive_data: Some(true),
            sensitive_kinds: Some(vec!["personal".into()]),
            ..SystemChange::default()
        };
        let after = change!(db, system_change, &act, shop.id, wanted.clone()).unwrap();
        assert_eq!(after.importance().overall(), Impact::High);
        change!(db, system_change, &act, shop.id, wanted).unwrap();
        let page = system_history(&db, &Scope::all(), shop.id, &PageRequest::default()).await.unwrap();
        assert_eq!(page.items.len(), 2, "the same again is no change");
        let last = page.items.iter().find(|change| change.action == "changed").unwrap();
        assert_eq!((&last.before["reachability"], &last.after["reachability"]), (&"internal".into(), &"internet".into()));
        assert_eq!((last.after.get("name"), last.reason.as_str()), (None, "yearly review"));
        let wrong = SystemChange { sensitive_data: Some(false), ..SystemChange::default() };
        let error = change!(db, system_change, &act, shop.id, wrong).unwrap_err();
        assert_eq!((error.kind(), error.fields()[0].pointer.as_str()), (ErrorKind::Invalid, "/sensitive_kinds"));

        let plain = system(&db, &act, "ALPHA", "D1").await;
        let sorted = SystemFilter { sort: SystemSort::Importance, ..SystemFilter::default() };
        let first = systems_list(&db, &Scope::all(), &sorted, None, &PageRequest::new(1, None), now()).await.unwrap();
        assert_eq!(first.items[0].system.id, shop.id);
        let next = PageRequest::new(1, Some(first.next.unwrap().parse().unwrap()));
        let second = systems_list(&db, &Scope::all(), &sorted, None, &next, now()).await.unwrap();
        assert_eq!((second.items[0].system.id, second.next), (plain.id, None));
        let foreign = systems_list(&db, &Scope::all(), &SystemFilter::default(), None, &next, now()).await.unwrap_err();
        assert_eq!(foreign.code(), "page-cursor-invalid");
        let internet = SystemFilter { reachability: Some(Reachability::Internet), ..SystemFilter::default() };
        let found = systems_list(&db, &Scope::all(), &internet, None, &PageRequest::default(), now()).await.unwrap();
        assert_eq!(found.total, Some(1));
    }

    async fn the_inventory_finds_makes_and_claims_assets(db: Db) {
        let app = TestApp::new(db.clone()).app;
        let actor = console();
        let act = everything(&app, &actor);
        let early = change!(db, asset_upsert_by_name, &act, "web-1", None, AssetKind::Host).unwrap_err();
        assert_eq!(early.code(), "organisation-missing");
        company(&app).await;
        let shop = system(&db, &act, "SHOP", "D1").await;
        let made = change!(db, asset_upsert_by_name, &act, "Web-1", None, AssetKind::Host).unwrap();
        assert!(made.created && made.asset.unassigned);
        assert_eq!((made.asset.ordinal, made.asset.has_inventory), (1, false));
        let again = change!(db, asset_upsert_by_name, &act, "ｗｅｂ-1", None, AssetKind::Host).unwrap();
        assert_eq!((again.created, again.asset.id), (false, made.asset.id));
        assert_eq!(names(&db, &Scope::all(), list(AssetList::Unassigned)).await, ["Web-1"]);
        let claimed = change!(db, asset_upsert_by_name, &act, "web-1", Some("SHOP"), AssetKind::Host).unwrap();
        assert_eq!((claimed.asset.system_id, claimed.asset.unassigned), (shop.id, false));
        assert_eq!(names(&db, &Scope::all(), list(AssetList::Unassigned)).await, [""; 0]);
        system(&db, &act, "OTHER", "D2").await;
        let other = change!(db, asset_upsert_by_name, &act, "web-1", Some("OTHER"), AssetKind::Host).unwrap_err();
        assert_eq!((other.kind(), other.to_string().as_str()), (ErrorKind::Conflict, "asset Web-1 belongs to system SHOP"));
        let stranger = Act::new(&app, &actor, below(&db, "D2").await);
        for name in ["web-1", "nobody-has-it"] {
            let hidden = change!(db, asset_upsert_by_name, &stranger, name, None, AssetKind::Host).unwrap_err();
            assert_eq!(hidden.code(), "system-needed", "whether others have {name} is not told");
        }
        let own = change!(db, asset_upsert_by_name, &stranger, "web-1", Some("OTHER"), AssetKind::Host).unwrap();
        assert!(own.created && own.asset.id != made.asset.id && own.asset.name == "web-1");
        let own_again = change!(db, asset_upsert_by_name, &stranger, "WEB-1", Some("OTHER"), AssetKind::Host).unwrap();
        assert_eq!((own_again.created, own_again.asset.id), (false, own.asset.id));
        let unknown = change!(db, asset_upsert_by_name, &stranger, "x", Some("SHOP"), AssetKind::Host).unwrap_err();
        assert_eq!(unknown.code(), "system-not-found");
        let detail = asset_get(&db, &Scope::all(), made.asset.id, now()).await.unwrap();
        assert_eq!((detail.memberships.len(), detail.memberships[0].0), (1, shop.id), "claimed at the same instant");
        let known = asset_names(&db, &[made.asset.ordinal, 99]).await.unwrap();
        assert_eq!(known[&1], (made.asset.id, "Web-1".to_owned()));
    }

    async fn sightings_grow_and_the_newest_tells_the_system(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let asset = change!(db, asset_upsert_by_name, &act, "web-1", None, AssetKind::Host).unwrap().asset;
        assert_eq!(names(&db, &Scope::all(), list(AssetList::WithoutInventory)).await, ["web-1"]);
        let os = |version: &str| ObservedOs { id: "debian".into(), version: version.into(), name: String::new() };
        let seen = async |day: &str, os: Option<ObservedOs>| {
            let time: Time = format!("{day}T00:00:00Z").parse().unwrap();
            change!(db, asset_seen, asset.id, time, os.as_ref()).unwrap();
            asset_get(&db, &Scope::all(), asset.id, now()).await.unwrap().view
        };
        let first = seen("2026-09-01", Some(os("12"))).await;
        assert_eq!((first.asset.os_version.as_str(), first.stale), ("12", true));
        assert_eq!(first.asset.last_seen.to_string(), "2026-09-01T00:00:00Z");
        assert_eq!(names(&db, &Scope::all(), list(AssetList::Stale)).await, ["web-1"]);
        assert_eq!(names(&db, &Scope::all(), list(AssetList::WithoutInventory)).await, [""; 0]);
        let older = seen("2026-08-01", Some(os("11"))).await;
        assert_eq!((older.asset.os_version.as_str(), older.stale), ("12", true));
        assert_eq!(older.asset.first_seen.to_string(), "2026-08-01T00:00:00Z");
        let newer = seen("2026-11-20", None).await;
        assert_eq!((newer.asset.os_version.as_str(), newer.stale), ("12", false));
        assert_eq!(names(&db, &Scope::all(), list(AssetList::Stale)).await, [""; 0]);
        let nobody = hinomi_core::AssetId::from_content(&["none"]);
        assert_eq!(change!(db, asset_seen, nobody, now(), None).unwrap_err().kind(), ErrorKind::NotFound);
    }

    async fn assets_are_assigned_in_bulk_or_not_at_all(db: Db) {
        let test = TestApp::new(db.clone());
        company(&test.app).await;
        let actor = console();
        let act = everything(&test.app, &actor);
        let shop = system(&db, &act, "SHOP", "D1").await;
        let new: Vec<NewAsset> =
            (0..60).map(|number| NewAsset::plain(format!("h-{number:02}"), AssetKind::Host, None)).collect();
        let made = change!(db, assets_create, &act, new.clone()).unwrap();
        let ordinals: Vec<i64> = made.iter().map(|asset| asset.ordinal).collect();
        assert_eq!(ordinals, (1..=60).collect::<Vec<i64>>());
        assert_eq!(change!(db, assets_create, &act, new).unwrap_err().code(), "asset-name-taken");
        let twice = vec![NewAsset::plain("x", AssetKind::Host, None), NewAsset::plain("X", AssetKind::Host, None)];
        assert_eq!(change!(db, assets_create, &act, twice).unwrap_err().code(), "asset-name-taken");
        let mut ids: Vec<_> = made.iter().map(|asset| asset.id).collect();
        test.clock.set("2026-11-23T00:00:01Z".parse().unwrap());
        let act = everything(&test.app, &actor);
        let done = change!(db, assets_assign, &act, &ids, shop.id).unwrap();
        assert_eq!((done.assigned, done.unchanged), (60, 0));
        let again = change!(db, assets_assign, &act, &ids[..2], shop.id).unwrap();
        assert_eq!((again.assigned, again.unchanged), (0, 2));
        let other = system(&db, &act, "OTHER", "D2").await;
        ids.push(hinomi_core::AssetId::from_content(&["none"]));
        assert_eq!(change!(db, assets_assign, &act, &ids, other.id).unwrap_err().kind(), ErrorKind::NotFound);
        let filter = AssetFilter { system: Some(shop.id), ..AssetFilter::default() };
        let first = assets_list(&db, &Scope::all(), &filter, None, &PageRequest::new(50, None), now()).await.unwrap();
        assert_eq!((first.total, first.items.len(), first.items[0].system_name.as_str()), (Some(60), 50, "System SHOP"));
        let request = PageRequest::new(50, Some(first.next.unwrap().parse().unwrap()));
        let rest = assets_list(&db, &Scope::all(), &filter, None, &request, now()).await.unwrap();
        assert_eq!((rest.items.len(), rest.items[0].asset.name.as_str()), (10, "h-50"));
        assert_eq!(change!(db, system_retire, &act, shop.id).unwrap_err().code(), "system-has-assets");
        let history = asset_history(&db, &Scope::all(), made[0].id, &PageRequest::default()).await.unwrap();
        assert_eq!(history.items[0].after["system_id"], shop.id.to_string());
        let filter = AuditFilter { action: Some("asset.assign".into()), ..AuditFilter::default() };
        let events = audit::list(&db, &Scope::all(), &filter, &PageRequest::default()).await.unwrap();
        assert_eq!(events.items.len(), 1, "one event for one bulk change");
    }

    async fn a_name_is_one_asset_in_use(db: Db) {
        let test = TestApp::new(db.clone());
        company(&test.app).await;
        let actor = console();
        let act = everything(&test.app, &actor);
        let shop = system(&db, &act, "SHOP", "D1").await;
        let mut new = NewAsset::plain("受注サーバー", AssetKind::Host, Some(shop.id));
        new.identifiers = [("ip".to_owned(), "192.0.2.7".to_owned())].into();
        let first = change!(db, asset_create, &act, new.clone()).unwrap();
        assert_eq!(change!(db, asset_create, &act, new.clone()).unwrap_err().code(), "asset-name-taken");
        for text in ["受注", "サーバ", "ｻｰﾊﾞｰ", "192.0.2.7"] {
            assert_eq!(names(&db, &Scope::all(), query(text)).await, ["受注サーバー"], "{text}");
        }
        let wanted = AssetChange {
            name: Some("発注サーバー".into()),
            identifiers: Some([("serial".to_owned(), "Z9".to_owned())].into()),
            ..AssetChange::default()
        };
        change!(db, asset_change, &act, first.id, wanted).unwrap();
        assert_eq!(names(&db, &Scope::all(), query("受注")).await, [""; 0]);
        assert_eq!(names(&db, &Scope::all(), query("発注")).await, ["発注サーバー"]);
        test.clock.set("2026-11-24T00:00:00Z".parse().unwrap());
        let act = everything(&test.app, &actor);
        let retired = change!(db, asset_retire, &act, first.id).unwrap();
        assert_eq!(change!(db, asset_retire, &act, first.id).unwrap_err().code(), "asset-retired");
        assert_eq!(names(&db, &Scope::all(), AssetFilter::default()).await, [""; 0]);
        let detail = asset_get(&db, &Scope::all(), first.id, now()).await.unwrap();
        assert_eq!(detail.memberships[0].2, retired.retired_at);
        new.name = "発注サーバー".into();
        let second = change!(db, asset_create, &act, new).unwrap();
        assert_ne!((second.id, second.ordinal), (first.id, first.ordinal));
        change!(db, asset_retire, &act, second.id).unwrap();
        change!(db, system_retire, &act, shop.id).unwrap();
        let late = NewAsset::plain("x", AssetKind::Host, Some(shop.id));
        assert_eq!(change!(db, asset_create, &act, late).unwrap_err().code(), "system-retired");
    }
}
