// SPDX-License-Identifier: Apache-2.0

use hinomi_version::cpe::{Attribute, Cpe};

use super::{
    Fit, Installed, component_keys, criteria_key, distribution_release, fit, installed, is_distribution,
};

fn cpe(text: &str) -> Cpe {
    Cpe::parse(text).unwrap()
}

#[test]
fn both_sides_meet_under_one_key() {
    let component = component_keys(&cpe("cpe:2.3:a:openssl:openssl:1.1.1:k:*:*:*:*:*:*"));
    for criteria in [
        "cpe:/a:openssl:openssl",
        "cpe:2.3:a:*:openssl:*:*:*:*:*:*:*:*",
        "cpe:2.3:a:openssl:open*:*:*:*:*:*:*:*:*",
    ] {
        let key = criteria_key(&cpe(criteria)).unwrap();
        assert!(component.contains(&key), "{criteria}: {key}");
    }
}

#[test]
fn names_without_a_product_are_refused() {
    assert_eq!(criteria_key(&cpe("cpe:/a:openssl")), None);
    assert_eq!(criteria_key(&cpe("cpe:2.3:a:openssl:-:*:*:*:*:*:*:*:*")), None);
    assert!(component_keys(&cpe("cpe:2.3:a:openssl:*:1.0:*:*:*:*:*:*:*")).is_empty());
    assert!(component_keys(&cpe("cpe:2.3:a:*:openssl:1.0:*:*:*:*:*:*:*")).is_empty());
}

#[test]
fn attributes_beside_the_version() {
    let component = cpe("cpe:2.3:a:acme:forms:1.0:*:*:*:*:*:*:*");
    let relation = |criteria: &str| fit(&cpe(criteria), &component);
    assert_eq!(relation("cpe:2.3:a:acme:forms:*:*:*:*:*:*:*:*"), Fit::Whole);
    assert_eq!(relation("cpe:2.3:a:acme:forms:*:*:-:*:-:*:*:*"), Fit::Whole);
    assert_eq!(relation("cpe:2.3:a:acme:forms:*:*:*:*:*:wordpress:*:*"), Fit::Narrower(Attribute::TargetSw));
    let of_wordpress = cpe("cpe:2.3:a:acme:forms:1.0:*:*:*:*:wordpress:*:*");
    assert_eq!(fit(&cpe("cpe:2.3:a:acme:forms:*:*:*:*:*:wordpress:*:*"), &of_wordpress), Fit::Whole);
    assert_eq!(fit(&cpe("cpe:2.3:a:acme:forms:*:*:*:*:*:drupal:*:*"), &of_wordpress), Fit::None);
    assert_eq!(fit(&cpe("cpe:2.3:a:acme:other:*:*:*:*:*:*:*:*"), &of_wordpress), Fit::None);
}

#[test]
fn versions_fold_their_update() {
    let version = |text: &str| installed(&cpe(text));
    let of = |text: &str| Installed::Version(text.to_owned());
    assert_eq!(version("cpe:/a:oracle:jdk:1.8.0:update_202"), of("1.8.0-patch202"));
    assert_eq!(version("cpe:2.3:a:x:y:1.0:-:*:*:*:*:*:*"), of("1.0"));
    assert_eq!(version("cpe:2.3:h:x:y:-:*:*:*:*:*:*:*"), Installed::Versionless);
    assert_eq!(version("cpe:/a:x:y"), Installed::Unsaid);
}

#[test]
fn distributions_and_their_releases() {
    assert!(is_distribution(&cpe("cpe:/o:debian:debian_linux:12")));
    assert!(!is_distribution(&cpe("cpe:/o:microsoft:windows_10")));
    let release = |text: &str| distribution_release(&cpe(text));
    assert_eq!(release("cpe:/o:redhat:enterprise_linux:8::baseos"), Some(("Red Hat", "8".to_owned(), None)));
    assert_eq!(
        release("cpe:/a:redhat:rhel_eus:8.6::appstream"),
        Some(("Red Hat", "8".to_owned(), Some("rhel_eus:8.6".to_owned())))
    );
    assert_eq!(release("cpe:/o:suse:sles:15:sp5"), Some(("SUSE", "15.5".to_owned(), None)));
    assert_eq!(release("cpe:/a:redhat:openshift:4"), None);
}
