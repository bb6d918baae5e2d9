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
