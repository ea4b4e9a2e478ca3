//! Networks: channels from Touchstone files.

use super::{GHZ, Resolver};
use crate::config::choices::PortOrderName;
use crate::config::copper_tables::NetworkTable;
use crate::config::error::{ConfigError, Problem};
use crate::config::schema::StageEntry;
use crate::config::source::Value;
use crate::link::Stage;
use crate::network::{ChannelTransfer, NetworkError, PortOrder, Touchstone};
use std::path::Path;

impl Resolver<'_> {
    pub(super) fn network(&mut self, entry: &StageEntry, table: &NetworkTable) -> Option<Stage> {
        let Some(file) = &table.file else {
            self.missing(entry, "file", ", a Touchstone file such as \"channel.s4p\"");
            return None;
        };
        self.channel(entry, file, table.ports.as_ref())
            .map(Stage::Network)
    }

    /// The channel of a Touchstone file.
    pub(super) fn channel(
        &mut self,
        entry: &StageEntry,
        file: &Value<String>,
        ports: Option<&Value<PortOrderName>>,
    ) -> Option<ChannelTransfer> {
        let order = ports.map(|ports| match ports.value {
            PortOrderName::Adjacent => PortOrder::Adjacent,
            PortOrderName::Halves => PortOrder::Halves,
            PortOrderName::Around => PortOrder::Around,
        });
        let folder = Path::new(&file.at.source.file).parent();
        let path = folder.unwrap_or(Path::new("")).join(&file.value);
        if !path.exists() {
            return self.unusable(
                file,
                format!("the file `{}` does not exist", path.display()),
                "`file` is relative to the folder of the file that names it",
            );
        }
        let network = match Touchstone::read(&path) {
            Ok(touchstone) => touchstone.network,
            Err(error) => {
                return self.unusable(
                    file,
                    error.to_string(),
                    "a Touchstone file of version 1.0 to 2.1, whose name ends with .s4p or .s2p",
                );
            }
        };
        if let (Some(ports), 2) = (ports, network.ports()) {
            let message = format!(
                "`ports` in {} orders four ports, and `{}` has two",
                entry.place(),
                file.value
            );
            self.errors.push(
                ConfigError::at(Problem::Conflict, &ports.at, message)
                    .help("leave `ports` out: two ports are taken as the differential channel"),
            );
            return None;
        }
        let channel = match ChannelTransfer::new(&network, order) {
            Ok(channel) => channel,
            Err(error) => {
                let help = match error {
                    NetworkError::PortOrder(_) => {
                        "write `ports = \"adjacent\"` (1 to 2, 3 to 4), `\"halves\"` (1 to 3, 2 to 4) or \
                         `\"around\"` (1 to 4, 2 to 3)"
                    }
                    NetworkError::Ports(_) => {
                        "a file of four single-ended ports, or of two that are taken as differential"
                    }
                    _ => "a channel whose response its frequencies can tell",
                };
                return self.unusable(file, format!("`{}`: {error}", file.value), help);
            }
        };
        if let Some(symbol_rate) = self.symbol_rate
            && channel.highest_frequency() < 0.5 * symbol_rate
        {
            let message = format!(
                "the data of `{}` end at {} GHz, below half the symbol rate",
                file.value,
                channel.highest_frequency() / GHZ
            );
            return self.unusable(
                file,
                message,
                &format!(
                    "data up to {} GHz or more; three quarters of the symbol rate leave little to \
                     continuation",
                    0.5 * symbol_rate / GHZ
                ),
            );
        }
        Some(channel)
    }

    /// Notes a file that cannot be used.
    fn unusable<T>(&mut self, file: &Value<String>, message: String, help: &str) -> Option<T> {
        self.errors
            .push(ConfigError::at(Problem::File, &file.at, message).help(help));
        None
    }
}
