# SPDX-License-Identifier: Apache-2.0
### 会社が決めること：各設定の名前と説明

setting-default-locale = 新しいアカウントの言語
setting-default-locale-help = 各自が後から変更できます。
setting-session-idle-hours = 未使用のセッションが切れるまで
setting-session-idle-hours-help = 現在開いているセッションにもすぐに適用されます。
setting-session-longest-days = セッションの最長期間
setting-session-longest-days-help = 使用中かどうかにかかわらず、この期間が過ぎると再サインインが必要です。
setting-sign-in-link-minutes = ワンタイムリンクの有効時間
setting-sign-in-link-minutes-help = リンクを作るコマンドで指定した場合はその時間が優先されます。
setting-asset-stale-days = 資産を「最近観測なし」とするまで
setting-asset-stale-days-help = 資産とチケットに付く目印です。何も完了とせず、期限も止めません。
setting-asset-retire-days = 資産を使用終了とするまで
setting-asset-retire-days-help = 履歴は残り、いずれかの情報源が再び観測すると使用中に戻ります。
setting-inventory-hold-loss-percent = インベントリの確認を求める減少率
setting-inventory-hold-loss-percent-help = 同じ情報源が前回確認したコンポーネントに対する割合です。人が確認するまで何も完了になりません。
setting-inventory-hold-from-components = 確認を求める最小のコンポーネント数
setting-inventory-hold-from-components-help = これより小さいインベントリでは、減少はほとんど意味を持ちません。
setting-feed-old-hours = フィードを古いとみなすまで
setting-feed-old-hours-help = 最後に成功した時刻から数えます。プログラムに同梱の情報は古くなりません。
setting-feed-mass-withdrawal-percent = 取り下げを保留する割合
setting-feed-mass-withdrawal-percent-help = 一度の更新で取り下げられる記録がこの割合を超えると、確認されるまで保留します。
setting-unit-minutes = 分
setting-unit-hours = 時間
setting-unit-days = 日
setting-unit-percent = %
setting-unit-components = 件
