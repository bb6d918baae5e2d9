// SPDX-License-Identifier: Apache-2.0
//! A large document, read only as far as matching asks, and a part at a time.
//!
//! ```text
//!  bytes ─→ Outline ─→ head: everything but the components
//!                 └──→ read(0..1024), read(1024..2048), …   in any order, on any thread, as often as wanted
//!                        └─→ Brief: borrowed from the text where it stands there as it is
//! ```
//!
//! What must stay true: an outline and [`read`](crate::read) say the same of every component, but for references that
//! the reader makes itself, which an outline leaves out. Where what is said of one
//! component may depend on another (a distribution that only its neighbours name), or where anything is wrong, there is
//! no outline, and `read` is asked.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::{Component, ComponentKind, Inventory};
use crate::{Format, cyclonedx, dpkg, sniff, text};

/// What matching asks of a component; the words are those of [`Component`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brief<'a> {
    pub id: Option<Cow<'a, str>>,
    pub kind: ComponentKind,
    pub purl: Option<Cow<'a, str>>,
    pub cpe: Option<Cow<'a, str>>,
    pub more_identities: Vec<String>,
    pub name: Cow<'a, str>,
    pub version: Option<Cow<'a, str>>,
    pub supplier: Option<Cow<'a, str>>,
    pub source_name: Option<Cow<'a, str>>,
    pub source_version: Option<Cow<'a, str>>,
    pub distro: Option<Cow<'a, str>>,
    pub kernel_running: Option<bool>,
    /// No part of what runs, see [`Component::is_excluded`].
    pub is_excluded: bool,
}

impl From<Component> for Brief<'_> {
    fn from(component: Component) -> Self {
        let is_excluded = component.is_excluded();
        let owned = |text: Option<String>| text.map(Cow::Owned);
        Brief {
            is_excluded,
            id: owned(component.id),
            kind: component.kind,
            purl: owned(component.purl),
            cpe: owned(component.cpe),
            more_identities: component.more_identities,
            name: Cow::Owned(component.name),
            version: owned(component.version),
            supplier: owned(component.supplier),
            source_name: owned(component.source_name),
            source_version: owned(component.source_version),
            distro: owned(component.distro),
            kernel_running: component.kernel_running,
        }
    }
}

/// A document whose components can be read apart from one another.
pub struct Outline<'a> {
    head: Inventory,
    parts: Parts<'a>,
}

enum Parts<'a> {
    CycloneDx(Box<cyclonedx::Elements<'a>>),
    Dpkg(dpkg::Starts<'a>),
}

impl<'a> Outline<'a> {
    /// `None`: it takes [`read`](crate::read) to say what the document is.
    ///
    /// ```
    /// use hinomi_inventory_formats::Outline;
    ///
    /// let status = b"Package: bash\nStatus: install ok installed\nVersion: 5.2-1\n";
    /// let outline = Outline::of(status, "status").ok_or("no outline")?;
    /// let components = outline.read(0..outline.len()).ok_or("not apart")?;
    /// assert_eq!(components[0].name, "bash");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of(bytes: &'a [u8], path: &str) -> Option<Self> {
        let Ok(Cow::Borrowed(text)) = text::decode(bytes, path) else { return None };
        let (head, parts) = match sniff::sniff(text, path).ok()? {
            Format::CycloneDxJson => {
                let (head, elements) = cyclonedx::outline(text, path)?;
                (head, Parts::CycloneDx(Box::new(elements)))
            }
            Format::DpkgStatus => {
                let (head, starts) = dpkg::outline(text)?;
                (head, Parts::Dpkg(starts))
            }
            _ => return None,
        };
        // A running kernel decides about the installed ones.
        head.host.kernel_release.is_none().then_some(Outline { head, parts })
    }

    /// The document without its components.
    pub fn head(&self) -> &Inventory {
        &self.head
    }

    /// Number of components.
    pub fn len(&self) -> usize {
        match &self.parts {
            Parts::CycloneDx(elements) => elements.len(),
            Parts::Dpkg(starts) => starts.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Some components, in document order. `None`: one of them is wrong, or cannot be read apart from the others.
    pub fn read(&self, range: Range<usize>) -> Option<Vec<Brief<'_>>> {
        match &self.parts {
            Parts::CycloneDx(elements) => elements.read(range),
            Parts::Dpkg(starts) => starts.read(range),
        }
    }
}
