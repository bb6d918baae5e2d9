// SPDX-License-Identifier: Apache-2.0
//! Lock and metadata files beyond the first ones: each is known by its content and read whole.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use hinomi_inventory_formats::{Component, Format, read};

/// purl, or name and version where there is none.
fn packages(text: &str) -> (Format, Vec<String>) {
    let found = read(text.as_bytes(), "lock").unwrap();
    let shown = |one: &Component| {
        one.purl.clone().unwrap_or_else(|| format!("{} {}", one.name, one.version.as_deref().unwrap_or("-")))
    };
    (found.format, found.components.iter().map(shown).collect())
}

fn expect(format: Format, text: &str, expected: &[&str]) {
    assert_eq!(packages(text), (format, expected.iter().map(|one| (*one).to_owned()).collect()));
}

#[test]
fn python() {
    expect(
        Format::Pylock,
        "lock-version = \"1.0\"\ncreated-by = \"pip\"\n[[packages]]\nname = \"Attrs\"\nversion = \"25.1.0\"\n\
         [[packages]]\nname = \"own\"\n[packages.directory]\npath = \".\"\n",
        &["pkg:pypi/attrs@25.1.0", "own -"],
    );
    expect(
        Format::PdmLock,
        "[metadata]\nlock_version = \"4.5.0\"\ncontent_hash = \"sha256:0\"\n[[package]]\nname = \"idna\"\nversion = \"3.7\"\n",
        &["pkg:pypi/idna@3.7"],
    );
    expect(Format::PythonMetadata, "Metadata-Version: 2.1\nName: a\nVersion: 1\n\ntext", &["pkg:pypi/a@1"]);
    expect(
        Format::CondaMeta,
        r#"{"build":"h1_0","build_number":0,"channel":"https://conda.anaconda.org/conda-forge/linux-64","name":"openssl","version":"3.3.1"}"#,
        &["pkg:conda/openssl@3.3.1?build=h1_0&channel=conda-forge"],
    );
}

#[test]
fn node() {
    expect(
        Format::BunLock,
        "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\"\": {\"name\": \"a,]\",},},\n  \"packages\": {\n    \
         \"@s/b\": [\"@s/b@1.0.0\", \"\", {}, \"sha512-x\"],\n    \"w\": [\"w@workspace:packages/w\"],\n  }\n}\n",
        &["pkg:npm/%40s/b@1.0.0", "w workspace:packages/w"],
    );
    expect(
        Format::NpmPackage,
        r#"{"name":"@a/b","version":"1.0.0","main":"x.js","dependencies":{"c":"^1"}}"#,
        &["pkg:npm/%40a/b@1.0.0"],
    );
    expect(
        Format::NpmPackage,
        r#"{"name":"app","version":"1.0.0","private":true,"scripts":{}}"#,
        &["app 1.0.0"],
    );
}

#[test]
fn java() {
    let pom = r#"<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0">
        <parent><groupId>com.example</groupId><artifactId>p</artifactId><version>2.0</version></parent>
        <artifactId>app</artifactId>
        <properties><jackson.version>2.13.${minor}</jackson.version><minor>4</minor></properties>
        <dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>m</artifactId><version>7</version></dependency></dependencies></dependencyManagement>
        <dependencies>
          <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>${jackson.version}</version></dependency>
          <dependency><groupId>g</groupId><artifactId>m</artifactId></dependency>
          <dependency><groupId>${project.groupId}</groupId><artifactId>lib</artifactId><version>${project.version}</version></dependency>
          <dependency><groupId>g</groupId><artifactId>bom</artifactId><version>${elsewhere}</version></dependency>
        </dependencies></project>"#;
    expect(
        Format::MavenPom,
        pom,
        &[
            "app 2.0",
            "pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.13.4",
            "pkg:maven/g/m@7",
            "pkg:maven/com.example/lib@2.0",
            "pkg:maven/g/bom",
        ],
    );
    // A property that names itself ends.
    let endless = "<project><artifactId>a</artifactId><version>${v}</version><properties><v>${v}${v}</v></properties></project>";
    expect(Format::MavenPom, endless, &["a -"]);
    expect(
        Format::GradleLock,
        "# This is a Gradle generated file for dependency locking.\n# Manual edits can break the build.\n\
         com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath\nempty=annotationProcessor\n",
        &["pkg:maven/com.google.guava/guava@31.1-jre"],
    );
    expect(
        Format::MavenProperties,
        "#Created by Apache Maven 3.6.3\ngroupId=org.x\nartifactId=y\nversion=1.0\n",
        &["pkg:maven/org.x/y@1.0"],
    );
    expect(
        Format::JavaManifest,
        "Manifest-Version: 1.0\nImplementation-Title: y\nImplementation-Version: 3\nImplementation-Vendor-Id: org.x\n",
        &["pkg:maven/org.x/y@3"],
    );
}

#[test]
fn dotnet() {
    expect(
        Format::DotnetDeps,
        r#"{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0"},"targets":{},"libraries":{"App/1.0.0":{"type":"project"},
            "Newtonsoft.Json/13.0.1":{"type":"package"},
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1":{"type":"runtimepack"}}}"#,
        &[
            "App 1.0.0",
            "pkg:nuget/Newtonsoft.Json@13.0.1",
            "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.1",
        ],
    );
    expect(
        Format::NugetConfig,
        r#"<packages><package id="jQuery" version="3.4.1" targetFramework="net48"/></packages>"#,
        &["pkg:nuget/jQuery@3.4.1"],
    );
    expect(
        Format::NugetProject,
        r#"<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="A" Version="1.2.3"/>
           <PackageReference Include="B"><Version>[1.0,2.0)</Version></PackageReference></ItemGroup></Project>"#,
        &["pkg:nuget/A@1.2.3", "pkg:nuget/B"],
    );
}

#[test]
fn ruby_and_php() {
    expect(
        Format::Gemspec,
        "# -*- encoding: utf-8 -*-\nGem::Specification.new do |s|\n  s.name = \"rake\".freeze\n  s.version = \"13.0.6\"\n\
         \x20 s.required_rubygems_version = \"1.3\"\n  s.licenses = [\"MIT\".freeze]\nend\n",
        &["pkg:gem/rake@13.0.6"],
    );
    expect(
        Format::ComposerInstalled,
        r#"{"packages":[{"name":"monolog/monolog","version":"2.1.0","license":["MIT"]}],"dev":true,"dev-package-names":[]}"#,
        &["pkg:composer/monolog/monolog@2.1.0"],
    );
    expect(
        Format::ComposerInstalled,
        r#"[{"name":"a/b","version":"v1.0.0","version_normalized":"1.0.0.0"}]"#,
        &["pkg:composer/a/b@1.0.0"],
    );
}

#[test]
fn other_languages() {
    expect(
        Format::MixLock,
        "%{\n  \"jason\": {:hex, :jason, \"1.4.1\", \"af\", [:mix], [], \"hexpm\", \"fb\"},\n  \"own\": {:git, \"https://x/own.git\", \"abc\", []},\n}\n",
        &["pkg:hex/jason@1.4.1", "own -"],
    );
    expect(
        Format::RebarLock,
        "{\"1.2.0\",\n[{<<\"cowlib\">>,{pkg,<<\"cowlib\">>,<<\"2.12.1\">>},1}]}.\n[\n{pkg_hash,[]}].\n",
        &["pkg:hex/cowlib@2.12.1"],
    );
    expect(
        Format::PubLock,
        "# Generated by pub\npackages:\n  async:\n    dependency: transitive\n    source: hosted\n    version: \"2.11.0\"\n  \
         flutter:\n    dependency: \"direct main\"\n    source: sdk\n    version: \"0.0.0\"\nsdks:\n  dart: \">=3.0.0\"\n",
        &["pkg:pub/async@2.11.0", "flutter 0.0.0"],
    );
    expect(
        Format::SwiftResolved,
        r#"{"pins":[{"identity":"swift-nio","kind":"remoteSourceControl","location":"https://github.com/apple/swift-nio.git","state":{"revision":"abc","version":"2.40.0"}}],"version":2}"#,
        &["pkg:swift/github.com/apple/swift-nio@2.40.0"],
    );
    expect(
        Format::SwiftResolved,
        r#"{"object":{"pins":[{"package":"Nio","repositoryURL":"git@github.com:apple/nio.git","state":{"version":"1.0"}}]},"version":1}"#,
        &["pkg:swift/github.com/apple/nio@1.0"],
    );
    expect(
        Format::CocoapodsLock,
        "PODS:\n  - AFNetworking (4.0.1):\n    - AFNetworking/NSURLSession (= 4.0.1)\n  - AFNetworking/NSURLSession (4.0.1)\n\nDEPENDENCIES:\n  - AFNetworking\n",
        &["pkg:cocoapods/AFNetworking@4.0.1", "pkg:cocoapods/AFNetworking@4.0.1#NSURLSession"],
    );
    expect(
        Format::ConanLock,
        r#"{"version":"0.5","requires":["zlib/1.3.1#f52e03ae3d251dec704634230cd806a2%1708593606.497"],"build_requires":[],"python_requires":[]}"#,
        &["pkg:conan/zlib@1.3.1"],
    );
    expect(
        Format::ConanLock,
        r#"{"graph_lock":{"nodes":{"0":{"options":""},"1":{"ref":"openssl/3.0.8@user/stable#1"}}},"version":"0.4"}"#,
        &["pkg:conan/openssl@3.0.8"],
    );
    expect(
        Format::RenvLock,
        r#"{"R":{"Version":"4.3.0"},"Packages":{"rlang":{"Package":"rlang","Version":"1.1.1","Source":"Repository"}}}"#,
        &["pkg:cran/rlang@1.1.1"],
    );
    expect(
        Format::RDescription,
        "Package: rlang\nType: Package\nTitle: Functions\nVersion: 1.1.1\nLicense: MIT\nBuilt: R 4.2.2\n",
        &["pkg:cran/rlang@1.1.1"],
    );
    expect(
        Format::CabalFreeze,
        "active-repositories: hackage.haskell.org:merge\nconstraints: any.aeson ==2.1.2.1,\n             aeson +ordered,\n             any.base ==4.17\n",
        &["pkg:hackage/aeson@2.1.2.1", "pkg:hackage/base@4.17"],
    );
}

#[test]
fn broken_ones_are_refused_with_their_place() {
    let refusal = |text: &str| read(text.as_bytes(), "lock").unwrap_err().to_string();
    assert_eq!(
        refusal("%{\n  \"jason\": 7,\n}\n"),
        "lock: line 2, column 1: is not \"name\": {:hex, :name, \"version\", …}"
    );
    assert_eq!(
        refusal("{\"lockfileVersion\":1,\"workspaces\":{},\"packages\":{\"a\":[7]}}"),
        "lock: packages.a: is not [\"name@version\", …]"
    );
    assert!(refusal("<project><artifactId>a</artifactId>").contains("the document ends inside an element"));
    assert!(
        refusal("Metadata-Version: 2.1\nName: a\n\nVersion: 1").ends_with("lacks the header Name or Version")
    );
}

#[test]
fn pnpm_keys_of_each_version_name_the_package() {
    let names = |text: &str| -> Vec<String> {
        read(text.as_bytes(), "pnpm-lock.yaml")
            .unwrap()
            .components
            .into_iter()
            .map(|one| one.purl.unwrap_or(one.name))
            .collect()
    };
    let five = "lockfileVersion: 5.4\n\npackages:\n\n  /foo/1.0.0_react@17.0.2:\n    dev: true\n  /@s/bar/2.0.0:\n    dev: true\n";
    assert_eq!(names(five), ["pkg:npm/foo@1.0.0", "pkg:npm/%40s/bar@2.0.0"]);
    let six = "lockfileVersion: '6.0'\n\npackages:\n\n  /@s/bar@2.0.0(react@17.0.2):\n    dev: true\n";
    assert_eq!(names(six), ["pkg:npm/%40s/bar@2.0.0"]);
    let nine = "---\nlockfileVersion: '9.0'\n\npackages:\n  pnpm@9.14.0: {}\n\n---\nlockfileVersion: '9.0'\n\npackages:\n  own@https://host/own.tgz: {}\n  a@1.0.0: {}\n";
    assert_eq!(names(nine), ["pkg:npm/pnpm@9.14.0", "own", "pkg:npm/a@1.0.0"]);
}

#[test]
fn stack_deno_conda_and_project_assets_are_read() {
    let stack = "packages:\n- completed:\n    hackage: aeson-2.0.3.0@sha256:130b,6235\n    pantry-tree:\n      sha256: a\n      size: 1\n\
                 snapshots: []\n";
    let deno =
        r#"{"version": "4", "specifiers": {}, "jsr": {"@std/a@1.0.0": {}}, "npm": {"chalk@5.3.0_x@1": {}}}"#;
    let conda = "name: x\nchannels:\n  - c\ndependencies:\n  - numpy=1.26.4=py311\n  - scipy\n  - pip:\n    - requests[socks]==2.31.0\n";
    let assets = r#"{"version": 3, "targets": {}, "libraries": {"A/1.0.0": {"type": "package"}, "Own/1.0.0": {"type": "project"}}, "packageFolders": {}}"#;
    let expected: [(&str, &str, &[&str]); 4] = [
        (stack, "stack-lock", &["pkg:hackage/aeson@2.0.3.0"]),
        (deno, "deno-lock", &["pkg:jsr/%40std/a@1.0.0", "pkg:npm/chalk@5.3.0"]),
        (conda, "conda-environment", &["pkg:conda/numpy@1.26.4", "pkg:pypi/requests@2.31.0"]),
        (assets, "dotnet-deps", &["pkg:nuget/A@1.0.0", "Own"]),
    ];
    for (text, format, purls) in expected {
        let found = read(text.as_bytes(), "lock").unwrap();
        let named: Vec<String> =
            found.components.into_iter().map(|one| one.purl.unwrap_or(one.name)).collect();
        assert_eq!((found.format.name(), named), (format, purls.iter().map(|one| one.to_string()).collect()));
    }
}

#[test]
fn requirements_without_exact_versions_are_read_with_a_warning_each() {
    let found = read(b"-r base.txt\nflask~=2.0\nnumpy\nrequests==2.31.0\n", "requirements.txt").unwrap();
    assert_eq!((found.components.len(), found.warnings.len()), (1, 2));
    assert!(read(b"numpy\nflask\n", "words.txt").is_err());
}

/// Name and scope of each component.
fn scopes(text: &str, path: &str) -> Vec<(String, Option<String>)> {
    let inventory = read(text.as_bytes(), path).unwrap();
    inventory.components.into_iter().map(|one| (one.name, one.scope)).collect()
}

#[test]
fn what_only_development_needs_is_told_apart() {
    let of = |list: &[(&str, Option<&str>)]| -> Vec<(String, Option<String>)> {
        list.iter().map(|(name, scope)| ((*name).to_owned(), scope.map(str::to_owned))).collect()
    };
    let (excluded, optional) = (Some("excluded"), Some("optional"));
    let npm = r#"{"name":"own","lockfileVersion":3,"packages":{"":{"name":"own"},
        "node_modules/a":{"version":"1.0.0"},"node_modules/b":{"version":"2.0.0","dev":true},
        "node_modules/c":{"version":"3.0.0","optional":true},"node_modules/d":{"version":"4.0.0","devOptional":true}}}"#;
    assert_eq!(
        scopes(npm, "package-lock.json"),
        of(&[("own", None), ("a", None), ("b", excluded), ("c", optional), ("d", optional)])
    );
    let old = r#"{"name":"own","lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dev":true,
        "dependencies":{"b":{"version":"2.0.0"}}}}}"#;
    assert_eq!(scopes(old, "package-lock.json"), of(&[("a", excluded), ("b", None)]));
    let pnpm = "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0:\n    resolution: {integrity: x}\n    dev: true\n  \
                /b@1.0.0:\n    resolution: {integrity: x}\n    dev: false\n";
    assert_eq!(scopes(pnpm, "pnpm-lock.yaml"), of(&[("a", excluded), ("b", None)]));
    let composer = r#"{"content-hash":"x","packages":[{"name":"v/a","version":"1.0.0"}],
        "packages-dev":[{"name":"v/b","version":"v2.0.0"}]}"#;
    assert_eq!(scopes(composer, "composer.lock"), of(&[("v/a", None), ("v/b", excluded)]));
    let pipfile = r#"{"_meta":{"hash":{"sha256":"x"},"pipfile-spec":6,"requires":{},"sources":[]},
        "default":{"a":{"version":"==1.0"}},"develop":{"b":{"version":"==2.0"}}}"#;
    assert_eq!(scopes(pipfile, "Pipfile.lock"), of(&[("a", None), ("b", excluded)]));
    let poetry = "[[package]]\nname = \"a\"\nversion = \"1.0\"\noptional = false\ngroups = [\"main\", \"dev\"]\n\n\
                  [[package]]\nname = \"b\"\nversion = \"1.0\"\noptional = false\ngroups = [\"dev\"]\n\n\
                  [[package]]\nname = \"c\"\nversion = \"1.0\"\noptional = true\ngroups = [\"main\"]\n\n\
                  [metadata]\nlock-version = \"2.1\"\npython-versions = \"^3.11\"\ncontent-hash = \"x\"\n";
    assert_eq!(scopes(poetry, "poetry.lock"), of(&[("a", None), ("b", excluded), ("c", optional)]));
}
