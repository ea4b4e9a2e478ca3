//! Every example runs, and its picture shows something.

use crate::command::{Folder, done, examples};
use std::collections::HashSet;
use std::io::Cursor;

/// Asserts that a PNG has the size pictures have and is neither blank nor a plot without an eye.
#[track_caller]
pub fn assert_picture(bytes: &[u8], least_colors: usize) {
    let mut reader = png::Decoder::new(Cursor::new(bytes))
        .read_info()
        .expect("a PNG");
    let mut data = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut data).expect("an image");
    assert_eq!((info.width, info.height), (1200, 900));
    assert_eq!(info.color_type, png::ColorType::Rgb);
    let colors: HashSet<&[u8]> = data.chunks_exact(3).collect();
    assert!(colors.len() > least_colors, "{} colours", colors.len());
    let inked = data
        .chunks_exact(3)
        .filter(|pixel| *pixel != &data[..3])
        .count();
    assert!(
        inked > data.len() / 3 / 100,
        "{inked} pixels of another colour than the corner's"
    );
}

#[test]
fn every_example_runs_and_its_eye_can_be_seen() {
    let folder = Folder::new();
    for link in examples() {
        let name = link
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let done = done(folder.program().arg("run").arg(&link)).success();
        assert!(done.stdout.contains("bit error ratio"), "{}", done.stdout);
        // One eye, or one a segment.
        let begin = format!("out/{name}/eye");
        let eyes: Vec<String> = (folder.files().into_iter())
            .filter(|file| file.starts_with(&begin) && file.strip_suffix(".png").is_some())
            .collect();
        assert!(!eyes.is_empty(), "{name} has no eye");
        for eye in eyes {
            assert_picture(&folder.read(&eye), 100);
        }
    }
}
