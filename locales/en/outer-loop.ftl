# SPDX-License-Identifier: Apache-2.0
### The outer loop: directives, hazards, programmes

## Mails

directive-mail-issued-subject = Directive { $number }: { $title }
directive-mail-issued = Directive { $number } is addressed to your unit.
directive-mail-remind-subject = Due on { $due }: directive { $number }, { $title }
directive-mail-remind = Directive { $number } is due on { $due } and its target has not been reached.
directive-mail-missed-subject = Missed: directive { $number }, { $title }
directive-mail-missed = Directive { $number } was due on { $due } and its target has not been reached.
directive-mail-what = { $title } { $text }
directive-mail-target = Measured: { $value }. Target: { $target }, by { $due }.
directive-mail-how = It closes by itself on the first measurement that meets the target; nobody closes it by word.

hazard-mail-opened-subject = Hazard { $number }: { $name }
hazard-mail-opened = { $name } is under the CISO's control as hazard { $number }.
hazard-mail-what = { $name }: { $reason } Tickets: { $tickets }.
hazard-mail-clock = A lead is to be named by { $lead }. Management is to be told by { $tell }; if nobody does, Hinomi tells it.
hazard-mail-no-lead-subject = Hazard { $number } has no lead: { $name }
hazard-mail-no-lead = Nobody has been named to lead hazard { $number } ({ $name }) in time.
hazard-mail-told-subject = Report to management: hazard { $number }, { $name }
hazard-mail-told = Hazard { $number } ({ $name }) is under the CISO's control.
hazard-mail-words = From the CISO: { $words }

## Measures

measure-kind-open_tickets = Open tickets
measure-kind-overdue_tickets = Overdue tickets
measure-kind-overdue_share = Share of open tickets that are overdue
measure-kind-known_exploited = Open tickets with a known-exploited vulnerability
measure-kind-vulnerability = Open tickets with one vulnerability
measure-kind-fresh_inventories = Assets with a software list of the last 30 days
measure-kind-vacant_seats = Vacant seats
measure-kind-axis_score = Index of an axis
measure-kind-indicator = Score of an indicator
measure-narrowed = { $kind }: { $filters }
measure-internet = reached from the Internet
measure-vulnerability = Vulnerability
measure-indicator = Indicator (such as S3)
measure-only = Only
measure-percent = { $value } %
measure-at-most = at most { $value }
measure-at-least = at least { $value }
measured-rows = The rows behind this value
measured-rows-of = As of { $time }: { $counted } of { $among } rows count.
measured-rows-empty = No row counts
measured-rows-more = { $count } more rows; the API has all of them.
measured-row = Row
measured-counts = Counts
measured-counts-yes = yes
measured-counts-no = no
course-target = Target: { $target }
outer-log = Log

## Directives

nav-directives = Directives
directives-title = Directives
directives-lead = What units were told to do, measured by query. A directive closes on a measurement that meets its target, never on a word.
directives-none = No directive
directives-none-text = A meeting's decision becomes a directive: to whom, what is measured, the target, by when.
directive = Directive
directive-new = New directive
directive-issue = Issue
directive-title = What is to be reached
directive-text = What to do, and why
directive-units = Units
directive-unit-add = Add a unit
directive-unit-remove = Remove { $unit }
directive-measure = Measured by
directive-target = Target
directive-target-most = Target: at most
directive-target-least = Target: at least
directive-due = Due
directive-calendar = Business days of
directive-calendar-jp = Japan
directive-calendar-us = United States
directive-calendar-eu = European Union
directive-calendar-utc = Monday to Friday
directive-preview = Now: { $value }. { $counted } rows count.
directive-preview-none = Choose units and a measure to see what it says now.
directive-before = At the decision
directive-now = Now
directive-standing = Standing
directive-standing-all = All
directive-standing-running = Running
directive-standing-missed = Missed
directive-standing-reached = Reached
directive-standing-withdrawn = Withdrawn
directive-hidden-units = { $count } more units that you do not see
directive-lead = Issued by { $by } on { $day }, due { $due }.
directive-effect = Effect
directive-part = You see the part of your units.
directive-course = Course of the value
directive-what = The directive
directive-responsible = Responsible
directive-measure-now = Measure now
directive-answer = Answer
directive-answer-text = What your unit does about it. It closes nothing: the measurement does.
directive-withdraw = Withdraw
directive-reason = Reason
directive-event-issued = Issued; measured at the decision: { $text }
directive-event-measured = Measured: { $text }
directive-event-answered = { $text }
directive-event-reminded = Reminded { $text } days before it is due
directive-event-escalated = Missed: told { $text } levels up
directive-event-reached = Reached: { $text }
directive-event-withdrawn = Withdrawn: { $text }

## Hazards

nav-hazards = Hazards
hazards-title = Hazards
hazards-lead = Known to be exploited, on a system of high importance that the Internet reaches: under the CISO's control until a fresh measurement no longer shows it.
hazards-none = No hazard
hazards-none-text = The rule looks every hour. A vulnerability can also be taken under control by hand.
hazard = Hazard
hazard-new = Take under control
hazard-state-open = Under control
hazard-state-released = Released
hazard-systems = Systems
hazard-lead = Lead
hazard-lead-due = to be named by { $time }
hazard-no-lead = nobody yet
hazard-tickets-open = Tickets open
hazard-told = Management told
hazard-not-told = by { $time }
hazard-tell-next = Next report to management by
hazard-since = Since
hazard-by-rule = By the rule on { $day }.
hazard-by-hand = By { $by } on { $day }.
hazard-control = Control
hazard-measure-at = Last measure taken
hazard-release = Release
hazard-obstacles = It cannot be released yet:
hazard-obstacle-ticket = { $ticket } of { $system } still shows it
hazard-obstacle-asset = No inventory of { $asset } is newer than the last measure
hazard-releasable = Every asset was seen without it since the last measure: it can be released.
hazard-items = Tickets and assets
hazard-ticket = Ticket
hazard-ticket-state = State
hazard-ticket-open = still there
hazard-assets = Assets that showed it
hazard-seen = seen { $time }
hazard-never-seen = no inventory
hazard-do-lead = Name a lead
hazard-do-decisions = Record a decision
hazard-do-measures = Record a measure taken
hazard-do-tell = Tell management
hazard-do-release = Release
hazard-words-decisions = What was decided
hazard-words-measures = What was done. From now on only what is seen later can release it.
hazard-words-tell = What management should know; everyone who holds its seat gets a mail
hazard-words-release = Why it is over
hazard-event-opened = Under control: { $text }
hazard-event-spread = { $text } more tickets
hazard-event-lead = { $text } leads
hazard-event-no_lead = No lead was named in time; the CISO was told
hazard-event-told = Management was told. { $text }
hazard-event-told_by_clock = Nobody had told management in time; Hinomi did. { $text }
hazard-event-decision = Decision: { $text }
hazard-event-measure = Measure: { $text }
hazard-event-refused = Release refused: hazard { $text }
hazard-event-released = Released: { $text }

## Programmes

nav-programmes = Programmes
programmes-title = Programmes
programmes-lead = Rolled out region by region. Whether a region is complete is a query over its rows.
programmes-none = No programme
programmes-none-text = A programme has steps, each with a measure and a target, and regions with a planned day. It is started over the API.
programme = Programme
programme-year = Fiscal year
programme-regions = Regions
programme-complete = Complete
programme-complete-of = { $complete } of { $regions }
programme-state-planned = planned
programme-state-late = late
programme-state-complete = complete
programme-ended = Ended { $day }
programme-lead = By fiscal year { $year }, started by { $by }.
programme-since = Complete since { $day }
programme-planned = Planned by { $day }
programme-hidden = { $count } more regions that you do not see
