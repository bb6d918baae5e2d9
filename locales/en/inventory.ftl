# SPDX-License-Identifier: Apache-2.0
### What systems are made of, where it came from, and how far it can be trusted

components-lead = Each package in one version and distribution, and how many assets carry it.
components-search-purl = Find by name or purl
components-empty = No component yet
components-empty-text = Collect a host and import what was found.
component-distribution = distribution release
component-carriers-first = The first { $shown } of { $total }.
supplier = Supplier
import-title = Import inventories
import-lead = Drop what you have. Each file is read by its content, and one that cannot be read changes nothing.
import-what = What comes in
import-source-hint = A newer file of the same source replaces its last one.
import-system-none = As the files say
import-system-hint = New assets join this system.
import-drop = Drop files or folders here
import-files = Files
import-progress = { $done } of { $total } taken in, { $refused } refused
import-clear = Clear finished
import-none = No file yet
import-none-text = What each file changed, or why it was refused, will stand here.
import-waiting = waiting
import-unnamed = Name of the asset that the file is about
import-unnamed-again = Read again as this asset
import-sending = Sending { $name }
import-reading = Reading { $name }
import-reading-now = reading
import-refused = Refused
import-warnings = { $count ->
        [one] { $count } remark
       *[other] { $count } remarks
    }
import-leave = { $count ->
        [one] { $count } file is not in yet. Leave all the same?
       *[other] { $count } files are not in yet. Leave all the same?
    }
import-formats = What is read
import-format-sbom = Bills of material
import-format-host = Hosts and agents
import-format-scan = Scanners
import-format-cmdb = CMDB exports
import-format-pack = Packed
import-shell = On the command line
import-shell-text = The same, for scripts and schedules; the second command shows what a file holds and stores nothing.
import-forbidden = Importing needs a seat that keeps the inventory of a unit.
views = Saved filters
views-none = None yet. Filter the list, then give the filter a name.
views-name = Name of this filter
views-save = Save
views-drop = Forget { $name }
columns = Columns
quality-title = Data quality
quality-lead = How far the inventory can be trusted, and what to improve first.
quality-lead-unit = How far the inventory of { $unit } can be trusted, and what to improve first.
quality-by-unit = By unit
quality-by-unit-hint = Each number opens its rows; the bar is its share of the assets
quality-own = { $unit } itself
quality-share = { $share } % of the assets
quality-unowned = Of no system
quality-stale = Not seen lately
quality-without-inventory = Without inventory
quality-in-question = In question
quality-unknown-ecosystem = Unknown ecosystem
quality-discovered = Seen by scanners only
quality-failed = { $count ->
        [one] { $count } record could not be taken into the inventory
       *[other] { $count } records could not be taken into the inventory
    }
quality-failed-text = The others are there. These are tried again at each run.
quality-failed-record = Record
quality-failed-why = Why
quality-failed-since = Since
quality-ended = { $count ->
        [one] { $count } system belongs to a unit that has ended
       *[other] { $count } systems belong to units that have ended
    }
quality-ended-text = Nobody there can look after them. Give each a new owner.
quality-ended-unit = Ended unit
questions-title = Things in question
questions-lead = Where the sources do not agree whether it is one thing or two, nothing is guessed. Every answer can be taken back.
questions-empty = Nothing is in question
questions-empty-text = Every record of every source is one asset, and only one.
question-ambiguous = { $count ->
        [one] Is { $name } this one?
       *[other] Which of these { $count } is { $name }?
    }
question-contradiction = Are these one and the same { $name }?
question-shared = They share this { $rule }: { $values }.
question-against = The { $rule } speaks against it.
question-this = In question
question-proposed = Proposed
question-candidate = Candidate { $number }
question-hidden = Belongs to another unit
question-differs = differs
question-answer = Your answer
question-same = It is this one
question-separate = It is a thing of its own
question-reason = Reason, for the history
question-not-yours = The owners of these assets decide.
question-done-same = { $name } is one with the asset you chose.
question-done-separate = { $name } is a thing of its own.
question-undo = Take it back
question-undone = Taken back; everything is as the sources say.
identifier-agent = Agent
identifier-cloud = Cloud instance
identifier-serial = Serial number
identifier-vendor = Vendor
identifier-uuid = Hardware UUID
identifier-tag = Asset tag
identifier-mac = MAC address
identifier-fqdn = Full host name
identifier-hostname = Host name
identifier-address = IP address
source-kind-manual = by hand
source-kind-agent = agent
source-kind-cloud = cloud
source-kind-cmdb = CMDB
source-kind-scanner = scanner
source-kind-inventory = inventory
tab-records = Records
tab-relations = Relations
sources-none-text = Import an inventory or an export that names it.
record-name = Named
record-identifiers = Identifiers
record-select = Select { $source }: { $name }
merge-open = Merge with another asset
merge-text = The other becomes part of { $name }: its records, components and tickets. It can be taken back.
merge-choose = Choose an asset
merge-with = Merge with { $name }
merge-done = Merged.
split-open = { $count ->
        [0] Split records off
        [one] Split { $count } record off
       *[other] Split { $count } records off
    }
split-text = What was selected ({ $count }) becomes another asset. It can be taken back.
split-do = Split
split-done = Split.
values-title = Which word counts
values-hint = The most trusted source that says something; the others stay beside it.
values-differ = sources differ
value-attribute = What
value = Value
attribute-owner = Owner
attribute-location = Location
attribute-environment = Environment
attribute-model = Model
attribute-kernel = Kernel
attribute-tag = Tags
decisions-title = Decisions of people
decision-same = One and the same
decision-apart = Two different things
decision-other = the other asset
decision-revoked = taken back { $when }
relation-runs-on = runs on
relation-runs-on-back = carries
relation-hosts = hosts
relation-hosts-back = is hosted by
relation-connects-to = connects to
relation-connects-to-back = is reached from
relation-depends-on = depends on
relation-depends-on-back = is needed by
relation-image-of = was made from image
relation-image-of-back = is the image of
relation-outside = not in the inventory
relations-picture = { $name } and { $count ->
        [one] { $count } relation
       *[other] { $count } relations
    }
relations-legend = Left: what hangs on it. Right: what it stands on. Dashed: named by a source, not in the inventory.
relations-more = and { $count } more
relations-list = { $count ->
        [one] { $count } relation as a list
       *[other] { $count } relations as a list
    }
relations-none = No relation known
relations-none-text = CMDB and cloud exports tell what runs on what; they can also be added by hand.
listed-cut = Only the nearest { $shown } of at least { $total } are listed.
impact-title = { $count ->
        [one] If it fails, { $count } other asset is hit
       *[other] If it fails, { $count } other assets are hit
    }
impact-text = What runs on it, depends on it or is made from it, and so on.
impact-steps = Steps
import-documents = { $count ->
        [one] { $count } document, { $failed } refused
       *[other] { $count } documents, { $failed } refused
    }
import-documents-more = and { $count } more
import-assets = Assets taken in
import-records = { $new } new, { $changed } changed, { $unchanged } unchanged.
import-records-older = { $count } older than what is known.
import-questions = { $count ->
        [one] { $count } thing is in question
       *[other] { $count } things are in question
    }
table-title = Import a table
table-lead = A CSV of your own: say once what its columns mean, and it reads itself from then on.
table-file = The table
table-drop = Drop a CSV or TSV here
table-found = { $rows } rows, { $columns } columns, { $encoding }
table-columns = What the columns mean
table-saved = Saved mappings
table-cells = First cells
table-meaning = Means
table-ignored = Passed over
table-read = How it is read
table-read-first = { $count ->
        [one] The first row
       *[other] The first { $count } rows
    }
table-wrong = { $count ->
        [one] { $count } cell does not fit
       *[other] { $count } cells do not fit
    }
table-wrong-hint = Their rows come in without these cells
table-take = Take it in
table-name = Name of this mapping
table-name-hint = Saved for the next table of this kind.
table-import = Save the mapping and import { $count } rows
table-forbidden = A table may speak of any unit, so it needs a seat over the whole organisation.
table-open = Import a table with a mapping of its columns
field-id = Key in the source
field-os-version = Version of the operating system
field-attribute = Keep under the column's name
between-title = What changed
between-from = from
between-to = to
between-none = Nothing changed between { $from } and { $to }.

# What scanners saw on an asset
tab-observations = Scans
finding-seen-by = Seen by scanners, too
import-scans = Scan: { $observations } observations, { $new } new, { $ended } no longer seen.
observations-scans = Scanners that looked at this asset
observations-scan-line = { $when } · { $count } observations
observations-no-scan = No scanner has looked at this asset
observations-no-scan-text = Import a scanner's report (Nessus, OpenVAS, Trivy and many more): what it saw here then stands here.
observations-search = Search observations
observations-all-kinds = All kinds
observations-standing = Beside what is matched
observations-all-standings = However it stands
observations-open = Still seen
observations-ended = No longer seen
observations-check = Check
observations-severity = Severity in the scanner's words
observations-solution = What the scanner advises
observations-evidence = What it saw
observations-none = Nothing fits
observations-none-text = Change the search or the filters above.
standing-matched = found by matching, too
standing-alone = seen by a scanner alone
standing-contradicted = contradicted by what is installed
standing-noted = noted only
standing-new = not looked at yet
observation-vulnerability = Vulnerability
observation-finding = Weakness
observation-port = Open port
observation-misconfiguration = Misconfiguration
observation-secret = Secret
observation-licence = Licence
observation-end-of-life = End of life
observation-malware = Malware
observation-information = Information
