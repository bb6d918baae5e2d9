# SPDX-License-Identifier: Apache-2.0
### Changing the organisation: units, people, seats

unit-add = Add a unit
unit-add-below = Add a unit below
unit-change = Rename or move
unit-change-text = A new name or place counts from the day you give. Days before it keep what they had.
unit-code-hint = Short and lasting, as in your files; it is never changed.
unit-parent = Stands below
unit-move-action = Move the unit
unit-saved-from = Saved. It takes effect on { $day }.
unit-close = Close the unit
unit-close-text = The unit and its seats end on this day. Past days keep it, with its systems and tickets.
unit-close-on = Ends on
unit-close-owns = It owns what somebody has to look after. Another unit takes it over:
unit-close-people = { $count ->
        [one] { $count } person belongs to it
       *[other] { $count } people belong to it
    }
unit-close-heir = Hand over to
unit-close-heir-hint = Systems, tickets, duties and people go there now. Past days keep what they had.
unit-close-heir-people = Without one, its people stay with the closed unit until they are moved.
unit-close-planned = What it owns on that day needs an owner by then. Data quality names what is left.
unit-holding-systems = { $count ->
        [one] { $count } system
       *[other] { $count } systems
    }
unit-holding-enrolment-tokens = { $count ->
        [one] { $count } enrolment token
       *[other] { $count } enrolment tokens
    }
unit-holding-assignment-rules = { $count ->
        [one] { $count } assignment rule
       *[other] { $count } assignment rules
    }
unit-holding-directives = { $count ->
        [one] { $count } directive
       *[other] { $count } directives
    }
unit-holding-improvements = { $count ->
        [one] { $count } improvement
       *[other] { $count } improvements
    }
unit-holding-programmes = { $count ->
        [one] part in { $count } programme
       *[other] part in { $count } programmes
    }
unit-holding-bodies = { $count ->
        [one] { $count } body
       *[other] { $count } bodies
    }
unit-holding-places = { $count ->
        [one] { $count } place in a body
       *[other] { $count } places in bodies
    }
unit-close-children = { $count ->
        [one] { $count } unit still stands below it. Move or close it first.
       *[other] { $count } units still stand below it. Move or close them first.
    }
unit-closed = { $name } is closed.
unit-gone = closed since
unit-moved = elsewhere today
valid-from = From
valid-from-hint = Empty means now.
org-as-of = The tree as it stood on { $day }
org-none-then = No unit on that day
org-none-then-text = The organisation had not been recorded yet.
org-export = Export CSV
org-imported = Imported: { $added } added, { $changed } changed.
org-import-columns = Columns, in any order:
org-import-wrong = { $count ->
        [one] { $count } cell is wrong. Nothing has been written.
       *[other] { $count } cells are wrong. Nothing has been written.
    }
org-import-errors = Wrong cells
row = Row
column = Column
what-is-wrong = What is wrong
drop-file = Drop the file here, or press Enter to choose one.
drop-files = Drop files here, or press Enter to choose them.
people-title = People
people-lead = Who works in which unit. Seats give rights, not names.
people-empty = Nobody yet
people-empty-text = Add people one by one or import them as CSV.
person-add = Add a person
person-change = Change a person
person-left = Leaves on
person-left-hint = Their seats are vacant from that day.
staff-number = Staff number
name-native = Name in their own script
seats-title = Seats
seats-lead = { $seats ->
        [one] { $seats } seat
       *[other] { $seats } seats
    }, { $vacant } vacant.
seats-only-vacant = Vacant only
seats-more = Show { $count } more
seats-empty = No seat yet
seats-empty-text = A seat is a role that a unit must fill. Add one on the unit's page or import them as CSV.
seat-add = Add a seat
seat-added = The seat is there; nobody holds it yet.
seat-form-title = { $seat }, { $unit }
seat-place = Place
seat-assign = Choose a person
seat-assign-name = Assign { $name }
seat-vacate = Leave it empty
seat-deputy-none = No deputy
