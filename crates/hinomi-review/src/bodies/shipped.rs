// SPDX-License-Identifier: Apache-2.0
//! The bodies that come with Hinomi.

use hinomi_core::SeatKind;
use hinomi_org::model::UnitKind;
use hinomi_platform::App;

use super::model::{AgendaTopic, Cadence, FilledBy, NewBody, NewPlace, SECTIONS};
use super::service::{place_rows, row_of};
use super::store;
use crate::error::ReviewError;

/// Makes the two bodies that come with Hinomi, once the organisation has a root. May run any number of times.
pub async fn bodies_ensure(app: &App) -> Result<usize, ReviewError> {
    let now = app.now();
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let Some(root) = tree.root().map(|root| root.id) else { return Ok(0) };
    let known = store::list(&app.db).await?;
    let mut made = 0;
    for new in shipped(&root.to_string()) {
        if known.iter().any(|row| row.code == new.code) {
            continue;
        }
        let id = hinomi_core::content_uuid("review-body", &[&new.code]).to_string();
        let row = row_of(&id, &new, now, true)?;
        let mut tx = app.db.begin().await?;
        if store::add(&mut tx, &row).await? {
            store::places_put(&mut tx, &id, &place_rows(app, &id, &new.places, now), now).await?;
            tx.commit().await?;
            made += 1;
        } else {
            tx.rollback().await?;
        }
    }
    Ok(made)
}

/// The risk committee and the monthly meeting. CRMO and CQO have no seat of their own: somebody names them.
fn shipped(root: &str) -> [NewBody; 2] {
    let seat = |role: &str, kind: SeatKind, chair: bool| NewPlace {
        role: role.to_owned(),
        chair,
        filled_by: FilledBy::Seat,
        unit_id: Some(root.to_owned()),
        seat_kind: Some(kind.name().to_owned()),
        unit_kind: None,
        person_id: None,
    };
    let below = |role: &str, kind: SeatKind, unit_kind: Option<UnitKind>| NewPlace {
        filled_by: FilledBy::SeatsBelow,
        unit_kind: unit_kind.map(|kind| kind.name().to_owned()),
        ..seat(role, kind, false)
    };
    let named = |role: &str| NewPlace {
        filled_by: FilledBy::Person,
        unit_id: None,
        seat_kind: None,
        ..seat(role, SeatKind::Management, false)
    };
    let agenda: Vec<AgendaTopic> = SECTIONS
        .iter()
        .map(|section| AgendaTopic { section: (*section).to_owned(), title: String::new() })
        .collect();
    let ceo = seat("ceo", SeatKind::Management, true);
    let ciso = seat("ciso", SeatKind::Ciso, false);
    [
        NewBody {
            code: "risk-committee".to_owned(),
            unit_id: root.to_owned(),
            name: "Risk committee".to_owned(),
            name_ja: "リスク委員会".to_owned(),
            purpose: String::new(),
            cadence: Cadence::Quarterly,
            agenda: agenda.clone(),
            places: vec![
                ceo.clone(),
                ciso.clone(),
                named("crmo"),
                below("regional_ciso", SeatKind::RegionalCiso, None),
            ],
        },
        NewBody {
            code: "monthly-quality-security".to_owned(),
            unit_id: root.to_owned(),
            name: "Monthly quality and security meeting".to_owned(),
            name_ja: "品質・セキュリティ月例会議".to_owned(),
            purpose: String::new(),
            cadence: Cadence::Monthly,
            agenda,
            places: vec![
                ceo,
                ciso,
                named("crmo"),
                named("cqo"),
                below("business_head", SeatKind::Management, None),
            ],
        },
    ]
}
