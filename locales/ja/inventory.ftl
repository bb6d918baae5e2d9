# SPDX-License-Identifier: Apache-2.0
### システムの構成、その出所と信頼度

components-lead = パッケージをバージョンとディストリビューションごとに一つずつ、何台の資産が持つかとともに示します。
components-search-purl = 名称またはpurlで検索
components-empty = コンポーネントがまだありません
components-empty-text = ホストの構成を収集して取り込んでください。
component-distribution = ディストリビューション
component-carriers-first = { $total } 件のうち最初の { $shown } 件。
supplier = 提供元
