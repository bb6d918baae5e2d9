# SPDX-License-Identifier: Apache-2.0
### Reports of attackers, likelihood, what changed

nav-changes = What changed
nav-threats = Threat reports
day-changes-title = What changed, and who must act
day-changes-lead = What became known, began to affect us or changed since then, of what your units carry.
day-changes-days = { $days ->
        [one] Since yesterday
       *[other] Since { $days } days
    }
day-changes-none = Nothing changed
day-changes-none-text = No vulnerability of what you carry is new or was changed in this time.
day-changes-acting = Who must act
day-changes-acting-none = Nobody has anything to do about these.
day-changes-what = What changed
day-changes-units-more = { $count ->
        [one] and { $count } unit more
       *[other] and { $count } units more
    }
day-changes-more = Show { $count }
day-changes-omitted = { $count ->
        [one] { $count } more is not listed
       *[other] { $count } more are not listed
    }
day-changes-overdue = { $count ->
        [one] { $count } overdue
       *[other] { $count } overdue
    }
day-changes-first-due = First due
changed-new = New
changed-here = Newly here
change-name = Name: { $old } → { $new }
change-severity = Severity: { $old } → { $new }
change-score = Score: { $old } → { $new }
change-exploited-on = Listed as known exploited
change-exploited-off = No longer listed as known exploited
change-exploited-due = Listed due date: { $old } → { $new }
change-likelihood = Likelihood of exploitation: from { $old } % → from { $new } %
change-ssvc = Decision points (SSVC): { $old } → { $new }
change-withdrawn = Withdrawn
change-restored = No longer withdrawn
change-published = Published anew
change-absent = No longer in its feed
change-fixed = Fixed version: { $old } → { $new }
change-ranges = Affected versions: { $old } → { $new }
change-products = Affected products: { $old } → { $new }
change-threat = Named by the report { $new }
likelihood-title = Likelihood of exploitation
likelihood-rank = higher than { $share } of all
likelihood-since = since { $day }
likelihood-course = Course of the score
likelihood-none = Not scored by EPSS.
likelihood-from = From { $percent } %
ssvc-title = Decision points (SSVC)
ssvc-none = Nobody has published a decision on it.
threats-title = Threat reports
threats-lead = Who attacks with what, by the reports that the feeds bring.
threats-search = Find by name, actor, CVE or technique
threats-exploiting = Exploiting a vulnerability
threats-none = No report
threats-none-text = Import a STIX bundle or a MISP event, or set up a feed of them.
threats-of = Reported attacks
threats-of-none = No report names it.
threat-kind-campaign = Campaign
threat-kind-intrusion-set = Group
threat-kind-threat-actor = Actor
threat-kind-malware = Malware
threat-kind-tool = Tool
threat-kind-indicator = Indicator
threat-kind-report = Report
threat-confidence = Confidence
threat-share = May be shared
threat-by = Reported by
threat-actors = Actors
threat-tools = Tools
threat-techniques = Techniques
threat-indicators = How it is recognised
threat-exploits = What it exploits, and where we are affected
threat-exploits-none = It names no vulnerability.
threat-unknown-cves = Named, but known to no feed
threat-ended = No longer holds
threat-reached = Not linked directly, but reached step by step:
threat-campaigns = Campaigns
threat-sightings = Sightings
threat-sighted = Seen { $count ->
    [one] once
   *[other] { $count } times
  }
threat-until = Holds until
threat-exploited-count = Vulnerabilities
descriptions-title = In other words
products-title = Affected products
products-status-affected = affected
products-status-not-affected = not affected
products-status-fixed = fixed
products-status-under-investigation = under investigation
products-status-platform = runs on
fixes-title = Fixed versions
references-title = References
reference-exploit = shows an exploit
reference-kind-advisory = Advisories
reference-kind-fix = Fixes
reference-kind-report = Reports
reference-kind-evidence = Exploits and evidence
reference-kind-web = Other pages
vulnerability-history = What changed when
count-reported = In threat reports
mail-digest-subject = { $unit }: { $count ->
        [one] { $count } change to act on
       *[other] { $count } changes to act on
    }
mail-digest-hello = Since yesterday, of what { $unit } carries:
mail-digest-tickets = { $count ->
        [one] { $count } open ticket
       *[other] { $count } open tickets
    }, first due { $due }
mail-digest-no-tickets = no open ticket
mail-digest-assets = { $count ->
        [one] { $count } asset
       *[other] { $count } assets
    }
mail-digest-exploited = known exploited
mail-digest-more = and { $count } more
mail-digest-page = Everything on one page:
mail-digest-why = You get this because you look after the security of this unit.
