# SPDX-License-Identifier: Apache-2.0
### システムの構成、その出所と信頼度

components-lead = パッケージをバージョンとディストリビューションごとに一つずつ、何台の資産が持つかとともに示します。
components-search-purl = 名称またはpurlで検索
components-empty = コンポーネントがまだありません
components-empty-text = ホストの構成を収集して取り込んでください。
component-distribution = ディストリビューション
component-carriers-first = { $total } 件のうち最初の { $shown } 件。
supplier = 提供元
import-title = 構成情報の取り込み
import-lead = 手元のファイルをドロップしてください。形式は内容から判別し、読めないファイルは何も変えません。
import-what = 取り込む内容
import-source-hint = 同じ情報源の新しいファイルが、前回のものに置き換わります。
import-system-none = ファイルの記載に従う
import-system-hint = 新しい資産はこのシステムに属します。
import-drop = ファイルまたはフォルダーをここにドロップ
import-files = ファイル
import-progress = { $total } 件中 { $done } 件を取り込み、{ $refused } 件を拒否
import-clear = 終わったものを消す
import-none = ファイルがまだありません
import-none-text = 各ファイルによる変化、または拒否した理由がここに表示されます。
import-waiting = 待機中
import-sending = { $name }を送信中
import-reading = { $name }を読み取り中
import-reading-now = 読み取り中
import-refused = 拒否
import-warnings = 注記 { $count } 件
import-leave = まだ { $count } 件のファイルが取り込まれていません。このまま移動しますか？
import-formats = 読み取れる形式
import-format-sbom = SBOM（部品表）
import-format-host = ホストとエージェント
import-format-scan = スキャナー
import-format-cmdb = CMDBの書き出し
import-format-pack = 圧縮・書庫
import-shell = コマンドライン
import-shell-text = スクリプトや定期実行にはこちらを。二つ目は保存せずにファイルの中身を表示します。
import-forbidden = 取り込みには、組織の構成情報を管理する担当職が必要です。
