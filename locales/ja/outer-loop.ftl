# SPDX-License-Identifier: Apache-2.0
### 外側のループ：指示、重大リスク、施策

## メール

directive-mail-issued-subject = 指示 { $number }：{ $title }
directive-mail-issued = 指示 { $number } が貴部門に出されました。
directive-mail-remind-subject = 期限 { $due }：指示 { $number }「{ $title }」
directive-mail-remind = 指示 { $number } の期限は { $due } です。目標はまだ達成されていません。
directive-mail-missed-subject = 未達成：指示 { $number }「{ $title }」
directive-mail-missed = 指示 { $number } は期限の { $due } までに目標を達成できませんでした。
directive-mail-what = { $title } { $text }
directive-mail-target = 測定値：{ $value }。目標：{ $target }（{ $due } まで）。
directive-mail-how = 目標を満たした最初の測定で自動的に完了します。申告だけで完了になることはありません。

hazard-mail-opened-subject = 重大リスク { $number }：{ $name }
hazard-mail-opened = { $name } を重大リスク { $number } としてCISOの管理下に置きました。
hazard-mail-what = { $name }：{ $reason } チケット：{ $tickets } 件。
hazard-mail-clock = 責任者の指名期限は { $lead }、経営層への報告期限は { $tell } です。報告がない場合は Hinomi が自動で報告します。
hazard-mail-no-lead-subject = 重大リスク { $number } の責任者が未指名：{ $name }
hazard-mail-no-lead = 重大リスク { $number }（{ $name }）の責任者が期限までに指名されませんでした。
hazard-mail-told-subject = 経営層への報告：重大リスク { $number }、{ $name }
hazard-mail-told = 重大リスク { $number }（{ $name }）はCISOの管理下にあります。
hazard-mail-words = CISOより：{ $words }

## 測定項目

measure-kind-open_tickets = 未完了チケット
measure-kind-overdue_tickets = 期限超過チケット
measure-kind-overdue_share = 未完了チケットのうち期限超過の割合
measure-kind-known_exploited = 悪用確認済み脆弱性のある未完了チケット
measure-kind-vulnerability = 特定の脆弱性のある未完了チケット
measure-kind-fresh_inventories = 30日以内のソフトウェア一覧がある資産
measure-kind-vacant_seats = 空席の役職
measure-kind-axis_score = 軸の指数
measure-kind-indicator = 指標の得点
measure-narrowed = { $kind }：{ $filters }
measure-internet = インターネットから到達可能
measure-vulnerability = 脆弱性
measure-indicator = 指標（例：S3）
measure-only = 絞り込み
measure-percent = { $value }％
measure-at-most = { $value } 以下
measure-at-least = { $value } 以上
measured-rows = この値の根拠となる行
measured-rows-of = { $time } 時点：{ $among } 行のうち { $counted } 行を計上
measured-rows-empty = 計上される行はありません
measured-rows-more = 他に { $count } 行あります。すべてはAPIで取得できます。
measured-row = 行
measured-counts = 計上
measured-counts-yes = する
measured-counts-no = しない
course-target = 目標：{ $target }
outer-log = 記録

## 指示

nav-directives = 指示
directives-title = 指示
directives-lead = 部門への指示とその効果。照会による測定値が目標を満たしたときにだけ完了し、申告では完了しません。
directives-none = 指示はありません
directives-none-text = 会議の決定が指示になります。対象部門、測定項目、目標、期限を定めます。
directive = 指示
directive-new = 新しい指示
directive-issue = 発出
directive-title = 達成すること
directive-text = 内容と理由
directive-units = 対象部門
directive-unit-add = 部門を追加
directive-unit-remove = { $unit } を外す
directive-measure = 測定項目
directive-target = 目標
directive-target-most = 目標（以下）
directive-target-least = 目標（以上）
directive-due = 期限
directive-calendar = 営業日の暦
directive-calendar-jp = 日本
directive-calendar-us = 米国
directive-calendar-eu = 欧州連合
directive-calendar-utc = 月曜から金曜
directive-preview = 現在：{ $value }（{ $counted } 行を計上）
directive-preview-none = 部門と測定項目を選ぶと、現在の値が表示されます。
directive-before = 決定時
directive-now = 現在
directive-standing = 状況
directive-standing-all = すべて
directive-standing-running = 進行中
directive-standing-missed = 未達成
directive-standing-reached = 達成
directive-standing-withdrawn = 取り下げ
directive-hidden-units = 他に閲覧権限のない { $count } 部門
directive-lead = { $by } が { $day } に発出。期限 { $due }。
directive-effect = 効果
directive-part = 自部門の分を表示しています。
directive-course = 値の推移
directive-what = 指示の内容
directive-responsible = 責任者
directive-measure-now = 今すぐ測定
directive-answer = 回答
directive-answer-text = 自部門の対応。回答では完了になりません。完了は測定で決まります。
directive-withdraw = 取り下げ
directive-reason = 理由
directive-event-issued = 発出。決定時の測定値：{ $text }
directive-event-measured = 測定：{ $text }
directive-event-answered = { $text }
directive-event-reminded = 期限の { $text } 日前に通知
directive-event-escalated = 未達成：{ $text } 階層上に報告
directive-event-reached = 達成：{ $text }
directive-event-withdrawn = 取り下げ：{ $text }

## 重大リスク

nav-hazards = 重大リスク
hazards-title = 重大リスク
hazards-lead = 悪用が確認され、インターネットから到達可能な重要システムにあるもの。新しい測定で検出されなくなるまでCISOが管理します。
hazards-none = 重大リスクはありません
hazards-none-text = 規則は1時間ごとに判定します。手動で管理下に置くこともできます。
hazard = 重大リスク
hazard-new = 管理下に置く
hazard-state-open = 管理中
hazard-state-released = 解除済み
hazard-systems = システム
hazard-lead = 責任者
hazard-lead-due = { $time } までに指名
hazard-no-lead = 未指名
hazard-tickets-open = 未完了チケット
hazard-told = 経営層への報告
hazard-not-told = { $time } まで
hazard-tell-next = 次の経営層への報告期限
hazard-since = 開始日
hazard-by-rule = { $day } に規則により管理開始。
hazard-by-hand = { $day } に { $by } が管理開始。
hazard-control = 管理
hazard-measure-at = 最後に講じた対策
hazard-release = 解除
hazard-obstacles = まだ解除できません：
hazard-obstacle-ticket = { $system } の { $ticket } にまだ残っています
hazard-obstacle-asset = { $asset } には最後の対策より新しい構成情報がありません
hazard-releasable = すべての資産で、最後の対策以降に検出されていません。解除できます。
hazard-items = チケットと資産
hazard-ticket = チケット
hazard-ticket-state = 状態
hazard-ticket-open = 残存
hazard-assets = 検出された資産
hazard-seen = { $time } に確認
hazard-never-seen = 構成情報なし
hazard-do-lead = 責任者を指名
hazard-do-decisions = 決定を記録
hazard-do-measures = 講じた対策を記録
hazard-do-tell = 経営層に報告
hazard-do-release = 解除
hazard-words-decisions = 決定の内容
hazard-words-measures = 講じた対策。以後は、これより新しい確認だけが解除の根拠になります。
hazard-words-tell = 経営層に伝える内容。経営層の役職者全員にメールが届きます
hazard-words-release = 解除の理由
hazard-event-opened = 管理開始：{ $text }
hazard-event-spread = チケットが { $text } 件追加
hazard-event-lead = { $text } が責任者に
hazard-event-no_lead = 期限までに責任者が指名されず、CISOに通知
hazard-event-told = 経営層に報告。{ $text }
hazard-event-told_by_clock = 期限までに報告がなく、Hinomi が経営層に報告。{ $text }
hazard-event-decision = 決定：{ $text }
hazard-event-measure = 対策：{ $text }
hazard-event-refused = 解除を拒否：{ $text }
hazard-event-released = 解除：{ $text }

## 施策

nav-programmes = 施策
programmes-title = 施策
programmes-lead = 地域ごとに展開します。完了かどうかは、行への照会で決まります。
programmes-none = 施策はありません
programmes-none-text = 施策は、測定項目と目標を持つ段階と、予定日を持つ地域からなります。開始はAPIで行います。
programme = 施策
programme-year = 年度
programme-regions = 地域
programme-complete = 完了
programme-complete-of = { $regions } 地域中 { $complete }
programme-state-planned = 予定
programme-state-late = 遅れ
programme-state-complete = 完了
programme-ended = { $day } 終了
programme-lead = { $year } 年度までに完了予定。開始：{ $by }。
programme-since = { $day } から完了
programme-planned = { $day } までに完了予定
programme-hidden = 他に閲覧権限のない { $count } 地域
