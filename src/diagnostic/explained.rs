//! Enumerations whose every variant has a stable name and a text that `probity explain` shows.

/// Declares such an enumeration: `Variant "stable-name" "what it means"`, one after the other.
macro_rules! explained {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $slug:literal $explanation:literal)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $explanation] $variant,)+
        }

        impl $name {
            /// All of them, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }

            /// What it means, in full.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation,)+ }
            }
        }
    };
}

pub(crate) use explained;
