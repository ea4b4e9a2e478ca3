//! Keys, stages and parts that are not there or not where they belong.

use super::*;

#[test]
fn an_unknown_key_names_the_nearest() {
    refused(
        &changed("length_km", "lenght_km"),
        Problem::UnknownKey,
        "lenght_km",
        &[
            "unknown key `lenght_km`",
            "stage 5 (`fiber`)",
            "did you mean `length_km`?",
        ],
    );
}

#[test]
fn a_key_in_another_unit_names_the_unit() {
    refused(
        &changed("length_km = 0.5", "length_m = 500"),
        Problem::UnknownKey,
        "length_m = 500",
        &[
            "unknown key `length_m`",
            "did you mean `length_km`? The length is given in km",
        ],
    );
    refused(
        &replaced(COPPER, "length_m = 2", "length = 2"),
        Problem::UnknownKey,
        "length = 2",
        &["did you mean `length_m`? The length is given in m"],
    );
}

#[test]
fn a_key_in_the_wrong_table_names_the_right_one() {
    refused(
        &changed("[sampler]", "[sampler]\nseed = 3"),
        Problem::UnknownKey,
        "seed = 3",
        &["unknown key `seed` in [sampler]", "`random_jitter_ui`"],
    );
    refused(
        &format!("symbol_rate_gbd = 53.125\n{OPTICAL}"),
        Problem::UnknownKey,
        "symbol_rate_gbd",
        &["`symbol_rate_gbd` in the link file", "belongs in [signal]"],
    );
    refused(
        &format!("{OPTICAL}\n[fiber]\nlength_km = 1\n"),
        Problem::UnknownKey,
        "[fiber]",
        &["`fiber` is a kind of stage", "[[stage]]"],
    );
}

#[test]
fn an_unknown_kind_of_stage_names_the_nearest() {
    refused(
        &changed("photoreceiver =", "photoreciever ="),
        Problem::UnknownStage,
        "photoreciever",
        &[
            "unknown kind of stage `photoreciever` in stage 6",
            "did you mean `photoreceiver`?",
        ],
    );
    refused(
        &changed("fiber =", "fibre ="),
        Problem::UnknownStage,
        "fibre =",
        &["did you mean `fiber`?", "`twinax`"],
    );
    refused(
        &changed(
            "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
            "length_km = 0.5",
        ),
        Problem::UnknownStage,
        "length_km",
        &[
            "unknown kind of stage `length_km`",
            "inside the table of its kind",
        ],
    );
}

#[test]
fn two_stages_in_one_table_are_told_apart() {
    refused(
        &changed(
            "connector = { loss_db = 0.5 }\n[[stage]]\n",
            "connector = { loss_db = 0.5 }\n",
        ),
        Problem::UnknownKey,
        "fiber =",
        &[
            "`fiber` beside `connector` in stage 4",
            "write [[stage]] before `fiber`",
        ],
    );
}

#[test]
fn an_empty_stage_and_a_stage_that_is_no_list_say_what_to_write() {
    refused(
        &format!("{OPTICAL}\n[[stage]] # empty\n"),
        Problem::MissingKey,
        "[[stage]] # empty",
        &["stage 7 is empty", "`fiber`"],
    );
    refused(
        "[signal]\nsymbol_rate_gbd = 10\n[stage]\nfiber = { length_km = 1 }\n",
        Problem::WrongType,
        "[stage]",
        &["`stage` must be a list", "[[stage]]"],
    );
    refused(
        &changed(
            "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
            "fiber = 0.5",
        ),
        Problem::WrongType,
        "fiber = 0.5",
        &["`fiber` in stage 5 must be a table", "fiber = { … }"],
    );
}

#[test]
fn a_part_that_is_not_there_names_the_nearest() {
    refused(
        &changed("\"itu-g652d\"", "\"itu-g652\""),
        Problem::PartNotFound,
        "itu-g652",
        &[
            "there is no part `itu-g652` for `fiber`",
            "did you mean `itu-g652d`?",
        ],
    );
    refused(
        &changed("model = \"kp4\"", "model = \"kp5\""),
        Problem::PartNotFound,
        "kp5",
        &["there is no part `kp5` for `fec`", "`kp4`", "`kr4`"],
    );
}

#[test]
fn a_part_of_another_kind_names_its_kind() {
    refused(
        &changed("\"itu-g652d\"", "\"dfb-1550\""),
        Problem::PartKind,
        "dfb-1550",
        &[
            "the part `dfb-1550` is for `laser`, not for `fiber`",
            "`itu-g652d`",
        ],
    );
}

#[test]
fn a_key_given_twice_is_named() {
    refused(
        &changed("format = \"pam4\"", "format = \"pam4\"\nformat_ = 1")
            .replace("format_ = 1", "format = \"nrz\""),
        Problem::DuplicateKey,
        "format = \"nrz\"",
        &["duplicate key `format`"],
    );
}

#[test]
fn a_missing_key_names_the_stage_and_the_part() {
    refused(
        &changed(", length_km = 0.5", ""),
        Problem::MissingKey,
        "fiber =",
        &[
            "missing key `length_km` in stage 5 (`fiber`)",
            "the part `itu-g652d` does not give it",
        ],
    );
    refused(
        &changed("symbol_rate_gbd = 53.125", ""),
        Problem::MissingKey,
        "[signal]",
        &["missing key `symbol_rate_gbd` in [signal]", "GBd"],
    );
    refused(
        &replaced(COPPER, "amplitude_v = 0.4, ", ""),
        Problem::MissingKey,
        "driver",
        &["missing key `amplitude_v` in stage 1 (`driver`)"],
    );
    refused(
        &changed("connector = { loss_db = 0.5 }", "connector = {}"),
        Problem::MissingKey,
        "connector",
        &["missing key `loss_db` in stage 4 (`connector`)"],
    );
}
