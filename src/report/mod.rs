//! Pictures: eye diagrams and curves, as PNG and as SVG.
//!
//! A picture is first laid out as a [`Scene`](scene::Scene) of filled areas, strokes, texts and
//! images in pixels, then drawn by [`plotters`] on its bitmap or its SVG backend. The fonts are
//! embedded, so a picture looks the same on every machine.
//!
//! - [`EyePicture`]: the density of an eye with its openings, thresholds and histogram;
//! - [`CurvePlot`]: one or more panels of curves over a common axis.

pub mod axis;
mod bitmap;
pub mod color_map;
pub mod curves;
mod draw;
pub mod eye;
mod font;
pub mod image;
mod layout;
pub mod scene;
mod svg;
pub mod theme;

pub use axis::{Axis, Scale};
pub use curves::{Band, CurvePlot, Direction, MarkedPoint, Panel, ReferenceLine, Series, Style};
pub use eye::{EyeOpening, EyePicture, Histogram, ValueAxis};
pub use image::RgbImage;

use std::path::Path;
use thiserror::Error;

/// Width and height in pixels of a picture unless another size is asked for.
pub const DEFAULT_SIZE: (u32, u32) = (1200, 900);
/// Largest width or height in pixels.
const LARGEST_SIDE: u32 = 16_384;
/// Smallest width or height in pixels that leaves room for the axes.
const SMALLEST_SIDE: u32 = 64;

/// Why a picture could not be made.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// File that was to be written.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A shape or a text could not be drawn.
    #[error("cannot draw the picture: {0}")]
    Draw(String),
    /// The PNG encoder failed.
    #[error("cannot encode the picture: {0}")]
    Encode(#[from] png::EncodingError),
    /// A size without room for a picture, or too large.
    #[error(
        "a picture of {width} × {height} pixels: width and height must be {SMALLEST_SIDE} to {LARGEST_SIDE}"
    )]
    Size {
        /// Width asked for.
        width: u32,
        /// Height asked for.
        height: u32,
    },
    /// Nothing to draw.
    #[error("the picture “{0}” has no finite data to draw")]
    Empty(String),
    /// A number that places part of the picture is not finite or out of order.
    #[error("{what} is {value}, which cannot be drawn")]
    Invalid {
        /// What the number is.
        what: String,
        /// The number.
        value: f64,
    },
}

/// Checks that a size leaves room for a picture.
fn check_size((width, height): (u32, u32)) -> Result<(), ReportError> {
    let fits = |side| (SMALLEST_SIDE..=LARGEST_SIDE).contains(&side);
    if fits(width) && fits(height) {
        Ok(())
    } else {
        Err(ReportError::Size { width, height })
    }
}

/// Writes a file, creating the folder it is to lie in.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let failed = |source| ReportError::Write {
        path: path.display().to_string(),
        source,
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}
