# SPDX-License-Identifier: Apache-2.0
### Organisation, settings, sign-in

organisation-title = Organisation
organisation-lead = { $units ->
        [one] { $units } unit
       *[other] { $units } units
    }, { $vacant ->
        [one] { $vacant } vacant seat
       *[other] { $vacant } vacant seats
    }.
org-tree = Tree
org-units = Units
org-people = People
org-seats = Seats
org-import = Import CSV
org-import-try = Try without saving
org-import-tried = { $rows } rows are right: { $added } would be added, { $changed } changed, { $unchanged } stay.
org-empty = No unit yet
org-empty-text = Import the tree as CSV; errors name their row and column.
unit-picker-search = Find a unit
unit-picker-none = No unit of that name
unit-picker-choose = Choose a unit
unit-open-monitor = Risk Monitor of this unit
unit-children = Units below
unit-no-children = None
unit-valid-from = Since
unit-valid-to = Until
seat-holder = Holder
seat-deputy = Deputy
seat-required = required
seat-vacant = Vacant
seat-vacant-since = vacant since { $when }
seat-next = { $name } from { $day }
seat-fill = Fill the seat
seats-none = This unit needs no seat
seats-none-vacant = Every seat is filled
seats-vacant = { $count ->
        [one] { $count } vacant seat
       *[other] { $count } vacant seats
    }
seats-vacant-title = Vacant seats
settings-title = Settings
settings-profile = Profile
settings-sessions = Sessions
settings-policy = Policy
settings-audit = Audit trail
settings-jobs = Jobs
profile-look = Language and look
profile-no-seat = No seat
profile-instance = { $name } · Hinomi { $version }
language = Language
theme = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark
password = Password
password-change = Change password
password-current = Current password
password-new = New password (12 characters or more)
session-browser = Browser
session-last-seen = Last seen
session-began = Signed in
session-this = this one
session-end = End
session-ended = Session ended.
policy-lead = This file turns severity, exploitation, reachability and sensitivity into criticality and due dates. Every change is kept as a dated version.
policy-edit = Edit a copy
policy-try = Show what would change
policy-preview = Open tickets that would change
policy-preview-none = No open ticket would change.
policy-versions = Versions
policy-current = in force
audit-lead = Who did what, newest first. The trail is chained: a changed entry breaks it.
audit-empty = Nothing recorded yet
job = Job
job-progress = Progress
job-run-at = Runs
jobs-empty = No job yet
sign-in-title = Sign in
sign-in-motto = One lookout sees the whole town.
sign-in-action = Sign in
sign-in-with-password = Sign in with a password
sign-in-link-hint = A one-time link from your administrator signs you in without a password.
sign-in-link-working = Signing you in …
sign-in-link-empty = This link carries no token
sign-out = Sign out
email = E-mail
labelled = { $label }: { $value }
