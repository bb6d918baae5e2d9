// SPDX-License-Identifier: Apache-2.0
//! What can happen to a ticket, and the text that tells of it.

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub ticket_id: i64,
    pub at: i64,
    pub actor: String,
    pub kind: EventKind,
    pub data: serde_json::Value,
}

macro_rules! event_kinds {
    ($($(#[$meta:meta])* $kind:ident => $word:literal, $text:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EventKind {
            $($(#[$meta])* $kind,)*
        }

        impl EventKind {
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// As it is stored and as the API calls it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }

            /// The key of its text in the catalogues.
            pub fn text_key(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }
        }
    };
}

event_kinds! {
    Opened => "opened", "history-opened";
    Reopened => "reopened", "history-reopened";
    Closed => "closed", "history-closed";
    ItemAdded => "item_added", "history-item-added";
    ItemClosed => "item_closed", "history-item-closed";
    ItemReopened => "item_reopened", "history-item-reopened";
    /// What work that has started does not close goes to the next ticket.
    ItemMoved => "item_moved", "history-item-moved";
    /// What became known of a vulnerability decides its item otherwise.
    ItemRated => "item_rated", "history-item-rated";
    CriticalityChanged => "criticality_changed", "history-criticality";
    OwnerChanged => "owner_changed", "history-owner";
    FixAvailable => "fix_available", "history-fix";
    RestartPending => "restart_pending", "history-restart";
    /// The new version runs.
    Restarted => "restarted", "history-restarted";
    Assigned => "assigned", "history-assigned";
    Started => "started", "history-started";
    Commented => "commented", "history-commented";
    PauseAsked => "pause_asked", "history-pause-asked";
    Paused => "paused", "history-paused";
    PauseEnded => "pause_ended", "history-pause-ended";
}

impl EventKind {
    /// The kind of a stored event. A `restart_pending` that is stored with `pending` false tells of its end.
    pub fn of_stored(word: &str, data: &serde_json::Value) -> Option<Self> {
        let kind = Self::ALL.iter().copied().find(|kind| kind.as_str() == word)?;
        let is_over = kind == Self::RestartPending && data["pending"] == false;
        Some(if is_over { Self::Restarted } else { kind })
    }
}
