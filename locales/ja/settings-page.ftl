# SPDX-License-Identifier: Apache-2.0
### 全体設定のページ

settings-instance = 全体設定
settings-part-people = サインインと言語
settings-part-inventory = 資産とインベントリ
settings-part-clock = リマインダー・通知・比較
settings-part-feeds = フィード
settings-part-rest = その他
settings-read-only = 変更できるのは全組織を担当する人だけです。
settings-default = 既定値
settings-back = { $value }に戻す
settings-history = 過去の値
settings-none = ここで設定できるものはありません
