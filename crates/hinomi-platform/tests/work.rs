// SPDX-License-Identifier: Apache-2.0
//! Jobs, schedules, outbox and settings.

#![expect(clippy::unwrap_used, reason = "a failure here is the test's failure")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hinomi_core::JobId;
use hinomi_core::PageRequest;
use hinomi_db::{Db, Migration, both_engines, values};
use hinomi_platform::jobs::{self, JobFailure, JobFilter, JobRunner, JobState, NewJob};
use hinomi_platform::outbox::{self, Deliverer, Deliverers, Message};
use hinomi_platform::settings::{self, SettingError, Unit, Whole};
use hinomi_platform::testing::{TestApp, console};
use hinomi_platform::{App, BoxFuture};

const SETS: &[&[Migration]] = &[hinomi_platform::MIGRATIONS];

async fn enqueue(app: &App, job: NewJob) -> JobId {
    let mut tx = app.db.begin().await.unwrap();
    let id = app.jobs.enqueue(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn state(app: &App, id: JobId) -> JobState {
    jobs::read(&app.db, id).await.unwrap().state
}

fn counter() -> (Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    (count.clone(), count)
}

struct Failing(Arc<AtomicUsize>, usize);

impl Deliverer for Failing {
    fn deliver<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            assert_eq!(message.payload, r#"{"to":"x"}"#);
            let tries = self.0.fetch_add(1, Ordering::SeqCst);
            if tries < self.1 { Err("no route".to_owned()) } else { Ok(()) }
        })
    }
}

both_engines! { SETS;
    async fn jobs_run_once_in_order_of_priority(db: Db) {
        let test = TestApp::new(db);
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let noted = order.clone();
        let runner = JobRunner::new(test.app.clone()).register("note", move |context| {
            let noted = noted.clone();
            async move {
                let text: String = context.payload()?;
                context.progress(1, Some(2), "half").await?;
                noted.lock().unwrap().push(text);
                Ok(())
            }
        });
        let job = |text: &str| NewJob::new("note").payload(&serde_json::json!(text));
        let later = test.app.now().plus(Duration::from_secs(60));
        let low = enqueue(&test.app, job("low")).await;
        enqueue(&test.app, job("high").priority(5)).await;
        let late = enqueue(&test.app, job("late").run_at(later)).await;
        let unknown = enqueue(&test.app, NewJob::new("unknown")).await;
        assert_eq!(runner.run_due().await.unwrap(), 2);
        assert_eq!(*order.lock().unwrap(), ["high", "low"]);
        assert_eq!(state(&test.app, low).await, JobState::Done);
        assert_eq!(jobs::read(&test.app.db, low).await.unwrap().progress_done, 1);
        assert_eq!(state(&test.app, late).await, JobState::Waiting);
        test.clock.advance(Duration::from_secs(61));
        assert_eq!(runner.run_due().await.unwrap(), 1);
        assert_eq!(state(&test.app, unknown).await, JobState::Waiting);
        let done = JobFilter { state: Some(JobState::Done), kind: Some("note".to_owned()) };
        let page = jobs::list(&test.app.db, &done, &PageRequest::new(2, None)).await.unwrap();
        assert_eq!(page.items.len(), 2);
        let rest = PageRequest::new(2, Some(page.next.unwrap().parse().unwrap()));
        assert_eq!(jobs::list(&test.app.db, &done, &rest).await.unwrap().items.len(), 1);
    }

    async fn a_waiting_job_with_the_same_key_is_enough(db: Db) {
        let test = TestApp::new(db);
        let first = enqueue(&test.app, NewJob::new("k").key("a").priority(1)).await;
        assert_eq!(enqueue(&test.app, NewJob::new("k").key("a")).await, first);
        assert_ne!(enqueue(&test.app, NewJob::new("k").key("b")).await, first);
        let (count, counted) = counter();
        let app = test.app.clone();
        let runner = JobRunner::new(test.app.clone()).register("k", move |_| {
            let (app, counted) = (app.clone(), counted.clone());
            async move {
                // What changes while it runs needs another run.
                if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                    enqueue(&app, NewJob::new("k").key("a")).await;
                }
                Ok(())
            }
        });
        runner.run_due().await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 3);
    }

    async fn two_of_one_key_never_run_at_once(db: Db) {
        let test = TestApp::new(db.clone());
        let (count, counted) = counter();
        let gate = Arc::new(tokio::sync::Notify::new());
        let (held, app) = (gate.clone(), test.app.clone());
        let runner = JobRunner::new(test.app.clone()).register("long", move |_| {
            let (held, counted) = (held.clone(), counted.clone());
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                held.notified().await;
                Ok(())
            }
        });
        enqueue(&app, NewJob::new("long").key("scheduled")).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(runner.run_until(async move { let _ = stopped.await; }));
        while count.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The same is due again; another key and what has none may run beside it.
        let again = enqueue(&app, NewJob::new("long").key("scheduled")).await;
        let other = enqueue(&app, NewJob::new("long").key("other")).await;
        while state(&app, other).await != JobState::Running {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let idle = JobRunner::new(app.clone()).register("long", |_| async { Ok(()) });
        assert_eq!(idle.run_due().await.unwrap(), 0);
        assert_eq!(state(&app, again).await, JobState::Waiting);
        // Each is let go as it comes to wait.
        while state(&app, again).await != JobState::Done {
            gate.notify_one();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 3);
    }

    async fn dead_workers_of_one_key_leave_one_job(db: Db) {
        let test = TestApp::new(db.clone());
        let mut ids = Vec::new();
        for _ in 0..2 {
            ids.push(enqueue(&test.app, NewJob::new("tick").key("scheduled")).await);
            let lease = test.app.now().plus(Duration::from_secs(60));
            db.execute("UPDATE job SET state = 'running', attempt = 1, lease_until = $1 WHERE state = 'waiting'", values![lease])
                .await
                .unwrap();
            test.clock.advance(Duration::from_secs(1));
        }
        test.clock.advance(Duration::from_secs(120));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let runner = JobRunner::new(test.app.clone()).register("tick", |_| async { Ok(()) });
        let running = tokio::spawn(runner.run_until(async move { let _ = stopped.await; }));
        while state(&test.app, ids[1]).await != JobState::Done {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(state(&test.app, ids[0]).await, JobState::Failed);
    }

    async fn failures_are_tried_again_later_and_then_given_up(db: Db) {
        let test = TestApp::new(db);
        let (count, counted) = counter();
        let runner = JobRunner::new(test.app.clone())
            .register("bad", move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
                async { Err(JobFailure::Retry("no luck".to_owned())) }
            })
            .register("hopeless", |_| async { Err(JobFailure::Final("never".to_owned())) })
            .register("panics", |_| async { if true { panic!("oh") } else { Ok(()) } });
        let bad = enqueue(&test.app, NewJob::new("bad").max_attempts(3)).await;
        let hopeless = enqueue(&test.app, NewJob::new("hopeless")).await;
        let panics = enqueue(&test.app, NewJob::new("panics").max_attempts(1)).await;
        for expected in [1, 1, 2, 2, 3] {
            runner.run_due().await.unwrap();
            assert_eq!(count.load(Ordering::SeqCst), expected);
            test.clock.advance(Duration::from_secs(if expected == 1 { 5 } else { 11 }));
        }
        let job = jobs::read(&test.app.db, bad).await.unwrap();
        assert_eq!((job.state, job.error.as_deref(), job.attempt), (JobState::Failed, Some("no luck"), 3));
        assert_eq!(state(&test.app, hopeless).await, JobState::Failed);
        assert_eq!(state(&test.app, panics).await, JobState::Failed);
    }

    async fn a_dead_workers_job_starts_again_and_the_dead_one_cannot_write(db: Db) {
        let test = TestApp::new(db.clone());
        let (count, counted) = counter();
        let first = Arc::new(tokio::sync::Notify::new());
        let gate = first.clone();
        let register = move |runner: JobRunner| {
            let (counted, gate) = (counted.clone(), gate.clone());
            runner.register("slow", move |context| {
                let (counted, gate) = (counted.clone(), gate.clone());
                async move {
                    let start = counted.fetch_add(1, Ordering::SeqCst);
                    if start == 0 {
                        gate.notified().await;
                    }
                    context.progress(i64::try_from(start).unwrap(), None, "x").await
                }
            })
        };
        let id = enqueue(&test.app, NewJob::new("slow")).await;
        let stuck = register(JobRunner::new(test.app.clone()));
        let stuck = tokio::spawn(async move { stuck.run_due().await });
        while count.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        test.clock.advance(Duration::from_secs(61));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let second = register(JobRunner::new(test.app.clone()));
        let second = tokio::spawn(second.run_until(async move { let _ = stopped.await; }));
        for _ in 0..200 {
            if state(&test.app, id).await == JobState::Done {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        first.notify_one();
        stuck.await.unwrap().unwrap();
        stop.send(()).unwrap();
        second.await.unwrap();
        let job = jobs::read(&db, id).await.unwrap();
        assert_eq!((job.state, job.attempt, job.progress_done), (JobState::Done, 2, 1));
    }

    async fn many_workers_share_the_queue_without_doubling(db: Db) {
        let test = TestApp::new(db.clone());
        let (count, counted) = counter();
        for _ in 0..40 {
            enqueue(&test.app, NewJob::new("n")).await;
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut workers = Vec::new();
        for _ in 0..3 {
            let (counted, mut stopped) = (counted.clone(), stopped.clone());
            let runner = JobRunner::new(test.app.clone()).at_once(4).register("n", move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            });
            workers.push(tokio::spawn(runner.run_until(async move { let _ = stopped.changed().await; })));
        }
        for _ in 0..500 {
            let left: i64 = db.scalar("SELECT COUNT(*) FROM job WHERE state <> 'done'", ()).await.unwrap();
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.send(true).unwrap();
        for worker in workers {
            worker.await.unwrap();
        }
        assert_eq!(count.load(Ordering::SeqCst), 40);
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM job WHERE state = 'done'", ()).await.unwrap(), 40);
    }

    async fn shutdown_gives_running_jobs_back(db: Db) {
        let test = TestApp::new(db.clone());
        let id = enqueue(&test.app, NewJob::new("endless").max_attempts(1)).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let runner = JobRunner::new(test.app.clone())
            .register("endless", |_| async { std::future::pending::<Result<(), JobFailure>>().await });
        let running = tokio::spawn(runner.run_until(async move { let _ = stopped.await; }));
        while state(&test.app, id).await != JobState::Running {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.send(()).unwrap();
        running.await.unwrap();
        let job = jobs::read(&db, id).await.unwrap();
        assert_eq!((job.state, job.attempt, job.max_attempts), (JobState::Waiting, 1, 2));
    }

    async fn cancelling_ends_a_waiting_job_and_refuses_a_finished_one(db: Db) {
        let test = TestApp::new(db);
        let id = enqueue(&test.app, NewJob::new("x")).await;
        jobs::cancel(&test.app, &console(), id).await.unwrap();
        assert_eq!(state(&test.app, id).await, JobState::Cancelled);
        assert!(jobs::cancel(&test.app, &console(), id).await.is_err());
        assert!(jobs::cancel(&test.app, &console(), JobId::from_content(&["none"])).await.is_err());
    }

    async fn schedules_start_once_per_interval(db: Db) {
        let test = TestApp::new(db.clone());
        let (count, counted) = counter();
        let runner = JobRunner::new(test.app.clone()).register("tick", move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
        for _ in 0..2 {
            test.app.jobs.schedule(&db, "tick", 60, &serde_json::Value::Null).await.unwrap();
        }
        for expected in [1, 1, 2] {
            runner.run_due().await.unwrap();
            assert_eq!(count.load(Ordering::SeqCst), expected);
            test.clock.advance(Duration::from_secs(31));
        }
        test.clock.advance(Duration::from_secs(600));
        runner.run_due().await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 3, "missed times are not made up for");
    }

    async fn messages_are_kept_until_delivered(db: Db) {
        let test = TestApp::new(db.clone());
        let (count, counted) = counter();
        let deliverers = Deliverers::default().with("mail", Failing(counted, 2));
        let mut tx = db.begin().await.unwrap();
        outbox::add(&mut tx, &test.app, "mail", &serde_json::json!({"to": "x"})).await.unwrap();
        drop(tx);
        assert_eq!(outbox::deliver_due(&test.app, &deliverers).await.unwrap(), 0);
        let mut tx = db.begin().await.unwrap();
        outbox::add(&mut tx, &test.app, "mail", &serde_json::json!({"to": "x"})).await.unwrap();
        tx.commit().await.unwrap();
        let mut delivered = Vec::new();
        for _ in 0..5 {
            delivered.push(outbox::deliver_due(&test.app, &deliverers).await.unwrap());
            test.clock.advance(Duration::from_secs(61));
        }
        assert_eq!((delivered, count.load(Ordering::SeqCst)), (vec![0, 0, 1, 0, 0], 3));
    }

    async fn what_is_no_news_any_more_is_not_sent(db: Db) {
        let test = TestApp::new(db.clone());
        let (count, counted) = counter();
        let deliverers = Deliverers::default().with("mail", Failing(counted, 0));
        let add = async || {
            let mut tx = db.begin().await.unwrap();
            outbox::add(&mut tx, &test.app, "mail", &serde_json::json!({"to": "x"})).await.unwrap();
            tx.commit().await.unwrap();
        };
        add().await;
        // A week without a server; then two in one run, the old one not among them.
        test.clock.advance(Duration::from_secs(7 * 86_400));
        add().await;
        add().await;
        assert_eq!(outbox::deliver_due(&test.app, &deliverers).await.unwrap(), 2);
        test.clock.advance(Duration::from_secs(3_600));
        assert_eq!(outbox::deliver_due(&test.app, &deliverers).await.unwrap(), 0);
        assert_eq!(count.load(Ordering::SeqCst), 2);
        let error: String = db.scalar("SELECT error FROM outbox WHERE given_up_at IS NOT NULL", ()).await.unwrap();
        assert_eq!(error, "too old to be sent");
        // After a month what stood in them is gone; that they were written is not.
        test.clock.advance(Duration::from_secs(31 * 86_400));
        hinomi_platform::sign_in::forget_old(&test.app).await.unwrap();
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM outbox WHERE payload = ''", ()).await.unwrap(), 3);
    }

    async fn the_platforms_own_work_runs_by_schedule(db: Db) {
        let test = TestApp::new(db.clone());
        let person = test.person("aoi", vec![]).await;
        test.sign_in(person).await;
        let (count, counted) = counter();
        let runner = JobRunner::new(test.app.clone()).with_own(Deliverers::default().with("mail", Failing(counted, 0)));
        jobs::schedule_own(&test.app).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        outbox::add(&mut tx, &test.app, "mail", &serde_json::json!({"to": "x"})).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(runner.run_due().await.unwrap(), 2);
        assert_eq!(count.load(Ordering::SeqCst), 1);
        assert_eq!(db.scalar::<i64>("SELECT COUNT(*) FROM session", ()).await.unwrap(), 1);
        test.clock.advance(Duration::from_secs(40 * 86_400));
        runner.run_due().await.unwrap();
        for table in ["SELECT COUNT(*) FROM session", "SELECT COUNT(*) FROM sign_in_link"] {
            assert_eq!(db.scalar::<i64>(table, ()).await.unwrap(), 0, "{table}");
        }
    }

    async fn settings_keep_their_history_and_refuse_what_does_not_fit(db: Db) {
        const LIVES: Whole = Whole { name: "cat-lives", unit: Unit::Components, default: 9, least: 1, most: 9 };
        let test = TestApp::new(db.clone());
        let app = test.app.with_settings(vec![LIVES.spec()]);
        assert_eq!(settings::get(&app, "cat-lives").await.unwrap().version, 0);
        assert_eq!(LIVES.read(&db).await.unwrap(), 9);
        let put = async |value: serde_json::Value, expected| {
            settings::put(&app, &console(), "cat-lives", &value, expected).await
        };
        assert_eq!(put(serde_json::json!(8), Some(0)).await.unwrap(), 1);
        assert_eq!(put(serde_json::json!(7), None).await.unwrap(), 2);
        assert!(matches!(put(serde_json::json!(6), Some(1)).await, Err(SettingError::Changed { actual: 2, .. })));
        for wrong in [serde_json::json!("7"), serde_json::json!(10), serde_json::json!(0)] {
            assert!(matches!(put(wrong, None).await, Err(SettingError::Invalid { .. })));
        }
        assert!(matches!(settings::get(&app, "nothing").await, Err(SettingError::Unknown(_))));
        assert_eq!(LIVES.read(&db).await.unwrap(), 7);
        let values: Vec<_> =
            settings::history(&app, "cat-lives").await.unwrap().iter().map(|old| old.json()).collect();
        assert_eq!(values, [serde_json::json!(7), serde_json::json!(8)]);
        let listed = settings::list(&app).await.unwrap();
        assert!(listed.iter().any(|(spec, stored)| spec.name == "cat-lives" && stored.version == 2));
    }
}

#[test]
fn both_engines_end_in_the_same_schema() {
    static SCHEMAS: std::sync::Mutex<Vec<Vec<String>>> = std::sync::Mutex::new(Vec::new());
    for engine in [hinomi_db::Engine::Sqlite, hinomi_db::Engine::Postgres] {
        hinomi_db::testing::run(engine, SETS, |db| async move {
            let schema = hinomi_db::testing::schema(&db).await;
            SCHEMAS.lock().unwrap().push(schema);
        });
    }
    let schemas = SCHEMAS.lock().unwrap();
    assert!(schemas[0].len() > 60, "{:?}", schemas[0]);
    assert_eq!(schemas[0], schemas[1]);
}
