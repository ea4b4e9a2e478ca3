//! Mistakes in a link file shown with the line they are on and a mark under the place.

use eyespan::config::{ConfigError, ConfigErrors};
use miette::{
    Diagnostic, LabeledSpan, MietteHandler, MietteHandlerOpts, NamedSource, ReportHandler,
    SourceCode,
};
use std::fmt;

/// Shows every mistake, with colours where the terminal has them.
pub struct Shown<'a>(pub &'a ConfigErrors);

/// One mistake in the form the renderer takes.
#[derive(Debug)]
struct Mistake<'a> {
    error: &'a ConfigError,
    source: NamedSource<String>,
}

impl fmt::Display for Mistake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.error;
        if self.is_placed() {
            write!(f, "{}", error.message)
        } else {
            write!(f, "{}: {}", error.file(), error.message)
        }
    }
}

impl std::error::Error for Mistake<'_> {}

impl Mistake<'_> {
    /// Whether there is a text and a place in it to show.
    fn is_placed(&self) -> bool {
        !self.error.source.text.is_empty() && !self.error.span.is_empty()
    }
}

impl Diagnostic for Mistake<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.error.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.is_placed().then_some(&self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if !self.is_placed() {
            return None;
        }
        let label = LabeledSpan::new_with_span(None, self.error.span.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handler: MietteHandler = MietteHandlerOpts::new().context_lines(1).build();
        for error in &self.0.errors {
            let mistake = Mistake {
                error,
                source: NamedSource::new(error.file(), error.source.text.clone()),
            };
            handler.debug(&mistake, f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eyespan::config::LinkFile;
    use eyespan::library::Library;

    #[test]
    fn a_mistake_is_shown_with_its_line_and_what_to_write_instead() {
        let text = "[[stage]]\ndriver = {}\n[[stage]]\nfiber = { length_m = 2 }\n";
        let file = LinkFile::parse(text, "short.toml", &[]).expect("it is TOML");
        let errors = file
            .resolve(&Library::built_in().expect("the parts"))
            .expect_err("an unknown key");
        let shown = Shown(&errors).to_string();
        for part in [
            "short.toml:4:11",
            "fiber = { length_m = 2 }",
            "unknown key `length_m`",
            "did you mean `length_km`?",
        ] {
            assert!(shown.contains(part), "{part} is not in: {shown}");
        }
    }
}
