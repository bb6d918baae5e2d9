// SPDX-License-Identifier: Apache-2.0
//! `hinomi inventory images`: reads what container images carry and prints it as CycloneDX.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hinomi_collect::{CollectedImage, ImageOptions, collect_images, host_stores};
use hinomi_inventory_formats::{WriteOptions, write_cyclonedx};

use super::inventory_collect::write_whole;
use crate::console::{note, visible};
use crate::failure::Failure;

/// Read the packages of container images and print them as CycloneDX 1.6
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  docker save shop:1.2 -o shop.tar && hinomi inventory images shop.tar > shop.cdx.json\n  \
    hinomi inventory images --output sboms/\n\n\
    Without a path, the image stores of this host are read: Docker with overlay2, containerd, Podman and CRI-O. \
    Each image is an inventory of its own. Exit status 1: an image could not be read, or there was none."
)]
pub(crate) struct ImagesArgs {
    /// Archives of `docker save`, OCI layouts (folders or archives), or folders of image stores
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write one file per image into this folder; needed for more than one image
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Folder for the layers' files meanwhile [default: the system's temporary folder]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

struct Run<'a> {
    output: Option<&'a Path>,
    written: usize,
    failed: bool,
    /// A second image without a folder to write into.
    crowded: bool,
}

pub(crate) fn run(args: &ImagesArgs) -> anyhow::Result<ExitCode> {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let scratch = args.scratch.clone().unwrap_or_else(std::env::temp_dir);
    let paths = match args.paths.is_empty() {
        true => host_stores(Path::new("/")),
        false => args.paths.clone(),
    };
    if paths.is_empty() {
        return Err(Failure::new("this host has no store of images that is read")
            .hint("name an archive of docker save or an OCI layout")
            .into());
    }
    if let Some(folder) = &args.output {
        std::fs::create_dir_all(folder)?;
    }
    let mut run = Run { output: args.output.as_deref(), written: 0, failed: false, crowded: false };
    for path in &paths {
        let options = ImageOptions { path, scratch: &scratch, observed_at: Some(&now) };
        let mut problem = None;
        let read = collect_images(&options, &mut |image| match run.take(image) {
            Ok(flow) => flow,
            Err(error) => {
                problem = Some(error);
                ControlFlow::Break(())
            }
        });
        if let Some(error) = problem {
            return Err(error);
        }
        if let Err(error) = read {
            run.refuse(&error);
        }
    }
    if run.crowded {
        return Err(Failure::new("there are several images").hint("give --output DIR").used_wrongly().into());
    }
    Ok(if run.failed || run.written == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Run<'_> {
    fn take(
        &mut self,
        image: Result<CollectedImage, hinomi_collect::CollectError>,
    ) -> anyhow::Result<ControlFlow<()>> {
        let image = match image {
            Ok(image) => image,
            Err(error) => {
                self.refuse(&error);
                return Ok(ControlFlow::Continue(()));
            }
        };
        let write = WriteOptions {
            serial_number: Some(format!("urn:uuid:{}", uuid::Uuid::new_v4())),
            tool_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        let text = write_cyclonedx(&image.inventory, &write);
        match self.output {
            Some(folder) => {
                let path = folder.join(format!("{}.cdx.json", file_name(&image.name)));
                write_whole(&path, &text)?;
            }
            None if self.written > 0 => {
                self.crowded = true;
                return Ok(ControlFlow::Break(()));
            }
            None => writeln!(std::io::stdout(), "{text}")?,
        }
        self.written += 1;
        let count = image.inventory.components.len();
        note(&format!("{}: {count} components", visible(&image.name)));
        for warning in &image.inventory.warnings {
            note(&format!("warning: {}: {}", visible(&warning.place), visible(&warning.text)));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn refuse(&mut self, error: &hinomi_collect::CollectError) {
        self.failed = true;
        note(&format!("hinomi: {}", visible(&error.to_string())));
    }
}

/// A reference as a file's name: `docker.io/library/debian:12` is `docker.io_library_debian_12`.
fn file_name(reference: &str) -> String {
    let plain = |one: char| if one.is_ascii_alphanumeric() || matches!(one, '.' | '-') { one } else { '_' };
    let name: String = reference.chars().map(plain).take(200).collect();
    name.trim_start_matches('.').to_owned()
}
