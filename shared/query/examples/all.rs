fn main() {
    let mut n = 0;
    let mut bad = 0;
    let m = query::Model::new(None);
    for f in std::env::args().skip(1) {
        let v: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(f).unwrap()).unwrap();
        for q in v {
            let q = q.as_str().unwrap_or_else(|| q["query"].as_str().unwrap()).to_owned();
            n += 1;
            if let Err(e) = query::compile(&q, &m, &Default::default()) {
                bad += 1;
                println!("{e}\n")
            }
        }
    }
    println!("{bad} of {n} bad");
}
