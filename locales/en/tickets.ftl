# SPDX-License-Identifier: Apache-2.0
### Tickets: the list, one ticket, its proof

tickets-title = Tickets
tickets-lead-grouped = One update run closes many tickets: they stand together by system and distribution.
tickets-lead-flat = Every ticket in one list, earliest due date first.
tickets-counts = Counts, each a filter
tickets-search = Find tickets
tickets-none = Nothing left to do
tickets-none-text = Every ticket in your scope is closed on evidence.
tickets-none-filtered = No ticket matches these filters
tickets-none-filtered-text = Remove a filter, or look at closed tickets too.
tickets-show-closed = Show closed tickets
view-grouped = By update run
view-flat = Ticket by ticket
group-tickets = { $count ->
        [one] { $count } ticket
       *[other] { $count } tickets
    }
group-overdue = { $count } overdue
select-all-page = Select all on this page
select-ticket = Select { $number }
select-asset = Select { $name }
bulk-label = Selected rows
bulk-selected = { $count ->
        [one] { $count } ticket selected
       *[other] { $count } tickets selected
    }
bulk-everything = Select all { $count } that match
bulk-clear = Clear the selection
bulk-done = { $count ->
        [one] { $count } ticket changed.
       *[other] { $count } tickets changed.
    }
bulk-refused = { $count } refused: { $reason }
bulk-comment-title = { $count ->
        [one] Comment on { $count } ticket
       *[other] Comment on { $count } tickets
    }
bulk-assign-title = { $count ->
        [one] Assign { $count } ticket
       *[other] Assign { $count } tickets
    }
ticket-items = Items
ticket-items-title = Vulnerabilities in this ticket
ticket-items-count = { $open } open of { $total }
ticket-assets-title = Affected assets
ticket-assets-none = No asset is affected any more.
ticket-assets-more = The first { $shown } lines are shown.
ticket-to-version = to { $version }
ticket-update-command = Update command
ticket-target = Target version
ticket-package = Package
ticket-opened = Opened
ticket-work-started = Work started
ticket-closed-at = Closed
count-assets = { $count ->
        [one] { $count } asset
       *[other] { $count } assets
    }
task-title = What to do
task-update = Update { $package } to { $version } or later on { $count ->
        [one] { $count } asset
       *[other] { $count } assets
    }.
task-update-any = Update { $package } on { $count ->
        [one] { $count } asset
       *[other] { $count } assets
    } to a fixed version.
task-end-of-life = Move { $count ->
        [one] { $count } asset
       *[other] { $count } assets
    } from { $where } to a release that still gets fixes.
task-wait = No fixed version of { $package } is published yet. The ticket waits; reduce the exposure if you can.
task-closed = Closed on evidence. Nothing left to do.
task-command-hint = One run of this command serves every ticket of its update run. The ticket closes by itself when a fresh inventory shows the new version.
decision-title = Why this criticality and date
decision-policy = Policy version { $version }
decision-row = row “{ $row }”
input-exploited = Known exploited
input-reachability = Reachable from
input-importance = Importance
input-sensitive = Sensitive data
input-fix = Fix available
input-likelihood = Likelihood (EPSS)
input-likelihood-value = { $score }, as likely as { $percentile } of all
input-ssvc = Decision points (SSVC)
reason-likelihood = Exploitation is { $score } % likely within 30 days, as likely as { $percentile } % of all
reason-ssvc = SSVC: { $points }
ssvc-none-seen = no exploitation seen
ssvc-poc = proof of concept
ssvc-active = exploited
ssvc-automatable = automatable
ssvc-not-automatable = not automatable
ssvc-partial = partial impact
ssvc-total = total impact
list-separator = {", "}
reason-row = Policy row “{ $row }” gives { $level }
reason-lifted = The high-priority rule lifts it from { $level }
reason-high-priority = The high-priority rule applies
reason-since-rise = Counted from when it became so urgent
reason-days = { $level }: due in { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
reason-days-unrated = Unrated: due in { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
reason-days-high-priority = High priority: due in { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
reason-days-exploited = Known exploited: due in { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
reason-catalogue = Never later than the due date of the exploited-vulnerabilities catalogue
reason-catalogue-passed = The catalogue’s due date had passed when the gap was first seen
reason-waiting = No fixed version yet, so no due date
ticket-title-end-of-life = { $where } is past its end of life
ticket-title-on = { $package } on { $where }
fixed-version = Fixed in
item-fixed-in = fixed in
item-first-seen = First seen { $day }
item-vulnerability-page = About this vulnerability
evidence = Evidence
evidence-before = before
evidence-after = after
evidence-absent = absent
evidence-withdrawn = The record { $record } was withdrawn by { $feed } on { $day }.
evidence-record-absent = The feed { $feed } has had no record { $record } since { $day }.
evidence-said-not-affected = { $record } of { $feed } says that it is not affected ({ $day }).
evidence-corrected = The record { $record } of { $feed } no longer names this version ({ $day }).
evidence-retracted = The record no longer names this version.
evidence-later-scan = A later scan by the same scanner no longer sees it.
evidence-told-by-inventory = What is installed tells now whether it is affected; the scanner is evidence beside that.
evidence-newer-inventory = A newer complete inventory of the same source no longer shows it.
evidence-carrier-gone = The asset was retired or moved to another system.
evidence-snapshot = inventory { $id }
evidence-on = on { $asset }
evidence-source = by { $source }
asset-installed = Installed
asset-running = runs { $version }
history-title = History
history-opened = opened the ticket
history-reopened = reopened it: the flaw is back
history-item-added = added { $vulnerability }
history-item-closed = closed { $vulnerability }: { $closure }
history-item-reopened = reopened { $vulnerability }: it is back
history-item-moved = moved { $vulnerability } to the next ticket: the target version does not close it
history-criticality = changed the criticality from { $from } to { $to }
history-item-rated = decided { $vulnerability } anew, { $from } → { $to }: { $because }
rated-severity = severity { $from } → { $to }
rated-known-exploited = { $listed ->
    [yes] now listed as known exploited
   *[no] no longer listed as known exploited
}
rated-catalogue-date = the catalogue's due date moved
rated-epss-score = likelihood of exploitation { $from } → { $to }
rated-epss-percentile = as likely as { $from } → { $to } of all
rated-ssvc = SSVC { $from } → { $to }
history-owner = handed it to { $unit }
history-fix = found a fix: { $version }
history-restart = sees the update, but the old version still runs
history-restarted = sees the new version running
history-closed = closed the ticket: { $closure }
history-assigned = assigned it to { $name }
history-started = started work towards { $version }
history-commented = commented
history-pause-asked = asked for a pause until { $day }: { $reason }
history-paused = paused the clock until { $day }: { $reason }
history-pause-ended = ended the pause
ticket-paused-until = Clock stands still until
history-due = moved the due date to { $day }
history-decided = decided criticality and due date by policy
history-stale = has not seen an affected asset lately
comment-placeholder = What did you do, what do you wait for? (Ctrl Enter sends)
range-introduced = introduced
range-installed = installed
range-fixed = fixed
range-last = last affected
range-first = the first version
range-no-fix = none yet
why-installed-in = { $package } { $version } is installed ({ $release }).
why-installed = { $package } { $version } is installed.
why-named = Record { $record } names { $package }.
why-before-fix = { $installed } comes before { $fixed }, the first fixed version: affected.
why-until-last = { $installed } does not come after { $last }, the last affected version: affected.
why-no-fix = The record names no fixed version yet: affected.
why-more = { $count ->
        [one] { $count } more record says so
       *[other] { $count } more records say so
    }
why-steps = Every step of the comparison
why-package = Package
why-scheme = Version order
why-rule = Rule
why-record = Source record
why-read = read { $when }
why-original = Original
why-original-kept = as kept here
why-original-source = at the source
