// SPDX-License-Identifier: Apache-2.0
//! A month of changes, breaks and wrong clocks, taken in as it came, ends where a fresh load of its last day ends.

use std::time::Duration;

use hinomi_core::{Clock, ManualClock};
use hinomi_db::testing::TestDb;
use hinomi_db::{Db, Engine, both_engines};
use hinomi_testkit::Upstream;

use crate::bundles::state;
use crate::scene::*;
use crate::world::{Dice, World, trouble, world_scene};

const DAYS: i64 = 30;

both_engines! { SETS;
    async fn a_month_as_it_came_ends_where_its_last_day_begins(db: Db) {
        let (mut dice, mut world) = (Dice(7), World::default());
        let scene = world_scene(Upstream::start());
        let start = at("2026-05-01T00:00:00Z");
        let clock = ManualClock::at(start);
        let (mut runs, mut failures) = (0, 0);
        for day in 0..DAYS {
            world.day(&mut dice, start.plus_days(day), &scene.upstream);
            for half in 0..2 {
                if day + 1 < DAYS {
                    trouble(&mut dice, &scene.upstream);
                }
                clock.set(start.plus_days(day).plus(Duration::from_secs(half * 43_200 + 60)));
                for (_, outcome) in scene.syncer.run_due(&db, &clock).await.unwrap() {
                    runs += 1;
                    failures += usize::from(outcome.is_err());
                }
            }
        }
        assert!(runs > 200 && failures > 10, "{failures} of {runs} runs failed");
        // The trouble ends; each feed is asked once more.
        scene.upstream.calm();
        clock.advance(Duration::from_secs(86_400));
        for (name, outcome) in scene.syncer.run_due(&db, &clock).await.unwrap() {
            assert!(outcome.is_ok(), "{name}: {outcome:?}");
        }
        let place = TestDb::new(Engine::Sqlite, SETS).await;
        let fresh = (place.db(), place);
        for (name, outcome) in scene.syncer_anew().run_due(&fresh.0, &clock).await.unwrap() {
            assert!(outcome.is_ok(), "{name}: {outcome:?}");
        }
        let (came, loaded) = (state(&db).await, state(&fresh.0).await);
        assert!(loaded.len() > 200, "{}", loaded.len());
        assert_eq!(came, loaded);
        assert!(clock.now() > start);
    }
}
