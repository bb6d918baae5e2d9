// SPDX-License-Identifier: Apache-2.0
//! The organisation as the CSV files that any company would import, with its people made by rule.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use hinomi_org::model::sheet::{SheetKind, write_sheet};

use super::company::{Company, NameSet};
use super::seed::mixed;

/// A person of the demo.
pub(super) struct Person {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) name_native: String,
    pub(super) email: String,
    pub(super) unit: String,
}

/// Everybody, and who holds which seat: `(unit, kind, person)`.
pub(super) struct Staff {
    pub(super) people: Vec<Person>,
    pub(super) seats: Vec<(String, String, Option<usize>)>,
}

impl Staff {
    /// See `demo/README.md`: the n-th person of a region has the n-th pair of names.
    pub(super) fn of(company: &Company) -> anyhow::Result<Self> {
        let mut people: Vec<Person> = Vec::new();
        let mut count_of_region: HashMap<&str, usize> = HashMap::new();
        let mut taken: HashMap<String, usize> = HashMap::new();
        let mut of_unit: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for unit in &company.units {
            let region = region_of(company, &unit.id);
            for _ in 0..unit.people.unwrap_or(0) {
                let region = region.with_context(|| format!("unit {} lies in no region", unit.id))?;
                let names = company.people.names_by_region.get(region);
                let names = names.and_then(|set| company.people.names.get(set));
                let names = names.with_context(|| format!("region {region} has no names"))?;
                let number = count_of_region.entry(region).or_default();
                of_unit.entry(&unit.id).or_default().push(people.len());
                people.push(person(
                    names,
                    *number,
                    people.len(),
                    &unit.id,
                    &company.people.email_domain,
                    &mut taken,
                ));
                *number += 1;
            }
        }
        let mut next: HashMap<&str, usize> = HashMap::new();
        let mut sit = |unit: &'_ str| -> Option<usize> {
            let (key, people) = of_unit.get_key_value(unit)?;
            let place = next.entry(*key).or_default();
            *place += 1;
            people.get(*place - 1).copied()
        };
        let mut seats = Vec::new();
        for seat in &company.seats {
            let holder = seat.holder.as_ref().and_then(|_| sit(&seat.unit));
            seats.push((seat.unit.clone(), seat.role.replace('-', "_"), holder));
        }
        for seat in &company.leadership_seats {
            let holder = sit(&seat.from);
            if seat.role == "ciso" {
                // Whoever tries the demo signs in as the CISO, and may look at everything.
                seats.push((seat.unit.clone(), "administrator".to_owned(), holder));
            }
            seats.push((seat.unit.clone(), seat.role.replace('-', "_"), holder));
        }
        Ok(Self { people, seats })
    }

    pub(super) fn holder(&self, unit: &str, kind: &str) -> Option<&Person> {
        let seat = self.seats.iter().find(|(of, what, _)| of == unit && what == kind)?;
        self.people.get(seat.2?)
    }

    /// Two seats of three have a deputy: whoever comes after the holder in the same unit.
    fn deputy(&self, unit: &str, kind: &str, holder: Option<usize>) -> Option<&Person> {
        let at = holder.filter(|_| !mixed(&format!("{unit} {kind} deputy")).is_multiple_of(3))?;
        let (holder, next) = (self.people.get(at)?, self.people.get(at + 1)?);
        (holder.unit == next.unit).then_some(next)
    }

    pub(super) fn people_sheet(&self) -> Vec<u8> {
        let rows = self.people.iter().map(|person| {
            let Person { code, name, name_native, email, unit } = person;
            [code, name, name_native, email, unit].into_iter().cloned().chain([String::new()]).collect()
        });
        write_sheet(SheetKind::People.columns(), rows)
    }

    pub(super) fn seats_sheet(&self) -> Vec<u8> {
        let rows = self.seats.iter().map(|(unit, kind, holder)| {
            let code = |person: Option<&Person>| person.map(|person| person.code.clone()).unwrap_or_default();
            let (deputy, holder) =
                (self.deputy(unit, kind, *holder), holder.and_then(|at| self.people.get(at)));
            let empty = String::new;
            vec![unit.clone(), kind.clone(), "true".to_owned(), code(holder), empty(), code(deputy), empty()]
        });
        write_sheet(SheetKind::Seats.columns(), rows)
    }
}

pub(super) fn units_sheet(company: &Company) -> Vec<u8> {
    let rows = company.units.iter().map(|unit| {
        let parent = unit.parent.clone().unwrap_or_default();
        let (en, ja) = (unit.name.en.clone(), unit.name.ja.clone());
        vec![unit.id.clone(), unit.kind.clone(), en, ja, parent, String::new(), String::new()]
    });
    write_sheet(SheetKind::Units.columns(), rows)
}

fn region_of<'a>(company: &'a Company, unit: &str) -> Option<&'a str> {
    let mut unit = company.units.iter().find(|other| other.id == unit)?;
    loop {
        if unit.kind == "region" {
            return Some(&unit.id);
        }
        let parent = unit.parent.as_deref()?;
        unit = company.units.iter().find(|other| other.id == parent)?;
    }
}

fn person(
    names: &NameSet,
    number: usize,
    index: usize,
    unit: &str,
    domain: &str,
    taken: &mut HashMap<String, usize>,
) -> Person {
    let families = names.family.len().max(1);
    let givens = names.given.len().max(1);
    let family = &names.family[number % families];
    let given = &names.given[(7 * number + number / families) % givens];
    let in_order = |family: &str, given: &str, between: &str| {
        if names.order == "family-given" {
            format!("{family}{between}{given}")
        } else {
            format!("{given}{between}{family}")
        }
    };
    let local = format!("{}.{}", given.romaji, family.romaji).to_lowercase().replace(' ', "");
    let times = taken.entry(local.clone()).or_default();
    *times += 1;
    let email = if *times == 1 { format!("{local}@{domain}") } else { format!("{local}{times}@{domain}") };
    Person {
        code: format!("H{:05}", index + 1),
        name: format!("{} {}", given.romaji, family.romaji),
        name_native: in_order(&family.native, &given.native, " "),
        email,
        unit: unit.to_owned(),
    }
}
