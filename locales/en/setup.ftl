# SPDX-License-Identifier: Apache-2.0
### How the inventory fills itself: sources, places, hosts; files and facets of the list

views-of = of { $person }
views-shared = shared
views-share = Everybody who sees this list may use it
facets = What the list holds
assets-export = Export
assets-export-csv = As CSV
assets-export-parquet = As Parquet
assets-export-hint = The whole list with its filter, in the columns that are shown.
setup-open = How it fills itself
setup-title = How the inventory fills itself
setup-lead = Whom to believe when sources differ, where new things belong, and which hosts report by themselves.
setup-sources = Sources
setup-rules = Places
setup-hosts = Hosts that report
setup-sources-hint = Where sources differ, the one with the lowest number is believed; among equals the newest.
setup-sources-none = No source has spoken yet
setup-rank = Precedence
setup-rank-of = Its own for
setup-rank-for = Another precedence for
setup-rank-change = Change the precedence of { $source }
setup-rank-drop = Drop the precedence of its own for { $attribute }
setup-rank-hint = Lower is believed first. Values are chosen anew in the background.
setup-rank-done = { $source } counts by its new precedence
setup-records = Records
setup-rules-hint = What nobody has claimed goes to the unit of the first rule that fits.
setup-rule-new = New rule
setup-rule-done = The rule holds; what it fits is assigned in the background
setup-rule-removed = The rule is gone; what it assigned stays
setup-rule-remove = Remove the rule { $rule }
setup-rules-none = No rule yet
setup-rules-none-text = Things that only a scanner knows stay with the group until a rule or a person assigns them.
setup-position = Order
setup-network = Network
setup-pattern = Name
setup-pattern-hint = A star stands for any text. With a network and a name, both must fit.
setup-system-own = The unit’s discovered assets
setup-remove = Remove
setup-hosts-hint = With a token of the unit a host makes itself known; from then on it writes its own inventory and nothing else.
setup-token-new = New token
setup-token-make = Make the token
setup-token-once = The token is shown this once. Run this on each host of the unit:
setup-token-revoke = Revoke { $name }
setup-token-revoked = { $name } makes no host known any more
setup-token-revoked-hosts = { $name } and the hosts that came by it may not write any more
setup-token-end = End the token only
setup-token-end-text = No new host comes by it. Hosts that are known go on sending their inventory.
setup-token-end-hosts = { $count ->
    [one] End its host, too
   *[other] End its { $count } hosts, too
  }
setup-token-end-hosts-text = { $count ->
    [one] One host came by it. If it may have leaked to a stranger, end that host, too: it must then be enrolled anew on the machine.
   *[other] { $count } hosts came by it. If one of them may be a stranger, end them, too: each must then be enrolled anew on its machine.
  }
setup-tokens-none = No token yet
setup-tokens-none-text = Make one, and let the hosts of a unit send their own inventory every day.
setup-made = Made
setup-until = Valid until
setup-valid = valid
setup-expired = expired
setup-revoked = revoked
setup-revoke = Revoke
setup-hosts-of = Hosts that came by { $name }
setup-hosts-none = No host has come by this token.
setup-host-reported = reported { $when }
setup-host-silent = has not reported yet
setup-host-revoke = Revoke { $name }
setup-host-revoked = The host may not write any more
relation-add = Add a relation
relation-add-to = Relate to { $name }
relation-added = The relation is kept
relation-removed = The relation is taken back
relation-remove = Remove the relation to { $name }
