//! Closed sets of answers, such as a status: an enum whose variants know how they are stored, how they
//! travel in a form, and what people call them.

/// Makes the enum: `Variant = "as_stored" => "Label for people"`.
#[macro_export]
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $stored:literal => $label:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every one, in the order in which people are offered them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As it is stored and as a form sends it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $stored,)*
                }
            }

            /// What people call it.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }

            /// Value and words of each, for a form.
            #[must_use]
            pub fn options() -> Vec<(String, String)> {
                Self::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| format!("there is no {text:?}"))
            }
        }

        impl sqlx::Type<$crate::db::Db> for $name {
            fn type_info() -> <$crate::db::Db as sqlx::Database>::TypeInfo {
                <String as sqlx::Type<$crate::db::Db>>::type_info()
            }
            fn compatible(ty: &<$crate::db::Db as sqlx::Database>::TypeInfo) -> bool {
                <String as sqlx::Type<$crate::db::Db>>::compatible(ty)
            }
        }

        impl<'q> sqlx::Encode<'q, $crate::db::Db> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut <$crate::db::Db as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <String as sqlx::Encode<'q, $crate::db::Db>>::encode(self.as_str().to_owned(), buffer)
            }
        }

        impl<'r> sqlx::Decode<'r, $crate::db::Db> for $name {
            fn decode(
                value: <$crate::db::Db as sqlx::Database>::ValueRef<'r>,
            ) -> Result<Self, sqlx::error::BoxDynError> {
                let text = <&str as sqlx::Decode<'r, $crate::db::Db>>::decode(value)?;
                Ok(text.parse()?)
            }
        }
    )*};
}
