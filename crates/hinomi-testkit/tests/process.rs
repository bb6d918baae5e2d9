// SPDX-License-Identifier: Apache-2.0
//! The process helpers, against small scripts in the binary's place.

use std::os::unix::fs::PermissionsExt as _;

use hinomi_testkit::{Client, Hinomi, Server};

/// A folder with an executable script in it.
#[expect(clippy::unwrap_used, reason = "a test cannot go on without its script")]
fn script(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hinomi");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    (folder, path)
}

#[test]
fn a_command_gets_its_database_and_says_how_it_ended() {
    let (_folder, binary) = script("echo \"$HINOMI_DATABASE\" >&2; cat; echo '{\"args\": \"'$*'\"}'; exit 2");
    let hinomi = Hinomi::on_sqlite(&binary);
    let ended = hinomi.run_with_input(["feed", "list"], b"given\n").expect_code(2);
    assert!(ended.stdout.starts_with("given\n"));
    assert_eq!(ended.last_json()["args"], "feed list");
    assert!(ended.stderr.starts_with("sqlite:/"));
    let elsewhere = Hinomi::on_database(&binary, "postgres://somewhere/db").run(["feed"]);
    assert_eq!(elsewhere.stderr, "postgres://somewhere/db\n");
}

#[test]
fn a_server_is_asked_at_its_address_and_stops_when_told() {
    let program = r#"
        const server = require("node:http").createServer((_, answer) => answer.end("{}"));
        server.listen(0, "127.0.0.1", () => console.log(`address http://127.0.0.1:${server.address().port}`));
        process.on("SIGTERM", () => process.exit(0));
    "#;
    let mut command = std::process::Command::new("node");
    command.args(["-e", program]);
    let server = Server::start(&mut command);
    assert_eq!(server.client().get("/").expect_status(200).json(), serde_json::json!({}));
    assert_eq!(Client::new(server.base_url()).get("/healthz").status, 200);
    server.stop();
}

#[test]
#[should_panic(expected = "it did not serve: no database")]
fn a_server_that_dies_says_why() {
    let (_folder, binary) = script("echo no database >&2; exit 1");
    Hinomi::on_sqlite(&binary).serve();
}
