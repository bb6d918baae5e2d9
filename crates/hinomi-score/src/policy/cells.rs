// SPDX-License-Identifier: Apache-2.0
//! The cells of the decision table: every combination of inputs that a policy's rows can tell apart.
use super::document::{Policy, Row};
use super::inputs::{Exploitation, Level, Likelihood, Reachability, Share, Ssvc, TechnicalImpact};
use crate::Severity;

/// One value for each condition of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) severity: Severity,
    pub(super) known_exploited: bool,
    pub(super) likelihood: Option<Likelihood>,
    pub(super) ssvc: Ssvc,
    pub(super) reachability: Reachability,
    pub(super) importance: Level,
    pub(super) sensitive_data: bool,
}

impl Row {
    pub(super) fn matches(&self, cell: &Cell) -> bool {
        fn allows<T: PartialEq>(allowed: &Option<Vec<T>>, value: &T) -> bool {
            allowed.as_ref().is_none_or(|values| values.contains(value))
        }
        /// What nobody knows fulfils no condition.
        fn allows_known<T: PartialEq>(allowed: &Option<Vec<T>>, value: &Option<T>) -> bool {
            allowed.as_ref().is_none_or(|values| value.as_ref().is_some_and(|value| values.contains(value)))
        }
        let reaches = |bound: Option<Share>, value: Option<Share>| {
            bound.is_none_or(|bound| value.is_some_and(|value| value >= bound))
        };
        allows(&self.severity, &cell.severity)
            && self.known_exploited.is_none_or(|wanted| wanted == cell.known_exploited)
            && reaches(self.epss_score_at_least, cell.likelihood.map(|likelihood| likelihood.score))
            && reaches(self.epss_percentile_at_least, cell.likelihood.map(|likelihood| likelihood.percentile))
            && allows_known(&self.exploitation, &cell.ssvc.exploitation)
            && self.automatable.is_none_or(|wanted| cell.ssvc.automatable == Some(wanted))
            && allows_known(&self.technical_impact, &cell.ssvc.technical_impact)
            && allows(&self.reachability, &cell.reachability)
            && allows(&self.importance, &cell.importance)
            && self.sensitive_data.is_none_or(|wanted| wanted == cell.sensitive_data)
    }

    pub(super) fn asks_likelihood(&self) -> bool {
        self.epss_score_at_least.is_some() || self.epss_percentile_at_least.is_some()
    }

    pub(super) fn asks_ssvc(&self) -> bool {
        self.exploitation.is_some() || self.automatable.is_some() || self.technical_impact.is_some()
    }
}

/// The bounds of EPSS that a policy names, ascending.
pub(super) struct Bounds {
    pub(super) scores: Vec<Share>,
    pub(super) percentiles: Vec<Share>,
}

impl Bounds {
    pub(super) fn of(rows: &[&Row]) -> Self {
        let sorted = |bounds: &mut dyn Iterator<Item = Share>| {
            let mut bounds: Vec<Share> = bounds.collect();
            bounds.sort_unstable();
            bounds.dedup();
            bounds
        };
        Self {
            scores: sorted(&mut rows.iter().filter_map(|row| row.epss_score_at_least)),
            percentiles: sorted(&mut rows.iter().filter_map(|row| row.epss_percentile_at_least)),
        }
    }
}

impl Policy {
    /// A likelihood cut down to the bounds that this policy names: equal ones are decided alike, and one that has
    /// moved between two bounds is the same as before.
    pub fn cut(&self, likelihood: Option<Likelihood>) -> Option<Likelihood> {
        let rows = || self.rows.iter();
        let at = |bounds: &mut dyn Iterator<Item = Share>, value: Share| {
            bounds.filter(|bound| *bound <= value).max().unwrap_or_default()
        };
        let known = likelihood?;
        let rule = self.high_priority.or_epss_score_at_least;
        let cut = Likelihood {
            score: at(&mut rows().filter_map(|row| row.epss_score_at_least).chain(rule), known.score),
            percentile: at(&mut rows().filter_map(|row| row.epss_percentile_at_least), known.percentile),
        };
        // Below every bound it fulfils as little as where nobody has scored, unless a bound is zero.
        let asks_nothing = cut.score == Share::default() && cut.percentile == Share::default();
        let zero = |bound: Option<Share>| bound == Some(Share::default());
        let has_zero = zero(rule)
            || rows().any(|row| zero(row.epss_score_at_least) || zero(row.epss_percentile_at_least));
        (!asks_nothing || has_zero).then_some(cut)
    }
}

/// Every combination that these rows tell apart, in a fixed order; conditions that no row has take one value.
pub(super) fn cells(rows: &[&Row]) -> impl Iterator<Item = Cell> + use<> {
    let likelihoods = likelihoods(&Bounds::of(rows));
    let points = points(rows);
    Severity::ALL.into_iter().flat_map(move |severity| {
        let (likelihoods, points) = (likelihoods.clone(), points.clone());
        plain().flat_map(move |(known_exploited, reachability, importance, sensitive_data)| {
            let (likelihoods, points) = (likelihoods.clone(), points.clone());
            likelihoods.into_iter().flat_map(move |likelihood| {
                points.clone().into_iter().map(move |ssvc| Cell {
                    severity,
                    known_exploited,
                    likelihood,
                    ssvc,
                    reachability,
                    importance,
                    sensitive_data,
                })
            })
        })
    })
}

fn plain() -> impl Iterator<Item = (bool, Reachability, Level, bool)> {
    [false, true].into_iter().flat_map(|known_exploited| {
        Reachability::ALL.iter().flat_map(move |&reachability| {
            Level::ALL.iter().flat_map(move |&importance| {
                [false, true]
                    .into_iter()
                    .map(move |sensitive_data| (known_exploited, reachability, importance, sensitive_data))
            })
        })
    })
}

fn likelihoods(bounds: &Bounds) -> Vec<Option<Likelihood>> {
    if bounds.scores.is_empty() && bounds.percentiles.is_empty() {
        return vec![None];
    }
    let with_zero = |bounds: &[Share]| [&[Share::default()], bounds].concat();
    let (scores, percentiles) = (with_zero(&bounds.scores), with_zero(&bounds.percentiles));
    let pairs = scores
        .iter()
        .flat_map(|&score| percentiles.iter().map(move |&percentile| Some(Likelihood { score, percentile })));
    std::iter::once(None).chain(pairs).collect()
}

fn points(rows: &[&Row]) -> Vec<Ssvc> {
    fn values<T: Copy>(are_asked: bool, all: &[T]) -> Vec<Option<T>> {
        let known = all.iter().filter(|_| are_asked).map(|value| Some(*value));
        std::iter::once(None).chain(known).collect()
    }
    let exploitation = values(rows.iter().any(|row| row.exploitation.is_some()), Exploitation::ALL);
    let automatable = values(rows.iter().any(|row| row.automatable.is_some()), &[false, true]);
    let impact = values(rows.iter().any(|row| row.technical_impact.is_some()), TechnicalImpact::ALL);
    let mut points = Vec::new();
    for &exploitation in &exploitation {
        for &automatable in &automatable {
            points.extend(impact.iter().map(|&technical_impact| Ssvc {
                exploitation,
                automatable,
                technical_impact,
            }));
        }
    }
    points
}

impl std::fmt::Display for Cell {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "severity {}, known_exploited {}, reachability {}, importance {}, sensitive_data {}",
            self.severity, self.known_exploited, self.reachability, self.importance, self.sensitive_data
        )?;
        if let Some(Likelihood { score, percentile }) = self.likelihood {
            write!(formatter, ", epss {score}, percentile {percentile}")?;
        }
        let ssvc = self.ssvc.to_stored();
        if ssvc.is_empty() { Ok(()) } else { write!(formatter, ", ssvc {ssvc}") }
    }
}
