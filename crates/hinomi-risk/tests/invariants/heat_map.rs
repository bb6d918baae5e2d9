// SPDX-License-Identifier: Apache-2.0
//! The heat map of any past day is the SQL count of the tickets that were open then, under the organisation of then;
//! and doing everything again changes nothing.

use crate::dump::{assert_same, dump};
use crate::history::{Company, Parents};
use crate::support::SETS;
use hinomi_core::{Clock, Time};
use hinomi_db::{Db, both_engines, values};
use hinomi_tickets::service::Settler;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

const DAYS: usize = 60;
const PAIRS: usize = 100;
const WORDS: [&str; 4] = ["low", "medium", "high", "critical"];

/// What was counted in the evening of a day: (unit, criticality) → open tickets.
type Counted = BTreeMap<(String, i64), i64>;

/// Cells of one row: low, medium, high, critical.
type Cells = [i64; 4];

async fn count_open(db: &Db) -> Counted {
    let rows: Vec<(String, i64, i64)> = db
        .all(
            "SELECT unit_id, criticality, COUNT(*) FROM ticket WHERE is_open GROUP BY unit_id, criticality",
            values![],
        )
        .await
        .unwrap();
    rows.into_iter().map(|(unit, criticality, count)| ((unit, criticality), count)).collect()
}

/// Tickets of a unit's subtree that were open at an instant, from their own histories and the owners of then.
async fn open_by_history(db: &Db, unit: &str, at: Time) -> i64 {
    db.scalar(
        "SELECT COUNT(*) FROM ticket t \
         JOIN system_owner o ON o.system_id = t.system_id AND o.valid_from <= $1 AND o.valid_to > $1 \
         JOIN unit_closure c ON c.descendant_id = o.unit_id AND c.ancestor_id = $2 \
          AND c.valid_from <= $1 AND c.valid_to > $1 \
         WHERE t.opened_at <= $1 AND COALESCE((SELECT e.kind FROM ticket_event e WHERE e.ticket_id = t.id \
          AND e.at <= $1 AND e.kind IN ('closed', 'reopened') ORDER BY e.id DESC LIMIT 1), 'reopened') = 'reopened'",
        values![at, unit.to_owned()],
    )
    .await
    .unwrap()
}

/// Is `code` in the subtree of `top`, as the test remembers the tree?
fn below(parents: &Parents, code: &str, top: &str) -> bool {
    code == top || parents.get(code).is_some_and(|parent| !parent.is_empty() && below(parents, parent, top))
}

struct Evening {
    day: String,
    at: Time,
    counted: Counted,
    parents: Parents,
}

impl Evening {
    fn cells(&self, company: &Company, holds: impl Fn(&str) -> bool) -> Cells {
        let mut cells = Cells::default();
        for (code, id) in company.units.iter().filter(|(code, _)| holds(code)) {
            assert!(self.parents.contains_key(*code));
            for rank in 1..=4 {
                cells[rank as usize - 1] += self.counted.get(&(id.clone(), rank)).copied().unwrap_or(0);
            }
        }
        cells
    }
}

fn shown(row: &Value) -> Cells {
    WORDS.map(|word| row[word].as_i64().unwrap())
}

async fn check(company: &Company, evening: &Evening, top: &str) -> i64 {
    let path = format!("/api/v1/risk/heatmap?at={}&unit={}", evening.day, company.units[top]);
    let map = company.scene.ciso.get(&path).await.ok();
    let place = format!("{} {top}: {map}", evening.day);
    let wanted = evening.cells(company, |code| below(&evening.parents, code, top));
    assert_eq!(shown(&map["totals"]), wanted, "{place}");
    let path = format!("/api/v1/risk/residual?at={}&unit={}", evening.day, company.units[top]);
    let residual = company.scene.ciso.get(&path).await.ok();
    assert_eq!(residual["open"].as_i64(), Some(wanted.iter().sum()), "{path}: {residual}");
    for (rank, word) in WORDS.iter().enumerate() {
        let bars = residual["age_buckets"].as_array().unwrap();
        let count: i64 = bars.iter().map(|bar| bar[word].as_i64().unwrap()).sum();
        assert_eq!(count, wanted[rank], "{word} of {path}");
    }
    let by_history = open_by_history(&company.scene.db, &company.units[top], evening.at).await;
    assert_eq!(wanted.iter().sum::<i64>(), by_history, "{place}");
    for row in map["rows"].as_array().unwrap() {
        let code = company.units.iter().find(|(_, id)| row["unit_id"] == **id).unwrap().0;
        let own = row["own"].as_bool().unwrap();
        let wanted = evening
            .cells(company, |unit| if own { unit == *code } else { below(&evening.parents, unit, code) });
        assert_eq!(shown(&row["cells"]), wanted, "row {code} of {place}");
        assert_eq!(row["total"].as_i64(), Some(wanted.iter().sum()), "row {code} of {place}");
        if own {
            let (day, unit) = (&evening.day, &company.units[code]);
            let path = format!("/api/v1/tickets?state=all&at={day}&unit={unit}&own=true&limit=200");
            let listed = company.scene.ciso.get(&path).await.ok();
            assert_eq!(
                listed["items"].as_array().unwrap().len() as i64,
                wanted.iter().sum::<i64>(),
                "{path}"
            );
        }
    }
    by_history
}

both_engines! { SETS;
    async fn the_heat_map_of_any_day_is_the_count_of_its_tickets(db: Db) {
        let mut company = Company::new(db.clone(), 16).await;
        let mut evenings = Vec::new();
        for _ in 0..DAYS {
            company.day().await;
            let at = company.scene.server.test.clock.now();
            let (counted, parents) = (count_open(&db).await, company.parents.clone());
            evenings.push(Evening { day: company.scene.today(), at, counted, parents });
            company.next_day().await;
        }
        let codes: Vec<&str> = company.units.keys().copied().collect();
        let (mut nonzero, mut seen) = (0, 0);
        for _ in 0..PAIRS {
            let evening = company.chance.below(DAYS);
            let top = codes[company.chance.below(codes.len())];
            let count = check(&company, &evenings[evening], top).await;
            nonzero += usize::from(count > 0);
            seen += count;
        }
        assert!(nonzero > PAIRS / 3 && seen > 200, "a history in which little happens shows little: {nonzero}, {seen}");
        let kinds: Vec<String> =
            db.column("SELECT DISTINCT kind FROM ticket_event ORDER BY kind", values![]).await.unwrap();
        for kind in ["closed", "criticality_changed", "owner_changed", "reopened"] {
            assert!(kinds.iter().any(|known| known == kind), "{kind} in {kinds:?}");
        }
    }

    async fn doing_everything_again_changes_nothing(db: Db) {
        let mut company = Company::new(db.clone(), 4).await;
        for _ in 0..25 {
            company.day().await;
            company.next_day().await;
        }
        company.scene.reconcile().await;
        let before = dump(&db).await;
        assert!(before["ticket"].len() > 10 && before["component_match"].len() > 10);
        company.scene.server.test.clock.advance(Duration::from_secs(60));
        let now = company.scene.server.test.clock.now();
        hinomi_findings::reconcile(&db, now, true).await.unwrap();
        assert_same(&before, &dump(&db).await, "matching everything again wrote something");
        let outcome = Settler::default().settle(&db, now, true).await.unwrap();
        assert_eq!((outcome.opened, outcome.closed, outcome.reopened), (0, 0, 0));
        assert_same(&before, &dump(&db).await, "settling every system again wrote something");
    }
}
