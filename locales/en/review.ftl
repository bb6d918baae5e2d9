# SPDX-License-Identifier: Apache-2.0
### Management's month: bodies, meetings, packs

## Pack: page, PDF and mail

pack-title = Monthly review: { $month }
pack-month = { $number ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
  } { $year }
pack-day = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
  } { $year }
pack-subtitle = { $unit }, as it stood at the end of { $day }
pack-footer = Made by machine on { $made } · content { $hash }
pack-open = Open cases
pack-overdue = Overdue
pack-exploited = Known exploited
pack-targets = Targets missed
pack-before = a month ago: { $count }
pack-before-unknown = no figure for the month before
pack-systems = on { $count ->
    [one] 1 system
   *[other] { $count } systems
  }, { $overdue } overdue
pack-of-targets = of { $count ->
    [one] 1 axis that has a target here
   *[other] { $count } axes that have a target here
  }
pack-stand = Where we stand
pack-axis = Axis
pack-score = Index
pack-score-before = Month before
pack-target = Target
pack-level = Level
pack-not-rated = not rated
pack-radar = Six axes: index, month before, target
pack-moved = What moved, and why
pack-part = Open cases
pack-cases = Cases
pack-moved-before = Open a month ago
pack-moved-opened = New
pack-moved-reopened = Came back after they were closed
pack-moved-moved_in = Came with a reorganisation
pack-moved-handed_in = Came with a system that was handed over
pack-moved-closed_fixed = Closed: fixed, a newer version was seen
pack-moved-closed_gone = Closed: out of scope, what carried them is gone
pack-moved-closed_retracted = Closed: the record was withdrawn or corrected
pack-moved-closed_other = Closed then, open again since
pack-moved-moved_out = Left with a reorganisation
pack-moved-handed_out = Left with a system that was handed over
pack-moved-after = Open now
pack-moved-came_and_went = Opened and closed within the month, in neither sum
pack-moved-raised = Became more critical, part of both sums
pack-moved-lowered = Became less critical, part of both sums
pack-units = Open and overdue by unit
pack-heat = Open cases by unit and criticality
pack-unit = Unit
pack-overdue-before = A month ago
pack-latest = Latest by
pack-days = { $count ->
    [one] 1 day
   *[other] { $count } days
  }
pack-exploited-text = { $open ->
    [one] 1 open case has a vulnerability
   *[other] { $open } open cases have a vulnerability
  } that is known to be exploited, { $overdue } of them overdue.
pack-exploited-none = No open case has a vulnerability that is known to be exploited.
pack-hazards = Hazards under the CISO's control
pack-hazards-none = No hazard is under the CISO's control.
pack-hazard = Hazard
pack-lead = Lead
pack-since = Since
pack-state = State
pack-no-lead = nobody named
pack-targets-none = No target that was due was missed.
pack-target-due = Due
pack-directives = Directives and their effect
pack-directives-none = No directive is running.
pack-directive = Directive
pack-value-first = At the decision
pack-value = Now
pack-programmes = Programmes
pack-programmes-none = No programme is running.
pack-region = Region
pack-completion = Completed
pack-planned = Planned for
pack-trend = Twelve months
pack-trend-open = Open cases at each month's end
pack-sources = Every figure is counted from records; open the pack in Hinomi to see them. Formula set { $formula }, rows { $hash }.
pack-blind = Missing or too old when the month was closed: { $sources }
pack-state-running = running
pack-state-reached = reached
pack-state-missed = missed
pack-state-closed = closed
pack-state-withdrawn = withdrawn
pack-state-open = under control
pack-state-released = released
pack-mail-subject = Monthly review { $month }: { $open } open, { $overdue } overdue, { $exploited } known exploited
pack-mail-hello = The pack of { $unit } for { $month } is made.
pack-mail-line = { $label }: { $value } ({ $note })
pack-mail-page = Read it here, as a page or a PDF:
pack-mail-why = You get this because you sit in a body that reviews { $unit }.

## Page of a pack

pack-headline = The figures that everybody looks at first
pack-month-before = Month before
pack-pdf = PDF
pack-rows-lead = { $count ->
    [one] 1 ticket was
   *[other] { $count } tickets were
  } counted in the pack of { $month }. Beside each: what became of it since.
pack-rows-none = This figure is zero: no ticket was counted.
pack-rows-next = Next rows
pack-rows-back = Rows before
pack-row-ticket = Ticket
pack-row-system = System
pack-row-opened = Opened
pack-row-now = Today
pack-row-open = open
pack-row-closed = closed on { $day }

## Bodies and meetings

nav-review = Review
review-title = Management review
review-lead = Each closed month becomes a pack; bodies read it, meet and decide. What they decide is measured in the packs that follow.
review-packs = Monthly packs
review-packs-hint = made on the day after a month is closed; never changed
review-packs-none = No pack yet
review-packs-none-text = The first is made by itself on the day after the first month was closed.
review-made = made on { $time }
review-meetings = Meetings
review-meetings-none = No meeting yet
review-meetings-none-text = The CISO's office plans them; the agenda comes from the body and the month's pack.
review-all-bodies = All bodies
review-bodies = Bodies
review-bodies-none = No body that you may see
review-bodies-none-text = The risk committee and the monthly meeting are there as soon as the organisation has a root.
meeting-plan = Plan a meeting
meeting-when = When
meeting-body = Body
meeting-month = About
meeting-day = Day
meeting-time = Time
meeting-place = Place, or address of the call
meeting-state = State
meeting-present = Present
meeting-present-of = { $present } of { $members }
meeting-decisions = Decisions
meeting-state-planned = planned
meeting-state-held = being held
meeting-state-closed = closed
meeting-state-cancelled = cancelled
meeting-lead = { $time }, about { $month }
meeting-pack = Pack of the month
meeting-hold = Open the meeting
meeting-close = Close: the minutes are final
meeting-cancel = Cancel the meeting
meeting-cancel-reason = Why?
meeting-cancelled = Cancelled: { $reason }
meeting-agenda = Agenda
meeting-notes = Notes on: { $topic }
meeting-notes-empty = Notes
meeting-minutes = Minutes
meeting-attendance = Attendance
meeting-all-present = Everybody is here
meeting-nobody = Nobody is expected
meeting-nobody-text = Every place of this body is vacant.
meeting-presence-expected = expected
meeting-presence-present = present
meeting-presence-represented = deputy came
meeting-presence-absent = absent
meeting-guest = guest
meeting-stands-in = stands in
guest-add = Add a guest
guest-inside = Somebody of the group
guest-outside = Somebody from outside
guest-name = Who
guest-role = As what, or why
guest-off = Take off
guest-remove = Take { $name } off the list
meeting-closed-by = Closed by { $name }, { $time }
meeting-done-planned = Back to planned
meeting-done-held = The meeting is open
meeting-done-closed = The minutes are final
meeting-done-cancelled = Cancelled
agenda-follow_up = What became of the last decisions
agenda-stand = Where we stand
agenda-moved = What moved, and why
agenda-overdue = What is overdue, by unit
agenda-exploited = What is known to be exploited
agenda-hazards = Hazards under the CISO's control
agenda-targets = Targets that were missed
agenda-directives = Directives and their effect
agenda-programmes = Programmes
agenda-other = Other matters
decision-none = Nothing decided yet
decision-none-text = Decisions are recorded while the meeting is open.
decision-by = recorded by { $name }, { $time }
decision-replaced = a later decision took its place
decision-replaces = takes the place of an earlier decision
decision-of-last = last meeting
decision-directive = Make it a directive
decision-text = Decision
decision-reason = Reason
decision-topic = Topic
decision-topic-none = none
decision-instead = Takes the place of
decision-instead-none = no earlier decision
decision-record = Record the decision
decision-done = The decision is recorded
body-add = New body
body-name-title = Who takes this place?
body-name = Name somebody
body-chair = chair
body-vacant = vacant
body-closed = Meets no more.
body-deputy = { $name } (deputy)
body-cadence-monthly = every month
body-cadence-quarterly = every quarter
body-cadence-yearly = every year
body-role-ceo = CEO
body-role-ciso = CISO
body-role-crmo = CRMO
body-role-cqo = CQO
body-role-regional_ciso = Regional CISOs
body-role-business_head = Business heads
body-role-member = Member
body-role-secretary = Secretary
body-form-name = Name
body-form-name-ja = Japanese name
body-form-code = Code: a to z, 0 to 9, -
body-form-cadence = Meets
body-form-unit = Looks at
body-form-chair = Chair
body-form-other = Somebody else
