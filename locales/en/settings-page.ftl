# SPDX-License-Identifier: Apache-2.0
### The page of the settings of the whole instance

settings-instance = Instance
settings-part-people = Sign-in and language
settings-part-inventory = Assets and inventories
settings-part-clock = Reminders, escalation, comparison
settings-part-feeds = Feeds
settings-part-rest = Others
settings-read-only = Only a seat of the whole organisation changes these.
settings-default = Default
settings-back = Back to { $value }
settings-history = Earlier values
settings-none = Nothing can be set here
