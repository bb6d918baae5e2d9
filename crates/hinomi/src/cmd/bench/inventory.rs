// SPDX-License-Identifier: Apache-2.0
//! Real SBOMs read, and taken in by a running server from eight clients; hosts that report that nothing changed.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hinomi_archive::Limits;
use hinomi_assets::enrolment::{NewToken, host_enrol, token_create};
use hinomi_platform::App;
use hinomi_platform::sessions::Origin;
use hinomi_platform::sign_in;
use hinomi_risk::RiskState;
use hinomi_web::{CSRF_HEADER, SESSION_COOKIE};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde_json::json;

use super::{Bench, at_least, made, memory, seconds, tell};
use crate::cmd::admin;
use crate::failure::Told;
use crate::wiring;

/// Documents held at once while they are read: bounded memory, whatever the archive holds.
const BATCH_BYTES: usize = 64 << 20;
const CLIENTS: usize = 8;
/// The archives of real SBOMs, and which of their documents count: 863 and 1,511.
const ARCHIVES: [(&str, &str); 2] =
    [("sboms.tar.zst", "container-images-spdx"), ("optional-sboms-bench.tar.zst", "")];
/// What has not been posted of an archive by then is left out, with a word.
const POSTING: Duration = Duration::from_secs(300);
const HOSTS: usize = 200;
const REPORTING: Duration = Duration::from_secs(5);

pub(super) async fn run(bench: &Bench<'_>) -> anyhow::Result<()> {
    for (archive, within) in ARCHIVES {
        let path = bench.args.real.join(archive);
        match path.exists() {
            true => tokio::task::block_in_place(|| read(bench, &path, archive, within))?,
            false => bench.progress(&format!("{archive} is not there")),
        }
    }
    tell("peak memory of reading", memory("VmHWM:"), "MB")?;
    let app = bench.app().await?;
    let console = wiring::console();
    made::organisation(&wiring::act(&app, &console.actor)).await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = tokio::spawn(hinomi_web::serve(
        app.clone(),
        wiring::routes(&RiskState::default()),
        listener,
        async move {
            let _ended = stopped.await;
        },
    ));
    posted(bench, &app, address).await?;
    unchanged(bench, &app, address).await?;
    let _gone = stop.send(());
    serving.await??;
    app.db.close().await;
    Ok(())
}

/// Unpacks and reads every document of an archive: unpacking alone, reading alone, and both.
fn read(bench: &Bench<'_>, path: &Path, name: &str, within: &str) -> anyhow::Result<()> {
    let (mut batch, mut held) = (Vec::new(), 0_usize);
    let (mut documents, mut bytes, mut refused, mut components) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut reading = Duration::ZERO;
    let started = Instant::now();
    let mut flush = |batch: &mut Vec<(String, Vec<u8>)>| {
        let began = Instant::now();
        let counts: Vec<Option<usize>> = batch
            .par_iter()
            .map(|(path, bytes)| Some(hinomi_inventory_formats::read(bytes, path).ok()?.components.len()))
            .collect();
        reading += began.elapsed();
        refused += counts.iter().filter(|count| count.is_none()).count();
        components += counts.into_iter().flatten().sum::<usize>();
        batch.clear();
    };
    hinomi_archive::walk(path, &Limits::default(), &mut |entry| {
        if let Ok(content) = entry.bytes
            && entry.path.contains(within)
        {
            documents += 1;
            bytes += content.len();
            held += content.len();
            batch.push((entry.path, content.into_owned()));
            if held >= BATCH_BYTES {
                flush(&mut batch);
                held = 0;
            }
        }
        ControlFlow::Continue(())
    })?;
    flush(&mut batch);
    let (whole, reading) = (seconds(started), reading.as_secs_f64());
    let megabytes = bytes as f64 / 1e6;
    bench.progress(&format!("{name}: {documents} documents"));
    tell(&format!("{name}: documents"), documents as f64, "")?;
    tell(&format!("{name}: refused with a cause"), refused as f64, "")?;
    tell(&format!("{name}: components"), components as f64, "")?;
    at_least(&format!("{name}: reading, all cores"), megabytes / reading, "MB/s", 200.0)?;
    tell(&format!("{name}: reading"), documents as f64 / reading, "documents/s")?;
    tell(&format!("{name}: unpacking and reading"), megabytes / whole, "MB/s")?;
    Ok(())
}

/// Real SBOMs, posted by eight clients at once to the server while the archive is unpacked.
async fn posted(bench: &Bench<'_>, app: &App, address: SocketAddr) -> anyhow::Result<()> {
    let person = admin::create_account(app, "ciso@bench.example", "en").await?;
    let link = sign_in::create_link(app, &wiring::console().actor, person, None).await.told()?;
    let origin = Origin { address: "127.0.0.1".to_owned(), user_agent: "bench".to_owned() };
    let session = sign_in::with_link(app, &link, &origin).await.told()?;
    let client = Client {
        address,
        cookie: format!("{SESSION_COOKIE}={}", session.token),
        csrf: session.session.csrf_token.clone(),
    };
    for (archive, within) in ARCHIVES {
        let path = bench.args.real.join(archive);
        if path.exists() {
            tokio::task::block_in_place(|| post_all(bench, &client, &path, archive, within))?;
        }
    }
    Ok(())
}

/// A browser's session.
struct Client {
    address: SocketAddr,
    cookie: String,
    csrf: String,
}

/// Every document of an archive, or as many as are taken in within [`POSTING`].
fn post_all(
    bench: &Bench<'_>,
    client: &Client,
    path: &Path,
    archive: &str,
    within: &str,
) -> anyhow::Result<()> {
    let (sender, receiver) = std::sync::mpsc::sync_channel::<(usize, Vec<u8>)>(2 * CLIENTS);
    let receiver = Mutex::new(receiver);
    let (bytes, refused, is_cut) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let started = Instant::now();
    let taken = std::thread::scope(|scope| -> anyhow::Result<usize> {
        let unpacking = scope.spawn(|| {
            let mut count = 0;
            let sender = sender;
            hinomi_archive::walk(path, &Limits::default(), &mut |entry| {
                let Ok(content) = entry.bytes else { return ControlFlow::Continue(()) };
                if !entry.path.contains(within) {
                    return ControlFlow::Continue(());
                }
                if started.elapsed() > POSTING {
                    is_cut.store(true, Ordering::Relaxed);
                    return ControlFlow::Break(());
                }
                count += 1;
                // Without a client that is left nobody wants more.
                let wanted = sender.send((count, content.into_owned())).is_ok();
                if wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
        });
        let taken = in_turns(CLIENTS, |_, agent| {
            let mut taken = 0;
            loop {
                let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((number, document)) = next else { return Ok(taken) };
                let url = format!(
                    "http://{}/api/v1/inventory/imports?asset={}-{number:04}",
                    client.address,
                    archive.split('.').next().unwrap_or_default()
                );
                let request =
                    agent.post(&url).header("cookie", &client.cookie).header(CSRF_HEADER, &client.csrf);
                let answer = request.send(document.as_slice());
                match answer {
                    Ok(answer) if answer.status().is_success() => {
                        taken += 1;
                        bytes.fetch_add(document.len(), Ordering::Relaxed);
                    }
                    Ok(_) | Err(ureq::Error::StatusCode(_)) => _ = refused.fetch_add(1, Ordering::Relaxed),
                    Err(error) => return Err(error).context("no answer"),
                }
            }
        });
        // The clients that stopped early must not leave the unpacking waiting for them.
        drop(receiver);
        let unpacked = unpacking.join().map_err(|_| anyhow::anyhow!("unpacking broke down"))?;
        let taken = taken?;
        unpacked?;
        Ok(taken)
    })?;
    let took = seconds(started);
    bench.progress(&format!("{archive}: {taken} documents posted"));
    let sample = if is_cut.into_inner() { ", a sample: the time ran out" } else { "" };
    tell(&format!("{archive}: posted by {CLIENTS} clients to the running server{sample}"), taken as f64, "")?;
    tell(&format!("{archive}: not taken in"), refused.into_inner() as f64, "")?;
    tell(&format!("{archive}: posted and taken in"), taken as f64 / took, "documents/s")?;
    tell(&format!("{archive}: posted and taken in"), bytes.into_inner() as f64 / 1e6 / took, "MB/s")
}

/// Hosts that ask whether their inventory, which has not changed, is wanted.
async fn unchanged(bench: &Bench<'_>, app: &App, address: SocketAddr) -> anyhow::Result<()> {
    let console = wiring::console();
    let act = wiring::act(app, &console.actor);
    let unit = hinomi_org::unit_by_code(&app.db, "group", app.now()).await.told()?;
    let unit = unit.context("the made-up group is not there")?;
    let new = NewToken { name: "bench".to_owned(), unit, system: None, expires_at: None };
    let (_, token) = token_create(&act, new).await.told()?;
    let mut secrets = Vec::with_capacity(HOSTS);
    for host in 0..HOSTS {
        secrets.push(host_enrol(app, &token, &format!("machine-{host}")).await.told()?);
    }
    let document = |host: usize| {
        json!({ "bomFormat": "CycloneDX", "specVersion": "1.6",
            "metadata": { "component": { "type": "device", "name": format!("agent-{host}") } },
            "components": [{ "type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1" }] })
    };
    let url = format!("http://{address}/api/v1/inventory/push");
    let push = |agent: &ureq::Agent, host: usize, body: &[u8]| -> anyhow::Result<String> {
        let request = agent
            .post(&url)
            .header("authorization", format!("Bearer {}", secrets[host]))
            .header("x-hinomi-document", "the-same");
        let mut answer = match body.is_empty() {
            true => request.send_empty()?,
            false => request.send(body)?,
        };
        Ok(answer.body_mut().read_to_string()?)
    };
    tokio::task::block_in_place(|| {
        in_turns(CLIENTS, |client, agent| {
            for host in (client..HOSTS).step_by(CLIENTS) {
                push(agent, host, document(host).to_string().as_bytes())?;
            }
            Ok(0)
        })
    })?;
    bench.progress("hosts enrolled");
    let started = Instant::now();
    let reports = tokio::task::block_in_place(|| {
        in_turns(CLIENTS, |client, agent| {
            let (mut reports, mut host) = (0, client);
            while started.elapsed() < REPORTING {
                let answer = push(agent, host, b"")?;
                ensure!(answer.contains("unchanged"), "{answer}");
                reports += 1;
                host = (host + CLIENTS) % HOSTS;
            }
            Ok(reports)
        })
    })?;
    at_least("reports of hosts that nothing changed", reports as f64 / seconds(started), "/s", 2_000.0)
}

/// Runs so many clients at once, each with a connection of its own, and adds up what they did.
fn in_turns(
    clients: usize,
    work: impl Fn(usize, &ureq::Agent) -> anyhow::Result<usize> + Sync,
) -> anyhow::Result<usize> {
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|client| {
                scope.spawn(move || {
                    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(120)));
                    work(client, &config.build().into())
                })
            })
            .collect();
        let mut sum = 0;
        for one in running {
            sum += one.join().map_err(|_| anyhow::anyhow!("a client broke down"))??;
        }
        Ok(sum)
    })
}
