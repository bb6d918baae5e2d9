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
pack-subtitle = { $unit }, as it stood at the end of { $day } (UTC)
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
