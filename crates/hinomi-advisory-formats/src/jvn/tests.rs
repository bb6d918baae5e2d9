// SPDX-License-Identifier: Apache-2.0
//! Details and the overview of JVN iPedia, with text of our own.

use super::range;
use crate::{Format, read, split};

const DETAILS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<VULDEF-Document version="3.2" xmlns="http://jvn.jp/vuldef/" xml:lang="ja">
<Vulinfo><VulinfoID>JVNDB-2026-000001</VulinfoID><VulinfoData>
  <Title>見本ソフトにおけるクロスサイトスクリプティングの脆弱性</Title>
  <VulinfoDescription><Overview>見本ソフトには、入力を検査しない欠陥があります。</Overview></VulinfoDescription>
  <Affected><AffectedItem><Name>見本社</Name><ProductName>見本ソフト</ProductName><Cpe version="2.2">cpe:/a:demo:sample</Cpe>
      <VersionNumber>2.1.3 およびそれ以前</VersionNumber><VersionNumber>一部の版</VersionNumber></AffectedItem></Affected>
  <Impact><Cvss version="3.0"><Severity type="Base">Medium</Severity><Base>6.1</Base>
      <Vector>CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N</Vector></Cvss>
    <ImpactItem><Description>任意のスクリプトが実行される可能性があります。</Description></ImpactItem></Impact>
  <Solution><SolutionItem><Description>最新版へ更新してください。</Description></SolutionItem></Solution>
  <Related><RelatedItem type="vendor"><Name>見本社</Name><URL>https://demo.example/fix</URL></RelatedItem>
    <RelatedItem type="advisory"><Name>CVE</Name><VulinfoID>CVE-2026-0001</VulinfoID><URL>https://www.cve.org/CVERecord?id=CVE-2026-0001</URL></RelatedItem>
    <RelatedItem type="cwe"><Name>JVNDB</Name><VulinfoID>CWE-79</VulinfoID></RelatedItem></Related>
  <DateFirstPublished>2026-01-10T12:00:00+09:00</DateFirstPublished><DateLastUpdated>2026-01-20T12:00:00+09:00</DateLastUpdated>
  <DatePublic>2026-01-09T00:00:00+09:00</DatePublic></VulinfoData></Vulinfo>
<Vulinfo><VulinfoID>JVNDB-2026-000002</VulinfoID><VulinfoData><Title>複数の脆弱性</Title>
  <Related><RelatedItem type="advisory"><VulinfoID>CVE-2026-0002</VulinfoID></RelatedItem>
    <RelatedItem type="advisory"><VulinfoID>CVE-2026-0003</VulinfoID></RelatedItem></Related></VulinfoData></Vulinfo>
</VULDEF-Document>"#;

const OVERVIEW: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:sec="http://jvn.jp/rss/mod_sec/3.0/">
<channel rdf:about="https://jvndb.jvn.jp/"><title>JVN iPedia</title></channel>
<item rdf:about="https://jvndb.jvn.jp/ja/contents/2026/JVNDB-2026-000001.html"><title>見本の脆弱性</title>
  <link>https://jvndb.jvn.jp/ja/contents/2026/JVNDB-2026-000001.html</link><description>欠陥があります。</description>
  <sec:identifier>JVNDB-2026-000001</sec:identifier>
  <sec:references source="CVE" id="CVE-2026-0001">https://www.cve.org/CVERecord?id=CVE-2026-0001</sec:references>
  <sec:references id="CWE-79" title="XSS">https://cwe.mitre.org/data/definitions/79.html</sec:references>
  <sec:cpe version="2.2" vendor="見本社" product="見本ソフト">cpe:/a:demo:sample</sec:cpe>
  <sec:cvss score="6.1" severity="Medium" vector="CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N" version="3.0" type="Base"/>
  <dcterms:issued>2026-01-10T12:00:00+09:00</dcterms:issued><dcterms:modified>2026-01-20T12:00:00+09:00</dcterms:modified></item>
</rdf:RDF>"#;

#[test]
fn details_keep_their_japanese_text_and_versions_become_ranges() {
    let records = read(DETAILS.as_bytes(), "jvn.xml").unwrap();
    let first = &records[0];
    assert_eq!((first.id.as_str(), first.source), ("JVNDB-2026-000001", Format::Jvn));
    assert_eq!(first.aliases, ["CVE-2026-0001"]);
    assert_eq!(
        first.database_specific["descriptions"]["ja"],
        "見本ソフトには、入力を検査しない欠陥があります。"
    );
    assert_eq!(first.database_specific["solution"][0], "最新版へ更新してください。");
    assert_eq!(
        (first.cwes.as_slice(), first.severity[0].kind.as_str()),
        (&["CWE-79".to_owned()][..], "CVSS_V3")
    );
    let matched = &first.configurations[0].nodes[0].matches[0];
    assert_eq!(
        (matched.criteria.as_str(), matched.end_including.as_deref()),
        ("cpe:/a:demo:sample", Some("2.1.3"))
    );
    // Words that are no range name the product and match nothing.
    assert_eq!(first.statements[0].products[0].range.as_deref(), Some("一部の版"));
    assert_eq!(first.statements[0].products[0].cpe, None);
    assert_eq!(first.modified, Some(1_768_878_000_000_000));
    assert_eq!(first.references[0].kind, "FIX");
    assert_eq!(records[1].upstream, ["CVE-2026-0002", "CVE-2026-0003"]);
    assert!(records[1].aliases.is_empty());
    let parts = split(DETAILS.as_bytes(), "jvn.xml").unwrap();
    let apart: Vec<_> = parts.iter().flat_map(|part| read(part, "part.xml").unwrap()).collect();
    assert_eq!((parts.len(), apart), (2, records));
}

#[test]
fn the_overview_describes_and_matches_nothing() {
    let records = read(OVERVIEW.as_bytes(), "jvnrss.rdf").unwrap();
    let only = &records[0];
    assert_eq!(
        (only.summary.as_deref(), only.details.as_deref()),
        (Some("見本の脆弱性"), Some("欠陥があります。"))
    );
    assert_eq!(
        (only.aliases.as_slice(), only.cwes.as_slice()),
        (&["CVE-2026-0001".to_owned()][..], &["CWE-79".to_owned()][..])
    );
    assert!(only.configurations.is_empty() && only.statements.is_empty());
    assert_eq!(only.database_specific["products"][0]["product"], "見本ソフト");
}

#[test]
fn versions_in_words() {
    let told = |words: &str| {
        range(words).map(|range| {
            [range.start_including, range.end_including, range.end_excluding].map(Option::unwrap_or_default)
        })
    };
    let expected =
        |start: &str, end: &str, before: &str| Some([start.to_owned(), end.to_owned(), before.to_owned()]);
    assert_eq!(told("1.2.3 およびそれ以前"), expected("", "1.2.3", ""));
    assert_eq!(told("1.2.3 未満"), expected("", "", "1.2.3"));
    assert_eq!(told("1.0 以上 1.2.3 未満"), expected("1.0", "", "1.2.3"));
    assert_eq!(told("1.0 から 1.2"), expected("1.0", "1.2", ""));
    assert_eq!(told("1.0 から 1.2 まで"), expected("1.0", "1.2", ""));
    assert_eq!(told("5.1"), expected("5.1", "5.1", ""));
    assert_eq!(told("すべてのバージョン"), expected("", "", ""));
    assert_eq!(told("Server Edition (64 ビット)"), None);
    assert_eq!(told(""), None);
}

#[test]
fn an_identifier_that_is_none_is_told() {
    let text = DETAILS.replace("<VulinfoID>JVNDB-2026-000002</VulinfoID>", "<VulinfoID>x y</VulinfoID>");
    assert!(
        read(text.as_bytes(), "j.xml")
            .unwrap_err()
            .to_string()
            .contains("`x y` is no identifier of JVN iPedia")
    );
}
