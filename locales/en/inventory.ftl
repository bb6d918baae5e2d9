# SPDX-License-Identifier: Apache-2.0
### What systems are made of, where it came from, and how far it can be trusted

components-lead = Each package in one version and distribution, and how many assets carry it.
components-search-purl = Find by name or purl
components-empty = No component yet
components-empty-text = Collect a host and import what was found.
component-distribution = distribution release
component-carriers-first = The first { $shown } of { $total }.
supplier = Supplier
