// SPDX-License-Identifier: Apache-2.0
//! What is known of vulnerabilities, against what was when their items were decided.
//!
//! ```text
//! changed vulnerabilities ─┐
//! a new day of scores ─────┴─→ facts now ─→ cut to the bounds of the policy ─→ compare ─┬─ the same: nothing
//!                                        facts then (`ticket_facts`) ────────────────────┘    └─ moved: its tickets alone
//! ```
//! What must stay true: a row of `ticket_facts` is written only once every open item of the vulnerability was decided on it.

use crate::model::TicketError;
use crate::plan::{Moved, VulnerabilityFacts};
use crate::store::facts;
use hinomi_advisories::VulnerabilityRow;
use hinomi_advisories::read::{self as advisories, Likelihoods};
use hinomi_db::Db;
use hinomi_score::policy::{KnownExploited, Policy, Ssvc};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What moved, and the tickets that it is about.
#[derive(Default)]
pub(super) struct Changed {
    pub moved: HashMap<i64, Moved>,
    /// By system and number, with the vulnerabilities that moved; without any, the whole ticket is decided anew.
    pub tickets: BTreeMap<String, BTreeMap<i64, Vec<i64>>>,
}

impl Changed {
    /// `is_new_day`: scores changed since the last run, so that any vulnerability may have crossed a bound.
    pub(super) async fn find(
        db: &Db,
        policy: &Policy,
        rows: &[VulnerabilityRow],
        likelihoods: &Likelihoods,
        is_new_day: bool,
    ) -> Result<Self, TicketError> {
        let changed: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let told = facts::told(db, (!is_new_day).then_some(changed.as_slice())).await?;
        let mut moved = HashMap::new();
        let mut look = |row: &VulnerabilityRow| {
            let after = facts_of(row, likelihoods);
            let before = told.get(&row.id).copied();
            if before.is_none_or(|before| before.cut(policy) != after.cut(policy)) {
                moved.insert(row.id, Moved { before, after });
            }
        };
        rows.iter().filter(|row| row.merged_into.is_none()).for_each(&mut look);
        if is_new_day {
            let looked: HashSet<i64> = rows.iter().map(|row| row.id).collect();
            let others: Vec<i64> = told.keys().copied().filter(|id| !looked.contains(id)).collect();
            advisories::vulnerabilities_by_ids(db, &others).await?.iter().for_each(&mut look);
        }
        let ids: Vec<i64> = moved.keys().copied().collect();
        let mut tickets: BTreeMap<String, BTreeMap<i64, Vec<i64>>> = BTreeMap::new();
        let mut with_items = HashSet::new();
        for (system_id, number, vulnerability_id) in facts::items_of_vulnerabilities(db, &ids).await? {
            tickets.entry(system_id).or_default().entry(number).or_default().push(vulnerability_id);
            with_items.insert(vulnerability_id);
        }
        // Of what was never decided there is nothing to decide anew; its items come with its matches.
        moved.retain(|id, moved| moved.before.is_some() || with_items.contains(id));
        Ok(Self { moved, tickets })
    }
}

/// What the policy is told of a vulnerability.
pub(super) fn facts_of(row: &VulnerabilityRow, likelihoods: &Likelihoods) -> VulnerabilityFacts {
    VulnerabilityFacts { likelihood: likelihoods.of(&row.about), ..without_likelihood(row) }
}

/// As [`facts_of`], for one alone.
pub(super) async fn facts_of_one(db: &Db, row: &VulnerabilityRow) -> Result<VulnerabilityFacts, TicketError> {
    let likelihood = advisories::likelihood_of(db, &row.about).await?.map(|(likelihood, _)| likelihood);
    Ok(VulnerabilityFacts { likelihood, ..without_likelihood(row) })
}

fn without_likelihood(row: &VulnerabilityRow) -> VulnerabilityFacts {
    let known_exploited = row
        .known_exploited
        .then(|| KnownExploited { listed_at: row.kev_added.unwrap_or(0), catalogue_due_at: row.kev_due });
    VulnerabilityFacts {
        severity: row.severity.parse().unwrap_or(hinomi_score::Severity::Unrated),
        known_exploited,
        likelihood: None,
        ssvc: Ssvc::from_stored(&row.ssvc),
    }
}
