// SPDX-License-Identifier: Apache-2.0
//! How a source is asked: conditionally, patiently, within bounds, and never where it must not.

use std::collections::BTreeMap;

use hinomi_db::{Db, both_engines};
use hinomi_feeds::{FeedError, FetchError, Kind, Override};
use hinomi_testkit::{Fault, Reply, Upstream};

use crate::scene::*;

fn one_file() -> Scene {
    let scene = scene(Kind::File, "/all.zip", |_| {});
    let files: Vec<(String, String)> = (1..=40)
        .map(|number| {
            let id = format!("DEMO-{number}");
            (format!("{id}.json"), record(&id, "2026-05-01T00:00:00Z", &id).to_string())
        })
        .collect();
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    scene.upstream.put("/all.zip", zip(&files));
    scene
}

both_engines! { SETS;
    async fn what_did_not_change_is_not_sent_again(db: Db) {
        let scene = one_file();
        assert_eq!(scene.counts(&db).await, [40, 40, 0, 0, 0, 0]);
        let marks: i64 = db.scalar("SELECT max(sequence) FROM advisory", ()).await.unwrap();
        let again = scene.sync(&db).await.unwrap();
        assert!(again.is_unchanged && again.report.read == 0);
        assert_eq!(scene.upstream.asked().last().unwrap().header("if-none-match"), Some("\"v1\""));
        assert_eq!(db.scalar::<i64>("SELECT max(sequence) FROM advisory", ()).await.unwrap(), marks);
        let health = health(&db).await;
        assert_eq!((health.records, health.last_success, health.error), (40, Some(now().as_micros()), None));
        assert_eq!(health.next_run_at, Some(now().plus(std::time::Duration::from_secs(3_600)).as_micros()));
    }

    async fn a_transfer_that_breaks_is_gone_on_with(db: Db) {
        let scene = one_file();
        scene.upstream.fault("/all.zip", Fault::CutOff(1_000));
        scene.upstream.fault("/all.zip", Fault::HangUp);
        assert_eq!(scene.counts(&db).await, [40, 40, 0, 0, 0, 0]);
        let asked = scene.upstream.asked();
        let ranges: Vec<_> = asked.iter().map(|asked| asked.header("range")).collect();
        assert_eq!(ranges, [None, Some("bytes=1000-"), Some("bytes=1000-")]);
        assert_eq!(asked[1].header("if-range"), Some("\"v1\""));
    }

    async fn a_break_in_one_run_is_gone_on_with_in_the_next_and_nothing_half_is_seen(db: Db) {
        let scene = one_file();
        for _ in 0..3 {
            scene.upstream.fault("/all.zip", Fault::CutOff(1_500));
        }
        let error = scene.sync(&db).await.unwrap_err().to_string();
        assert!(error.contains("all.zip"), "{error}");
        assert_eq!(ids(&db).await, Vec::<String>::new());
        let health = health(&db).await;
        assert!(health.error.is_some_and(|told| told == error) && health.last_success.is_none());
        assert_eq!(health.next_run_at, Some(now().plus(std::time::Duration::from_secs(900)).as_micros()));
        let _ = scene.upstream.asked();
        assert_eq!(scene.counts(&db).await, [40, 40, 0, 0, 0, 0]);
        assert!(scene.upstream.asked()[0].header("range").is_some());
    }

    async fn a_file_that_changed_in_between_is_begun_anew(db: Db) {
        let scene = one_file();
        for _ in 0..3 {
            scene.upstream.fault("/all.zip", Fault::CutOff(1_000));
        }
        assert!(scene.sync(&db).await.is_err());
        scene.upstream.put("/all.zip", zip(&[("a.json", record("NEW-1", "2026-05-02T00:00:00Z", "new").to_string())]));
        assert_eq!(scene.counts(&db).await, [1, 1, 0, 0, 0, 0]);
        assert_eq!(ids(&db).await, ["NEW-1"]);
    }

    async fn a_source_that_is_busy_is_asked_again_as_it_says(db: Db) {
        let scene = one_file();
        scene.upstream.fault("/all.zip", Fault::Later { status: 429, seconds: 0 });
        scene.upstream.fault("/all.zip", Fault::Status(502));
        assert_eq!(scene.counts(&db).await[1], 40);
        scene.upstream.put("/all.zip", zip(&[]));
        scene.upstream.fault("/all.zip", Fault::Later { status: 503, seconds: 7_200 });
        let error = scene.sync(&db).await.unwrap_err();
        assert!(matches!(error, FeedError::Fetch(FetchError::Later { seconds: 7_200, .. })), "{error}");
        let due = now().plus(std::time::Duration::from_secs(7_200)).as_micros();
        assert_eq!(health(&db).await.next_run_at, Some(due));
    }

    async fn redirects_are_followed_a_few_times(db: Db) {
        let scene = one_file();
        let (first, second) = (scene.upstream.url("/b"), "/all.zip".to_owned());
        scene.upstream.fault("/all.zip", Fault::Redirect(first));
        scene.upstream.fault("/b", Fault::Redirect(second));
        assert_eq!(scene.counts(&db).await[1], 40);
        for _ in 0..6 {
            scene.upstream.fault("/all.zip", Fault::Redirect("/all.zip".to_owned()));
        }
        let error = scene.sync(&db).await.unwrap_err().to_string();
        assert!(error.contains("more than 5"), "{error}");
    }

    async fn private_addresses_are_asked_only_when_allowed_also_behind_a_redirect(db: Db) {
        let upstream = Upstream::start();
        upstream.put("/x", "{}");
        let feed = Override { kind: Some(Kind::File), url: Some(upstream.url("/x")), ..Override::default() };
        let closed = scene_of(upstream, BTreeMap::from([("test".to_owned(), feed)]), &[]);
        let error = closed.sync(&db).await.unwrap_err().to_string();
        assert!(error.contains("no public address"), "{error}");
        assert!(closed.upstream.asked().is_empty());

        let open = one_file();
        for elsewhere in ["http://169.254.169.254/latest/", "http://[::1]:1/", "http://10.0.0.1/", "file:///etc/passwd"] {
            open.upstream.fault("/all.zip", Fault::Redirect(elsewhere.to_owned()));
            let error = open.sync(&db).await.unwrap_err().to_string();
            assert!(error.contains("no public address") || error.contains("no URL"), "{error}");
        }
    }

    async fn a_file_larger_than_allowed_is_refused_before_and_while_it_comes(db: Db) {
        let scene = scene(Kind::File, "/big", |feed| feed.max_bytes = Some(1_000));
        scene.upstream.put("/big", vec![b'x'; 1_001]);
        let error = scene.sync(&db).await.unwrap_err().to_string();
        assert!(error.contains("larger than the 1000 bytes"), "{error}");
        assert_eq!(ids(&db).await, Vec::<String>::new());
    }

    async fn an_error_page_is_no_feed(db: Db) {
        let scene = scene(Kind::File, "/kev.json", |_| {});
        scene.upstream.put("/kev.json", "<html>Please come back later</html>");
        let error = scene.sync(&db).await.unwrap_err().to_string();
        assert!(error.contains("none of 1 documents could be read"), "{error}");
        let health = health(&db).await;
        assert_eq!((health.last_success, health.error.as_deref()), (None, Some(error.as_str())));
        // The cursor has not moved: the same page is asked for without condition once it is a feed again.
        scene.upstream.put("/kev.json", kev(&[("CVE-2026-0001", "2026-05-01")]).to_string());
        assert_eq!(scene.counts(&db).await[1], 1);
    }

    async fn keys_are_told_to_their_own_host_alone(db: Db) {
        let elsewhere = Upstream::start();
        elsewhere.answer("/nvd", |_| Reply::ok(r#"{"resultsPerPage":0,"startIndex":0,"totalResults":0,"format":"NVD_CVE","version":"2.0","timestamp":"2026-05-01T00:00:00.000","vulnerabilities":[]}"#));
        let scene = scene(Kind::Nvd, "/nvd", |feed| feed.key = Some("secret".to_owned()));
        scene.upstream.fault("/nvd", Fault::Redirect(elsewhere.url("/nvd")));
        scene.sync(&db).await.unwrap();
        assert_eq!(scene.upstream.asked()[0].header("apikey"), Some("secret"));
        assert_eq!(elsewhere.asked()[0].header("apikey"), None);
    }
}
