//! Files that cannot be read.

use super::*;

#[test]
fn text_that_is_not_toml_is_marked_where_it_breaks() {
    for (from, to) in [
        ("format = \"pam4\"", "format = pam4"),
        ("= 53.125", "= 53,125"),
        ("[sampler]", "[sampler"),
        ("_ber = 2.4e-4", "_ber ="),
    ] {
        let text = changed(from, to);
        let errors = load(&text).expect_err("not TOML");
        let error = &errors.errors[0];
        assert_eq!(error.problem, Problem::Syntax, "{error}");
        assert_eq!(error.line, line_of(&text, to), "{to}: {error}");
        assert!(error.to_string().contains("not TOML"), "{error}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("nothing.toml");
    let error = LinkFile::load(&missing, &[], &LIBRARY).expect_err("no file");
    assert_eq!(error.errors[0].problem, Problem::File);
    assert!(error.to_string().contains("does not exist"), "{error}");

    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"name = \"a\"\nb = \"\xff\"\n").expect("written");
    let error = LinkFile::load(&binary, &[], &LIBRARY).expect_err("not UTF-8");
    assert!(
        error
            .to_string()
            .contains("not UTF-8 text: byte 0xff on line 2"),
        "{error}"
    );

    let path = folder.path().join("link.toml");
    std::fs::write(
        &path,
        changed("bandwidth_ghz = 30", "response_file = \"s21.csv\""),
    )
    .expect("written");
    let error = LinkFile::load(&path, &[], &LIBRARY).expect_err("no response file");
    assert!(
        error.to_string().contains("s21.csv` does not exist"),
        "{error}"
    );
    std::fs::write(
        folder.path().join("s21.csv"),
        "frequency_ghz,magnitude_db\n0,zero\n",
    )
    .expect("written");
    let error = LinkFile::load(&path, &[], &LIBRARY).expect_err("a bad response file");
    assert!(error.to_string().contains("s21.csv"), "{error}");
    let good: String = (0..40)
        .map(|f| format!("{f},{}\n", -0.1 * f64::from(f)))
        .collect();
    std::fs::write(
        folder.path().join("s21.csv"),
        format!("frequency_ghz,magnitude_db\n{good}"),
    )
    .expect("written");
    assert!(LinkFile::load(&path, &[], &LIBRARY).is_ok());
}
