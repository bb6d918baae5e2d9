// SPDX-License-Identifier: Apache-2.0
//! Writing what came of it, in short transactions.
//!
//! ```text
//! clusters ─→ some of them in a transaction ─┬─→ written
//!                                            └─ refused ─→ each half for itself ─ … ─→ the one to blame: kept as failed
//! ```
//! What must stay true: one cluster that cannot be written costs the others nothing. Its records stay dirty, so it is
//! tried again at the next run, and who looks at the quality of the data is told.

mod chunk;

use std::collections::HashSet;
use std::time::Duration;

use hinomi_db::{DbError, Pace, Tx};

use super::AssetsReconciled;
use super::closure::Closure;
use super::homes::Known;
use super::plan::ClusterPlan;
use crate::error::AssetError;
use crate::service::Act;
use crate::store::{failures, records};
use chunk::Chunk;

/// Assets in one transaction, as the machine allows.
const PACE: (usize, usize) = (20, 1_000);

/// So many clusters may fail in a run before the cause is sought elsewhere than in them.
const FAILED_MAX: usize = 100;

pub(super) async fn write(
    act: &Act<'_>,
    closure: &Closure,
    plans: Vec<ClusterPlan>,
) -> Result<AssetsReconciled, AssetError> {
    let mut order: Vec<usize> = (0..plans.len()).collect();
    // Who gives a name up goes before who may take it; who is asked about others comes when these are there.
    order.sort_by_key(|at| (plans[*at].in_question, plans[*at].losers.is_empty()));
    let mut writing = Writing {
        act,
        closure,
        plans,
        known: Known::default(),
        had_failures: failures::count(&act.app.db).await? > 0,
        done: AssetsReconciled::default(),
    };
    let mut pace = Pace::between(PACE.0, PACE.1);
    let mut failed = 0;
    let mut left = order.as_slice();
    while !left.is_empty() {
        let (part, rest) = pace.part(left);
        left = rest;
        match writing.part(part).await {
            Ok(held) => pace.took(part.len(), held),
            Err(error) if may_be_of_one(&error) => failed += writing.halves(part, error, failed).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(writing.done)
}

/// Whether what is written may be to blame, and not the database as such.
fn may_be_of_one(error: &AssetError) -> bool {
    match error {
        AssetError::Db(DbError::Sqlx(sqlx::Error::Database(_))) => !is_busy(error),
        AssetError::Db(DbError::Sqlx(_)) => false,
        _ => true,
    }
}

fn is_busy(error: &AssetError) -> bool {
    matches!(error, AssetError::Db(cause) if cause.is_busy())
}

struct Writing<'w, 'a> {
    act: &'w Act<'a>,
    closure: &'w Closure,
    plans: Vec<ClusterPlan>,
    known: Known,
    had_failures: bool,
    done: AssetsReconciled,
}

impl Writing<'_, '_> {
    /// Some clusters in one transaction: all of them or none.
    async fn part(&mut self, part: &[usize]) -> Result<Duration, AssetError> {
        let before = self.known.clone();
        let written = self.try_part(part).await;
        if written.is_err() {
            // What was made in a transaction that is taken back is not there.
            self.known = before;
        }
        written
    }

    async fn try_part(&mut self, part: &[usize]) -> Result<Duration, AssetError> {
        let mut tx = self.act.app.db.begin().await?;
        records::lock(&mut tx).await?;
        let moved = moved(&mut tx, self.closure, part, &self.plans).await?;
        let mut chunk = Chunk::new(self.act, self.closure);
        for &at in part.iter().filter(|at| !moved.contains(at)) {
            chunk.plan(&mut tx, &mut self.known, at, &self.plans).await?;
        }
        chunk.names(&mut tx).await?;
        if self.had_failures {
            let settled = part.iter().filter(|at| !moved.contains(at));
            let ids: Vec<i64> = settled.flat_map(|at| self.records_of(*at)).collect();
            failures::remove(&mut tx, &ids).await?;
        }
        let held = chunk.commit(tx, part, &self.plans, &moved).await?;
        self.done.add(chunk.done);
        Ok(held)
    }

    fn records_of(&self, plan: usize) -> impl Iterator<Item = i64> {
        self.plans[plan].members.iter().map(|member| self.closure.records[*member].row.id)
    }

    /// Halves of what was refused, until only those are left that cannot be written alone. How many these are.
    async fn halves(
        &mut self,
        part: &[usize],
        error: AssetError,
        before: usize,
    ) -> Result<usize, AssetError> {
        let mut failed = 0;
        let mut waiting: Vec<(&[usize], Option<AssetError>)> = vec![(part, Some(error))];
        while let Some((some, refused)) = waiting.pop() {
            let refused = match refused {
                Some(error) => error,
                None => match self.part(some).await {
                    Ok(_) => continue,
                    Err(error) if may_be_of_one(&error) => error,
                    Err(error) => return Err(error),
                },
            };
            match some {
                [] => {}
                [only] if before + failed >= FAILED_MAX => {
                    tracing::error!(records = ?self.records_of(*only).collect::<Vec<_>>(), "too many cannot be written");
                    return Err(refused);
                }
                [only] => {
                    failed += 1;
                    self.failed(*only, &refused).await?;
                }
                several => {
                    let (first, second) = several.split_at(several.len() / 2);
                    waiting.push((second, None));
                    waiting.push((first, None));
                }
            }
        }
        Ok(failed)
    }

    async fn failed(&mut self, plan: usize, error: &AssetError) -> Result<(), AssetError> {
        let records: Vec<i64> = self.records_of(plan).collect();
        tracing::error!(?records, %error, "records cannot be made part of the inventory");
        self.done.failed += records.len();
        self.had_failures = true;
        let mut tx = self.act.app.db.begin().await?;
        failures::put(&mut tx, &records, &error.to_string(), self.act.now).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Clusters of which another process has changed a record meanwhile.
async fn moved(
    tx: &mut Tx,
    closure: &Closure,
    part: &[usize],
    plans: &[ClusterPlan],
) -> Result<HashSet<usize>, DbError> {
    let rows = |at: &usize| plans[*at].members.iter().map(|member| &closure.records[*member].row);
    let ids: Vec<i64> = part.iter().flat_map(rows).map(|row| row.id).collect();
    let now = records::standing(tx, &ids).await?;
    let same = |row: &records::RecordRow| {
        now.get(&row.id).is_some_and(|(content, asset)| *content == row.content && *asset == row.asset_id)
    };
    Ok(part.iter().copied().filter(|at| !rows(at).all(same)).collect())
}
