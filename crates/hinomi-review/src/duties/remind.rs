// SPDX-License-Identifier: Apache-2.0
//! The clock's mails: a digest a day to whoever owes something or stands above those who do.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fluent_bundle::FluentValue;
use hinomi_core::{PersonId, Scope, SeatKind, Time, UnitId};
use hinomi_obligations::ledger::{self, Obligation, ObligationFilter};
use hinomi_obligations::{Plan, Step, settings};
use hinomi_org::SeatFilter;
use hinomi_org::model::Tree;
use hinomi_platform::App;
use hinomi_platform::accounts::{self, Account};
use hinomi_platform::mail::{self, Mail};

use super::list::{MANAGERS, TicketDuty, tickets};
use crate::ReviewError;
use crate::words::{Texts, Words};

/// The job's kind.
pub const DUTIES_JOB: &str = "duties.remind";

const TEXTS: Texts = Texts {
    english: &[include_str!("../../../../locales/en/department.ftl")],
    japanese: &[include_str!("../../../../locales/ja/department.ftl")],
};
/// A mail names so many; the page has all of them.
const LINES_MAX: usize = 40;
/// Their own clock tells of them: they remind by themselves.
const TELLS_ITSELF: [&str; 2] = ["directive", "hazard-report"];

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Reminded {
    pub mails: usize,
    pub steps: usize,
}

/// One step towards a person: of which entry, and whether it comes from above.
struct Due<'a> {
    entry: &'a Obligation,
    step: Step,
}

/// Everything that a person is to be told.
#[derive(Default)]
struct ForPerson<'a> {
    steps: Vec<Due<'a>>,
    tickets: Vec<UnitId>,
}

/// Writes the mails that are due; the same run again writes none twice. `tickets` says whether ticket dates are told as well.
pub async fn duties_remind(app: &App) -> Result<Reminded, ReviewError> {
    let now = app.now();
    let plan = settings::plan(&app.db).await?;
    let first = plan.remind_days_before.iter().max().copied().unwrap_or(0);
    let horizon = now.plus_days(i64::from(first));
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let seats = Seats::load(app, now).await?;
    let filter = ObligationFilter { open: true, ..ObligationFilter::default() };
    let paused: HashSet<String> = ledger::paused_now(&app.db, now).await?.into_iter().collect();
    let open: Vec<Obligation> = ledger::list(&app.db, &Scope::all(), &filter, 200_000)
        .await?
        .into_iter()
        .filter(|one| one.due_at <= horizon && !paused.contains(&one.id))
        .filter(|one| !TELLS_ITSELF.contains(&one.kind.as_str()))
        .collect();
    let late = tickets(&app.db, None, now, horizon).await?;
    let late: HashMap<UnitId, TicketDuty> =
        late.into_iter().filter_map(|one| Some((one.unit_id.parse().ok()?, one))).collect();
    let people = told(&open, &plan, &tree, &seats, &late, now);
    let mut done = Reminded::default();
    for (person, duties) in people {
        let account = accounts::by_person(&app.db, person).await?;
        let Some(account) = account.filter(|account| account.disabled_at.is_none()) else { continue };
        done.steps += write(app, &account, &duties, &late, &tree, now, &mut done.mails).await?;
    }
    Ok(done)
}

/// Who holds which seats where.
struct Seats {
    by_unit: HashMap<UnitId, Vec<(SeatKind, PersonId)>>,
}

impl Seats {
    async fn load(app: &App, now: Time) -> Result<Self, ReviewError> {
        let mut by_unit: HashMap<UnitId, Vec<(SeatKind, PersonId)>> = HashMap::new();
        let seats = hinomi_org::seats_list(&app.db, &Scope::all(), &SeatFilter::default(), now).await?;
        for seat in seats {
            let people =
                [seat.holder, seat.deputy].into_iter().flatten().map(|person| (seat.kind, person.id));
            by_unit.entry(seat.unit_id).or_default().extend(people);
        }
        Ok(Self { by_unit })
    }

    fn of(&self, unit: UnitId, kinds: &[SeatKind]) -> BTreeSet<PersonId> {
        let held = self.by_unit.get(&unit).into_iter().flatten();
        held.filter(|(kind, _)| kinds.contains(kind)).map(|(_, person)| *person).collect()
    }

    /// Those so many steps above who have somebody: an empty seat hands on to the next above.
    fn above(&self, tree: &Tree, unit: UnitId, levels_up: u32) -> BTreeSet<PersonId> {
        let kinds = [&MANAGERS[..], &[SeatKind::RegionalCiso, SeatKind::Ciso]].concat();
        let mut above = tree.path(unit);
        above.pop();
        above.reverse();
        let filled = above.iter().map(|node| self.of(node.id, &kinds)).filter(|people| !people.is_empty());
        let mut last = BTreeSet::new();
        for (step, people) in (1..).zip(filled) {
            last = people;
            if step >= levels_up {
                break;
            }
        }
        last
    }
}

/// The steps that are due by person: of reminders only the newest, of escalations each.
fn told<'a>(
    open: &'a [Obligation],
    plan: &Plan,
    tree: &Tree,
    seats: &Seats,
    late: &HashMap<UnitId, TicketDuty>,
    now: Time,
) -> BTreeMap<PersonId, ForPerson<'a>> {
    let mut people: BTreeMap<PersonId, ForPerson<'a>> = BTreeMap::new();
    for entry in open {
        let steps = plan.steps(entry.due_at, Time::from_micros(i64::MIN), now);
        let newest = steps.iter().rev().find(|(_, step)| matches!(step, Step::Remind { .. }));
        let own = match entry.person_id {
            Some(person) => BTreeSet::from([person]),
            None => seats.of(entry.unit_id, &MANAGERS),
        };
        if let Some((_, step)) = newest {
            for person in own {
                people.entry(person).or_default().steps.push(Due { entry, step: *step });
            }
        }
        for (_, step) in &steps {
            let Step::Escalate { levels_up } = step else { continue };
            for person in seats.above(tree, entry.unit_id, *levels_up) {
                people.entry(person).or_default().steps.push(Due { entry, step: *step });
            }
        }
    }
    for unit in late.keys() {
        for person in seats.of(*unit, &[SeatKind::SystemSecurityManager]) {
            people.entry(person).or_default().tickets.push(*unit);
        }
    }
    people
}

/// The mail of one person with the steps it takes; how many were taken.
async fn write(
    app: &App,
    account: &Account,
    duties: &ForPerson<'_>,
    late: &HashMap<UnitId, TicketDuty>,
    tree: &Tree,
    now: Time,
    mails: &mut usize,
) -> Result<usize, ReviewError> {
    let person = account.person_id;
    let mut tx = app.db.begin().await?;
    let mut taken = 0;
    for due in &duties.steps {
        taken += usize::from(ledger::step_take(&mut tx, &due.entry.id, &due.step.name(), person, now).await?);
    }
    for unit in &duties.tickets {
        let Some(one) = late.get(unit) else { continue };
        // Each earliest date tells itself once: a new one, or the same gone by.
        let step = format!("tickets:{}:{}", one.due_at.day(), if one.due_at < now { "late" } else { "near" });
        let entry = format!("tickets/{unit}");
        taken += usize::from(ledger::step_take(&mut tx, &entry, &step, person, now).await?);
    }
    if taken == 0 {
        tx.rollback().await?;
        return Ok(0);
    }
    let letter = letter(app, account, duties, late, tree, now);
    let key = format!("{DUTIES_JOB} {person} {}", now.day());
    if !mail::send_once(&mut tx, app, &key, &letter).await? {
        // Today's mail is written; these steps are tomorrow's.
        tx.rollback().await?;
        return Ok(0);
    }
    tx.commit().await?;
    *mails += 1;
    Ok(taken)
}

fn letter(
    app: &App,
    account: &Account,
    duties: &ForPerson<'_>,
    late: &HashMap<UnitId, TicketDuty>,
    tree: &Tree,
    now: Time,
) -> Mail {
    let words = Words::new(&account.locale, TEXTS);
    let unit_name = |unit: UnitId| {
        tree.get(unit).map_or_else(String::new, |node| match account.locale.as_str() {
            "ja" if !node.name_ja.is_empty() => node.name_ja.clone(),
            _ => node.name.clone(),
        })
    };
    let url = app.config.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let address = |path: &str| url.as_ref().map(|url| format!("    {url}{path}"));
    let (mut own, mut from_below) = (Vec::new(), Vec::new());
    let mut named = HashSet::new();
    for due in &duties.steps {
        let is_own = matches!(due.step, Step::Remind { .. });
        if !named.insert((due.entry.id.as_str(), is_own)) {
            continue;
        }
        let key = if due.entry.due_at < now { "duties-mail-late" } else { "duties-mail-near" };
        let what = words.say(&format!("duty-{}", due.entry.kind), &[]);
        let line = words.say(
            key,
            &[
                ("what", what.into()),
                ("title", due.entry.title.clone().into()),
                ("unit", unit_name(due.entry.unit_id).into()),
                ("due", due.entry.due_at.day().to_string().into()),
            ],
        );
        let lines = if is_own { &mut own } else { &mut from_below };
        lines.push(format!("* {line}"));
        lines.extend(address(&due.entry.href));
    }
    for unit in &duties.tickets {
        let Some(one) = late.get(unit) else { continue };
        let values: [(&str, FluentValue<'_>); 4] = [
            ("unit", unit_name(*unit).into()),
            ("near", one.near.into()),
            ("late", one.overdue.into()),
            ("due", one.due_at.day().to_string().into()),
        ];
        own.push(format!("* {}", words.say("duties-mail-tickets", &values)));
        own.extend(address(&one.href));
    }
    let mut lines = Vec::new();
    for (head, part) in [("duties-mail-own", own), ("duties-mail-below", from_below)] {
        if part.is_empty() {
            continue;
        }
        let omitted = part.len().saturating_sub(LINES_MAX);
        lines.push(words.say(head, &[]));
        lines.extend(part.into_iter().take(LINES_MAX));
        if omitted > 0 {
            lines.push(words.say("duties-mail-more", &[]));
        }
        lines.push(String::new());
    }
    if let Some(url) = &url {
        lines.extend([words.say("duties-mail-page", &[]), format!("{url}/obligations"), String::new()]);
    }
    lines.push(words.say("duties-mail-why", &[]));
    let count = duties.steps.len() + duties.tickets.len();
    Mail {
        to: account.email.clone(),
        to_name: account.name.clone(),
        subject: words.say("duties-mail-subject", &[("count", count.into())]),
        text: lines.join("\n"),
    }
}
