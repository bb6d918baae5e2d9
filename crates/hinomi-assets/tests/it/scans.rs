// SPDX-License-Identifier: Apache-2.0
//! Scanners that know no more of a host than a name which others have, too; and reports on many that somebody would file
//! as one.

use hinomi_core::{Grant, SeatKind};
use hinomi_db::{Db, both_engines};
use hinomi_platform::testing::TestApp;
use hinomi_web::testing::{TestClient, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::company::{SETS, below, company, unit};

/// A host of a report: address, name, and the numbers of the plugins that found something.
type Host<'a> = (&'a str, &'a str, &'a [u32]);

/// A report of Nessus, whose hosts ended their scans one minute after the other.
fn nessus(day: u32, hosts: &[Host<'_>]) -> String {
    let host = |(at, (ip, name, plugins)): (usize, &Host<'_>)| {
        let tag = if name.contains('.') { "host-fqdn" } else { "netbios-name" };
        let items: String = plugins
            .iter()
            .map(|plugin| {
                format!(
                    "<ReportItem port=\"443\" svc_name=\"www\" protocol=\"tcp\" severity=\"3\" pluginID=\"{plugin}\" \
                     pluginName=\"Bad {plugin}\" pluginFamily=\"General\"><cve>CVE-2026-100{plugin}</cve>\
                     <risk_factor>High</risk_factor></ReportItem>"
                )
            })
            .collect();
        format!(
            "<ReportHost name=\"{ip}\"><HostProperties><tag name=\"HOST_END\">2026-11-{day:02}T00:0{at}:00Z</tag>\
             <tag name=\"host-ip\">{ip}</tag><tag name=\"{tag}\">{name}</tag></HostProperties>{items}</ReportHost>"
        )
    };
    let hosts: String = hosts.iter().enumerate().map(host).collect();
    format!(
        "<?xml version=\"1.0\"?><NessusClientData_v2><Report name=\"weekly\">{hosts}</Report></NessusClientData_v2>"
    )
}

async fn scene(db: &Db) -> (TestServer, TestClient) {
    let server = TestServer::start(TestApp::new(db.clone()), vec![hinomi_assets::api()]).await;
    company(&server.test.app).await;
    let ciso = server.signed_in("ciso", vec![Grant::everywhere(SeatKind::Ciso)]).await;
    (server, ciso)
}

async fn bring(client: &TestClient, day: u32, hosts: &[Host<'_>]) -> Value {
    let path = format!("/api/v1/inventory/files?name=weekly.nessus&observed_at=2026-11-{day:02}T01:00:00Z");
    let done = client.send(Method::POST, &path, &[], nessus(day, hosts).as_bytes()).await.ok();
    assert_eq!(done["files"][0]["outcome"], "assets", "{done}");
    done
}

/// What is still seen, by asset and number of the plugin.
async fn open(db: &Db) -> Vec<String> {
    let sql = "SELECT asset.name || ' ' || found.name FROM v_scan_observation AS seen
        JOIN v_scan_vulnerability AS found ON found.observation_id = seen.id
        JOIN asset ON asset.ordinal = seen.carrier_id WHERE seen.ended_at IS NULL OR seen.ended_at = $1 ORDER BY 1";
    let names: Vec<String> = db.column(sql, hinomi_db::values![i64::MAX]).await.unwrap();
    names.into_iter().map(|name| name.replace("CVE-2026-100", "")).collect()
}

both_engines! { SETS;
    async fn two_hosts_of_one_name_in_a_report_are_two(db: Db) {
        let (_server, ciso) = scene(&db).await;
        let both: [Host<'_>; 2] = [("10.0.0.11", "pool.example", &[1, 2]), ("10.0.0.12", "pool.example", &[3])];
        let first = bring(&ciso, 20, &both).await;
        assert_eq!((&first["reconciled"]["created"], &first["reconciled"]["questions_opened"]), (&json!(2), &json!(0)), "{first}");
        assert_eq!(open(&db).await.len(), 3, "{:?}", open(&db).await);
        let again = bring(&ciso, 21, &both).await;
        assert_eq!((&again["reconciled"]["created"], &again["files"][0]["contents"]["scans"]["ended"]), (&json!(0), &json!(0)), "{again}");
        // Only one of them answers, and its gap is closed: what was seen on the other stays.
        bring(&ciso, 22, &[("10.0.0.12", "pool.example", &[9])]).await;
        let left = open(&db).await;
        assert_eq!(left, ["pool.example (10.0.0.11) 1", "pool.example (10.0.0.11) 2", "pool.example (10.0.0.12) 9"]);
    }

    async fn two_sites_that_call_a_host_alike_do_not_replace_each_others(db: Db) {
        let (_server, ciso) = scene(&db).await;
        let tokyo: [Host<'_>; 1] = [("192.0.2.1", "router", &[1])];
        let osaka: [Host<'_>; 1] = [("198.51.100.1", "router", &[2])];
        for day in 18..22 {
            bring(&ciso, day, &tokyo).await;
            bring(&ciso, day, &osaka).await;
            let seen = open(&db).await;
            assert!(seen.len() == 2 && seen[0].ends_with(" 1") && seen[1].ends_with(" 2"), "{day}: {seen:?}");
        }
        // The same host with another lease of its network is still the same.
        bring(&ciso, 22, &[("192.0.2.9", "router", &[7])]).await;
        let seen = open(&db).await;
        assert!(seen.len() == 2 && seen[0].ends_with(" 2") && seen[1].ends_with(" 7"), "{seen:?}");
    }

    async fn a_department_brings_its_own_scan_and_nothing_of_others(db: Db) {
        let (server, ciso) = scene(&db).await;
        for (code, unit_code) in [("shop", "D1"), ("plant", "D2")] {
            let system = json!({"code": code, "name": code, "unit_id": unit(&db, unit_code).await});
            ciso.post("/api/v1/systems", &system).await.ok();
        }
        let manager = async |code: &str| {
            let mine = below(&db, code).await.unit_ids().unwrap().to_vec();
            server.signed_in(code, vec![Grant::new(SeatKind::SystemSecurityManager, mine)]).await
        };
        let (sales, works) = (manager("D1").await, manager("D2").await);
        let send = async |client: &TestClient, system: &str, hosts: &[Host<'_>]| {
            let path = format!("/api/v1/inventory/files?name=own.nessus{system}");
            client.send(Method::POST, &path, &[], nessus(20, hosts).as_bytes()).await.ok()
        };
        let of_works: [Host<'_>; 2] = [("10.2.0.1", "press.example", &[1]), ("10.2.0.2", "router", &[2])];
        assert_eq!(send(&works, "", &of_works).await["files"][0]["code"], "asset-list-forbidden");
        let done = send(&works, "&system=plant", &of_works).await;
        assert_eq!(done["reconciled"]["created"], 2, "{done}");
        let before = open(&db).await;
        // The press is of Works; so is a router, by the name alone.
        let of_sales: [Host<'_>; 3] = [("10.1.0.1", "till.example", &[3]), ("10.2.0.1", "press.example", &[4]), ("10.1.0.9", "desk.example", &[])];
        let done = send(&sales, "&system=shop", &of_sales).await;
        assert_eq!((&done["files"][0]["outcome"], &done["reconciled"]["created"]), (&json!("assets"), &json!(2)), "{done}");
        assert!(done["files"][0]["warnings"].to_string().contains("1 entries are known as assets of other units"), "{done}");
        let mine = sales.get("/api/v1/assets").await.ok();
        assert_eq!(mine["total"], 2, "{mine}");
        assert!(mine["items"].as_array().unwrap().iter().all(|asset| asset["system_name"] == "shop"), "{mine}");
        let after = open(&db).await;
        assert!(before.iter().all(|one| after.contains(one)) && after.len() == before.len() + 1, "{after:?}");
    }

    async fn a_report_on_many_is_never_filed_as_one(db: Db) {
        let (_server, ciso) = scene(&db).await;
        let report = nessus(20, &[("10.0.0.11", "a.example", &[1]), ("10.0.0.12", "b.example", &[2])]);
        let send = async |path: &str| ciso.send(Method::POST, path, &[], report.as_bytes()).await;
        for path in ["/api/v1/inventory/imports", "/api/v1/inventory/imports?asset=office&partial=true"] {
            assert_eq!(send(path).await.problem(422)["code"], "assets-too-many-for-one");
        }
        let named = send("/api/v1/inventory/files?asset=office").await.ok();
        assert_eq!(named["files"][0]["code"], "assets-too-many-for-one", "{named}");
        assert_eq!(ciso.get("/api/v1/assets").await.ok()["total"], 0);
        let partial = send("/api/v1/inventory/files?partial=true").await.ok();
        assert_eq!(partial["reconciled"]["created"], 2, "{partial}");
    }
}
