# SPDX-License-Identifier: Apache-2.0
### Systems, assets, inventories, vulnerabilities, feeds

systems-title = Systems
systems-lead = What the units run, how important it is, and from where it can be reached.
systems-search = Find systems
systems-empty = No system yet
systems-empty-text = Add the first one, or import your list by CSV on the command line.
system-add = Add a system
system-edit = Edit the system
system-kind = Used by
system-kind-internal = our own company
system-kind-customer = a customer under contract
system-unassigned = assets wait here for their system
system-holds-sensitive = Holds sensitive data
system-retire-sure = Retire this system? Its open tickets close as gone once its assets are retired.
system-update-runs = Update runs to do
system-no-tickets = No open ticket
system-no-tickets-text = The last inventories show nothing to fix.
system-no-assets = No asset belongs to this system
system-no-assets-text = Assign assets on the page of unassigned assets.
assets-title = Assets
assets-lead = Hosts, devices, images and cloud resources, with what was found on them.
assets-lists = Lists
assets-all = All
assets-unassigned = Of no system
assets-unassigned-hint = Nobody owns these yet. Select them and give them to a system.
assets-stale = Not seen lately
assets-stale-hint = Their inventory is old; their tickets stay open and their clocks run.
assets-without-inventory = Without inventory
assets-without-inventory-hint = Known to exist, but nobody has told what is on them.
assets-search = Find assets
assets-selected = { $count ->
        [one] { $count } asset selected
       *[other] { $count } assets selected
    }
assets-assigned = { $count ->
        [one] { $count } asset now belongs
       *[other] { $count } assets now belong
    } to { $system }.
assets-empty = No asset yet
assets-empty-text = Import an inventory; its asset appears by itself.
assets-list-empty = This list is empty
assets-list-empty-text = That is how it should be.
asset-assign-system = Assign to a system …
asset-seen = seen { $when }
asset-as-of = As of { $day }
asset-no-inventory = No inventory yet
asset-no-inventory-text = Import one, or collect it on the host itself.
asset-no-findings = Nothing found
asset-no-unknowns = Nothing unknown
asset-no-findings-text = Judged against every loaded advisory.
tab-findings = Findings
tab-unknown = Unknown
tab-components = Components
tab-snapshots = Inventories
sources-title = Sources
sources-none = No source has reported yet.
source-line = { $components ->
        [one] { $components } component
       *[other] { $components } components
    }, { $when }
source-complete = complete
source-partial = partial
components-search = Find components
components-none = No component of that name.
component-matches = Matches
component-matches-title = Known to be wrong with it
component-affected = { $count } affected
component-unknown = { $count } unknown
component-no-match = nothing known
component-no-match-text = No loaded advisory names this version.
component-carriers = Assets that carry it
component-no-carriers = No asset carries it now
component-source = built from { $name }
component-source-package = Source package
inventory-import = Import inventory
inventory-formats = CycloneDX or SPDX JSON, dpkg status; plain or compressed.
inventory-partial = Partial: what is absent here is not gone
inventory-imported = { $components } components: { $added } added, { $removed } removed.
inventory-open-asset = Open the asset
snapshots-none = No inventory yet
snapshots-none-text = Each import appears here with its difference.
snapshot-observed = Observed
snapshot-change = Change
snapshot-difference = Difference
snapshot-held-text = It lost over 30 % of its components, so a person must confirm it before anything closes.
difference-added = Added
difference-removed = Removed
difference-changed = Changed
vulnerabilities-title = Vulnerabilities
vulnerabilities-lead = Those that affect something in your scope.
vulnerabilities-lead-all = Everything the feeds have told us.
vulnerabilities-affecting = Affecting us
vulnerabilities-all = All known
vulnerabilities-search = Find by CVE, alias or words
vulnerabilities-none-affecting = Nothing here affects you
vulnerabilities-none-affecting-text = No asset in your scope carries a known flaw that matches.
vulnerability-where = Where it is
vulnerability-nowhere-text = No inventory in your scope carries an affected version.
vulnerability-what = What it is
vulnerability-records = What each source says
vulnerability-records-hint = Originals are kept unchanged
vulnerability-upstream = Upstream of
vulnerability-related = Related
kev-title = Known exploited
kev-added = Listed
kev-due = Listed due date
kev-ransomware = Used by ransomware
kev-listed-by = Listed by
kev-notes = Notes
feeds-title = Feeds
feeds-lead = What Hinomi knows is as fresh as this.
feeds-empty = No advisory loaded yet
feeds-empty-text = Import a feed file here or on the command line; it works offline.
feed = Feed
feed-records = Records
feed-age = Age
feed-never = never
feed-last-attempt = Last attempt
feed-fine = Fine
feed-refused = Refused
feed-refused-title = Refused records
feed-refused-hint = Each names its file, place and cause
feed-import = Import a feed file
feed-import-started = Import started; see the jobs.
feeds-some-old = { $count ->
    [one] { $count } feed is too old
   *[other] { $count } feeds are too old
}
feed-built-in = Comes with the program
feed-old = too old
feed-off = Not on a schedule
feed-running = Running
feed-next-run = Next run
feed-lag = Behind its source
feed-licence = Licence: { $licence }
feed-signatures = { $count ->
    [one] { $count } signature verified
   *[other] { $count } signatures verified
}
feed-sync = Ask now
feed-sync-of = Ask now: { $feed }
feed-sync-started = Asked; the jobs show how far it is.
feed-held = Held back
feed-held-title = Records held back
feed-held-hint = No honest source publishes such; they count for nothing until somebody has looked.
feed-held-accept = Accept
feed-held-refuse = Leave out
feed-held-accept-of = Accept: { $record }
feed-held-refuse-of = Leave out: { $record }
feed-of-all = Show those of all feeds, not of { $feed } alone
feed-held-alike = All of this feed and reason, too
feed-held-decided = { $count ->
    [one] { $count } record decided.
   *[other] { $count } records decided.
}
feed-held-future-date = Dated in the future
feed-held-everything = Affects everything
feed-held-mass-withdrawal = One of very many withdrawals at once
feed-held-mass-absence = One of very many that are suddenly missing
feed-held-unread-absence = Missing in a run that could not read everything
