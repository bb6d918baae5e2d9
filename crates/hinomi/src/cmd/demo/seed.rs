// SPDX-License-Identifier: Apache-2.0
//! The demo company's past year, replayed through the services under a clock that is set back.
//!
//! ```text
//! day -430 ── organisation, systems
//! each step ─ hosts report · advisories arrive · reconcile · departments update · hosts report · reconcile
//! today ───── every host that still lives reports once more
//! ```
//! Steps are months, and weeks in the last three months. Which ticket is worked off, and when, follows from its
//! number, so that two seedings look the same.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use hinomi_advisories::Importer;
use hinomi_advisories::service::prepare::Document as Record;
use hinomi_assets::import::{ImportRequest, inventory_import};
use hinomi_assets::model::{AssetKind, Importance, NewAsset, NewSystem};
use hinomi_core::{Actor, ManualClock, PageRequest, Scope, SystemId, Time};
use hinomi_inventory::Session;
use hinomi_org::Act;
use hinomi_org::model::sheet::SheetKind;
use hinomi_platform::App;
use hinomi_tickets::model::TicketRow;
use hinomi_tickets::service::read::{self, Sort, TicketFilter};

use super::company::{ADVISORIES, Company, KNOWN_EXPLOITED, System};
use super::host::Host;
use super::people::{Staff, units_sheet};
use super::scan;
use crate::cmd::all_pages;
use crate::failure::Told;
use crate::pipeline::Pipeline;

/// Days ago on which the replay stops: months first, then weeks.
const STEPS: &[i64] = &[
    420, 390, 360, 330, 300, 270, 240, 210, 180, 150, 120, 91, 84, 77, 70, 63, 56, 49, 42, 35, 28, 21, 14, 7,
    0,
];
const FOUNDED_DAYS_AGO: i64 = 430;
/// Of a hundred tickets so many are never worked on.
const NEGLECTED_PERCENT: u64 = 4;
pub(super) const SOURCE: &str = "agent";
pub(super) const STARTER_FEED: (&str, &str) = ("starter-set", "osv");
const KNOWN_EXPLOITED_FEED: (&str, &str) = ("kev", "kev");

pub(super) struct Seeder<'a> {
    pub(super) app: App,
    pub(super) clock: Arc<ManualClock>,
    pub(super) today: Time,
    pub(super) company: &'a Company,
    pub(super) staff: &'a Staff,
    pub(super) pipeline: Pipeline,
    pub(super) progress: &'a dyn Fn(&str),
}

const ACTOR: Actor = Actor::Machine { name: "demo" };

impl Seeder<'_> {
    pub(super) async fn run(&self) -> anyhow::Result<()> {
        self.set_days_ago(FOUNDED_DAYS_AGO);
        self.found().await?;
        self.calendars().await?;
        self.yardstick().await?;
        (self.progress)("organisation, people, seats and systems are made");
        self.import(KNOWN_EXPLOITED_FEED, vec![("demo/kev.json", KNOWN_EXPLOITED)]).await?;
        let arrivals = arrivals(&self.company.first_scene.advisory);
        let mut hosts = self.hosts()?;
        let systems = self.system_codes().await?;
        let mut session = Session::default();
        let mut before = i64::MAX;
        for &days_ago in STEPS {
            let window = days_ago..before;
            self.turn_months(&mut session, &mut hosts, days_ago).await?;
            self.set_days_ago(days_ago);
            self.report_of_window(&mut session, &mut hosts, &window).await?;
            let arrived = arrivals.iter().filter(|(day, _)| window.contains(day)).map(|(_, record)| *record);
            self.import(STARTER_FEED, arrived.collect()).await?;
            self.reconcile().await?;
            self.work(&mut hosts, &systems, days_ago).await?;
            self.report_of_now(&mut session, &mut hosts, days_ago).await?;
            if scan::DAYS.contains(&days_ago) {
                scan::scan(&self.act(), self.company, self.app.now(), days_ago > 0).await?;
            }
            self.reconcile().await?;
            before = days_ago;
        }
        (self.progress)("a year of inventories, advisories and work is replayed");
        let first_scene = format!("{}.json", self.company.first_scene.advisory);
        let record = ADVISORIES.iter().find(|(name, _)| *name == first_scene);
        // The catalogue is looked at again today: its age is shown.
        self.import(KNOWN_EXPLOITED_FEED, vec![("demo/kev.json", KNOWN_EXPLOITED)]).await?;
        self.feeds().await?;
        self.import(STARTER_FEED, vec![*record.context("the first scene's advisory is missing")?]).await?;
        self.reconcile().await?;
        hinomi_maturity::maturity_keep(&self.app.db, self.app.now()).await.told()?;
        hinomi_review::department::departments_keep(&self.app).await.told()?;
        self.ratings().await?;
        super::outer::seed(&self.app, &self.clock, self.today).await?;
        super::review::seed(&self.app, &self.clock, self.today, self.staff).await?;
        Ok(())
    }

    pub(super) fn set_days_ago(&self, days: i64) {
        self.clock.set(self.today.plus_days(-days));
    }

    fn act(&self) -> Act<'_> {
        Act::new(&self.app, &ACTOR, Scope::all())
    }

    async fn reconcile(&self) -> anyhow::Result<()> {
        self.pipeline.reconcile(&self.app.db, self.app.now(), false).await.map(|_| ())
    }

    /// The organisation, its systems, and the assets that never report.
    async fn found(&self) -> anyhow::Result<()> {
        let act = self.act();
        let sheets = [
            (SheetKind::Units, units_sheet(self.company)),
            (SheetKind::People, self.staff.people_sheet()),
            (SheetKind::Seats, self.staff.seats_sheet()),
        ];
        for (kind, sheet) in sheets {
            hinomi_org::org_import(&act, kind, &sheet, false).await.told()?;
        }
        let mut ids: HashMap<&str, SystemId> = HashMap::new();
        for system in &self.company.systems {
            let unit = hinomi_org::unit_by_code(&self.app.db, &system.unit, act.now).await.told()?;
            let unit = unit.with_context(|| format!("system {}: no unit {}", system.id, system.unit))?;
            let mut tx = self.app.db.begin().await.told()?;
            let made = hinomi_assets::system_create(&mut tx, &act, new_system(system, unit)?).await.told()?;
            tx.commit().await.told()?;
            ids.insert(&system.id, made.id);
        }
        for bare in &self.company.without_inventory {
            let kind = if bare.kind == "network" { AssetKind::NetworkDevice } else { AssetKind::Host };
            let new = NewAsset::plain(bare.hostname.clone(), kind, ids.get(bare.system.as_str()).copied());
            let mut tx = self.app.db.begin().await.told()?;
            hinomi_assets::asset_create(&mut tx, &act, new).await.told()?;
            tx.commit().await.told()?;
        }
        Ok(())
    }

    pub(super) async fn import(
        &self,
        (name, kind): (&str, &str),
        records: Vec<(&str, &[u8])>,
    ) -> anyhow::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let mut importer = Importer::open(&self.app.db, self.app.now(), name, kind).await.told()?;
        let batch = records
            .into_iter()
            .map(|(path, bytes)| Record { path: path.to_owned(), bytes: Ok(bytes.to_vec()) })
            .collect();
        importer.take(batch).await.told()?;
        let report = importer.finish().await.told()?;
        match report.refusals.first() {
            Some((path, reason)) => anyhow::bail!("the demo's own {path} was refused: {reason}"),
            None => Ok(()),
        }
    }

    fn hosts(&self) -> anyhow::Result<Vec<Host<'_>>> {
        let of_systems = self
            .company
            .systems
            .iter()
            .flat_map(|system| system.assets.iter().map(move |asset| (asset, Some(system.id.as_str()))));
        let unassigned = self.company.unassigned_assets.iter().map(|asset| (asset, None));
        of_systems
            .chain(unassigned)
            .map(|(asset, system)| Host::new(asset, system, &self.company.templates))
            .collect()
    }

    async fn system_codes(&self) -> anyhow::Result<HashMap<String, String>> {
        let mut codes = HashMap::new();
        for system in &self.company.systems {
            let row = hinomi_assets::system_by_code(&self.app.db, &Scope::all(), &system.id).await.told()?;
            codes.insert(row.id.to_string(), row.code);
        }
        Ok(codes)
    }

    /// What happened since the last step, each on its day: first inventories, updates, the last sign of life.
    async fn report_of_window(
        &self,
        session: &mut Session,
        hosts: &mut [Host<'_>],
        window: &std::ops::Range<i64>,
    ) -> anyhow::Result<()> {
        for host in hosts {
            let asset = host.asset;
            let mut days: Vec<i64> = asset.updates.iter().map(|update| update.days_ago).collect();
            days.extend([asset.first_observed_days_ago, asset.last_observed_days_ago]);
            days.retain(|day| window.contains(day) && *day <= asset.first_observed_days_ago && *day > 0);
            days.sort_unstable_by(|left, right| right.cmp(left));
            days.dedup();
            for day in days {
                for update in asset.updates.iter().filter(|update| update.days_ago == day) {
                    host.set(&update.set)?;
                }
                self.report(session, host, self.today.plus_days(-day)).await?;
            }
        }
        Ok(())
    }

    /// Hosts that changed report; on the last day everyone does.
    async fn report_of_now(
        &self,
        session: &mut Session,
        hosts: &mut [Host<'_>],
        days_ago: i64,
    ) -> anyhow::Result<()> {
        for host in hosts.iter_mut().filter(|host| lives(host, days_ago)) {
            if host.changed || days_ago == 0 {
                self.report(session, host, self.app.now()).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn report(
        &self,
        session: &mut Session,
        host: &mut Host<'_>,
        at: Time,
    ) -> anyhow::Result<()> {
        let document = host.document(at)?;
        let request = ImportRequest {
            asset_id: None,
            asset: Some(host.asset.hostname.clone()),
            system: host.system.filter(|_| !host.sent).map(str::to_owned),
            source: Some(SOURCE.to_owned()),
            observed_at: Some(at),
            partial: false,
            kind: Some(host.kind()),
        };
        inventory_import(session, &self.act(), &document, &request).await.told()?;
        (host.changed, host.sent) = (false, true);
        Ok(())
    }

    /// Departments bring packages to their target version some days after a ticket was opened; some never do.
    async fn work(
        &self,
        hosts: &mut [Host<'_>],
        systems: &HashMap<String, String>,
        days_ago: i64,
    ) -> anyhow::Result<()> {
        let (now, filter) = (self.app.now(), TicketFilter::default());
        let page = async |request: PageRequest| {
            read::ticket_list(&self.app.db, &Scope::all(), &filter, Sort::Opened, now, &request).await.told()
        };
        for ticket in all_pages(page).await? {
            let Some(target) = ticket.target_version.clone().filter(|_| is_worked_on(&ticket, now)) else {
                continue;
            };
            let code = systems.get(&ticket.system_id);
            for host in hosts.iter_mut().filter(|host| lives(host, days_ago) && host.sent) {
                if host.system.is_some() && host.system == code.map(String::as_str) {
                    host.update(&ticket.package, &target);
                }
            }
        }
        Ok(())
    }
}

pub(super) fn lives(host: &Host<'_>, days_ago: i64) -> bool {
    (host.asset.last_observed_days_ago..=host.asset.first_observed_days_ago).contains(&days_ago)
}

/// By the ticket's number: a few are left alone, the others take three to sixteen days.
fn is_worked_on(ticket: &TicketRow, now: Time) -> bool {
    let number = mixed(&ticket.id.to_string());
    let age_days = now.since(Time::from_micros(ticket.opened_at)).as_secs() / 86_400;
    number % 100 >= NEGLECTED_PERCENT && age_days >= 3 + (number >> 8) % 14
}

fn new_system(system: &System, unit: hinomi_core::UnitId) -> anyhow::Result<NewSystem> {
    let impact = &system.importance;
    Ok(NewSystem {
        name_ja: system.name.ja.clone(),
        kind: system.kind.parse()?,
        customer: system.customer.clone().unwrap_or_default(),
        importance: Importance {
            confidentiality: impact.confidentiality.parse()?,
            integrity: impact.integrity.parse()?,
            availability: impact.availability.parse()?,
        },
        reachability: system.reachability.parse()?,
        sensitive_data: !system.sensitive_data.is_empty(),
        sensitive_kinds: system.sensitive_data.clone(),
        ..NewSystem::plain(system.id.clone(), system.name.en.clone(), unit)
    })
}

/// On which day each record of the starter set becomes known: a third long ago, the rest denser towards today.
fn arrivals(first_scene: &str) -> Vec<(i64, (&'static str, &'static [u8]))> {
    let mut records: Vec<_> = ADVISORIES
        .iter()
        .copied()
        .filter(|(name, _)| name.strip_suffix(".json") != Some(first_scene))
        .collect();
    records.sort_by_key(|(name, _)| mixed(name));
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX).max(1);
    let day = |index: i64| match index * 100 / count {
        percent @ 0..35 => 420 - percent * 9,
        percent @ 35..65 => 91 - (percent - 35) * 2,
        percent => 28 - (percent - 65) * 27 / 35,
    };
    (0..).zip(records).map(|(index, record)| (day(index), record)).collect()
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo 1991), folded: spread, repeatable, of no other use.
pub(super) fn mixed(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_but_the_first_scenes_arrives_on_a_day_of_the_replay() {
        let company = Company::load().unwrap();
        let arrivals = arrivals(&company.first_scene.advisory);
        assert_eq!(arrivals.len() + 1, ADVISORIES.len());
        assert!(arrivals.iter().all(|(day, _)| (1..=420).contains(day)));
        assert!(arrivals.iter().filter(|(day, _)| *day <= 28).count() > 20);
    }

    #[test]
    fn every_host_has_a_readable_inventory() {
        let company = Company::load().unwrap();
        for system in &company.systems {
            for asset in &system.assets {
                let host = Host::new(asset, Some(&system.id), &company.templates).unwrap();
                let document = host.document(Time::EPOCH).unwrap();
                assert!(document.inventory.components.len() >= 7, "{}", asset.hostname);
                assert!(document.inventory.warnings.is_empty(), "{:?}", document.inventory.warnings);
            }
        }
    }
}
