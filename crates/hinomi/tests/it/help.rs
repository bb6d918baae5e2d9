// SPDX-License-Identifier: Apache-2.0
//! What `--help` says, for every noun and verb.

use crate::support::empty;

#[test]
fn help_of_every_command() {
    let hinomi = empty();
    let commands: &[&[&str]] = &[
        &[],
        &["serve"],
        &["worker"],
        &["demo"],
        &["admin"],
        &["admin", "backup"],
        &["admin", "sign-in-link"],
        &["feed", "import"],
        &["feed", "sync"],
        &["feed", "bundle"],
        &["inventory"],
        &["inventory", "import"],
        &["match"],
        &["org", "import"],
        &["org", "close"],
        &["system", "create"],
        &["asset", "list"],
        &["asset", "relate"],
        &["asset", "impact"],
        &["ticket", "list"],
        &["vulnerability", "affected"],
    ];
    let mut text = String::new();
    for command in commands {
        let ended = hinomi.run(command.iter().copied().chain(["--help"])).expect_code(0);
        assert!(ended.stdout.contains("Example"), "{command:?} shows no example");
        text.push_str(&format!("$ hinomi {} --help\n{}\n", command.join(" "), ended.stdout));
    }
    insta::assert_snapshot!(text);
}
