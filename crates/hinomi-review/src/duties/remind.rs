// SPDX-License-Identifier: Apache-2.0
//! The clock's mails: a digest a day to whoever owes something or stands above those who do.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fluent_bundle::FluentValue;
use hinomi_charts::{HeatMap, HeatRow};
use hinomi_core::{PersonId, Scope, SeatKind, Time, UnitId};
use hinomi_obligations::ledger::{self, Obligation, ObligationFilter};
use hinomi_obligations::{Calendars, Plan, Step, pauses, settings};
use hinomi_org::SeatFilter;
use hinomi_org::model::Tree;
use hinomi_platform::App;
use hinomi_platform::accounts::{self, Account};
use hinomi_platform::mail::{self, Mail};
use hinomi_tickets::service::owed::days_owed;

use super::list::{MANAGERS, TicketDuty, tickets};
use crate::ReviewError;
use crate::department::path_up;
use crate::letters;
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

/// What falls due: an entry of the ledger, or a unit's tickets of one day.
struct Owed<'a> {
    id: String,
    unit: UnitId,
    due_at: Time,
    /// `None` for tickets: they are told of by unit.
    entry: Option<&'a Obligation>,
}

/// One step towards a person, and whether it comes from above.
struct Due<'a> {
    owed: &'a Owed<'a>,
    step: Step,
}

/// Everything that a person is to be told.
#[derive(Default)]
struct ForPerson<'a> {
    steps: Vec<Due<'a>>,
}

impl ForPerson<'_> {
    fn is_own(step: Step) -> bool {
        matches!(step, Step::Remind { .. })
    }

    /// The units whose tickets are told of: the person's own, or those below.
    fn ticket_units(&self, own: bool) -> BTreeSet<UnitId> {
        let steps = self.steps.iter().filter(|due| Self::is_own(due.step) == own);
        steps.filter(|due| due.owed.entry.is_none()).map(|due| due.owed.unit).collect()
    }
}

/// Writes the mails that are due; the same run again writes none twice. Entries and tickets are told of by one plan.
pub async fn duties_remind(app: &App) -> Result<Reminded, ReviewError> {
    let now = app.now();
    let plan = settings::plan(&app.db).await?;
    let first = plan.remind_days_before.iter().max().copied().unwrap_or(0);
    let horizon = now.plus_days(i64::from(first));
    let tree = hinomi_org::tree_at(&app.db, now).await?;
    let calendars = Calendars::load(&app.db).await?;
    let seats = Seats::load(app, now).await?;
    let filter = ObligationFilter { open: true, ..ObligationFilter::default() };
    let paused: HashSet<String> = pauses::paused_now(&app.db, now).await?.into_iter().collect();
    let open: Vec<Obligation> = ledger::list(&app.db, &Scope::all(), &filter, 200_000)
        .await?
        .into_iter()
        .filter(|one| one.due_at <= horizon && !paused.contains(&one.id))
        .filter(|one| !TELLS_ITSELF.contains(&one.kind.as_str()))
        .collect();
    let days = days_owed(&app.db, now, horizon).await?;
    let entries = open.iter().map(|entry| Owed {
        id: entry.id.clone(),
        unit: entry.unit_id,
        due_at: entry.due_at,
        entry: Some(entry),
    });
    let tickets_of_days = days.iter().map(|day| Owed {
        id: format!("tickets/{}/{}", day.unit_id, day.day),
        unit: day.unit_id,
        due_at: day.due_at,
        entry: None,
    });
    let owed: Vec<Owed<'_>> = entries.chain(tickets_of_days).collect();
    let counts = tickets(&app.db, None, now, horizon).await?;
    let counts: HashMap<UnitId, TicketDuty> =
        counts.into_iter().filter_map(|one| Some((one.unit_id.parse().ok()?, one))).collect();
    let mut done = Reminded::default();
    for (person, duties) in told(&owed, &plan, &tree, &seats, now) {
        let account = accounts::by_person(&app.db, person).await?;
        let Some(account) = account.filter(|account| account.is_open(now)) else { continue };
        done.steps += write(app, &account, &duties, &counts, (&tree, &calendars), &mut done.mails).await?;
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
    owed: &'a [Owed<'a>],
    plan: &Plan,
    tree: &Tree,
    seats: &Seats,
    now: Time,
) -> BTreeMap<PersonId, ForPerson<'a>> {
    let mut people: BTreeMap<PersonId, ForPerson<'a>> = BTreeMap::new();
    for one in owed {
        let steps = plan.steps(one.due_at, Time::from_micros(i64::MIN), now);
        let newest = steps.iter().rev().find(|(_, step)| matches!(step, Step::Remind { .. }));
        let own = match one.entry.map(|entry| entry.person_id) {
            Some(Some(person)) => BTreeSet::from([person]),
            Some(None) => seats.of(one.unit, &MANAGERS),
            None => seats.of(one.unit, &[SeatKind::SystemSecurityManager]),
        };
        if let Some((_, step)) = newest {
            for person in own {
                people.entry(person).or_default().steps.push(Due { owed: one, step: *step });
            }
        }
        for (_, step) in &steps {
            let Step::Escalate { levels_up } = step else { continue };
            for person in seats.above(tree, one.unit, *levels_up) {
                people.entry(person).or_default().steps.push(Due { owed: one, step: *step });
            }
        }
    }
    people
}

/// Steps that are taken in one transaction.
const STEPS_AT_ONCE: usize = 5_000;

/// The mail of one person with the steps it takes; how many were taken.
async fn write(
    app: &App,
    account: &Account,
    duties: &ForPerson<'_>,
    counts: &HashMap<UnitId, TicketDuty>,
    days: (&Tree, &Calendars),
    mails: &mut usize,
) -> Result<usize, ReviewError> {
    let (person, now) = (account.person_id, app.now());
    let key = format!("{DUTIES_JOB} {person} {}", now.day());
    if mail::is_written(&app.db, &key).await? {
        // Today's mail is written; these steps are tomorrow's.
        return Ok(0);
    }
    let named: Vec<(String, String)> =
        duties.steps.iter().map(|due| (due.owed.id.clone(), due.step.name())).collect();
    let known: HashSet<(String, String)> = ledger::steps_taken(&app.db, person, &named).await?;
    let new: Vec<(String, String)> = named.into_iter().filter(|step| !known.contains(step)).collect();
    // A first run over an old company tells of thousands at once: the rest of the steps goes with tomorrow's mail.
    let new = new.get(..STEPS_AT_ONCE.min(new.len())).unwrap_or_default();
    if new.is_empty() {
        return Ok(0);
    }
    let (letter, picture) = letter(app, account, duties, counts, days);
    let pictures = letters::drawn(picture, PARAGRAPHS_BEFORE_PICTURE).await;
    let mut tx = app.db.begin().await?;
    let taken = ledger::steps_take(&mut tx, new, person, now).await?;
    if !mail::send_once_with(&mut tx, app, &key, letter, pictures).await? {
        tx.rollback().await?;
        return Ok(0);
    }
    tx.commit().await?;
    *mails += 1;
    Ok(usize::try_from(taken).unwrap_or_default())
}

/// After what the reader has to do.
const PARAGRAPHS_BEFORE_PICTURE: usize = 1;

fn letter(
    app: &App,
    account: &Account,
    duties: &ForPerson<'_>,
    counts: &HashMap<UnitId, TicketDuty>,
    (tree, calendars): (&Tree, &Calendars),
) -> (Mail, Vec<(&'static str, String)>) {
    let now = app.now();
    let words = Words::new(&account.locale, TEXTS);
    let unit_name = |unit: UnitId| {
        tree.get(unit).map_or_else(String::new, |node| match account.locale.as_str() {
            "ja" if !node.name_ja.is_empty() => node.name_ja.clone(),
            _ => node.name.clone(),
        })
    };
    let url = app.config.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let address = |path: &str| url.as_ref().map(|url| format!("    {url}{path}"));
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for (head, is_own) in [("duties-mail-own", true), ("duties-mail-below", false)] {
        let mut part = Vec::new();
        let mut named = HashSet::new();
        let steps = duties.steps.iter().filter(|due| ForPerson::is_own(due.step) == is_own);
        for entry in steps.filter_map(|due| due.owed.entry).filter(|entry| named.insert(entry.id.as_str())) {
            let key = if entry.due_at < now { "duties-mail-late" } else { "duties-mail-near" };
            let values: [(&str, FluentValue<'_>); 4] = [
                ("what", words.say(&format!("duty-{}", entry.kind), &[]).into()),
                ("title", entry.title.clone().into()),
                ("unit", unit_name(entry.unit_id).into()),
                ("due", entry.due_on().to_string().into()),
            ];
            part.push(format!("* {}", words.say(key, &values)));
            part.extend(address(&entry.href));
        }
        for unit in duties.ticket_units(is_own) {
            let Some(one) = counts.get(&unit) else { continue };
            let values: [(&str, FluentValue<'_>); 4] = [
                ("unit", unit_name(unit).into()),
                ("near", one.near.into()),
                ("late", one.overdue.into()),
                ("due", calendars.of(&path_up(tree, unit)).day_of(one.due_at).to_string().into()),
            ];
            part.push(format!("* {}", words.say("duties-mail-tickets", &values)));
            part.extend(address(&one.href));
            rows.push(HeatRow { name: unit_name(unit), counts: vec![one.overdue, one.near, one.paused] });
        }
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
    let count = duties.steps.len();
    let mail = Mail {
        to: account.email.clone(),
        to_name: account.name.clone(),
        subject: words.say("duties-mail-subject", &[("count", count.into())]),
        text: lines.join("\n"),
    };
    (mail, picture(rows, &words))
}

/// How many tickets of which unit are late, near or paused: the figures of the list, for the eye.
fn picture(mut rows: Vec<HeatRow>, words: &Words) -> Vec<(&'static str, String)> {
    if rows.is_empty() {
        return Vec::new();
    }
    rows.truncate(LINES_MAX);
    let columns = ["duty-overdue", "duty-near", "duty-paused"].map(|key| words.say(key, &[]));
    let heat = HeatMap { title: words.say("duty-tickets", &[]), columns: columns.into(), rows };
    vec![("tickets", heat.svg())]
}
