// SPDX-License-Identifier: Apache-2.0
//! Every operation × every seat × the whole group, the own department, another one: as the OpenAPI document and the
//! rights table say, so it is.

use crate::dump::{assert_same, dump};
use crate::rights_scene::{Company, Reach, holds};
use crate::support::{SETS, domains};
use hinomi_core::{Permission, SeatKind};
use hinomi_db::{Db, both_engines};
use hinomi_web::openapi::{self, OperationRight};
use hinomi_web::testing::{Answer, TestClient};
use http::Method;

const REACHES: [Reach; 3] = [Reach::Whole, Reach::Own, Reach::Other];

/// Operations on what belongs to the whole instance: a seat of one department is not enough to change it.
const OF_THE_INSTANCE: &[&str] = &[
    "DELETE /api/v1/assignment-rules/{id}",
    "DELETE /api/v1/import-mappings/{name}",
    "POST /api/v1/assignment-rules",
    "POST /api/v1/feeds/held/{id}/decide",
    "POST /api/v1/feeds/import",
    "POST /api/v1/feeds/{name}/sync",
    "POST /api/v1/jobs/{id}/cancel",
    "POST /api/v1/policy/preview",
    "PUT /api/v1/asset-sources/{name}",
    "PUT /api/v1/import-mappings/{name}",
    "PUT /api/v1/policy",
    "PUT /api/v1/settings/{name}",
];

/// Whoever may ask changes only what is their own, or nothing at all.
const HARMLESS: &[&str] = &[
    "DELETE /api/v1/me/sessions",
    "DELETE /api/v1/me/sessions/{id}",
    "DELETE /api/v1/saved-filters/{id}",
    "DELETE /api/v1/session",
    "POST /api/v1/inventory/preview",
    "POST /api/v1/saved-filters",
    "PUT /api/v1/me/password",
    "PUT /api/v1/me/preferences",
];

fn guarded() -> Vec<OperationRight> {
    let rights = openapi::operations(&openapi::document(domains()));
    rights.into_iter().filter(|right| !right.is_public()).collect()
}

fn name(right: &OperationRight) -> String {
    format!("{} {}", right.method, right.path)
}

fn reads(right: &OperationRight) -> bool {
    right.method == "GET"
}

/// Asks with what the operation needs to do its work.
async fn ask(company: &Company, client: &TestClient, right: &OperationRight) -> Answer {
    let body = match reads(right) {
        true => String::new(),
        false => company.body(right).unwrap_or_else(|| panic!("say what {} takes", name(right))),
    };
    let method: Method = right.method.parse().unwrap();
    let headers = [("content-type", "application/json")];
    client.send(method, &company.path(right), &headers, body.as_bytes()).await
}

#[test]
fn every_operation_has_its_row_in_the_table_of_rights() {
    let mut table = String::new();
    let mut rights = openapi::operations(&openapi::document(domains()));
    rights.sort_by(|left, right| (&left.path, left.method).cmp(&(&right.path, right.method)));
    for right in rights {
        let Some(permission) = &right.permission else {
            assert!(right.is_public(), "{right:?} names no permission and is not public");
            table.push_str(&format!("{} → public\n", name(&right)));
            continue;
        };
        let known: Permission = permission.parse().unwrap_or_else(|_| panic!("{right:?}"));
        let seats: Vec<String> = SeatKind::ALL
            .iter()
            .filter(|seat| seat.permissions().contains(known))
            .map(ToString::to_string)
            .collect();
        let whole =
            if OF_THE_INSTANCE.contains(&name(&right).as_str()) { " (of the whole group)" } else { "" };
        let everybody = seats.len() == SeatKind::ALL.len();
        let seats = if everybody { "everybody".to_owned() } else { seats.join(" ") };
        table.push_str(&format!("{} → {permission} → {seats}{whole}\n", name(&right)));
    }
    insta::assert_snapshot!(table);
}

both_engines! { SETS;
    async fn every_read_answers_as_the_table_of_rights_says(db: Db) {
        let company = Company::new(db).await;
        let rights: Vec<OperationRight> = guarded().into_iter().filter(reads).collect();
        assert!(rights.len() > 40, "{}", rights.len());
        let stranger = company.scene.server.client();
        for right in &rights {
            ask(&company, &stranger, right).await.problem(401);
        }
        for &seat in SeatKind::ALL {
            let mut clients = Vec::new();
            for reach in REACHES {
                clients.push((reach, company.reader(seat, reach).await));
            }
            for right in &rights {
                let mut bodies = Vec::new();
                for (reach, client) in &clients {
                    let answer = ask(&company, client, right).await;
                    let place = format!("{} for {seat} of {reach:?}: {} {}", name(right), answer.status, answer.text());
                    if !holds(seat, right) {
                        assert_eq!(answer.status.as_u16(), 403, "{place}");
                        assert_eq!(answer.json()["code"], "forbidden", "{place}");
                    } else if *reach == Reach::Other && company.is_of_sales(right) {
                        assert_eq!(answer.status.as_u16(), 404, "{place}");
                    } else {
                        assert!(answer.status.is_success(), "{place}");
                    }
                    // A refusal may name what was asked for, and no more.
                    bodies.push(if answer.status.is_success() { answer.text() } else { String::new() });
                }
                if !company.is_of_sales(right) {
                    shows_only_its_own(&company, &format!("{} for {seat}", name(right)), &bodies);
                }
            }
        }
    }

    async fn no_refused_write_changes_anything(db: Db) {
        let company = Company::new(db.clone()).await;
        let rights: Vec<OperationRight> = guarded().into_iter().filter(|right| !reads(right)).collect();
        assert!(rights.len() > 25, "{}", rights.len());
        let mut clients = Vec::new();
        for &seat in SeatKind::ALL {
            for reach in REACHES {
                clients.push((seat, reach, company.reader(seat, reach).await));
            }
        }
        let before = dump(&db).await;
        let stranger = company.scene.server.client();
        for right in &rights {
            ask(&company, &stranger, right).await.problem(401);
            for (seat, reach, client) in &clients {
                let place = format!("{} for {seat} of {reach:?}", name(right));
                let forged = TestClient { csrf: Some("guess".to_owned()), ..client.clone() };
                let answer = ask(&company, &forged, right).await;
                assert_eq!(answer.problem(403)["code"], "csrf-token-wrong", "{place}");
                let of_instance = OF_THE_INSTANCE.contains(&name(right).as_str());
                if !holds(*seat, right) || of_instance && *reach != Reach::Whole {
                    let answer = ask(&company, client, right).await;
                    assert_eq!(answer.status.as_u16(), 403, "{place}: {}", answer.text());
                } else if *reach == Reach::Other && !HARMLESS.contains(&name(right).as_str()) {
                    refused(right, ask(&company, client, right).await, &place);
                }
            }
            // After each operation, so that a leak has a name.
            assert_same(&before, &dump(&db).await, &name(right));
        }
    }
}

/// Another department's writer is told that there is no such record, or that they may not.
fn refused(right: &OperationRight, answer: Answer, place: &str) {
    if right.path.ends_with("/tickets/bulk") {
        let outcome = answer.ok();
        assert_eq!(
            (outcome["done"].as_i64(), outcome["refused"].as_array().map(Vec::len)),
            (Some(0), Some(1)),
            "{place}"
        );
        return;
    }
    if right.path.ends_with("/inventory/files") {
        assert_eq!(answer.ok()["files"][0]["outcome"], "failed", "{place}");
        return;
    }
    let status = answer.status.as_u16();
    // Names of assets are unique: who takes one hears of it.
    let wanted = if right.path.contains("{id}") { &[404][..] } else { &[403, 404, 409, 422] };
    assert!(wanted.contains(&status), "{place}: {status} {}", answer.text());
}

/// What a department's reader is shown: everything of its own that the whole group's sees there, nothing of others.
fn shows_only_its_own(company: &Company, place: &str, bodies: &[String]) {
    let [whole, sales, works] = bodies else { panic!("three answers") };
    // Events without a unit are the instance's own; a department's reader does not get them.
    let complete = !place.contains("/audit");
    for (body, own, foreign) in
        [(sales, &company.sales, &company.works), (works, &company.works, &company.sales)]
    {
        for text in foreign {
            assert!(!body.contains(text), "{place} shows {text} to another department: {body}");
        }
        for text in own.iter().filter(|text| complete && whole.contains(*text)) {
            assert!(body.contains(text), "{place} hides {text} from its own department: {body}");
        }
    }
}
