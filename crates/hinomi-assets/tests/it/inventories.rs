// SPDX-License-Identifier: Apache-2.0
//! Inventories of single hosts: which asset they belong to, and where they go when assets become one.

use hinomi_assets::files::files_import;
use hinomi_assets::import::{Document, ImportError, ImportRequest, Imported, inventory_import};
use hinomi_assets::reconcile::Origin;
use hinomi_assets::{asset_by_name, assets_merge, assets_reconcile, decision_revoke, records_put};
use hinomi_core::{AssetId, DomainError, Scope};
use hinomi_db::{Db, both_engines};
use hinomi_inventory::Session;
use hinomi_inventory::service::read::presences;
use hinomi_platform::testing::TestApp;
use serde_json::{Value, json};

use crate::company::{SETS, company, console, everything, now};
use crate::hosts::{host, take, with};
use hinomi_assets::{Act, Incoming, SourceName};

/// What tells a host from others besides its name.
#[derive(Clone, Copy, PartialEq)]
enum Who<'a> {
    Name,
    Serial(&'a str),
    Mac(&'a str),
}

/// What the collector writes of a host: who it is, and one package.
fn collected(name: &str, who: Who<'_>, package: &str) -> Document {
    let property = |name: &str, value: &str| json!({ "name": format!("hinomi:{name}"), "value": value });
    let mut properties: Vec<Value> = vec![property("host:hostname", name)];
    match who {
        Who::Name => {}
        Who::Serial(serial) => {
            properties.push(property("asset:hostname", name));
            properties.extend([property("asset:serial", serial), property("asset:vendor", "Dell Inc.")]);
        }
        Who::Mac(mac) => properties.push(property("asset:mac", mac)),
    }
    let text = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": { "timestamp": "2026-11-20T00:00:00Z", "component": { "type": "device", "name": name },
            "properties": properties },
        "components": [{ "type": "library", "name": package, "version": "1", "purl": format!("pkg:npm/{package}@1") }] });
    let bytes = text.to_string().into_bytes();
    let inventory = hinomi_inventory_formats::read(&bytes, "host.cdx.json").unwrap();
    assert_eq!(inventory.assets.len(), usize::from(who != Who::Name), "{:?}", inventory.assets);
    Document { path: "host.cdx.json".to_owned(), bytes, inventory }
}

async fn import(act: &Act<'_>, document: &Document) -> Result<Imported, ImportError> {
    inventory_import(&mut Session::default(), act, document, &ImportRequest::default()).await
}

async fn packages(db: &Db, asset: AssetId) -> Vec<String> {
    let asset = hinomi_assets::asset_get(db, &Scope::all(), asset, now()).await.unwrap().view.asset;
    let mut found = Vec::new();
    for presence in presences(db, asset.ordinal, now()).await.unwrap() {
        let row =
            hinomi_inventory::service::read::component(db, i64::from(presence.component)).await.unwrap();
        // The host itself stands among them too.
        found.extend(row.purl.is_some().then_some(row.name));
    }
    found
}

fn cmdb(name: &str, serial: &str) -> hinomi_assets::reconcile::SourceRecord {
    with(host(name), |record| {
        record.identifiers.serial = Some(serial.to_owned());
        record.identifiers.vendor = Some("DELL".to_owned());
    })
}

/// What an agent without root writes: packages of languages at their places, and where it could not look.
fn seen_by(day: u32, unread: &[&str], packages: &[(&str, &str)]) -> Document {
    let property =
        |name: &str, value: &str| json!({ "name": format!("hinomi:inventory:{name}"), "value": value });
    let mut properties: Vec<Value> = unread.iter().map(|place| property("unread", place)).collect();
    if !unread.is_empty() {
        properties.extend([property("partial", "true"), property("whole", "packages")]);
    }
    let components: Vec<Value> = packages
        .iter()
        .map(|(name, place)| {
            json!({ "type": "library", "name": name, "version": "1", "purl": format!("pkg:npm/{name}@1"),
                "evidence": { "occurrences": [{ "location": format!("{place}/package.json") }] } })
        })
        .collect();
    let text = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components,
        "metadata": { "timestamp": format!("2026-11-{day:02}T00:00:00Z"), "properties": properties,
            "component": { "type": "device", "name": "desk-1" } } });
    let bytes = text.to_string().into_bytes();
    let inventory = hinomi_inventory_formats::read(&bytes, "host.cdx.json").unwrap();
    Document { path: "host.cdx.json".to_owned(), bytes, inventory }
}

both_engines! { SETS;
    async fn without_root_what_is_gone_where_it_looked_is_gone(db: Db) {
        let test = TestApp::new(db.clone());
        company(&test.app).await;
        let actor = console();
        let act = everything(&test.app, &actor);
        let whole = [("stays", "/opt/stays"), ("gone", "/opt/gone"), ("hidden", "/root/hidden"), ("near", "/rooted/near")];
        let asset = import(&act, &seen_by(1, &[], &whole)).await.unwrap().asset_id;
        let carried = async || packages(&db, asset).await.into_iter().collect::<std::collections::BTreeSet<String>>();
        let wanted = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(carried().await, wanted(&["stays", "gone", "hidden", "near"]));
        // As an ordinary user: `/root` is closed, everything else was looked into.
        let done = import(&act, &seen_by(2, &["/root"], &whole[..1])).await.unwrap();
        assert_eq!((done.removed, done.warnings.len()), (2, 1), "{:?}", done.warnings);
        assert_eq!(carried().await, wanted(&["stays", "hidden"]));
        // No file was looked at: nothing is concluded of files.
        assert_eq!(import(&act, &seen_by(3, &["/"], &[])).await.unwrap().removed, 0);
        assert_eq!(carried().await, wanted(&["stays", "hidden"]));
        // Root looks again.
        import(&act, &seen_by(4, &[], &whole[..1])).await.unwrap();
        assert_eq!(carried().await, wanted(&["stays"]));
    }

    async fn an_inventory_finds_the_asset_that_another_source_calls_otherwise(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        take(&act, "netbox", Origin::Cmdb, vec![("7".into(), cmdb("rack-7", "ABC"))]).await;
        assets_reconcile(&act).await.unwrap();
        let rack = asset_by_name(&db, &Scope::all(), "rack-7").await.unwrap();
        let imported = import(&act, &collected("web-1", Who::Serial("ABC"), "left-pad")).await.unwrap();
        assert_eq!((imported.asset_id, imported.asset_created), (rack.id, false));
        assert_eq!(packages(&db, rack.id).await, ["left-pad"]);
        // Renamed, and still the same host; another one takes the old name.
        let renamed = import(&act, &collected("web-2", Who::Serial("ABC"), "right-pad")).await.unwrap();
        assert_eq!(renamed.asset_id, rack.id);
        let other = import(&act, &collected("web-1", Who::Serial("XYZ"), "is-odd")).await.unwrap();
        assert!(other.asset_created && other.asset_id != rack.id, "{other:?}");
        let again = import(&act, &collected("web-1", Who::Serial("XYZ"), "is-odd")).await.unwrap();
        assert_eq!((again.asset_id, again.asset_created, again.added), (other.asset_id, false, 0));
        let all: i64 = db.scalar("SELECT COUNT(*) FROM asset WHERE retired_at IS NULL", ()).await.unwrap();
        assert_eq!(all, 2);
    }

    async fn the_order_of_inventory_and_cmdb_does_not_matter(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let first = import(&act, &collected("web-1", Who::Serial("abc"), "left-pad")).await.unwrap();
        take(&act, "netbox", Origin::Cmdb, vec![("7".into(), cmdb("rack-7", "ABC"))]).await;
        let done = assets_reconcile(&act).await.unwrap();
        assert_eq!((done.created, done.questions_opened), (0, 0), "{done:?}");
        assert_eq!(packages(&db, first.asset_id).await, ["left-pad"]);
        let all: i64 = db.scalar("SELECT COUNT(*) FROM asset WHERE retired_at IS NULL", ()).await.unwrap();
        assert_eq!(all, 1);
    }

    async fn what_fits_two_is_filed_with_neither(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        // Two machines that take turns with one network adapter; the document knows no more than the adapter.
        let docked = |name: &str, serial: &str| {
            with(cmdb(name, serial), |record| record.identifiers.macs.push("00:00:5e:00:53:01".into()))
        };
        let agents = vec![("7".into(), docked("note-7", "ABC")), ("8".into(), docked("note-8", "XYZ"))];
        take(&act, "glpi", Origin::Agent, agents).await;
        assets_reconcile(&act).await.unwrap();
        let before: i64 = db.scalar("SELECT COUNT(*) FROM asset WHERE retired_at IS NULL", ()).await.unwrap();
        assert_eq!(before, 2);
        let refused = import(&act, &collected("dock", Who::Mac("00:00:5e:00:53:01"), "left-pad")).await.unwrap_err();
        assert_eq!(refused.code(), "asset-in-question");
        let none: i64 = db.scalar("SELECT COUNT(*) FROM asset WHERE has_inventory", ()).await.unwrap();
        assert_eq!(none, 0);
        let asked: i64 =
            db.scalar("SELECT COUNT(*) FROM asset_question WHERE closed_at IS NULL", ()).await.unwrap();
        assert_eq!(asked, 1);
    }

    async fn inventories_follow_a_merge_and_come_back(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let agent = import(&act, &collected("web-1", Who::Serial("ABC"), "left-pad")).await.unwrap();
        let named = import(&act, &collected("portal", Who::Name, "is-odd")).await.unwrap();
        let decided = assets_merge(&act, named.asset_id, &[agent.asset_id]).await.unwrap();
        assert_eq!(decided.reconciled.merged, 1);
        assert_eq!(packages(&db, named.asset_id).await.len(), 1, "of one source the newer word counts");
        // A file that still uses the old name reaches the whole.
        let old = import(&act, &collected("web-1", Who::Name, "is-even")).await.unwrap();
        assert_eq!((old.asset_id, old.asset_created), (named.asset_id, false));
        let _ = decision_revoke(&act, &decided.id).await.unwrap();
        assert_eq!(packages(&db, agent.asset_id).await, ["left-pad"]);
        let back = hinomi_assets::asset_get(&db, &Scope::all(), agent.asset_id, now()).await.unwrap();
        assert!(back.view.asset.retired_at.is_none() && back.view.asset.has_inventory);
    }

    async fn a_merge_brings_an_inventory_to_one_that_had_none(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let bare = with(host("rack-9"), |record| record.identifiers.asset_tag = Some("T9".into()));
        let incoming = vec![Incoming { key: "9".into(), record: bare, observed_at: now() }];
        records_put(&act, SourceName { name: "netbox", kind: Origin::Cmdb }, incoming).await.unwrap();
        assets_reconcile(&act).await.unwrap();
        let rack = asset_by_name(&db, &Scope::all(), "rack-9").await.unwrap();
        let agent = import(&act, &collected("web-1", Who::Serial("ABC"), "left-pad")).await.unwrap();
        let decided = assets_merge(&act, rack.id, &[agent.asset_id]).await.unwrap();
        let whole: Vec<AssetId> =
            db.column("SELECT id FROM asset WHERE retired_at IS NULL", ()).await.unwrap();
        assert_eq!(whole.len(), 1);
        assert_eq!(packages(&db, whole[0]).await, ["left-pad"]);
        let _ = decision_revoke(&act, &decided.id).await.unwrap();
        let with_inventory: i64 =
            db.scalar("SELECT COUNT(*) FROM asset WHERE retired_at IS NULL AND has_inventory", ()).await.unwrap();
        assert_eq!(with_inventory, 1);
        assert_eq!(packages(&db, agent.asset_id).await, ["left-pad"]);
    }

    async fn a_scan_without_a_login_closes_nothing_that_one_with_a_login_saw(db: Db) {
        let app = TestApp::new(db.clone()).app;
        company(&app).await;
        let actor = console();
        let act = everything(&app, &actor);
        let item = |id: &str, port: u16, text: &str| {
            format!(
                "<ReportItem port=\"{port}\" svc_name=\"x\" protocol=\"tcp\" severity=\"3\" pluginID=\"{id}\" \
                 pluginName=\"plugin {id}\" pluginFamily=\"General\">{text}<risk_factor>High</risk_factor></ReportItem>"
            )
        };
        let told = |login: &str| {
            item("19506", 0, &format!("<plugin_output>Credentialed checks : {login}</plugin_output>"))
        };
        let inside = item("1", 0, "<cpe>cpe:/a:openssl:openssl:1.1.1</cpe><cve>CVE-2022-0778</cve>");
        let outside = item("2", 443, "<cpe>cpe:/a:f5:nginx:1.20</cpe><cve>CVE-2021-23017</cve>");
        let scan = async |day: u32, login: &str, items: &str| {
            let text = format!(
                "<?xml version=\"1.0\"?><NessusClientData_v2><Report name=\"w\"><ReportHost name=\"web-9\">\
                 <HostProperties><tag name=\"hostname\">web-9</tag></HostProperties>{items}{}</ReportHost></Report>\
                 </NessusClientData_v2>",
                told(login)
            );
            let bytes = text.into_bytes();
            let inventory = hinomi_inventory_formats::read(&bytes, "weekly.nessus").unwrap();
            let document = Document { path: "weekly.nessus".to_owned(), bytes, inventory };
            let request = ImportRequest {
                source: Some("weekly".to_owned()),
                observed_at: Some(crate::hosts::at(day)),
                ..ImportRequest::default()
            };
            let done = files_import(&act, vec![Ok(document)], &request, None).await.unwrap();
            assert_eq!(done.files[0].outcome, "assets", "{done:?}");
        };
        let held = async || {
            let asset = asset_by_name(&db, &Scope::all(), "web-9").await.unwrap();
            let open = hinomi_inventory::service::scan::open_of(&db, &[asset.ordinal]).await.unwrap();
            let mut seen: Vec<String> = open.into_iter().map(|one| one.check_id).collect();
            seen.sort();
            let mut names = Vec::new();
            for presence in presences(&db, asset.ordinal, now()).await.unwrap() {
                let id = i64::from(presence.component);
                names.push(hinomi_inventory::service::read::component(&db, id).await.unwrap().name);
            }
            names.sort();
            (seen.join(" "), names.join(" "))
        };
        scan(1, "yes", &format!("{inside}{outside}")).await;
        assert_eq!(held().await, ("1 2".to_owned(), "nginx openssl".to_owned()));
        scan(2, "no", &outside).await;
        assert_eq!(held().await, ("1 2".to_owned(), "nginx openssl".to_owned()));
        scan(3, "yes", &outside).await;
        assert_eq!(held().await, ("2".to_owned(), "nginx".to_owned()));
    }
}
