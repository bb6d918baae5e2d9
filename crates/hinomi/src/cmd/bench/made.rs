// SPDX-License-Identifier: Apache-2.0
//! The made-up company: units, systems, and assets on images that drift. Everything follows from one seed.
//!
//! ```text
//! 50 images × 300 packages of the stock ─→ per asset: 5 % of the places hold another version ─→ inventory, in bulk
//! 1 group · 8 regions · 80 companies · 761 departments ─→ 4,000 systems ─→ 100,000 assets, few large systems
//! ```

use std::collections::HashSet;

use hinomi_assets::model::{AssetKind, Impact, Importance, NewAsset, NewSystem, Reachability};
use hinomi_assets::{asset_seen, assets_create, system_create};
use hinomi_core::SystemId;
use hinomi_inventory::Session;
use hinomi_inventory::model::{DISTRIBUTION, NewComponent};
use hinomi_inventory::service::bulk::{Fleet, Loader};
use hinomi_org::Act;
use hinomi_org::model::sheet::{SheetKind, write_sheet};
use hinomi_platform::App;

use super::Bench;
use super::stock::{Package, Shelf, component};
use crate::failure::Told;
use crate::wiring;

pub(super) const IMAGES: usize = 50;
const COMPONENTS: usize = 300;
const DRIFT: usize = COMPONENTS * 5 / 100;
/// Other versions that drift may put in each place of an image.
const OTHERS: usize = 2;
/// Of the places; some packages have no affected version, so that about a tenth of an asset's components are.
const AFFECTED_PERCENT: u64 = 16;
const REGIONS: usize = 8;
const COMPANIES: usize = 80;
const DEPARTMENTS: usize = 761;
const ONE_IN: usize = 20;
const AT_ONCE: usize = 1_000;
/// Of an image's packages: the distribution's, then those of languages.
const SHELVES: [(Shelf, usize); 3] = [(Shelf::Python, 40), (Shelf::Rust, 12), (Shelf::Go, 8)];

/// Spread, repeatable, of no other use (SplitMix64: Steele, Lea, Flood 2014).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }
}

/// One place of an image: what is there, and what drift may put there instead.
struct Place {
    usual: u32,
    others: Vec<u32>,
}

struct Image {
    places: Vec<Place>,
    release: u32,
}

pub(super) struct Made {
    pub(super) units: usize,
    pub(super) systems: Vec<SystemId>,
    pub(super) assets: usize,
    pub(super) distinct: usize,
}

/// `beside`: components of which one asset in [`ONE_IN`] carries one, beside what its image has.
pub(super) async fn company(bench: &Bench<'_>, app: &App, beside: &[NewComponent]) -> anyhow::Result<Made> {
    let console = wiring::console();
    let act = wiring::act(app, &console.actor);
    let units = organisation(&act).await?;
    let systems = systems(&act, bench.args.systems).await?;
    bench.progress("units and systems made");
    let stock = super::stock::gather(&app.db).await?;
    bench.progress(&format!("{} packages of the records judged", stock.len()));
    let mut session = Session::default();
    let (images, distinct) = images(app, &mut session, &stock).await?;
    bench.progress(&format!("{} images, {distinct} distinct components", images.len()));
    let beside = match beside {
        [] => Vec::new(),
        components => session.intern(&app.db, app.now(), components).await.told()?,
    };
    assets(bench, &act, &systems, &images, &beside).await?;
    Ok(Made { units, systems, assets: bench.args.assets, distinct })
}

fn department(number: usize) -> String {
    format!("d{number:03}")
}

pub(super) async fn organisation(act: &Act<'_>) -> anyhow::Result<usize> {
    let unit = |code: String, kind: &str, parent: String| {
        let name = code.to_uppercase();
        vec![code, kind.to_owned(), name, String::new(), parent, String::new(), String::new()]
    };
    let mut units = vec![unit("group".to_owned(), "group", String::new())];
    units.extend((0..REGIONS).map(|at| unit(format!("r{at}"), "region", "group".to_owned())));
    units.extend((0..COMPANIES).map(|at| unit(format!("c{at:02}"), "company", format!("r{}", at % REGIONS))));
    units.extend(
        (0..DEPARTMENTS).map(|at| unit(department(at), "department", format!("c{:02}", at % COMPANIES))),
    );
    let count = units.len();
    let person = |code: &str, unit: &str| {
        let fields = [code, &format!("Person {code}"), "", &format!("{code}@bench.example"), unit, ""];
        fields.map(str::to_owned).to_vec()
    };
    let people = vec![person("ciso", "group"), person("regional", "r0"), person("manager", "d000")];
    let seat = |unit: &str, kind: &str, holder: &str| {
        [unit, kind, "true", holder, "", "", ""].map(str::to_owned).to_vec()
    };
    let seats = vec![
        seat("group", "ciso", "ciso"),
        seat("r0", "regional_ciso", "regional"),
        seat("d000", "system_security_manager", "manager"),
    ];
    for (kind, rows) in [(SheetKind::Units, units), (SheetKind::People, people), (SheetKind::Seats, seats)] {
        let sheet = write_sheet(kind.columns(), rows);
        hinomi_org::org_import(act, kind, &sheet, false).await.told()?;
    }
    Ok(count)
}

async fn systems(act: &Act<'_>, count: usize) -> anyhow::Result<Vec<SystemId>> {
    let tree = hinomi_org::tree_at(&act.app.db, act.now).await.told()?;
    let mut departments: Vec<_> = tree.nodes().iter().filter(|node| node.code.starts_with('d')).collect();
    departments.sort_by(|left, right| left.code.cmp(&right.code));
    let mut dice = Dice::new(1);
    let mut made = Vec::with_capacity(count);
    let numbers: Vec<usize> = (0..count).collect();
    for chunk in numbers.chunks(100) {
        let mut tx = act.app.db.begin().await.told()?;
        for &number in chunk {
            let unit = departments[number % departments.len()].id;
            let mut level = || [Impact::Low, Impact::Moderate, Impact::High][dice.below(3)];
            let importance =
                Importance { confidentiality: level(), integrity: level(), availability: level() };
            let reachability = match dice.below(10) {
                0 => Reachability::Internet,
                1 | 2 => Reachability::Partner,
                _ => Reachability::Internal,
            };
            let new = NewSystem {
                importance,
                reachability,
                sensitive_data: dice.percent(30),
                ..NewSystem::plain(format!("s{number:04}"), format!("System {number:04}"), unit)
            };
            made.push(system_create(&mut tx, act, new).await.told()?.id);
        }
        tx.commit().await.told()?;
    }
    Ok(made)
}

/// The images, and how many distinct components they and their drift have.
async fn images(app: &App, session: &mut Session, stock: &[Package]) -> anyhow::Result<(Vec<Image>, usize)> {
    let mut dice = Dice::new(2);
    let mut images = Vec::with_capacity(IMAGES);
    let mut distinct: HashSet<u32> = HashSet::new();
    for number in 0..IMAGES {
        let (shelf, release) = if number % 5 < 2 { (Shelf::Rpm8, "8") } else { (Shelf::Rpm9, "9") };
        let of_languages: usize = SHELVES.iter().map(|(_, count)| count).sum();
        let mut wanted = vec![(shelf, COMPONENTS - of_languages)];
        wanted.extend(SHELVES);
        let mut places: Vec<NewComponent> = Vec::with_capacity(COMPONENTS * (1 + OTHERS) + 1);
        for (shelf, count) in wanted {
            let packages: Vec<&Package> = stock.iter().filter(|package| package.shelf == shelf).collect();
            anyhow::ensure!(packages.len() >= count, "the records speak of {} packages only", packages.len());
            let mut taken = HashSet::new();
            while taken.len() < count {
                let at = dice.below(packages.len());
                if taken.insert(at) {
                    places.extend((0..=OTHERS).map(|_| furnish(packages[at], &mut dice)));
                }
            }
        }
        places.push(NewComponent {
            kind: DISTRIBUTION.to_owned(),
            name: "AlmaLinux".to_owned(),
            version: Some(release.to_owned()),
            ..NewComponent::default()
        });
        let ids = session.intern(&app.db, app.now(), &places).await.told()?;
        distinct.extend(&ids);
        let release = ids.last().copied().unwrap_or_default();
        let places = ids[..ids.len() - 1]
            .chunks(1 + OTHERS)
            .map(|place| Place { usual: place[0], others: place[1..].to_vec() })
            .collect();
        images.push(Image { places, release });
    }
    Ok((images, distinct.len()))
}

fn furnish(package: &Package, dice: &mut Dice) -> NewComponent {
    let affected = dice.percent(AFFECTED_PERCENT) && !package.affected.is_empty();
    let version = match affected {
        true => package.affected[dice.below(package.affected.len())].clone(),
        false => package.safe(dice.below(12)),
    };
    component(package.shelf, &package.name, &version)
}

/// What an asset of the image has: its places, of which some have drifted.
fn carried(image: &Image, dice: &mut Dice) -> Vec<u32> {
    let mut ids: Vec<u32> = image.places.iter().map(|place| place.usual).collect();
    for _ in 0..DRIFT {
        let at = dice.below(ids.len());
        let others = &image.places[at].others;
        ids[at] = others[dice.below(others.len())];
    }
    ids.push(image.release);
    hinomi_inventory::set::normalise(ids)
}

async fn assets(
    bench: &Bench<'_>,
    act: &Act<'_>,
    systems: &[SystemId],
    images: &[Image],
    beside: &[u32],
) -> anyhow::Result<()> {
    let mut dice = Dice::new(3);
    let mut extra = Dice::new(4);
    let of_system: Vec<[usize; 2]> =
        systems.iter().map(|_| [dice.below(images.len()), dice.below(images.len())]).collect();
    let numbers: Vec<usize> = (0..bench.args.assets).collect();
    let mut loader = Loader::default();
    let observed_at = act.now;
    for chunk in numbers.chunks(AT_ONCE) {
        let places: Vec<usize> =
            chunk.iter().map(|&number| system_of(number, systems.len(), &mut dice)).collect();
        let new = chunk.iter().zip(&places).map(|(number, system)| {
            NewAsset::plain(format!("host-{number:06}"), AssetKind::Host, Some(systems[*system]))
        });
        let new: Vec<NewAsset> = new.collect();
        let mut tx = act.app.db.begin().await.told()?;
        let made = assets_create(&mut tx, act, new).await.told()?;
        for asset in &made {
            asset_seen(&mut tx, asset.id, observed_at, None).await.told()?;
        }
        tx.commit().await.told()?;
        let carriers: Vec<(i64, Vec<u32>)> = made
            .iter()
            .zip(&places)
            .map(|(asset, system)| {
                let [usual, other] = of_system[*system];
                let image = if dice.percent(80) { usual } else { other };
                let mut ids = carried(&images[image], &mut dice);
                if !beside.is_empty() && extra.below(ONE_IN) == 0 {
                    ids.push(beside[extra.below(beside.len())]);
                    ids = hinomi_inventory::set::normalise(ids);
                }
                (asset.ordinal, ids)
            })
            .collect();
        let fleet = Fleet { source: "agent", format: "bench", observed_at, carriers: &carriers };
        loader.observe(&act.app.db, act.now, &fleet).await.told()?;
    }
    Ok(())
}

/// Every system has one; the rest goes to few large ones more than to many small ones.
fn system_of(number: usize, systems: usize, dice: &mut Dice) -> usize {
    if number < systems {
        return number;
    }
    let share = dice.below(1 << 20) as f64 / f64::from(1 << 20);
    ((share.powf(1.3) * systems as f64) as usize).min(systems - 1)
}
