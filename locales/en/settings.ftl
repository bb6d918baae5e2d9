# SPDX-License-Identifier: Apache-2.0
### What the company decides: a name and an explanation for each setting

setting-default-locale = Language of new accounts
setting-default-locale-help = Each person may choose another for themselves.
setting-session-idle-hours = Unused sessions end after
setting-session-idle-hours-help = Counts at once, also for sessions that are open now.
setting-session-longest-days = Sessions end at the latest after
setting-session-longest-days-help = Used or not; then people sign in again.
setting-sign-in-link-minutes = One-time sign-in links are good for
setting-sign-in-link-minutes-help = Unless the command that makes a link says otherwise.
setting-asset-stale-days = An asset is stale when not seen for
setting-asset-stale-days-help = A flag on the asset and its tickets; it closes nothing and stops no clock.
setting-asset-retire-days = An asset goes out of use when not seen for
setting-asset-retire-days-help = It keeps its history and comes back as soon as a source shows it.
setting-inventory-hold-loss-percent = An inventory waits for confirmation when it loses more than
setting-inventory-hold-loss-percent-help = Of the components that the same source saw before. Until a person confirms it, nothing closes.
setting-inventory-hold-from-components = Inventories are held from
setting-inventory-hold-from-components-help = In smaller ones a loss says little.
setting-feed-old-hours = A feed is too old after
setting-feed-old-hours-help = Since its last success; facts that come with the program do not age.
setting-feed-mass-withdrawal-percent = A mass of withdrawals waits for a decision from
setting-feed-mass-withdrawal-percent-help = Share of a feed’s records that may be withdrawn in one run; more are held back until somebody has looked.
setting-unit-minutes = minutes
setting-unit-hours = hours
setting-unit-days = days
setting-unit-percent = %
setting-unit-components = components
