use eyespan::link::*; use eyespan::config::*; use eyespan::library::*;
fn main(){ let lib=Library::built_in().unwrap();
 for set in [("stage.2.laser.rin_db_per_hz","-135"),("stage.2.laser.linewidth_mhz","20"),("stage.1.driver.random_jitter_ui","0.01"),("stage.1.driver.dual_dirac_jitter_ui","0.02")] { for len in ["0.5","12"] {
 let o:Vec<Override>=vec![Override::new("span.length_km",len),Override::new("stage.5.photoreceiver.noise_pa_per_sqrt_hz","0.1"),Override::new("stage.1.driver.random_jitter_ui","0"),Override::new("stage.2.laser.linewidth_mhz","0"),Override::new("stage.2.laser.rin_db_per_hz","-200"),Override::new(set.0,set.1)];
 let l=LinkFile::load(std::path::Path::new("/tmp/nrz.toml"),&o,&lib).unwrap();
 let mut e=semi_analytic::SemiAnalytic::new(&l).unwrap(); let ev=e.evaluate().unwrap();
 let mc=monte_carlo::MonteCarlo::new(&l,e.plan(),&ev.decided.rule,e.propagation().symbols().len()).unwrap();
 let n=4096*64; let mut z=vec![0.0;n]; mc.equalised(0,&mut z).unwrap();
 let v=&ev.decided.values; let mut s=[0.0;2]; let mut c=[0.0;2]; let mut sa=[0.0;2]; let mut m=[0.0;2];
 for k in 0..n { let q=k%4096; let y=e.propagation().symbols()[q] as usize; s[y]+=(z[k]-v[q]).powi(2); m[y]+=z[k]-v[q]; c[y]+=1.0; sa[y]+=ev.decided.deviations[q].powi(2); }
 let mut pv=vec![0.0;4096]; let mut sk=0.0; for k in 0..n { let q=k%4096; pv[q]+=(z[k]-v[q]).powi(2)/64.0; sk+=((z[k]-v[q])/ev.decided.deviations[q]).powi(3)/n as f64; }
 for sh in -2i64..=2 { let (mut a,mut b,mut cc,mut sa1,mut sb1)=(0.0,0.0,0.0,0.0,0.0); for q in 0..4096usize { let d=ev.decided.deviations[(q as i64+sh).rem_euclid(4096) as usize].powi(2); a+=d*d; b+=pv[q]*pv[q]; cc+=d*pv[q]; sa1+=d; sb1+=pv[q]; } let nn=4096.0; println!("shift {sh} corr {:.4}", (cc/nn-sa1*sb1/nn/nn)/((a/nn-(sa1/nn).powi(2))*(b/nn-(sb1/nn).powi(2))).sqrt()); } println!("skew {sk:.4}");
 println!("{:?} {len} km: mc var {:.4e} {:.4e} sa {:.4e} {:.4e} ratio {:.4} {:.4} mean shift {:.2e} {:.2e}",set,s[0]/c[0],s[1]/c[1],sa[0]/c[0],sa[1]/c[1],s[0]/sa[0],s[1]/sa[1],m[0]/c[0],m[1]/c[1]);
 }}
}
