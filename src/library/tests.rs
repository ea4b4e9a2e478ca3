use super::*;
use crate::config::stage_tables::StageTable;

fn built_in() -> Library {
    Library::built_in().expect("every part that is compiled in is right")
}

#[test]
fn every_part_that_is_shipped_can_be_read() {
    fn count(folder: &Dir) -> usize {
        folder.files().filter(|file| is_part(file.path())).count()
            + folder.dirs().map(count).sum::<usize>()
    }
    assert_eq!(built_in().list().len(), count(&MODELS));
    assert!(built_in().list().len() > 20);
}

#[test]
fn every_part_says_where_each_of_its_numbers_comes_from() {
    for part in built_in().list() {
        assert!(part.source_title.len() > 10, "{}: no source", part.name);
        assert!(part.note.len() > 10, "{}: no note", part.name);
        let PartTable::Stage(table) = &part.table else {
            continue;
        };
        for key in StageTable::keys(table.kind()).expect("a kind") {
            // Without single sources the part's source stands for every number.
            if table.given(key).is_some() && !part.per_key.is_empty() {
                assert!(
                    part.per_key.contains_key(key),
                    "{}: where is {key} from?",
                    part.name
                );
            }
        }
        for key in part.per_key.keys() {
            assert!(
                table.given(key).is_some(),
                "{}: {key} has a source but no value",
                part.name
            );
        }
    }
}

#[test]
fn a_name_that_is_nearly_right_finds_the_part_that_was_meant() {
    let error = built_in()
        .find("fiber", "itu-g652")
        .expect_err("no such part");
    assert!(
        error.to_string().contains("did you mean `itu-g652d`"),
        "{error}"
    );
    let error = built_in().show("pn-tia-53g").expect_err("no such part");
    assert!(error.to_string().contains("`pin-tia-53g`"), "{error}");
}

#[test]
fn a_part_of_another_kind_is_named_as_such() {
    let error = built_in().find("fiber", "dfb-1310").expect_err("a laser");
    assert!(matches!(error, LibraryError::OtherKind { .. }));
    let text = error.to_string();
    assert!(
        text.contains("`laser`") && text.contains("`itu-g652d`"),
        "{text}"
    );
}

#[test]
fn a_folder_takes_precedence_and_its_mistakes_are_all_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let deep = folder.path().join("any/depth");
    std::fs::create_dir_all(&deep).expect("a folder in it");
    let part = |loss: &str| {
        format!(
            "name = \"itu-g652d\"\ntitle = \"own\"\n[source]\ntitle = \"measured\"\nkind = \"paper\"\n[fiber]\nattenuation_db_per_km = {loss}\n"
        )
    };
    std::fs::write(deep.join("itu-g652d.toml"), part("0.5")).expect("written");
    let library = Library::with_folder(folder.path()).expect("a good folder");
    assert_eq!(
        library.find("fiber", "itu-g652d").expect("found").title,
        "own"
    );
    assert_eq!(library.list().len(), built_in().list().len());

    std::fs::write(deep.join("itu-g652d.toml"), part("-0.5\nlenght_km = 1")).expect("written");
    std::fs::write(deep.join("x.toml"), "title = 3\n[fibre]\n").expect("written");
    let error = Library::with_folder(folder.path()).expect_err("mistakes");
    let text = error.to_string();
    for part in [
        "-0.5",
        "`lenght_km`",
        "`length_km`",
        "x.toml:1:9",
        "[validity]",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let error = Library::with_folder(Path::new("no/such/folder")).expect_err("none");
    assert!(error.to_string().contains("no/such/folder"));
}

#[test]
fn every_set_of_a_channel_operating_margin_is_complete_and_possible() {
    let library = built_in();
    let sets: Vec<&Part> = library.list().iter().filter(|p| p.kind == "com").collect();
    assert!(sets.len() >= 20);
    for part in sets {
        let PartTable::Com(table) = &part.table else {
            panic!("{} is of another kind", part.name);
        };
        let settings = table
            .settings(&part.name, &part.text)
            .unwrap_or_else(|errors| panic!("{}: {errors}", part.name));
        settings
            .validate()
            .unwrap_or_else(|error| panic!("{}: {error}", part.name));
        assert!(settings.combinations() > 1000.0, "{}", part.name);
    }
}

fn margin_settings(name: &str) -> crate::com::Settings {
    let library = built_in();
    let part = library.find("com", name).expect("a part");
    match &part.table {
        PartTable::Com(table) => table.settings(name, &part.text).expect("settings"),
        _ => panic!("{name} is of another kind"),
    }
}

#[test]
fn near_end_aggressors_stand_in_the_box_of_the_receiver() {
    for name in [
        "dj-cr-hh-hn",
        "dj-cr-hn-hh",
        "dj-c2m-host-to-module",
        "dj-c2m-module-to-host",
    ] {
        let settings = margin_settings(name);
        assert_eq!(
            settings.near_end_transmitter, settings.receiver_device,
            "{name}"
        );
        assert_ne!(settings.near_end_transmitter, settings.transmitter);
    }
    // The module has no package: no line and no ball.
    let module = margin_settings("dj-c2m-host-to-module").near_end_transmitter;
    assert!(module.package.lines.iter().all(|line| line.length == 0.0));
    assert_eq!(module.package.ball.to_bits(), 0);
    let host = margin_settings("dj-c2m-module-to-host").near_end_transmitter;
    assert!((host.package.ball - 40e-15).abs() < 1e-20);
    // Where transmitters and receivers of one class differ, it is a transmitter.
    let settings = margin_settings("dj-kr-b1");
    assert_eq!(settings.near_end_transmitter, settings.transmitter);
}

#[test]
fn a_set_of_a_channel_operating_margin_with_mistakes_names_them() {
    let library = built_in();
    let good = &library.find("com", "dj-kr-a1").expect("a part").text.text;
    let read = |from: &str, to: &str| {
        let text = good.replace(from, to);
        assert_ne!(&text, good);
        let source = Arc::new(Source::new("dj-kr-a1.toml", &text));
        let part = parse_document(&source, |d| Part::read("dj-kr-a1", &source, d));
        match part.and_then(|part| part) {
            Ok(part) => match &part.table {
                PartTable::Com(table) => table
                    .settings("dj-kr-a1", &source)
                    .expect_err("a mistake")
                    .to_string(),
                _ => panic!("another kind"),
            },
            Err(errors) => errors.to_string(),
        }
    };
    let error = read("amplitude_v = 0.385\nfar", "amplitude_mv = 385\nfar");
    assert!(error.contains("unknown key `amplitude_mv`"), "{error}");
    let error = read("transmitter_snr_db = 33.5\n", "");
    assert!(
        error.contains("missing key `transmitter_snr_db`"),
        "{error}"
    );
    let error = read("[-20.0, 0.0, 1.0]", "[-20.0, 0.0, -1.0]");
    assert!(error.contains("`ctle_gain_db`"), "{error}");
    assert!(error.contains("[lowest, highest, step]"), "{error}");
    let error = read(
        "receiver_package_mm = [33.0, 1.8]",
        "receiver_package_mm = [33.0]",
    );
    assert!(error.contains("one length for each impedance"), "{error}");
    let error = read("random_jitter_ui = 0.01", "random_jitter_ui = 1.01");
    assert!(
        error.contains("`random_jitter_ui` cannot be 1.01"),
        "{error}"
    );
    let without = |key: &str, needed: &str| {
        let error = read(&format!("\n{key} ="), &format!("\n# {key} ="));
        assert!(
            error.contains(&format!("without `{needed}`")),
            "{key}: {error}"
        );
        error
    };
    let error = without("feed_forward_taps", "feed_forward_taps");
    for key in [
        "feed_forward_limit",
        "feed_forward_precursor_taps",
        "floating_groups",
        "sequence_detection_penalty_db",
    ] {
        assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
    }
    let error = without("floating_groups", "floating_groups");
    for key in ["floating_group_taps", "floating_limit", "feed_forward_span"] {
        assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
    }
    without("ctle_low_frequency_ghz", "ctle_low_frequency_ghz");
    without("quantizer_bits", "quantizer_bits");
    let error = read("feed_forward_span = 87", "feed_forward_span = 22");
    assert!(error.contains("22 places"), "{error}");
}
