// SPDX-License-Identifier: Apache-2.0
//! Query parameters of the ticket lists, shared by list, groups, counts and export.

use crate::model::{TicketError, criticality_rank};
use crate::service::read::{AssigneeFilter, Moved, Sort, StateFilter, TicketFilter, scope_below};
use hinomi_core::{Scope, Time, UnitId};
use hinomi_platform::days::GroupDays;
use hinomi_score::policy::Criticality;
use hinomi_web::{App, Needs, Require};
use serde::Deserialize;

/// Which tickets are wanted. Every parameter narrows the list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams, utoipa::ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct TicketParams {
    /// This unit and everything below it.
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    /// Only the unit itself, nothing below it.
    pub own: Option<bool>,
    /// A system's id.
    pub system: Option<String>,
    pub state: StateFilter,
    /// One or several of critical, high, medium, low, separated by commas.
    pub criticality: Option<String>,
    pub overdue: Option<bool>,
    pub waiting: Option<bool>,
    pub high_priority: Option<bool>,
    pub known_exploited: Option<bool>,
    /// A person's id, `me` or `none`.
    pub assignee: Option<String>,
    /// A vulnerability: its canonical id, a record's id, an alias or its number; with those that are about it.
    pub vulnerability: Option<String>,
    /// A part of the package's name, or a ticket's number.
    pub q: Option<String>,
    /// An update run: an ecosystem, or an ecosystem and a release separated by a space, as in `Debian 12`.
    pub distribution: Option<String>,
    /// Open at the end of this day, whatever they are now: YYYY-MM-DD.
    pub at: Option<String>,
    /// Opened, for the first time or again, from this day …
    pub opened_from: Option<String>,
    /// … to this day: with the unit, criticality and due date that they had then.
    pub opened_to: Option<String>,
    /// Closed from this day …
    pub closed_from: Option<String>,
    /// … to this day.
    pub closed_to: Option<String>,
    pub sort: Sort,
}

/// The first and the last instant of a day of the group.
fn ends_of(days: &GroupDays, field: &'static str, text: &str) -> Result<(Time, Time), TicketError> {
    days.ends_of(text).ok_or_else(|| TicketError::Invalid {
        field,
        message: format!("{text:?} is no day; wanted YYYY-MM-DD"),
    })
}

impl TicketParams {
    /// The filter, and the reader's scope narrowed to the unit.
    pub(crate) async fn resolve<P: Needs>(
        &self,
        app: &App,
        reader: &Require<P>,
    ) -> Result<(Scope, TicketFilter), TicketError> {
        let days = GroupDays::load(&app.db).await?;
        let at = self.at.as_deref().map(|text| ends_of(&days, "at", text)).transpose()?;
        let at = at.map(|(_, end)| end);
        let moved = self.moved(&days)?;
        // The unit is the one of then: of the last instant that is asked about.
        let then = moved.map(|(_, _, to)| Time::from_micros(to.as_micros() - 1)).or(at);
        let then = then.filter(|then| *then < app.now());
        // So is what the reader sees.
        let seen = match then {
            Some(then) => {
                let now = (&reader.scope, then);
                hinomi_org::scope_then(&app.db, &reader.principal, P::PERMISSION, now).await?
            }
            None => reader.scope.clone(),
        };
        let then = then.unwrap_or_else(|| app.now());
        let scope = match self.unit.filter(|_| self.own == Some(true)) {
            Some(unit) => Scope::units(vec![unit]).intersection(&seen),
            None => scope_below(&app.db, &seen, self.unit, then).await?,
        };
        let vulnerabilities = match &self.vulnerability {
            Some(name) => Some(hinomi_advisories::read::ids_about(&app.db, name).await?),
            None => None,
        };
        let filter = TicketFilter {
            state: self.state,
            system: self.system.clone(),
            criticalities: self.criticalities()?,
            overdue: self.overdue.unwrap_or(false),
            waiting: self.waiting,
            high_priority: self.high_priority,
            known_exploited: self.known_exploited,
            assignee: self.assignee_filter(reader),
            vulnerabilities,
            text: self.q.clone(),
            distribution: self.distribution.as_deref().map(split_distribution),
            at,
            moved,
            ids: None,
        };
        Ok((scope, filter))
    }

    /// From the first day's beginning until the last one's end.
    fn moved(&self, group: &GroupDays) -> Result<Option<(Moved, Time, Time)>, TicketError> {
        let invalid = |field, message: &str| TicketError::Invalid { field, message: message.to_owned() };
        let span = |fields: (&'static str, &'static str), days: (&Option<String>, &Option<String>)| match days
        {
            (None, None) => Ok(None),
            (Some(first), Some(last)) => {
                let (from, _) = ends_of(group, fields.0, first)?;
                let (_, end) = ends_of(group, fields.1, last)?;
                Ok(Some((from, Time::from_micros(end.as_micros() + 1))))
            }
            _ => Err(invalid(fields.0, "wants the first day and the last")),
        };
        let opened = span(("opened_from", "opened_to"), (&self.opened_from, &self.opened_to))?;
        let closed = span(("closed_from", "closed_to"), (&self.closed_from, &self.closed_to))?;
        match (opened, closed) {
            (Some(_), Some(_)) => {
                Err(invalid("closed_from", "tickets are asked by when they opened or closed"))
            }
            (Some(_), _) | (_, Some(_)) if self.at.is_some() => Err(invalid("at", "is no day of what moved")),
            (Some((from, to)), None) => Ok(Some((Moved::Opened, from, to))),
            (None, Some((from, to))) => Ok(Some((Moved::Closed, from, to))),
            (None, None) => Ok(None),
        }
    }

    fn criticalities(&self) -> Result<Vec<i64>, TicketError> {
        let words = self.criticality.as_deref().unwrap_or_default();
        words
            .split(',')
            .filter(|word| !word.is_empty())
            .map(|word| {
                Criticality::from_word(word).map(criticality_rank).ok_or_else(|| TicketError::Invalid {
                    field: "criticality",
                    message: format!("{word:?} is none of critical, high, medium, low"),
                })
            })
            .collect()
    }

    fn assignee_filter<P>(&self, reader: &Require<P>) -> Option<AssigneeFilter> {
        match self.assignee.as_deref()? {
            "none" => Some(AssigneeFilter::Nobody),
            "me" => reader.principal.actor.person_id().map(|id| AssigneeFilter::Person(id.to_string())),
            id => Some(AssigneeFilter::Person(id.to_owned())),
        }
    }
}

/// `Debian 12` is an ecosystem and a release; `Red Hat 9` and `crates.io` show why the last space decides.
fn split_distribution(text: &str) -> (String, String) {
    match text.rsplit_once(' ') {
        Some((ecosystem, release)) if release.starts_with(|c: char| c.is_ascii_digit() || c == 'v') => {
            (ecosystem.to_owned(), release.to_owned())
        }
        _ => (text.to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_splits_before_its_release() {
        assert_eq!(split_distribution("Debian 12"), ("Debian".into(), "12".into()));
        assert_eq!(split_distribution("Red Hat"), ("Red Hat".into(), String::new()));
        assert_eq!(split_distribution("Rocky Linux 9"), ("Rocky Linux".into(), "9".into()));
        assert_eq!(split_distribution("PyPI"), ("PyPI".into(), String::new()));
    }

    #[test]
    fn a_day_ends_before_the_next_begins() {
        let ends = |text| ends_of(&GroupDays::default(), "at", text);
        let (from, end) = ends("2026-02-28").unwrap();
        assert_eq!(
            (from.to_string(), end.to_string()),
            ("2026-02-28T00:00:00Z".to_owned(), "2026-02-28T23:59:59.999999Z".to_owned())
        );
        assert!(ends("2026-02-30").is_err());
        assert!(ends("yesterday").is_err());
    }
}
