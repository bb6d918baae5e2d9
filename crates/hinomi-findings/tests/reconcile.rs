// SPDX-License-Identifier: Apache-2.0
//! Matching step by step ends where matching everything at once ends.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use hinomi_advisories::service::prepare::Document;
use hinomi_advisories::{Importer, read};
use hinomi_core::Time;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_findings::reconcile;
use hinomi_inventory::model::NewComponent;
use hinomi_inventory::{Observation, Session};
use serde_json::json;
use std::collections::HashMap;

const SETS: &[&[Migration]] =
    &[hinomi_inventory::MIGRATIONS, hinomi_advisories::MIGRATIONS, hinomi_findings::MIGRATIONS];

fn at(hour: i64) -> Time {
    Time::from_micros(1_800_000_000_000_000 + hour * 3_600_000_000)
}

fn pypi(name: &str, version: &str) -> NewComponent {
    NewComponent {
        kind: "package".into(),
        name: name.into(),
        version: Some(version.into()),
        purl: Some(format!("pkg:pypi/{name}@{version}")),
        ..NewComponent::default()
    }
}

async fn carry(db: &Db, hour: i64, components: &[NewComponent]) {
    let observation = Observation {
        carrier_id: 1,
        source: "agent",
        observed_at: at(hour),
        complete: true,
        format: "test",
        document: None,
        components,
        warnings: &[],
    };
    Session::default().observe(db, at(hour), &observation).await.unwrap();
}

/// A record about a PyPI package that is fixed in this version; `None` withdraws it.
async fn publish(db: &Db, hour: i64, id: &str, name: &str, fixed: Option<&str>) {
    let mut record = json!({
        "schema_version": "1.7.0", "id": id, "modified": at(hour).to_string(), "summary": id,
        "affected": [{"package": {"ecosystem": "PyPI", "name": name},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed.unwrap_or("9")}]}]}]
    });
    if fixed.is_none() {
        record["withdrawn"] = json!(at(hour).to_string());
    }
    let mut importer = Importer::open(db, at(hour), "test", "upload").await.unwrap();
    let document = Document { path: id.into(), bytes: Ok(record.to_string().into_bytes()) };
    importer.take(vec![document]).await.unwrap();
    importer.finish().await.unwrap();
}

/// Component, record and state of the open rows.
async fn open(db: &Db) -> Vec<(String, String, String, Option<String>)> {
    let everything: Vec<u32> = (1..=100).collect();
    let rows =
        hinomi_findings::matches_of_components(db, &everything, hinomi_findings::OPEN - 1).await.unwrap();
    let labels: HashMap<i64, String> = hinomi_inventory::components_by_ids(db, &everything)
        .await
        .unwrap()
        .into_iter()
        .map(|component| (component.id, component.label()))
        .collect();
    let numbers: Vec<i64> = rows.iter().map(|row| row.advisory_no).collect();
    let records: HashMap<i64, String> = read::record_metas(db, &numbers)
        .await
        .unwrap()
        .into_iter()
        .map(|record| (record.no, record.id))
        .collect();
    let mut open: Vec<_> = rows
        .into_iter()
        .map(|row| {
            (labels[&row.component_id].clone(), records[&row.advisory_no].clone(), row.state, row.fixed)
        })
        .collect();
    open.sort();
    open
}

both_engines! { SETS;
    async fn step_by_step_ends_as_all_at_once(db: Db) {
        publish(&db, 1, "A-1", "alpha", Some("2.0")).await;
        reconcile(&db, at(1), false).await.unwrap();
        carry(&db, 2, &[pypi("alpha", "1.0"), pypi("beta", "1.0"), pypi("gamma", "not a version")]).await;
        reconcile(&db, at(2), false).await.unwrap();
        publish(&db, 3, "B-1", "beta", Some("1.5")).await;
        publish(&db, 3, "C-1", "gamma", Some("1.5")).await;
        reconcile(&db, at(3), false).await.unwrap();
        carry(&db, 4, &[pypi("alpha", "2.0"), pypi("beta", "1.0")]).await;
        publish(&db, 4, "A-1", "alpha", Some("3.0")).await;
        publish(&db, 4, "B-1", "beta", None).await;
        reconcile(&db, at(4), false).await.unwrap();
        let affected: Vec<_> = open(&db).await.into_iter().filter(|row| row.2 == "affected").collect();
        let row = |component: &str| (component.to_owned(), "A-1".to_owned(), "affected".to_owned(), Some("3.0".to_owned()));
        assert_eq!(affected, [row("alpha 1.0"), row("alpha 2.0")]);
        let stepwise = open(&db).await;
        let unknown = hinomi_findings::unknown_counts(&db).await.unwrap();
        let full = reconcile(&db, at(5), true).await.unwrap();
        assert_eq!((full.began, full.ended, full.components), (0, 0, 4));
        assert_eq!((open(&db).await, hinomi_findings::unknown_counts(&db).await.unwrap()), (stepwise, unknown));
        let idle = reconcile(&db, at(6), false).await.unwrap();
        assert_eq!(idle, hinomi_findings::Outcome::default(), "nothing changed, nothing is matched");
    }

    async fn two_runs_at_once_open_no_answer_twice(db: Db) {
        let components: Vec<NewComponent> = (0..50).map(|number| pypi("alpha", &format!("1.{number}"))).collect();
        carry(&db, 1, &components).await;
        publish(&db, 1, "A-1", "alpha", Some("1.25")).await;
        let runs = (0..4).map(|number| {
            let db = db.clone();
            tokio::spawn(async move { reconcile(&db, at(2 + number), false).await })
        });
        for run in runs.collect::<Vec<_>>() {
            run.await.unwrap().unwrap();
        }
        assert_eq!(open(&db).await.len(), 25);
    }

    async fn what_has_not_met_the_advisories_is_told(db: Db) {
        carry(&db, 1, &[pypi("alpha", "1.0")]).await;
        assert_eq!(hinomi_findings::unmatched_of(&db, &[1, 2]).await.unwrap(), [1, 2]);
        reconcile(&db, at(2), false).await.unwrap();
        assert_eq!(hinomi_findings::unmatched_of(&db, &[1, 2]).await.unwrap(), [2]);
    }

    async fn an_import_that_broke_off_is_grouped_and_matched(db: Db) {
        carry(&db, 1, &[pypi("alpha", "1.0")]).await;
        let record = json!({"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [
            {"package": {"ecosystem": "PyPI", "name": "alpha"}, "versions": ["1.0"]}]});
        let mut importer = Importer::open(&db, at(1), "test", "upload").await.unwrap();
        let document = Document { path: "a".into(), bytes: Ok(record.to_string().into_bytes()) };
        importer.take(vec![document]).await.unwrap();
        drop(importer);
        reconcile(&db, at(2), false).await.unwrap();
        assert_eq!(open(&db).await.len(), 1);
    }
}
