// SPDX-License-Identifier: Apache-2.0
//! Records into vulnerabilities.
//!
//! ```text
//! touched records ─→ everything that their names reach ─→ groups ─→ one row a group, written when it differs
//! ```

use super::changes::{Change, between};
use super::upstream::{Known, cves};
use crate::model::{AdvisoryError, VulnerabilityRow, graver, group_severity};
use crate::store::groups::{self, MemberRow};
use hinomi_core::Time;
use hinomi_db::{Db, ids};
use hinomi_match::alias;
use hinomi_score::Severity;
use hinomi_score::choice::{Basis, Kept};
use hinomi_score::policy::Ssvc;
use std::collections::{BTreeSet, HashMap, HashSet};

/// So many touched records are followed by their names, however few there are in all.
const FOLLOW_AT_LEAST: usize = 2_000;
/// From this share of all records on, reading everything costs less than following names.
const FOLLOW_SHARE: usize = 8;
const WRITE_CHUNK: usize = 2_000;
/// A group of very many records that all come anew: the log tells of so many.
const CHANGES_MAX: usize = 50;

/// Plans that are overtaken more often than this: one gives way.
const ATTEMPTS: usize = 8;

/// Groups what an import that broke off has left ungrouped; nothing to do in the ordinary case.
pub async fn group_pending(db: &Db, now: Time) -> Result<(), AdvisoryError> {
    regroup(db, now, None, &HashMap::new()).await
}

/// The groups of the whole set of records, as far as they reach the given ones; all of them for `None`.
pub async fn groups_of(db: &Db, records: Option<&[i64]>) -> Result<alias::Groups, AdvisoryError> {
    let (members, aliases) = match records {
        Some(numbers) => reach(db, &numbers.iter().copied().collect()).await?.0,
        None => (groups::members_all(db).await?, groups::aliases_all(db).await?),
    };
    Ok(groups_among(&members, &aliases))
}

fn groups_among(members: &[MemberRow], aliases: &[groups::AliasRow]) -> alias::Groups {
    let mut aliases_of: HashMap<i64, Vec<&str>> = HashMap::new();
    for row in aliases {
        aliases_of.entry(row.advisory_no).or_default().push(&row.name);
    }
    alias::groups(
        members.iter().map(|member| (&member.id, aliases_of.get(&member.no).cloned().unwrap_or_default())),
    )
}

/// Groups everything that waits. `notes` tell of records what happened to them, for their vulnerability's log.
///
/// A plan is made outside any transaction and written in short ones; each of them notices when another process has
/// written vulnerabilities since, and then the rest is planned anew.
pub(crate) async fn regroup(
    db: &Db,
    now: Time,
    feed_id: Option<i64>,
    notes: &HashMap<i64, Vec<Change>>,
) -> Result<(), AdvisoryError> {
    for _ in 0..ATTEMPTS {
        let last_change = groups::last_change(db).await?;
        let pending: HashMap<i64, i64> = groups::pending(db).await?.into_iter().collect();
        if pending.is_empty() {
            return Ok(());
        }
        let mut plan = plan(db, &pending, notes).await?;
        plan.last_change = last_change;
        if plan.write(db, now, feed_id, &pending).await? {
            return Ok(());
        }
    }
    Err(AdvisoryError::Overtaken)
}

async fn plan(
    db: &Db,
    pending: &HashMap<i64, i64>,
    notes: &HashMap<i64, Vec<Change>>,
) -> Result<Plan, AdvisoryError> {
    let touched: HashSet<i64> = pending.keys().copied().collect();
    let ((mut members, mut aliases), is_all) = reach(db, &touched).await?;
    if is_all {
        let concerned = concerned(&touched, &members, &aliases);
        members.retain(|member| concerned.contains(&member.no));
        aliases.retain(|alias| concerned.contains(&alias.advisory_no));
    }
    let groups = groups_among(&members, &aliases);
    drop(aliases);
    let mut by_group: HashMap<&str, Vec<&MemberRow>> = HashMap::new();
    for member in &members {
        by_group.entry(groups.canonical(&member.id)).or_default().push(member);
    }
    // Equals are chosen by name, never by who came first.
    by_group.values_mut().for_each(|members| members.sort_by(|left, right| left.id.cmp(&right.id)));
    let mut canonicals: Vec<&str> = by_group.keys().copied().collect();
    canonicals.sort_unstable();
    let stored = stored_rows(db, &members, &canonicals).await?;
    let known = Known::load(db, &groups, &by_group).await?;
    let mut plan = Plan::new(&stored, &canonicals);
    let mut rows: HashMap<&str, VulnerabilityRow> = HashMap::with_capacity(canonicals.len());
    for canonical in &canonicals {
        let Some(members) = by_group.get(canonical) else { continue };
        let names = groups.group(canonical).map_or(&[][..], |group| &group.members);
        rows.insert(*canonical, row_of(canonical, members, names, &known));
    }
    // What upstream is known by itself is settled before anything that is about it.
    let inherited: Vec<(&str, VulnerabilityRow)> = canonicals
        .iter()
        .filter_map(|canonical| {
            let (row, members) = (rows.get(canonical)?, by_group.get(canonical)?);
            Some((*canonical, known.inherit(row, members, &groups, &rows)?))
        })
        .collect();
    rows.extend(inherited);
    for canonical in canonicals {
        if let (Some(members), Some(row)) = (by_group.get(canonical), rows.remove(canonical)) {
            plan.place(row, members, notes);
        }
    }
    Ok(plan)
}

/// Records, and the aliases that they give.
type Named = (Vec<MemberRow>, Vec<groups::AliasRow>);

/// The touched records, those that shared their vulnerability until now, and all that are reached through aliases, in
/// either direction; or simply all records, and then it says so. A record that no longer gives a name leaves its companions without it: they are grouped anew.
async fn reach(db: &Db, touched: &HashSet<i64>) -> Result<(Named, bool), AdvisoryError> {
    if reads_all(db, touched).await? {
        return Ok(((groups::members_all(db).await?, groups::aliases_all(db).await?), true));
    }
    let mut frontier: Vec<i64> = touched.iter().copied().collect();
    frontier.extend(groups::companions(db, &frontier).await?);
    let mut reached: HashSet<i64> = frontier.iter().copied().collect();
    let mut seen: HashSet<String> = HashSet::new();
    while !frontier.is_empty() {
        let mut names: Vec<String> =
            groups::aliases_of(db, &frontier).await?.into_iter().map(|row| row.name).collect();
        names.extend(groups::members_by_numbers(db, &frontier).await?.into_iter().map(|row| row.id));
        names.retain(|name| seen.insert(name.clone()));
        if names.is_empty() {
            break;
        }
        let touching = groups::numbers_touching(db, &names).await?;
        frontier = touching.into_iter().filter(|no| reached.insert(*no)).collect();
    }
    let mut numbers: Vec<i64> = reached.into_iter().collect();
    numbers.sort_unstable();
    Ok(((groups::members_by_numbers(db, &numbers).await?, groups::aliases_of(db, &numbers).await?), false))
}

/// Whether what the touched records reach is found among all records, which takes memory for all, or step by step.
async fn reads_all(db: &Db, touched: &HashSet<i64>) -> Result<bool, AdvisoryError> {
    if touched.len() <= FOLLOW_AT_LEAST {
        return Ok(false);
    }
    let all = usize::try_from(groups::highest_number(db).await?).unwrap_or(usize::MAX);
    Ok(touched.len() > all / FOLLOW_SHARE)
}

/// Of everything that was read, what following names from the touched records and their companions reaches.
fn concerned(touched: &HashSet<i64>, members: &[MemberRow], aliases: &[groups::AliasRow]) -> HashSet<i64> {
    let is_touched = |member: &&MemberRow| touched.contains(&member.no);
    let homes: HashSet<i64> =
        members.iter().filter(is_touched).filter_map(|member| member.vulnerability_id).collect();
    let starts = members.iter().filter(|member| {
        is_touched(member) || member.vulnerability_id.is_some_and(|home| homes.contains(&home))
    });
    let mut frontier: Vec<i64> = starts.map(|member| member.no).collect();
    let mut reached: HashSet<i64> = frontier.iter().copied().collect();
    if reached.len() == members.len() {
        return reached;
    }
    let mut names_of: HashMap<i64, Vec<&str>> = HashMap::new();
    let mut records_of: HashMap<&str, Vec<i64>> = HashMap::new();
    let own = members.iter().map(|member| (member.no, member.id.as_str()));
    for (no, name) in own.chain(aliases.iter().map(|row| (row.advisory_no, row.name.as_str()))) {
        names_of.entry(no).or_default().push(name);
        records_of.entry(name).or_default().push(no);
    }
    while let Some(no) = frontier.pop() {
        for name in names_of.remove(&no).into_iter().flatten() {
            let beside = records_of.remove(name).into_iter().flatten();
            frontier.extend(beside.filter(|no| reached.insert(*no)));
        }
    }
    reached
}

async fn stored_rows(
    db: &Db,
    members: &[MemberRow],
    canonicals: &[&str],
) -> Result<Vec<VulnerabilityRow>, AdvisoryError> {
    let mut ids: Vec<i64> = members.iter().filter_map(|member| member.vulnerability_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut rows = groups::vulnerabilities_by_ids(db, &ids).await?;
    for chunk in canonicals.chunks(10_000) {
        let names: Vec<String> = chunk.iter().map(|name| (*name).to_owned()).collect();
        rows.extend(groups::vulnerabilities_by_names(db, &names).await?);
    }
    rows.sort_by_key(|row| row.id);
    rows.dedup_by_key(|row| row.id);
    Ok(rows)
}

/// The row that stands for a group; its number is filled in later.
fn row_of(canonical: &str, members: &[&MemberRow], names: &[String], known: &Known) -> VulnerabilityRow {
    let rated = members.iter().map(|member| Kept {
        record: &member.id,
        severity: member.severity.parse().unwrap_or(Severity::Unrated),
        basis: Basis::from_stored(&member.severity_basis),
        score: member.score,
    });
    let (severity, severity_reason) = group_severity(rated);
    let borne: BTreeSet<&str> = names.iter().map(String::as_str).chain([canonical]).collect();
    let listed = known.listed(&borne);
    let spoken = members.iter().filter(|member| member.title != member.id);
    let title = members
        .iter()
        .find(|member| member.id == canonical && member.title != member.id)
        .or_else(|| spoken.clone().find(|member| member.id.starts_with("GHSA-")))
        .or_else(|| spoken.clone().next())
        .or(members.first())
        .map_or_else(|| canonical.to_owned(), |member| member.title.clone());
    let all_withdrawn = members.iter().all(|member| member.withdrawn.is_some());
    VulnerabilityRow {
        id: 0,
        canonical: canonical.to_owned(),
        about: cves(&borne),
        title,
        severity: severity.severity.as_str().to_owned(),
        severity_rank: i64::from(severity.severity.list_rank()),
        severity_reason,
        score: severity.score,
        known_exploited: listed.is_some(),
        kev_added: listed.map(|listed| listed.added_at),
        kev_due: listed.and_then(|listed| listed.due_at),
        epss_band: known.band(&borne),
        ssvc: members
            .iter()
            .filter(|member| member.withdrawn.is_none())
            .map(|member| Ssvc::from_stored(&member.ssvc))
            .fold(Ssvc::default(), graver)
            .to_stored(),
        published: members.iter().filter_map(|member| member.published).min(),
        modified: members.iter().filter_map(|member| member.modified).max(),
        withdrawn: if all_withdrawn {
            members.iter().filter_map(|member| member.withdrawn).max()
        } else {
            None
        },
        merged_into: None,
        sequence: 0,
    }
}

/// What will be written once every group has its place.
struct Plan {
    by_id: HashMap<i64, VulnerabilityRow>,
    by_name: HashMap<String, i64>,
    /// Names that groups of this plan bear.
    borne: HashSet<String>,
    taken: HashSet<i64>,
    rows: Vec<Placed>,
    /// The last change of any vulnerability that this plan knows of.
    last_change: i64,
}

struct Placed {
    row: VulnerabilityRow,
    is_new: bool,
    differs: bool,
    members: Vec<i64>,
    /// All records of the group, moved or not.
    all: Vec<i64>,
    /// Old vulnerabilities of members: this row takes their place, unless another group has them.
    merged: Vec<i64>,
    changes: Vec<Change>,
    /// The feed of the first record, for changes that no running import answers for.
    feed_id: i64,
}

impl Plan {
    fn new(stored: &[VulnerabilityRow], canonicals: &[&str]) -> Self {
        Self {
            by_id: stored.iter().map(|row| (row.id, row.clone())).collect(),
            by_name: stored.iter().map(|row| (row.canonical.clone(), row.id)).collect(),
            borne: canonicals.iter().map(|name| (*name).to_owned()).collect(),
            taken: HashSet::new(),
            rows: Vec::new(),
            last_change: 0,
        }
    }

    /// The row that already bears the name, else the oldest row of the members, else a new one.
    fn place(
        &mut self,
        mut row: VulnerabilityRow,
        members: &[&MemberRow],
        notes: &HashMap<i64, Vec<Change>>,
    ) {
        let mut old: Vec<i64> = members.iter().filter_map(|member| member.vulnerability_id).collect();
        old.sort_unstable();
        old.dedup();
        let named = self.by_name.get(&row.canonical).copied();
        let id =
            named.or_else(|| old.iter().copied().find(|id| !self.taken.contains(id) && self.is_free(*id)));
        let stored = id.and_then(|id| self.by_id.get(&id)).cloned();
        let mut changes = Vec::new();
        if let Some(stored) = &stored {
            row.id = stored.id;
            row.sequence = stored.sequence;
            self.taken.insert(stored.id);
            changes.extend(between(stored, &row));
            let told = members.iter().filter_map(|member| notes.get(&member.no)).flatten();
            changes.extend(told.take(CHANGES_MAX).cloned());
        }
        let survivor = stored.as_ref().map(|stored| stored.id);
        // What a statement silences goes by the name: who gets another one is asked about again.
        let renamed = stored.as_ref().is_some_and(|stored| stored.canonical != row.canonical);
        let moved = members
            .iter()
            .filter(|member| renamed || member.vulnerability_id != survivor || survivor.is_none());
        let moved: Vec<i64> = moved.map(|member| member.no).collect();
        self.rows.push(Placed {
            is_new: survivor.is_none(),
            // A row that gets or loses members is written, too: whoever plans at the same time must notice.
            differs: !moved.is_empty() || stored.as_ref().is_none_or(|stored| !same(stored, &row)),
            members: moved,
            all: members.iter().map(|member| member.no).collect(),
            merged: old.into_iter().filter(|id| Some(*id) != survivor).collect(),
            changes,
            feed_id: members.first().map_or(0, |member| member.feed_id),
            row,
        });
    }

    /// A stored row may take a new name only if no group of this plan bears its old one.
    fn is_free(&self, id: i64) -> bool {
        self.by_id
            .get(&id)
            .is_some_and(|row| row.merged_into.is_none() && !self.borne.contains(&row.canonical))
    }

    /// Writes group by group: vulnerability, members, log and the end of waiting in one transaction. False when
    /// another process came in between; what is written by then is right and waits no more.
    async fn write(
        mut self,
        db: &Db,
        now: Time,
        feed_id: Option<i64>,
        pending: &HashMap<i64, i64>,
    ) -> Result<bool, AdvisoryError> {
        let mut placed = std::mem::take(&mut self.rows);
        for chunk in placed.chunks_mut(WRITE_CHUNK) {
            let mut tx = db.begin().await?;
            // Taking from the sequence first keeps others from writing vulnerabilities until this is committed.
            ids::next_ids(&mut tx, "vulnerability_sequence", 1).await?;
            if groups::last_change_in(&mut tx).await? != self.last_change {
                return Ok(false);
            }
            let new = chunk.iter().filter(|placed| placed.is_new).count() as i64;
            if new > 0 {
                let numbers = ids::next_ids(&mut tx, "vulnerability", new).await?;
                for (placed, id) in chunk.iter_mut().filter(|placed| placed.is_new).zip(numbers) {
                    placed.row.id = id;
                }
            }
            let rows = self.rows_of(chunk);
            if !rows.is_empty() {
                let sequences = ids::next_ids(&mut tx, "vulnerability_sequence", rows.len() as i64).await?;
                self.last_change = *sequences.end();
                let rows = rows.into_iter().zip(sequences);
                let rows = rows.map(|(row, sequence)| VulnerabilityRow { sequence, ..row });
                groups::vulnerabilities_put(&mut tx, rows.collect(), now.as_micros()).await?;
            }
            let pairs: Vec<(i64, i64)> = chunk
                .iter()
                .flat_map(|placed| placed.members.iter().map(|no| (*no, placed.row.id)))
                .collect();
            if !pairs.is_empty() {
                let sequence = *ids::next_ids(&mut tx, "advisory_sequence", 1).await?.start();
                groups::members_assign(&mut tx, &pairs, sequence).await?;
            }
            let changes: Vec<groups::NewChange> = chunk
                .iter_mut()
                .flat_map(|placed| {
                    let (vulnerability_id, feed_id) = (placed.row.id, feed_id.unwrap_or(placed.feed_id));
                    std::mem::take(&mut placed.changes).into_iter().map(move |change| groups::NewChange {
                        vulnerability_id,
                        feed_id,
                        change,
                    })
                })
                .collect();
            groups::changes_put(&mut tx, now.as_micros(), changes).await?;
            let done: Vec<(i64, i64)> = chunk
                .iter()
                .flat_map(|placed| &placed.all)
                .filter_map(|no| Some((*no, *pending.get(no)?)))
                .collect();
            groups::pending_done(&mut tx, &done).await?;
            tx.commit().await?;
        }
        Ok(true)
    }

    /// The rows to write for some groups, and those whose place they take.
    fn rows_of(&self, chunk: &[Placed]) -> Vec<VulnerabilityRow> {
        let mut merged = HashSet::new();
        let mut rows = Vec::new();
        for placed in chunk {
            for old in placed.merged.iter().filter(|old| !self.taken.contains(old)) {
                if let Some(row) = self.by_id.get(old).filter(|row| row.merged_into != Some(placed.row.id))
                    && merged.insert(*old)
                {
                    rows.push(VulnerabilityRow { merged_into: Some(placed.row.id), ..row.clone() });
                }
            }
        }
        rows.extend(chunk.iter().filter(|placed| placed.differs).map(|placed| placed.row.clone()));
        rows
    }
}

fn same(stored: &VulnerabilityRow, row: &VulnerabilityRow) -> bool {
    let core = |row: &VulnerabilityRow| {
        (
            (row.canonical.clone(), row.about.clone()),
            row.title.clone(),
            row.severity.clone(),
            row.severity_reason.clone(),
            row.score.map(f64::to_bits),
            (row.known_exploited, row.kev_added, row.kev_due, row.epss_band, row.ssvc.clone()),
            (row.published, row.modified, row.withdrawn, row.merged_into),
        )
    };
    core(stored) == core(row)
}
