#[path = "support/company.rs"]
mod support;
use hinomi_assets::model::{AssetKind, AssetList, NewAsset, NewSystem};
use hinomi_assets::*;
use hinomi_core::{PageRequest, Scope};
use hinomi_db::{Db, both_engines};
use hinomi_org::model::sheet::SheetKind;
use hinomi_platform::testing::TestApp;
use std::time::{Duration, Instant};
use support::*;

both_engines! { SETS;
    async fn fleet(db: Db) {
        let app = TestApp::new(db.clone()).app;
        let actor = console();
        let act = everything(&app, &actor);
        let mut file = String::from("code,kind,name,parent_code\nHQ,group,Head,\n");
        for r in 0..4 { file.push_str(&format!("R{r},region,R{r},HQ\n")); }
        for c in 0..70 { file.push_str(&format!("C{c},company,C{c},R{}\n", c % 4)); }
        for d in 0..775 { file.push_str(&format!("D{d},department,D{d},C{}\n", d % 70)); }
        let t = Instant::now();
        hinomi_org::org_import(&act, SheetKind::Units, file.as_bytes(), false).await.unwrap();
        println!("units {:?}", t.elapsed());
        let tree = hinomi_org::tree_at(&db, now()).await.unwrap();
        let mut systems = Vec::new();
        let t = Instant::now();
        for chunk in 0..40 {
            let mut tx = db.begin().await.unwrap();
            for n in 0..100 {
                let n = chunk * 100 + n;
                let unit = tree.by_code(&format!("D{}", n % 775)).unwrap().id;
                systems.push(system_create(&mut tx, &act, NewSystem::plain(format!("SYS{n}"), format!("System {n}"), unit)).await.unwrap().id);
            }
            tx.commit().await.unwrap();
        }
        println!("4000 systems {:?}", t.elapsed());
        let t = Instant::now();
        let mut longest = Duration::ZERO;
        for chunk in 0..50 {
            let c = Instant::now();
            let new: Vec<NewAsset> = (0..2000).map(|n| { let n = chunk * 2000 + n; NewAsset::plain(format!("host-{:06}", (n * 7919) % 100_000), AssetKind::Host, (n % 50 != 0).then(|| systems[n % 4000])) }).collect();
            let mut tx = db.begin().await.unwrap();
            assets_create(&mut tx, &act, new).await.unwrap();
            tx.commit().await.unwrap();
            longest = longest.max(c.elapsed());
        }
        println!("{} 100k assets {:?} longest {longest:?}", db.engine().name(), t.elapsed());
        if db.engine().name() == "postgres" { db.execute("ANALYZE", ()).await.unwrap(); }
        let region = Scope::units(tree.subtree(tree.by_code("R1").unwrap().id));
        let company = Scope::units(tree.subtree(tree.by_code("C1").unwrap().id));
        let dept = Scope::units(tree.subtree(tree.by_code("D1").unwrap().id));
        for (who, scope) in [("all", Scope::all()), ("region", region), ("company", company), ("dept", dept)] {
            for list in AssetList::ALL {
                for q in ["", "host", "host-0123", "9999"] {
                    let filter = AssetFilter { list: *list, query: q.into(), ..AssetFilter::default() };
                    let mut best = Duration::MAX;
                    let mut total = None;
                    for _ in 0..3 {
                        let t = Instant::now();
                        let page = assets_list(&db, &scope, &filter, None, &PageRequest::default(), now()).await.unwrap();
                        best = best.min(t.elapsed());
                        total = page.total;
                    }
                    println!("{} {who} {list} q={q:?} {best:?} total {total:?}", db.engine().name());
                }
            }
            let t = Instant::now();
            let page = systems_list(&db, &scope, &SystemFilter::default(), None, &PageRequest::default(), now()).await.unwrap();
            println!("{} {who} systems {:?} total {:?}", db.engine().name(), t.elapsed(), page.total);
        }
        let size: i64 = db.scalar(db.pick("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()", "SELECT pg_database_size(current_database())"), ()).await.unwrap();
        println!("size {} MB", size >> 20);
    }
}
