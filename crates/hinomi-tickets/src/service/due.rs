// SPDX-License-Identifier: Apache-2.0
//! Which systems must be settled.
//!
//! ```text
//! policy changed, a calendar that it counts by → all
//! a pause approved or ended                    → the tickets with pauses, decided anew without a look at carriers
//! system or its carriers changed (fingerprint) → it
//! carrier's inventory changed                 → its system
//! match of a component changed                → the systems that carry it, and of them only its unit
//! what is known of a vulnerability changed    → its tickets, decided anew without a look at carriers
//! two vulnerabilities became one              → the systems with an item of it
//! an item vanished without proof              → its system, until there is proof (its fingerprint is left blank)
//! ```

use super::clock::Loaded;
use super::known::Changed;
use crate::model::TicketError;
use crate::plan::SystemFacts;
use crate::store::facts::{self, SystemRow};
use hinomi_advisories::read::{self as advisories, Likelihoods};
use hinomi_core::Time;
use hinomi_db::Db;
use hinomi_inventory::CarrierIndex;
use hinomi_score::policy::{Importance, Level, Policy, Reachability};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// When more components than this were matched anew, their systems are settled as a whole.
const NARROW_COMPONENTS: usize = 2_000;

/// How far a run has read each of its sources.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    pub matches: i64,
    pub inventory: i64,
    pub vulnerabilities: i64,
    pub policy: i64,
    pub likelihoods: i64,
    /// What the calendars of units say, where the policy asks.
    pub calendars: i64,
    /// Which pauses were approved.
    pub pauses: i64,
}

pub(super) struct Due {
    /// Those to be settled as a whole, then those of which only the units of rematched components changed.
    pub systems: Vec<SystemFacts>,
    /// How many of the systems are to be settled as a whole.
    pub whole: usize,
    pub rematched: Vec<u32>,
    /// Of which vulnerabilities something else is known, and their tickets.
    pub changed: Changed,
    /// Fingerprints to remember once the run is done.
    pub fingerprints: Vec<(String, String)>,
    pub marks: Marks,
    carriers: HashMap<String, Vec<Carrier>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Carrier {
    pub ordinal: u32,
    pub stale: bool,
}

impl Due {
    pub(super) async fn find(
        db: &Db,
        now: Time,
        (policy_id, policy, clock): (i64, &Policy, &Loaded),
        index: &CarrierIndex,
        likelihoods: &Likelihoods,
        again: &HashSet<String>,
        full: bool,
    ) -> Result<Self, TicketError> {
        let read = facts::progress(db).await?;
        let mark = |name: &str| read.get(name).copied().unwrap_or(0);
        let changed = advisories::vulnerabilities_changed(db, mark("vulnerabilities")).await?;
        let marks = Marks {
            matches: hinomi_findings::highest_sequence(db).await?,
            inventory: index.sequence(),
            vulnerabilities: changed.last().map_or(mark("vulnerabilities"), |row| row.sequence),
            policy: policy_id,
            likelihoods: likelihoods.sequence(),
            calendars: clock.calendars,
            pauses: clock.pauses,
        };
        let is_new_day = marks.likelihoods != mark("likelihoods");
        let mut known = Changed::find(db, policy, &changed, likelihoods, is_new_day).await?;
        if clock.pauses != mark("pauses") {
            let paused: Vec<i64> = clock.clock.paused_tickets().collect();
            for (system_id, number) in facts::systems_of_tickets(db, &paused).await? {
                known.tickets.entry(system_id).or_default().insert(number, Vec::new());
            }
        }
        let mut carriers: HashMap<String, Vec<Carrier>> = HashMap::new();
        let mut system_of: HashMap<u32, Arc<str>> = HashMap::new();
        // A carrier not seen since makes its tickets stale (a flag, never a closure).
        let stale_before = hinomi_assets::stale_before(db, now).await?;
        for row in facts::carriers(db, stale_before.as_micros()).await? {
            let of_system: Vec<Carrier> =
                row.carriers.into_iter().map(|(ordinal, stale)| Carrier { ordinal, stale }).collect();
            let system: Arc<str> = row.system_id.as_str().into();
            system_of.extend(of_system.iter().map(|carrier| (carrier.ordinal, Arc::clone(&system))));
            carriers.insert(row.system_id, of_system);
        }
        let mut due: HashSet<String> = again.clone();
        let mut names = Vec::new();
        for row in changed {
            let Some(into) = row.merged_into else { continue };
            names.extend([row.id, into]);
            let mut tx = db.begin().await?;
            crate::store::tickets::lock(&mut tx).await?;
            facts::items_follow_merge(&mut tx, row.id, into).await?;
            tx.commit().await?;
        }
        due.extend(facts::systems_of_vulnerabilities(db, &names).await?);
        let (moved, _) = hinomi_inventory::service::read::carriers_changed(db, mark("inventory")).await?;
        let rematched = hinomi_findings::changed_since(db, mark("matches")).await?;
        due.extend(moved.iter().filter_map(|ordinal| system_of.get(ordinal)).map(|id| id.to_string()));
        let touched = index.carriers_of_any(rematched.iter().copied());
        let touched: HashSet<&Arc<str>> =
            touched.iter().filter_map(|ordinal| system_of.get(&ordinal)).collect();
        let rematched = if rematched.len() <= NARROW_COMPONENTS { rematched } else { Vec::new() };
        let mut narrow = HashSet::new();
        for system in touched {
            if due.insert(system.to_string()) && !rematched.is_empty() {
                narrow.insert(system.to_string());
            }
        }
        let all = full || mark("policy") != policy_id || mark("calendars") != clock.calendars;
        let mut found = Self::assemble(db, carriers, due, marks, all, &narrow).await?;
        found.rematched = rematched;
        found.changed = known;
        Ok(found)
    }

    async fn assemble(
        db: &Db,
        carriers: HashMap<String, Vec<Carrier>>,
        due: HashSet<String>,
        marks: Marks,
        all: bool,
        narrow: &HashSet<String>,
    ) -> Result<Self, TicketError> {
        let known = facts::fingerprints(db).await?;
        let mut narrowed = Vec::new();
        let mut found = Self {
            systems: Vec::new(),
            whole: 0,
            rematched: Vec::new(),
            changed: Changed::default(),
            fingerprints: Vec::new(),
            marks,
            carriers,
        };
        let mut standing: HashSet<String> = HashSet::new();
        for row in facts::systems(db).await? {
            standing.insert(row.id.clone());
            let print = fingerprint(&row, found.carriers_of(&row.id));
            let same = known.get(&row.id).is_some_and(|stored| *stored == print);
            if all || !same || due.contains(&row.id) {
                if !same {
                    found.fingerprints.push((row.id.clone(), print));
                }
                match !all && same && narrow.contains(&row.id) {
                    true => narrowed.push(facts_of(&row)),
                    false => found.systems.push(facts_of(&row)),
                }
            }
        }
        // Whatever changes while a system is retired is read past it: should it come back, it is due.
        let retired = known.iter().filter(|(id, print)| !print.is_empty() && !standing.contains(*id));
        found.fingerprints.extend(retired.map(|(id, _)| (id.clone(), String::new())));
        // A retired system shows nothing any more: its open tickets end as gone.
        for (id, unit_id) in facts::retired_with_open_tickets(db).await? {
            if !standing.contains(&id) {
                found.carriers.remove(&id);
                found.systems.push(SystemFacts {
                    id,
                    unit_id,
                    reachability: Reachability::Internal,
                    importance: Importance::uniform(Level::Low),
                    sensitive_data: false,
                });
            }
        }
        found.whole = found.systems.len();
        found.systems.append(&mut narrowed);
        Ok(found)
    }

    /// The system is looked at again next time, whatever else happens.
    pub(super) fn keep_due(&mut self, system_id: &str) {
        self.fingerprints.retain(|(id, _)| id != system_id);
        self.fingerprints.push((system_id.to_owned(), String::new()));
    }

    pub(super) fn carriers_of(&self, system_id: &str) -> &[Carrier] {
        self.carriers.get(system_id).map_or(&[], Vec::as_slice)
    }
}

pub(super) fn facts_of(row: &SystemRow) -> SystemFacts {
    SystemFacts {
        id: row.id.clone(),
        unit_id: row.unit_id.clone(),
        reachability: reachability(row.reachability),
        importance: Importance {
            confidentiality: level(row.confidentiality),
            integrity: level(row.integrity),
            availability: level(row.availability),
        },
        sensitive_data: row.sensitive_data,
    }
}

/// As `v_system` stores it: 1 internal, 2 partner, 3 Internet.
pub(crate) fn reachability(stored: i64) -> Reachability {
    match stored {
        3 => Reachability::Internet,
        2 => Reachability::Partner,
        _ => Reachability::Internal,
    }
}

/// As `v_system` stores it: 1 low, 2 moderate, 3 high.
pub(crate) fn level(stored: i64) -> Level {
    match stored {
        3 => Level::High,
        2 => Level::Moderate,
        _ => Level::Low,
    }
}

fn fingerprint(row: &SystemRow, carriers: &[Carrier]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(row.unit_id.as_bytes());
    for number in [row.confidentiality, row.integrity, row.availability, row.reachability] {
        hasher.update(&number.to_le_bytes());
    }
    hasher.update(&[u8::from(row.sensitive_data)]);
    for carrier in carriers {
        hasher.update(&carrier.ordinal.to_le_bytes()).update(&[u8::from(carrier.stale)]);
    }
    hasher.finalize().to_hex()[..24].to_owned()
}
