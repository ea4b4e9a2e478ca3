include!("/tmp/zz_link.rs");
fn main() {
    let l = link(60.0, Pattern::DeBruijn { order: 6 });
    let mut e = semi_analytic::SemiAnalytic::new(&l).unwrap();
    for i in 0..400 {
        let mut l2 = l.clone();
        if let Stage::Fiber(f) = &mut l2.stages[3].stage {
            f.length = 500.0 + i as f64 * 0.1;
        }
        e.change(&l2).unwrap();
        e.evaluate().unwrap();
    }
}
