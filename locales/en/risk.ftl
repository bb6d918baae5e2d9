# SPDX-License-Identifier: Apache-2.0
### The Risk Monitor and the question "are we affected"

risk-title = Risk Monitor
risk-title-unit = Risk Monitor: { $unit }
risk-lead = { $open ->
        [one] { $open } case is open
       *[other] { $open } cases are open
    }, { $closed } closed on evidence.
risk-lead-oldest = { $days ->
        [one] The oldest is { $days } day old.
       *[other] The oldest is { $days } days old.
    }
risk-as-of = You look at { $day }, as it was at the end of that day.
risk-of-today = as of today
risk-counts = Open cases at a glance
risk-next = Due next
risk-next-all = All tickets by due date
risk-next-empty = Nothing is due.
count-open = Open
count-overdue = Overdue
count-high-priority = High priority
count-known-exploited = Known exploited
count-waiting = Waiting for fix
count-unknown = Unknown
heatmap-title = Open cases by unit and criticality
heatmap-caption = Open cases by unit and case criticality. Every number opens its tickets, every unit the level below.
heatmap-hint = Numbers open tickets, units open the level below
heatmap-overdue = Overdue
heatmap-total = Total
heatmap-sum = All together
heatmap-own = Held by the unit itself
heatmap-gone = no longer exists
heatmap-cell = { $unit }, { $level }: { $count ->
        [one] { $count } open case
       *[other] { $count } open cases
    }
heatmap-empty = No open case here
heatmap-empty-text = Either everything is fixed, or no inventory has been imported yet. Look at what we cannot see, on the right.
heatmap-empty-action = Import an inventory
residual-title = How long they have been open
residual-caption = Open cases by age and criticality
residual-age = Age
residual-split = By criticality
residual-days = { $label } days
residual-median = median { $days } d
blind-title = What we cannot see
blind-without-inventory = Assets without inventory
blind-stale = Assets not seen lately
blind-unassigned = Assets of no system
blind-base = { $systems ->
        [one] { $systems } system
       *[other] { $systems } systems
    }, { $assets ->
        [one] { $assets } asset
       *[other] { $assets } assets
    }, { $components ->
        [one] { $components } component
       *[other] { $components } components
    }.
blind-feed-age = Advisories are { $age } old.
trend-title = Twelve months
trend-hint = Click a day or drag to see it
trend-flow = +{ $opened } opened, −{ $closed } closed
trend-description = Open cases per day from { $from } to { $to }; { $open } open at the end.
trend-as-table = Month ends as a table
trend-empty = The trend begins tomorrow
trend-empty-text = One day is known so far.
day-choose = Choose a past day
day-slider = Day
day-previous = One day back
day-next = One day on
day-today = Today
affected-title = Are we affected?
affected-lead = Ask by CVE, alias, package name or purl; the answer lists every system that carries it.
affected-placeholder = CVE-2024-3094, GHSA-…, openssl, pkg:deb/debian/curl …
affected-ask = Ask
affected-examples = For example:
affected-answer = { $systems ->
        [one] { $systems } system is affected
       *[other] { $systems } systems are affected
    }, on { $assets ->
        [one] { $assets } asset
       *[other] { $assets } assets
    }.
affected-carried = { $systems ->
        [one] { $systems } system carries it
       *[other] { $systems } systems carry it
    }, on { $assets ->
        [one] { $assets } asset
       *[other] { $assets } assets
    }.
affected-carried-none = No system carries it.
affected-none = No system is affected.
affected-internet = { $count ->
        [one] { $count } of them is reachable from the Internet
       *[other] { $count } of them are reachable from the Internet
    }
affected-took = answered in { $ms } ms
affected-cut = More packages carry this name than could be looked at, so there may be more systems. Ask by purl, with a version.
affected-similar = Look for similar names
affected-assets-of = Assets that carry “{ $text }”
affected-unknown = { $count ->
        [one] { $count } component could not be judged
       *[other] { $count } components could not be judged
    }
affected-not-known = Nothing known about “{ $text }”
affected-not-known-text = No advisory, package or component of this name has been loaded. Check how fresh the feeds are.
affected-open-ticket = Open ticket
affected-systems = Affected systems
affected-assets = Affected assets
affected-matched-more = { $count } more
unknowns-title = What cannot be judged
unknowns-lead = A version or a release that cannot be compared is unknown, never safe. Each row says what is missing.
unknowns-all = All unknowns
unknowns-reasons = Unknowns by reason
unknowns-empty = Everything can be judged
unknowns-empty-text = Each component has a version, a release and a feed.
unknown-reason = Reason
