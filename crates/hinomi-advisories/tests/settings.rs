// SPDX-License-Identifier: Apache-2.0
//! What a company decided about its feeds is its own, whatever a later version ships.

#![cfg(test)]

use hinomi_advisories::service::guard::MASS_WITHDRAWAL_PERCENT;
use hinomi_advisories::settings::FEED_OLD_HOURS;
use hinomi_db::{Db, Migration, both_engines};
use hinomi_platform::settings::{self, Whole};
use hinomi_platform::testing::{TestApp, console};

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS, hinomi_advisories::MIGRATIONS];

both_engines! { SETS;
    async fn what_was_set_outlives_another_shipped_default(db: Db) {
        let test = TestApp::new(db.clone());
        for (setting, own) in [(FEED_OLD_HOURS, 72), (MASS_WITHDRAWAL_PERCENT, 20)] {
            let later = Whole { default: own - 7, ..setting };
            // Nobody decided anything: the new default counts.
            assert_eq!((setting.read(&db).await.unwrap(), later.read(&db).await.unwrap()), (setting.default, own - 7));
            let app = test.app.clone().with_settings(hinomi_advisories::settings());
            settings::put(&app, &console(), setting.name, &serde_json::json!(own), None).await.unwrap();
            let upgraded = test.app.clone().with_settings(vec![later.spec()]);
            assert_eq!(later.read(&db).await.unwrap(), own, "{}", setting.name);
            assert_eq!(settings::get(&upgraded, setting.name).await.unwrap().json(), own);
            assert_eq!(settings::history(&upgraded, setting.name).await.unwrap().len(), 1);
        }
    }
}
