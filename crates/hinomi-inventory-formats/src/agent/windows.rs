// SPDX-License-Identifier: Apache-2.0
//! Windows: programs of the registry's `Uninstall` keys and hotfixes, as administrators export them.
//!
//! A hotfix is a component named by its article (`KB5031356`). Which article replaces which is a relation
//! `supersedes`: a missing update is no gap where a later one that holds it is installed.

use crate::Format;
use crate::error::{Place, ReadError};
use crate::model::{Component, ComponentKind, Inventory, Relationship, Warning};
use crate::text::non_empty;
use crate::tree::{Row, read_csv, read_json as read_json_tree};

type Read<T> = Result<T, ReadError>;

/// Names of columns without case and punctuation.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// The line that names the columns; PowerShell writes the type before it, Excel the separator.
fn header(text: &str) -> &str {
    let is_before = |line: &&str| line.is_empty() || line.starts_with('#') || line.starts_with("sep=");
    text.lines().map(str::trim).find(|line| !is_before(line)).unwrap_or_default()
}

pub(crate) fn sniff(text: &str) -> Option<Format> {
    let header = header(text);
    let columns = plain(header);
    if header.starts_with("Windows Registry Editor")
        || header == "REGEDIT4"
        || (header.starts_with("HKEY_") && text.contains("DisplayName"))
    {
        Some(Format::WindowsRegistry)
    } else if (columns.contains("displayname") && columns.contains("displayversion")) || is_product(header) {
        Some(Format::WindowsPrograms)
    } else if columns.contains("hotfixid")
        || (columns.contains("supersed") && is_article_column(header))
        || (is_history(header) && text.contains("KB"))
        || text.lines().any(is_numbered_article)
    {
        Some(Format::WindowsHotfixes)
    } else {
        None
    }
}

/// `wmic product get … /format:csv`, `Get-CimInstance Win32_Product` and `Get-Package` as CSV: what any table could have
/// (a name and a version) beside what only these have.
fn is_product(header: &str) -> bool {
    const OWN: [&str; 4] = ["identifyingnumber", "packagecode", "providername", "packagename"];
    const OTHERS: [&str; 12] = [
        "node",
        "name",
        "version",
        "vendor",
        "publisher",
        "installdate",
        "installlocation",
        "installsource",
        "caption",
        "description",
        "pscomputername",
        "source",
    ];
    let cells: Vec<String> = header.split([',', ';', '\t']).map(plain).collect();
    let has = |name: &str| cells.iter().any(|cell| cell == name);
    let is_of_all = cells.iter().all(|cell| OTHERS.contains(&cell.as_str()) || OWN.contains(&cell.as_str()));
    has("name")
        && has("version")
        && (OWN.iter().any(|own| has(own))
            || (is_of_all && (has("node") || has("vendor") || has("publisher"))))
}

/// `Get-WUHistory` and like exports: titles of updates with how they ended.
fn is_history(header: &str) -> bool {
    let cells: Vec<String> = header.split([',', ';', '\t']).map(plain).collect();
    let has = |names: &[&str]| cells.iter().any(|cell| names.contains(&cell.as_str()));
    has(&["title"])
        && has(&RESULTS)
        && has(&["date", "operationname", "operation", "updateidentity", "installedon"])
}

const RESULTS: [&str; 3] = ["result", "resultcode", "status"];

/// `[01]: KB5031539` of `systeminfo`, in any language.
fn is_numbered_article(line: &str) -> bool {
    let rest = line.trim_start().strip_prefix('[').and_then(|line| line.split_once("]: KB"));
    rest.is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_article_column(header: &str) -> bool {
    header.split([',', ';', '\t']).any(|cell| ARTICLES.contains(&plain(cell).as_str()))
}

const ARTICLES: [&str; 7] = ["hotfixid", "hotfix", "kb", "kbarticle", "kbarticleid", "kbnumber", "article"];

/// The same as `ConvertTo-Json` writes it: a list of objects, or the only one.
pub(crate) fn by_keys(keys: &[&str]) -> Option<Format> {
    let has = |key: &str| keys.contains(&key);
    if has("HotFixID") {
        Some(Format::WindowsHotfixes)
    } else if has("DisplayName") && (has("DisplayVersion") || has("UninstallString")) {
        Some(Format::WindowsPrograms)
    } else {
        None
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

fn read_json(text: &str, path: &str, format: Format) -> Read<Inventory> {
    let document = read_json_tree(text, path)?;
    let mut inventory = Inventory::new(format);
    inventory.partial = format == Format::WindowsHotfixes;
    let mut index = 0usize;
    document.visit("", &mut |row, _| {
        let text = |key: &str| row.first(key).and_then(non_empty);
        let found = match format {
            Format::WindowsHotfixes => {
                text("HotFixID").and_then(|id| articles(&id).next()).map(|id| hotfix(&id))
            }
            _ => text("DisplayName")
                .map(|name| program(name, text("DisplayVersion"), text("Publisher"), text("PSChildName"))),
        };
        match found {
            Some(component) => inventory.components.push(component),
            None => {
                let text = "has no name to show and is not counted".to_owned();
                inventory.warnings.push(Warning { place: format!("[{index}]"), text });
            }
        }
        index += 1;
        true
    });
    Ok(inventory)
}

/// `DisplayName`, `DisplayVersion`, `Publisher` of the registry in any order and with any separator.
pub(crate) fn read_programs(text: &str, path: &str) -> Read<Inventory> {
    if is_json(text) {
        return read_json(text, path, Format::WindowsPrograms);
    }
    let mut inventory = Inventory::new(Format::WindowsPrograms);
    let table = Table::read(text, path, &["displayname", "name"])?;
    let is_registry = table.columns.iter().any(|column| column == "displayname");
    let (name, version) = if is_registry { ("displayname", "displayversion") } else { ("name", "version") };
    for row in &table.rows {
        let cell = |name: &str| table.cell(row, &[name]);
        match cell(name) {
            Some(name) => inventory.components.push(program(
                name,
                cell(version),
                cell("publisher").or_else(|| cell("vendor")),
                cell("pschildname").or_else(|| cell("identifyingnumber")),
            )),
            // Keys of updates and parts have no name to show.
            None => inventory.warnings.push(Warning {
                place: format!("line {}", row.line),
                text: "has no name to show and is not counted".to_owned(),
            }),
        }
    }
    Ok(inventory)
}

fn program(
    name: String,
    version: Option<String>,
    supplier: Option<String>,
    key: Option<String>,
) -> Component {
    Component {
        id: Some(format!("windows:{name}@{}", version.as_deref().unwrap_or_default())),
        kind: ComponentKind::Application,
        swid: key.filter(|key| key.starts_with('{')),
        name,
        version,
        supplier,
        ..Component::default()
    }
}

struct Table {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    fn read(text: &str, path: &str, wanted: &[&str]) -> Read<Table> {
        let start = text.find(header(text)).unwrap_or_default();
        let before = text[..start].matches('\n').count();
        let mut sheet = read_csv(&text[start..], None, path)?;
        if sheet.rows.is_empty() {
            return Err(ReadError::new(path, Place::Document, "the table is empty"));
        }
        let columns: Vec<String> = sheet.rows.remove(0).cells.iter().map(|cell| plain(cell)).collect();
        let is_wanted = |column: &str| wanted.contains(&column) || ARTICLES.contains(&column);
        if !columns.iter().any(|column| is_wanted(column)) {
            let place = Place::Line { line: before + 1, column: 1 };
            return Err(ReadError::new(path, place, format!("no column is named {}", wanted.join(" or "))));
        }
        sheet.rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
        sheet.rows.iter_mut().for_each(|row| row.line += before);
        Ok(Table { columns, rows: sheet.rows })
    }

    fn cell(&self, row: &Row, names: &[&str]) -> Option<String> {
        let at = self.columns.iter().position(|column| names.contains(&column.as_str()))?;
        row.cells.get(at).and_then(|cell| non_empty(cell.as_str()))
    }
}

/// `KB` and at least six digits.
pub(super) fn articles(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(|word| {
        let digits = word.strip_prefix("KB").or_else(|| word.strip_prefix("kb"))?;
        let is_article = (6..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_article.then(|| format!("KB{digits}"))
    })
}

pub(crate) fn hotfix(article: &str) -> Component {
    Component {
        id: Some(article.to_owned()),
        kind: ComponentKind::Other,
        name: article.to_owned(),
        supplier: Some("Microsoft".to_owned()),
        ..Component::default()
    }
}

/// `wmic qfe` (table, list or CSV), `Get-HotFix` (table or `Export-Csv`), and lists with columns of supersedence.
pub(crate) fn read_hotfixes(text: &str, path: &str) -> Read<Inventory> {
    if is_json(text) {
        return read_json(text, path, Format::WindowsHotfixes);
    }
    let mut inventory = Inventory::new(Format::WindowsHotfixes);
    // Hotfixes alone are never everything that a host has.
    inventory.partial = true;
    let is_table =
        header(text).contains([',', ';']) || is_article_column(header(text)) && header(text).contains('\t');
    if !is_table {
        // Columns of blanks: the link in the caption has the number too, but without the letters.
        for line in text.lines() {
            inventory.components.extend(articles(line).next().map(|article| hotfix(&article)));
        }
    } else {
        let table = Table::read(text, path, &[if is_history(header(text)) { "title" } else { "hotfixid" }])?;
        for row in &table.rows {
            // An update that was tried and failed is not there (2: succeeded, 3: succeeded with errors).
            let result = table.cell(row, &RESULTS).unwrap_or_default().to_ascii_lowercase();
            if ["fail", "abort", "4", "5", "in progress", "1"].iter().any(|word| result.starts_with(word)) {
                continue;
            }
            let cell = table.cell(row, &ARTICLES).or_else(|| table.cell(row, &["title"])).unwrap_or_default();
            let number = cell.bytes().all(|byte| byte.is_ascii_digit()) && cell.len() >= 6;
            let Some(article) = (if number { Some(format!("KB{cell}")) } else { articles(&cell).next() })
            else {
                let text = "names no article and is not counted".to_owned();
                inventory.warnings.push(Warning { place: format!("line {}", row.line), text });
                continue;
            };
            supersedence(&table, row, &article, &mut inventory);
            inventory.components.push(hotfix(&article));
        }
    }
    if inventory.components.is_empty() {
        return Err(ReadError::new(path, Place::Document, "no hotfix (KB and its number) stands in it"));
    }
    Ok(inventory)
}

fn supersedence(table: &Table, row: &Row, article: &str, inventory: &mut Inventory) {
    for (column, cell) in
        table.columns.iter().zip(&row.cells).filter(|(column, _)| column.contains("supersed"))
    {
        // "SupersededBy" names the later article, every other column the earlier ones.
        let is_by = column.contains("by");
        let words = cell.split([',', ';', ' ', '|']).map(str::trim).filter(|word| !word.is_empty());
        for word in words {
            let digits = word.trim_start_matches(['K', 'B', 'k', 'b']);
            if digits.len() < 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let other = format!("KB{digits}");
            let (from, to) = if is_by { (other, article.to_owned()) } else { (article.to_owned(), other) };
            inventory.relationships.push(Relationship { from, to, kind: "supersedes".to_owned() });
        }
    }
}

/// One key of the registry while its values are read.
#[derive(Default)]
struct Program {
    key: Option<String>,
    name: Option<String>,
    version: Option<String>,
    publisher: Option<String>,
}

impl Program {
    fn set(&mut self, name: &str, value: String) {
        match name {
            "DisplayName" => self.name = non_empty(value),
            "DisplayVersion" => self.version = non_empty(value),
            "Publisher" => self.publisher = non_empty(value),
            _ => {}
        }
    }

    fn finish(self) -> Option<Component> {
        Some(program(self.name?, self.version, self.publisher, self.key))
    }
}

/// A registry export (`reg export HKLM\…\Uninstall`): sections of keys, values in quotes; or what `reg query … /s`
/// prints, where the kind of a value stands between its name and itself.
pub(crate) fn read_registry(text: &str, path: &str) -> Read<Inventory> {
    let mut inventory = Inventory::new(Format::WindowsRegistry);
    let mut open = Program::default();
    for line in text.lines().map(str::trim) {
        let section = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        if let Some(section) = section.or_else(|| line.starts_with("HKEY_").then_some(line)) {
            inventory.components.extend(std::mem::take(&mut open).finish());
            open.key = section.rsplit('\\').next().map(str::to_owned);
        } else if let Some((name, value)) = line.split_once("    REG_SZ    ") {
            open.set(name, value.to_owned());
        } else if let Some((value_name, value)) = line.split_once("\"=\"") {
            let value = value.trim_end_matches('"').replace("\\\\", "\\").replace("\\\"", "\"");
            open.set(value_name.trim_start_matches('"'), value);
        }
    }
    inventory.components.extend(open.finish());
    if inventory.components.is_empty() {
        return Err(ReadError::new(path, Place::Document, "no key has a DisplayName"));
    }
    Ok(inventory)
}
