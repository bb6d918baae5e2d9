// SPDX-License-Identifier: Apache-2.0
//! A test per way of talking to a source.

use std::collections::BTreeMap;

use base64::Engine;
use hinomi_db::{Db, both_engines};
use hinomi_feeds::{Kind, Override, Tlp};
use hinomi_testkit::{Fault, Reply, Upstream};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use crate::scene::*;

fn nvd_page(asked: &hinomi_testkit::Asked, all: &[Value]) -> Reply {
    let number = |name: &str| asked.value(name).and_then(|text| text.parse::<usize>().ok());
    let (start, size) = (number("startIndex").unwrap_or(0), number("resultsPerPage").unwrap_or(2_000));
    let within = |record: &Value| {
        let modified = record["cve"]["lastModified"].as_str().unwrap_or_default().to_owned();
        let (from, to) = (asked.value("lastModStartDate"), asked.value("lastModEndDate"));
        from.is_none_or(|from| modified.as_str() >= from.trim_end_matches('Z'))
            && to.is_none_or(|to| modified.as_str() <= to.trim_end_matches('Z'))
    };
    let matching: Vec<&Value> = all.iter().filter(|record| within(record)).collect();
    let page: Vec<&&Value> = matching.iter().skip(start).take(size).collect();
    let body = json!({"resultsPerPage": page.len(), "startIndex": start, "totalResults": matching.len(),
        "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-05-31T10:00:00.000", "vulnerabilities": page});
    Reply::ok(body.to_string())
}

fn nvd(number: u32, modified: &str) -> Value {
    json!({"cve": {"id": format!("CVE-2026-{number:04}"), "published": "2026-01-01T00:00:00.000", "lastModified": modified,
        "vulnStatus": "Analyzed", "descriptions": [{"lang": "en", "value": format!("{number} as of {modified}")}],
        "references": []}})
}

both_engines! { SETS;
    async fn osv_begins_with_the_archive_and_goes_on_with_single_records(db: Db) {
        let scene = scene(Kind::Osv, "/osv", |_| {});
        let up = &scene.upstream;
        up.put("/osv/ecosystems.txt", "PyPI\nDebian:12\n");
        let (a, b) = (record("A-1", "2026-05-01T00:00:00Z", "a"), record("B-1", "2026-05-02T00:00:00Z", "b"));
        up.put("/osv/PyPI/all.zip", zip(&[("A-1.json", a.to_string()), ("B-1.json", b.to_string())]));
        up.put("/osv/PyPI/modified_id.csv", "2026-05-02T00:00:00Z,B-1\n2026-05-01T00:00:00Z,A-1\n");
        assert_eq!(scene.counts(&db).await, [2, 2, 0, 0, 0, 0]);
        assert_eq!(up.asked_paths(), ["/osv/ecosystems.txt", "/osv/PyPI/modified_id.csv", "/osv/PyPI/all.zip"]);
        up.put("/osv/PyPI/A-1.json", record("A-1", "2026-05-03T00:00:00Z", "a").to_string());
        up.put("/osv/PyPI/B-1.json", b.to_string());
        up.put("/osv/PyPI/modified_id.csv", "2026-05-03T00:00:00Z,A-1\n2026-05-03T00:00:00Z,C-1\n2026-05-02T00:00:00Z,B-1\n");
        // B-1 is of the very instant read last: asked again, unchanged. C-1 is listed and not there.
        assert_eq!(scene.counts(&db).await, [2, 0, 1, 1, 1, 0]);
        assert!(!up.asked_paths().contains(&"/osv/PyPI/all.zip".to_owned()));
        assert!(refusals(&db).await[0].contains("/osv/PyPI/C-1.json: listed as modified, but not there"));
        assert_eq!(health(&db).await.source_at, Some(at("2026-05-03T00:00:00Z").as_micros()));
        let _ = scene.counts(&db).await;
        assert_eq!(up.asked_paths(), ["/osv/ecosystems.txt", "/osv/PyPI/modified_id.csv"]);
        // Listed late, with a time before what was read: asked for all the same, as is what was not there before.
        up.put("/osv/PyPI/LATE-1.json", record("LATE-1", "2026-04-20T00:00:00Z", "l").to_string());
        up.put("/osv/PyPI/C-1.json", record("C-1", "2026-05-03T00:00:00Z", "c").to_string());
        up.put("/osv/PyPI/modified_id.csv", "2026-05-04T00:00:00Z,A-1\n2026-05-03T00:00:00Z,C-1\n2026-05-02T00:00:00Z,B-1\n2026-04-20T00:00:00Z,LATE-1\n");
        up.put("/osv/PyPI/A-1.json", record("A-1", "2026-05-04T00:00:00Z", "a").to_string());
        assert_eq!(scene.counts(&db).await, [3, 2, 1, 0, 0, 0]);
        assert_eq!(ids(&db).await, ["A-1", "B-1", "C-1", "LATE-1"]);
    }

    async fn cve_begins_with_a_base_and_goes_on_with_deltas(db: Db) {
        let scene = scene(Kind::Cve, "/releases", |_| {});
        let up = &scene.upstream;
        let nested = |id: &str, updated: &str| {
            let inner = zip(&[(&format!("cves/{id}.json"), cve(id, updated).to_string())]);
            // The list's base is a zip within a zip.
            let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            writer.start_file("cves.zip", zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, &inner).unwrap();
            writer.finish().unwrap().into_inner()
        };
        let base = nested("CVE-2026-0001", "2026-05-01T00:00:00.000Z");
        up.put("/base.zip.zip", base.clone());
        up.put("/d1.zip", zip(&[("d/CVE-2026-0002.json", cve("CVE-2026-0002", "2026-05-01T01:00:00.000Z").to_string())]));
        let asset = |name: &str, url: String, digest: Option<String>| json!({"name": name, "browser_download_url": url, "digest": digest});
        let digest = format!("sha256:{}", hex::encode(Sha256::digest(&base)));
        let first = json!([
            {"published_at": "2026-05-01T01:10:00Z", "assets": [asset("2026-05-01_delta_CVEs_at_0100Z.zip", up.url("/d1.zip"), None)]},
            {"published_at": "2026-05-01T00:10:00Z", "assets": [asset("2026-05-01_all_CVEs_at_midnight.zip.zip", up.url("/base.zip.zip"), Some(digest))]},
            {"published_at": "2026-04-30T23:10:00Z", "assets": []}
        ]);
        up.put("/releases", first.to_string());
        assert_eq!(scene.counts(&db).await, [2, 2, 0, 0, 0, 0]);
        let mut more = first;
        up.put("/d2.zip", zip(&[("d/CVE-2026-0001.json", cve("CVE-2026-0001", "2026-05-01T02:00:00.000Z").to_string())]));
        more.as_array_mut().unwrap().insert(0, json!({"published_at": "2026-05-01T02:10:00Z",
            "assets": [asset("2026-05-01_delta_CVEs_at_0200Z.zip", up.url("/d2.zip"), None)]}));
        up.put("/releases", more.to_string());
        let _ = up.asked();
        assert_eq!(scene.counts(&db).await, [1, 0, 1, 0, 0, 0]);
        assert_eq!(up.asked_paths(), ["/releases", "/d2.zip"]);
        // A base that is not what its digest says is not believed.
        let other = crate::scene::scene(Kind::Cve, "/releases", |_| {});
        other.upstream.put("/base", b"other".to_vec());
        other.upstream.put("/releases", json!([{"published_at": "2026-05-01T00:10:00Z", "assets":
            [asset("x_all_CVEs_at_midnight.zip.zip", other.upstream.url("/base"), Some(format!("sha256:{}", "0".repeat(64))))]}]).to_string());
        assert!(other.sync(&db).await.unwrap_err().to_string().contains("its hash is"));
    }

    async fn nvd_pages_through_and_asks_for_what_was_modified_since(db: Db) {
        let scene = scene(Kind::Nvd, "/nvd", |feed| feed.page_size = Some(2));
        let all: Vec<Value> = (1..=5).map(|number| nvd(number, "2026-05-01T00:00:00.000")).collect();
        let later = all.clone();
        scene.upstream.answer("/nvd", move |asked| nvd_page(asked, &all));
        scene.upstream.fault("/nvd", Fault::Later { status: 403, seconds: 0 });
        assert_eq!(scene.counts(&db).await, [5, 5, 0, 0, 0, 0]);
        let starts: Vec<_> = scene.upstream.asked().iter().map(|asked| asked.value("startIndex").unwrap()).collect();
        assert_eq!(starts, ["0", "0", "2", "4"]);
        let mut later = later;
        later[1] = nvd(2, "2026-06-01T08:00:00.000");
        scene.upstream.answer("/nvd", move |asked| nvd_page(asked, &later));
        assert_eq!(scene.counts(&db).await, [1, 0, 1, 0, 0, 0]);
        // From the time that the NVD told, less an hour, whatever our own clock says.
        let asked = scene.upstream.asked();
        assert_eq!(asked[0].value("lastModStartDate").as_deref(), Some("2026-05-31T09:00:00Z"));
    }

    async fn nvd_pages_before_a_break_are_kept_and_windows_are_bounded(db: Db) {
        let scene = scene(Kind::Nvd, "/nvd", |feed| feed.page_size = Some(2));
        let all: Vec<Value> = (1..=4).map(|number| nvd(number, "2026-05-01T00:00:00.000")).collect();
        let once = all.clone();
        scene.upstream.answer("/nvd", move |asked| match asked.value("startIndex").as_deref() {
            Some("0") => nvd_page(asked, &once),
            _ => Reply::status(500),
        });
        assert!(scene.sync(&db).await.is_err());
        assert_eq!(ids(&db).await, Vec::<String>::new());
        let _ = scene.upstream.asked();
        scene.upstream.answer("/nvd", move |asked| nvd_page(asked, &all));
        assert_eq!(scene.counts(&db).await[1], 4);
        assert_eq!(scene.upstream.asked().len(), 1, "the first page is not asked for again");
        // A year later: windows of at most 120 days.
        scene.syncer.run(&db, "test", at("2027-06-01T00:00:00Z")).await.unwrap();
        let asked = scene.upstream.asked();
        assert_eq!(asked.len(), 4);
        for one in &asked {
            let (from, to) = (at(&one.value("lastModStartDate").unwrap()), at(&one.value("lastModEndDate").unwrap()));
            assert!(to.since(from).as_secs() <= 120 * 86_400);
        }
    }

    async fn nvd_files_are_fetched_when_their_hash_changes_and_must_have_it(db: Db) {
        let scene = scene(Kind::NvdFiles, "/nvdcve-2.0-{part}.json.gz", |feed| feed.only = Some(vec!["2026".to_owned()]));
        let year = |modified: &str| json!({"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "format": "NVD_CVE",
            "version": "2.0", "timestamp": "2026-05-31T10:00:00.000", "vulnerabilities": [nvd(1, modified)]}).to_string();
        let meta = |text: &str| format!("lastModifiedDate:2026-05-31T03:00:00-04:00\r\nsize:1\r\nsha256:{}\r\n", hex::encode_upper(Sha256::digest(text)));
        let first = year("2026-05-01T00:00:00.000");
        scene.upstream.put("/nvdcve-2.0-2026.meta", meta(&first));
        scene.upstream.put("/nvdcve-2.0-2026.json.gz", gzip(&first));
        assert_eq!(scene.counts(&db).await, [1, 1, 0, 0, 0, 0]);
        assert_eq!(health(&db).await.source_at, Some(at("2026-05-31T07:00:00Z").as_micros()));
        let _ = scene.upstream.asked();
        assert_eq!(scene.counts(&db).await[0], 0);
        assert_eq!(scene.upstream.asked_paths(), ["/nvdcve-2.0-2026.meta"]);
        scene.upstream.put("/nvdcve-2.0-2026.meta", meta("something else"));
        let error = scene.sync(&db).await.unwrap_err().to_string();
        assert!(error.contains("its hash is"), "{error}");
        assert_eq!(records(&db).await.len(), 1);
    }

    async fn msrc_documents_are_fetched_by_their_release_date(db: Db) {
        let scene = scene(Kind::Msrc, "/updates", |_| {});
        let list = |date: &str| json!({"value": [{"ID": "2026-May", "CurrentReleaseDate": date, "CvrfUrl": "/cvrf/2026-May"}]}).to_string();
        scene.upstream.put("/updates", list("2026-05-12T07:00:00Z"));
        scene.upstream.put("/cvrf/2026-May", record("MS-1", "2026-05-12T00:00:00Z", "x").to_string());
        assert_eq!(scene.counts(&db).await[1], 1);
        assert_eq!(scene.upstream.asked().last().unwrap().header("accept"), Some("application/xml"));
        assert!(scene.sync(&db).await.unwrap().is_unchanged);
        scene.upstream.put("/updates", list("2026-05-14T07:00:00Z"));
        scene.upstream.put("/cvrf/2026-May", record("MS-1", "2026-05-14T00:00:00Z", "x").to_string());
        assert_eq!(scene.counts(&db).await[2], 1);
    }

    async fn taxii_goes_on_after_the_last_object(db: Db) {
        let scene = scene(Kind::Taxii, "/api/", |feed| feed.key = Some("Basic eDp5".to_owned()));
        scene.upstream.put("/api/collections/", json!({"collections": [{"id": "c1", "can_read": true}, {"id": "c2", "can_read": false}]}).to_string());
        scene.upstream.answer("/api/collections/c1/objects/", |asked| {
            let indicator = |number: u32| json!({"type": "attack-pattern", "spec_version": "2.1",
                "id": format!("attack-pattern--00000000-0000-4000-8000-{number:012}"), "created": "2026-05-01T00:00:00Z",
                "modified": "2026-05-01T00:00:00Z", "name": format!("Demo {number}")});
            let (objects, more, next, last) = match (asked.value("added_after"), asked.value("next")) {
                (None, None) => (vec![indicator(1)], true, Some("p2"), "2026-05-01T00:00:00Z"),
                (None, Some(_)) => (vec![indicator(2)], false, None, "2026-05-02T00:00:00Z"),
                (Some(_), _) => (vec![], false, None, ""),
            };
            let reply = Reply::ok(json!({"more": more, "next": next, "objects": objects}).to_string());
            if last.is_empty() { reply } else { reply.header("X-TAXII-Date-Added-Last", last) }
        });
        let first = scene.sync(&db).await.unwrap();
        assert_eq!((first.report.refused, first.is_unchanged), (0, false));
        let asked = scene.upstream.asked();
        assert_eq!(asked[1].header("accept"), Some("application/taxii+json;version=2.1"));
        assert_eq!(asked[1].header("authorization"), Some("Basic eDp5"));
        assert!(asked.iter().all(|asked| !asked.path.contains("c2")));
        assert!(scene.sync(&db).await.unwrap().is_unchanged);
        assert_eq!(scene.upstream.asked()[1].value("added_after").as_deref(), Some("2026-05-02T00:00:00Z"));
    }

    async fn misp_events_are_fetched_when_their_time_changes(db: Db) {
        let scene = scene(Kind::Misp, "/feed", |_| {});
        let id = "00000000-0000-4000-8000-000000000001";
        let manifest = |stamp: u64| json!({id: {"timestamp": stamp.to_string(), "info": "Demo"}, "../../etc": {"timestamp": 1}}).to_string();
        let event = |stamp: u64| json!({"Event": {"uuid": id, "info": "Demo", "date": "2026-05-01", "timestamp": stamp.to_string(),
            "Attribute": [{"uuid": "00000000-0000-4000-8000-000000000002", "type": "vulnerability", "category": "External analysis",
                "value": "CVE-2026-0001", "timestamp": stamp.to_string()}]}}).to_string();
        scene.upstream.put("/feed/manifest.json", manifest(1_780_000_000));
        scene.upstream.put(&format!("/feed/{id}.json"), event(1_780_000_000));
        let first = scene.sync(&db).await.unwrap();
        assert!(!first.is_unchanged);
        assert_eq!(first.report.refused, 1, "a name that is no UUID is never asked for");
        assert_eq!(scene.upstream.asked_paths().len(), 2);
        assert!(scene.sync(&db).await.unwrap().is_unchanged);
        scene.upstream.put("/feed/manifest.json", manifest(1_780_000_001));
        assert!(!scene.sync(&db).await.unwrap().is_unchanged);
    }

    async fn exploited_and_likely_vulnerabilities_follow_their_lists(db: Db) {
        let scene = scene(Kind::File, "/kev.json", |feed| feed.complete = Some(true));
        let mut importer = hinomi_advisories::Importer::open(&db, now(), "records", "file").await.unwrap();
        let text = |id: &str| record(id, "2026-05-01T00:00:00Z", "x").to_string().into_bytes();
        let documents = ["CVE-2026-0001", "CVE-2026-0002"].map(|id| hinomi_advisories::service::prepare::Document { path: id.to_owned(), bytes: Ok(text(id)) });
        importer.take(documents.into()).await.unwrap();
        importer.finish().await.unwrap();
        let exploited = async || {
            let rows: Vec<(String,)> = db.all("SELECT canonical FROM vulnerability WHERE known_exploited ORDER BY canonical", ()).await.unwrap();
            rows.into_iter().map(|row| row.0).collect::<Vec<_>>()
        };
        scene.upstream.put("/kev.json", kev(&[("CVE-2026-0001", "2026-05-01"), ("CVE-2026-0002", "2026-05-01")]).to_string());
        assert_eq!(scene.counts(&db).await[1], 2);
        assert_eq!(exploited().await, ["CVE-2026-0001", "CVE-2026-0002"]);
        scene.upstream.put("/kev.json", kev(&[("CVE-2026-0002", "2026-05-01")]).to_string());
        assert_eq!(scene.counts(&db).await[2], 1);
        assert_eq!(exploited().await, ["CVE-2026-0002"]);
    }

    async fn scores_keep_their_course_and_touch_only_what_changed(db: Db) {
        let scene = scene(Kind::File, "/epss.csv.gz", |feed| feed.complete = Some(true));
        let mut importer = hinomi_advisories::Importer::open(&db, now(), "records", "file").await.unwrap();
        let bytes = record("CVE-2026-0001", "2026-05-01T00:00:00Z", "x").to_string().into_bytes();
        importer.take(vec![hinomi_advisories::service::prepare::Document { path: "x".to_owned(), bytes: Ok(bytes) }]).await.unwrap();
        importer.finish().await.unwrap();
        let day = |date: &str, rows: &[(&str, &str)]| {
            let mut text = format!("#model_version:v2026.01.01,score_date:{date}T00:00:00+0000\ncve,epss,percentile\n");
            rows.iter().for_each(|(cve, score)| text.push_str(&format!("{cve},{score},0.5\n")));
            gzip(&text)
        };
        let state = async || db.all::<(String, i64, i64)>("SELECT canonical, epss_band, sequence FROM vulnerability", ()).await.unwrap();
        scene.upstream.put("/epss.csv.gz", day("2026-05-01", &[("CVE-2026-0001", "0.00500"), ("CVE-2026-0003", "0.2"), ("CVE-2026-0004", "0.9")]));
        assert_eq!(scene.counts(&db).await, [3, 3, 0, 0, 0, 0]);
        let before = state().await;
        // Within its step the score moves and the vulnerability does not.
        scene.upstream.put("/epss.csv.gz", day("2026-05-02", &[("CVE-2026-0001", "0.00600"), ("CVE-2026-0003", "0.2")]));
        assert_eq!(scene.counts(&db).await, [2, 0, 1, 1, 0, 0]);
        assert_eq!(state().await, before);
        scene.upstream.put("/epss.csv.gz", day("2026-05-03", &[("CVE-2026-0001", "0.97"), ("CVE-2026-0003", "0.2")]));
        scene.sync(&db).await.unwrap();
        let after = state().await;
        assert_eq!((after[0].1, after[0].2 > before[0].2), (4, true));
        let course = hinomi_advisories::read::epss_course(&db, "CVE-2026-0001").await.unwrap();
        let course: Vec<(String, f64)> = course.into_iter().map(|point| (point.since.day().to_string(), point.score)).collect();
        assert_eq!(course, [("2026-05-01".to_owned(), 0.005), ("2026-05-02".to_owned(), 0.006), ("2026-05-03".to_owned(), 0.97)]);
        let epss = hinomi_advisories::read::epss_of(&db, "CVE-2026-0001").await.unwrap().unwrap();
        assert_eq!((epss.score, epss.percentile), (0.97, 1.0));
        assert_eq!(hinomi_advisories::read::epss_of(&db, "CVE-2026-0004").await.unwrap(), None, "it is scored no more");
        assert_eq!(health(&db).await.records, 2, "scores are what this feed has");
        // A file of an earlier day changes nothing.
        scene.upstream.put("/epss.csv.gz", day("2026-05-01", &[("CVE-2026-0001", "0.1")]));
        assert_eq!(scene.counts(&db).await, [1, 0, 0, 1, 0, 0]);
    }

    async fn several_files_and_their_parts(db: Db) {
        let scene = scene(Kind::File, "/{part}.json", |feed| feed.only = Some(vec!["v3.20/main".to_owned(), "v3.20/community".to_owned()]));
        scene.upstream.put("/v3.20/main.json", record("M-1", "2026-05-01T00:00:00Z", "m").to_string());
        scene.upstream.put("/v3.20/community.json", record("C-1", "2026-05-01T00:00:00Z", "c").to_string());
        assert_eq!(scene.counts(&db).await[1], 2);
        scene.upstream.put("/v3.20/main.json", record("M-1", "2026-05-02T00:00:00Z", "m").to_string());
        assert_eq!(scene.counts(&db).await, [1, 0, 1, 0, 0, 0]);
    }

    async fn csaf_documents_are_checked_before_they_count(db: Db) {
        let provider = Provider::new("csaf_provider");
        let good = provider.document("good", "CLEAR", "2026-05-01T00:00:00.000Z");
        provider.publish("good", &good);
        let secret = provider.document("secret", "AMBER", "2026-05-01T00:00:00.000Z");
        provider.publish("secret", &secret);
        let bent = provider.document("bent", "CLEAR", "2026-05-01T00:00:00.000Z");
        provider.publish("bent", &bent);
        provider.scene.upstream.put("/csaf/bent.json.sha512", format!("{}  bent.json\n", "0".repeat(128)));
        let forged = provider.document("forged", "CLEAR", "2026-05-01T00:00:00.000Z");
        provider.publish("forged", &forged);
        provider.scene.upstream.put("/csaf/forged.json.asc", provider.sign(b"another text"));
        provider.list(&[("good", "2026-05-01T00:00:00Z"), ("secret", "2026-05-01T00:00:00Z"), ("bent", "2026-05-01T00:00:00Z"), ("forged", "2026-05-01T00:00:00Z")]);
        let first = provider.scene.sync(&db).await.unwrap();
        assert_eq!((first.report.added, first.report.refused, first.signatures), (1, 3, 2), "{:?}", first.report.refusals);
        let refused = refusals(&db).await.join("\n");
        for told in ["its hash is", "it is TLP:AMBER, and at most TLP:GREEN is taken", "none of the provider's keys"] {
            assert!(refused.contains(told), "{refused}");
        }
        // What failed is asked for again; once it is right it counts.
        provider.publish("bent", &bent);
        provider.publish("forged", &forged);
        let second = provider.scene.sync(&db).await.unwrap();
        assert_eq!((second.report.added, second.signatures), (2, 4), "{:?}", second.report.refusals);
        assert_eq!(refusals(&db).await.len(), 1);
    }

    async fn a_trusted_provider_signs_everything(db: Db) {
        let provider = Provider::new("csaf_trusted_provider");
        let document = provider.document("plain", "CLEAR", "2026-05-01T00:00:00.000Z");
        provider.publish("plain", &document);
        provider.scene.upstream.remove("/csaf/plain.json.asc");
        provider.list(&[("plain", "2026-05-01T00:00:00Z")]);
        assert!(provider.scene.sync(&db).await.unwrap().report.refusals[0].1.contains("no signature"));
    }

    async fn csaf_directories_are_read_by_their_changes(db: Db) {
        let provider = Provider::new("csaf_provider");
        let document = provider.document("one", "CLEAR", "2026-05-01T00:00:00.000Z");
        provider.publish("2026/one", &document);
        let metadata = json!({"role": "csaf_provider", "distributions": [{"directory_url": provider.scene.upstream.url("/csaf/")}]});
        provider.scene.upstream.put("/provider-metadata.json", metadata.to_string());
        provider.scene.upstream.put("/csaf/changes.csv", "\"2026/one.json\",\"2026-05-01T00:00:00Z\"\n");
        assert_eq!(provider.scene.counts(&db).await[1], 1);
        let changed = provider.document("one", "CLEAR", "2026-05-03T00:00:00.000Z");
        provider.publish("2026/one", &changed);
        provider.scene.upstream.put("/csaf/changes.csv", "\"2026/one.json\",\"2026-05-03T00:00:00Z\"\n");
        assert_eq!(provider.scene.counts(&db).await[2], 1);
        // Published late under an earlier date.
        let late = provider.document("late", "CLEAR", "2026-04-20T00:00:00.000Z");
        provider.publish("2026/late", &late);
        let listed = "\"2026/one.json\",\"2026-05-03T00:00:00Z\"\n\"2026/late.json\",\"2026-04-20T00:00:00Z\"\n";
        provider.scene.upstream.put("/csaf/changes.csv", listed);
        assert_eq!(provider.scene.counts(&db).await[1], 1);
    }
}

/// A CSAF provider with an OpenPGP key of its own.
struct Provider {
    scene: Scene,
    pair: ring::signature::Ed25519KeyPair,
}

impl Provider {
    fn new(role: &str) -> Self {
        let document =
            ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        let pair = ring::signature::Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let upstream = Upstream::start();
        let feed = Override {
            kind: Some(Kind::Csaf),
            url: Some(upstream.url("/provider-metadata.json")),
            tlp_most: Some(Tlp::Green),
            ..Override::default()
        };
        let scene = scene_of(upstream, BTreeMap::from([("test".to_owned(), feed)]), &["127.0.0.1"]);
        let provider = Self { scene, pair };
        let up = &provider.scene.upstream;
        up.put("/key.asc", provider.key());
        let metadata = json!({"role": role, "public_openpgp_keys": [{"url": up.url("/key.asc")}],
            "distributions": [{"rolie": {"feeds": [{"tlp_label": "CLEAR", "url": up.url("/csaf/feed.json")}]}}]});
        up.put("/provider-metadata.json", metadata.to_string());
        provider
    }

    fn document(&self, id: &str, tlp: &str, date: &str) -> String {
        let tlp = if tlp == "CLEAR" { "WHITE" } else { tlp };
        json!({"document": {"category": "csaf_security_advisory", "csaf_version": "2.0", "title": id,
            "distribution": {"tlp": {"label": tlp}}, "notes": [{"category": "summary", "text": "Demo"}],
            "references": [{"category": "external", "summary": "Demo", "url": "https://example.com"}],
            "publisher": {"category": "vendor", "name": "Demo", "namespace": "https://example.com"},
            "tracking": {"id": id, "status": "final", "version": "1", "initial_release_date": date, "current_release_date": date,
                "revision_history": [{"date": date, "number": "1", "summary": "first"}]}},
            "product_tree": {"full_product_names": [{"name": "Demo", "product_id": "P",
                "product_identification_helper": {"purl": "pkg:pypi/demo@1.0"}}]},
            "vulnerabilities": [{"cve": "CVE-2026-0001", "notes": [{"category": "description", "text": "Demo"}],
                "product_status": {"known_affected": ["P"]},
                "remediations": [{"category": "none_available", "details": "None.", "product_ids": ["P"]}]}]})
        .to_string()
    }

    /// The document, its hash and its signature.
    fn publish(&self, name: &str, document: &str) {
        let path = format!("/csaf/{name}.json");
        self.scene.upstream.put(&path, document);
        self.scene.upstream.put(
            &format!("{path}.sha512"),
            format!("{}  {name}.json\n", hex::encode(Sha512::digest(document))),
        );
        self.scene.upstream.put(&format!("{path}.asc"), self.sign(document.as_bytes()));
    }

    fn list(&self, entries: &[(&str, &str)]) {
        let up = &self.scene.upstream;
        let entries: Vec<Value> = entries
            .iter()
            .map(|(name, updated)| {
                let url = up.url(&format!("/csaf/{name}.json"));
                json!({"id": name, "updated": updated, "content": {"src": url}, "link": [
                    {"rel": "self", "href": url}, {"rel": "hash", "href": format!("{url}.sha512")},
                    {"rel": "signature", "href": format!("{url}.asc")}]})
            })
            .collect();
        up.put("/csaf/feed.json", json!({"feed": {"id": "demo", "entry": entries}}).to_string());
    }

    fn key(&self) -> String {
        use ring::signature::KeyPair;
        let mut body = vec![4, 0, 0, 0, 1, 22, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1, 1, 7, 0x40];
        body.extend(self.pair.public_key().as_ref());
        armoured("PUBLIC KEY BLOCK", &[&[0x98, body.len() as u8], body.as_slice()].concat())
    }

    fn sign(&self, text: &[u8]) -> String {
        let hashed: Vec<u8> = vec![4, 0, 22, 8, 0, 6, 5, 2, 0x6a, 0, 0, 0];
        let message = [text, &hashed, &[4, 0xff], &(hashed.len() as u32).to_be_bytes()].concat();
        let digest = ring::digest::digest(&ring::digest::SHA256, &message);
        let signature = self.pair.sign(digest.as_ref());
        let integer = |bytes: &[u8]| {
            let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
            let bytes = &bytes[start..];
            let bits = bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize);
            [&(bits as u16).to_be_bytes(), bytes].concat()
        };
        let (r, s) = signature.as_ref().split_at(32);
        let body = [hashed, vec![0, 0], digest.as_ref()[..2].to_vec(), integer(r), integer(s)].concat();
        armoured("SIGNATURE", &[&[0x88, body.len() as u8], body.as_slice()].concat())
    }
}

fn armoured(what: &str, bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("-----BEGIN PGP {what}-----\nComment: demo\n\n{text}\n-----END PGP {what}-----\n")
}
