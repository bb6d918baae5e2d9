// SPDX-License-Identifier: Apache-2.0
//! Whether a row applies here: the distribution's release, its channels and update lines, module streams, and what
//! a statement asks of the host.

use std::cmp::Ordering;

use super::decide::{Applies, Question, Reach};
use super::{MODULAR, Row, RowKind};
use crate::arena::NONE;
use crate::evidence::Match;

impl Question<'_> {
    /// Ubuntu publishes the fixes of a subscription (ESM) in a channel of their own. A version from there is
    /// judged by the channel's rows, any other by the plain ones; where a record has only one kind, by that.
    pub(super) fn prefers_channel(&self, run: &[Row]) -> Option<bool> {
        if self.resolved.unit.ecosystem != "Ubuntu" {
            return None;
        }
        let here = |row: &&Row| self.context_release(row) == self.release;
        let in_channel = |row: &Row| {
            self.index.contexts.get(row.context as usize).is_some_and(|context| context.channel != NONE)
        };
        let any_channel = run.iter().filter(here).any(in_channel);
        let any_plain = run.iter().filter(here).any(|row| !in_channel(row));
        match (any_plain, any_channel) {
            (true, true) => Some(self.installed.contains("esm")),
            _ => None,
        }
    }

    fn context_release(&self, row: &Row) -> u32 {
        self.index.contexts.get(row.context as usize).map_or(NONE, |context| context.release)
    }

    pub(super) fn applies(&self, row: &Row, pro: Option<bool>) -> Applies {
        let Some(context) = self.index.contexts.get(row.context as usize) else { return Applies::No };
        let mut answer = Applies::Yes;
        let statement = self.index.statement(row);
        if let Some(statement) = statement
            && statement.platform != NONE
            && !self.is_part_of(self.index.store.texts.text(statement.platform))
        {
            return Applies::No;
        }
        if self.needs_release {
            if context.release == NONE {
                // A statement on a package without its release is on the package in every release.
                let everywhere = statement.is_some() && row.lo == NONE && row.hi == NONE;
                if !everywhere {
                    answer = Applies::NoReleaseStated;
                }
            } else if context.release != self.release {
                return Applies::No;
            }
        }
        if context.channel != NONE && !self.has_channel(context.channel) {
            return Applies::No;
        }
        if let Some(pro) = pro
            && pro != (context.channel != NONE)
        {
            return Applies::No;
        }
        if self.has_modules {
            return answer.max(self.same_stream(row, context.module));
        }
        answer
    }

    /// What has a name in an ecosystem is part of what contains it; a product with a CPE runs on what the host is, too.
    fn is_part_of(&self, whole: &str) -> bool {
        self.host.has(whole, self.reference, self.resolved.cpe.is_some())
    }

    fn has_channel(&self, channel: u32) -> bool {
        let channel = self.index.store.texts.text(channel);
        match self.resolved.unit.ecosystem.as_str() {
            "Ubuntu" => true,
            // Micro has releases of its own, 5.x and 6.x; they meet nobody else's.
            "SUSE" => !["Live Patching", "Manager"].iter().any(|product| channel.contains(product)),
            "Red Hat" => self.is_on_line(channel),
            _ => false,
        }
    }

    /// `rhel_eus:8.6` and its kind repair one minor release. Their errata are for hosts that stayed on it, which
    /// shows in the release and in the installed build (`.el8_6`); what such a line costs is not known here.
    fn is_on_line(&self, channel: &str) -> bool {
        let Some((line, minor)) = channel.split_once(':') else { return false };
        let Some((major, number)) = minor.split_once('.') else { return false };
        ["rhel_eus", "rhel_e4s", "rhel_aus", "rhel_tus"].contains(&line)
            && self.resolved.minor.as_deref() == Some(minor)
            && self.installed.split('.').any(|part| {
                part.strip_prefix("el")
                    .and_then(|rest| rest.strip_prefix(major))
                    .and_then(|rest| rest.strip_prefix('_'))
                    == Some(number)
            })
    }

    /// The installed build is at or behind the fix that the host's own update line brought.
    pub(super) fn closed_by_line(&self, row: &Row) -> bool {
        let in_line = self.resolved.unit.ecosystem == "Red Hat"
            && self.index.contexts.get(row.context as usize).is_some_and(|context| context.channel != NONE);
        in_line
            && row.kind() == RowKind::Fixed
            && self
                .placed
                .as_ref()
                .is_some_and(|placed| placed.against_end(&self.index.store, row) != Ordering::Less)
    }

    /// A fix that only subscribers of a channel get is shown, with what it takes.
    pub(super) fn with_channel(&self, mut found: Match, row: &Row, run: &[Row]) -> Match {
        let channel_of = |row: &Row| {
            let context = self.index.contexts.get(row.context as usize)?;
            self.index.optional_text(context.channel)
        };
        let own = channel_of(row);
        if found.fixed.is_none() && own.is_none() && self.resolved.unit.ecosystem == "Ubuntu" {
            let in_channel = run.iter().find(|other| {
                other.kind() == RowKind::Fixed
                    && channel_of(other).is_some()
                    && self.context_release(other) == self.release
                    && matches!(self.reaches(other), Reach::Inside)
            });
            if let Some(other) = in_channel {
                found.fixed = self.index.optional_text(other.hi_text);
                found.reason = channel_of(other).map(|channel| self.channel_words(&channel));
            }
        } else if let Some(channel) = own.filter(|_| found.fixed.is_some() && found.reason.is_none()) {
            found.reason = self.costs(&channel).then(|| self.channel_words(&channel));
        }
        found
    }

    fn costs(&self, channel: &str) -> bool {
        match self.resolved.unit.ecosystem.as_str() {
            "Ubuntu" => !self.installed.contains("esm"),
            "Red Hat" => true,
            "SUSE" => ["LTSS", "ESPOS", "TERADATA"].iter().any(|line| channel.contains(line)),
            _ => false,
        }
    }

    fn channel_words(&self, channel: &str) -> String {
        format!(
            "the fix is published in {} {channel} only, which takes a subscription",
            self.resolved.unit.ecosystem
        )
    }

    /// Builds of different module streams, and of none, are different packages under one name.
    fn same_stream(&self, row: &Row, module: u32) -> Applies {
        let row_is_modular = module != NONE || row.flags & MODULAR != 0;
        let has_bounds = row.hi != NONE || row.lo != NONE;
        if !row_is_modular {
            return if self.modular && has_bounds { Applies::No } else { Applies::Yes };
        }
        if !self.modular && self.resolved.module.is_none() {
            return Applies::No;
        }
        if module == NONE {
            return Applies::Yes;
        }
        let streams = self.index.store.texts.text(module);
        match &self.resolved.module {
            None => Applies::StreamUnknown,
            Some(own) if streams.split(' ').any(|stream| stream == own) => Applies::Yes,
            Some(_) => Applies::No,
        }
    }
}
