//! `message!`: a Kafka message stated as its schema.
//!
//! ```text
//! message! {
//!     /// Metadata (key 3), response.
//!     MetadataResponse, versions 0..=13, flexible 9.. {
//!         throttle_time_ms: i32, 3.., else ignored;
//!         cluster_id: Option<String>, 2.., null 2.., default None, else ignored;
//!         controller_id: i32, 1.., default -1, else ignored;
//!         topics: Vec<MetadataResponseTopic>, 0..;
//!     }
//!     struct MetadataResponseTopic { error_code: i16, 0..; topic_id: Uuid, 10.., else ignored; }
//! }
//! ```
//!
//! A line is: name, type, the versions it stands in; then, in this order and each only where it
//! applies, `null` and the versions in which it may be null, `default` and Kafka's default where
//! that is not zero or empty, `tag` and the tag of a tagged field, and `else ignored` where Kafka
//! lets the field be left out silently in a version that lacks it (its `ignorable`; setting any
//! other field that the version lacks is an error). A field that the version lacks has its default
//! after reading. Tagged fields stand in the order of their tags.

use std::ops::RangeInclusive;

use super::{
    Field, FieldSchema, Form, Kind, Nullable, Reader, Schema, Versions, WireError, Writer,
};

/// A whole message, as `message!` makes it.
pub trait Message: Struct + Clone + Default + PartialEq + std::fmt::Debug {
    /// Kafka's name, such as `MetadataRequest`.
    const NAME: &'static str;
    /// The versions that can be read and written.
    const VERSIONS: RangeInclusive<i16>;
    /// The first version in the compact form with tagged fields; [`i16::MAX`] where none is.
    const FLEXIBLE_FROM: i16;

    /// Takes the message off the reader. Bytes after it are left there.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are no such message, or the version is none of it.
    fn read(reader: &mut Reader<'_>, version: i16) -> Result<Self, WireError> {
        Self::read_fields(reader, form::<Self>(version)?)
    }

    /// Writes the message.
    ///
    /// # Errors
    /// [`WireError`] where the version cannot carry it; the writer then holds a part of it.
    fn write(&self, writer: &mut Writer, version: i16) -> Result<(), WireError> {
        self.write_fields(writer, form::<Self>(version)?)
    }

    /// The message in the terms of Kafka's own schema.
    #[must_use]
    fn schema() -> Schema {
        Schema {
            name: Self::NAME,
            versions: Versions::of(&Self::VERSIONS),
            flexible: match Self::FLEXIBLE_FROM {
                i16::MAX => Versions::NONE,
                first => Versions { first, last: i16::MAX },
            },
            fields: Self::fields(),
        }
    }
}

fn form<M: Message>(version: i16) -> Result<Form, WireError> {
    if !M::VERSIONS.contains(&version) {
        return Err(WireError::Version(version));
    }
    Ok(Form { version, flexible: version >= M::FLEXIBLE_FROM, nullable: false })
}

/// A message or a part of one: named fields, then tagged ones. Made by `message!`.
pub trait Struct: Default {
    /// Its name in the schema.
    const STRUCT_NAME: &'static str;

    /// Takes the fields off the reader.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are no such fields.
    fn read_fields(reader: &mut Reader<'_>, form: Form) -> Result<Self, WireError>;

    /// Writes the fields.
    ///
    /// # Errors
    /// [`WireError`] where the version cannot carry them.
    fn write_fields(&self, writer: &mut Writer, form: Form) -> Result<(), WireError>;

    /// The fewest bytes that the fields take.
    fn least_fields(form: Form) -> usize;

    /// The fields, for the schema.
    fn fields() -> Vec<FieldSchema>;
}

impl<T: Struct> Field for T {
    fn read(reader: &mut Reader<'_>, form: Form) -> Result<T, WireError> {
        T::read_fields(reader, form)
    }

    fn write(&self, writer: &mut Writer, form: Form) -> Result<(), WireError> {
        self.write_fields(writer, form)
    }

    fn least(form: Form) -> usize {
        T::least_fields(form)
    }

    fn initial() -> T {
        T::default()
    }

    fn kind() -> Kind {
        Kind::Struct(T::STRUCT_NAME, T::fields())
    }

    fn text(&self) -> String {
        String::new()
    }
}

impl<T: Struct> Nullable for T {
    /// A byte says whether the fields follow.
    fn read_nullable(reader: &mut Reader<'_>, form: Form) -> Result<Option<T>, WireError> {
        if reader.i8()? < 0 {
            return Ok(None);
        }
        T::read_fields(reader, form).map(Some)
    }

    fn write_nullable(value: Option<&T>, writer: &mut Writer, form: Form) -> Result<(), WireError> {
        writer.i8(if value.is_some() { 1 } else { -1 });
        value.map_or(Ok(()), |fields| fields.write_fields(writer, form))
    }
}

/// Where a field stands in the version at hand.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// It stands among the fields without a tag.
    pub inline: bool,
    /// It stands among the tagged ones, under this tag.
    pub tag: Option<u32>,
    /// In which form its type stands.
    pub form: Form,
}

impl Place {
    /// The place of a field that stands in this version if `present`.
    #[must_use]
    #[inline]
    pub fn new(form: Form, present: bool, nullable: bool, tag: Option<u32>) -> Place {
        Place {
            inline: present && tag.is_none(),
            tag: tag.filter(|_| present),
            form: Form { nullable, ..form },
        }
    }

    /// The same for writing: a tagged field that has its default is left out, and so is one that
    /// this version lacks, which is an error if it says something and may not be `ignored`.
    ///
    /// # Errors
    /// [`WireError::Absent`].
    #[inline]
    pub fn holding(
        self,
        name: &'static str,
        ignored: bool,
        is_default: impl Fn() -> bool,
    ) -> Result<Place, WireError> {
        match (self.inline, self.tag) {
            (true, _) => Ok(self),
            (false, Some(_)) if is_default() => Ok(Place { tag: None, ..self }),
            (false, None) if !ignored && !is_default() => Err(WireError::Absent(name)),
            (false, _) => Ok(self),
        }
    }
}

/// States a message; see the head of this file.
macro_rules! message {
    (
        $(#[$meta:meta])*
        $name:ident, versions $from:literal ..= $to:literal $(, flexible $flexible:literal ..)? {
            $($fields:tt)*
        }
        $( $(#[$part_meta:meta])* struct $part:ident { $($part_fields:tt)* } )*
    ) => {
        $crate::codec::message!(@struct $(#[$meta])* $name { $($fields)* });
        $( $crate::codec::message!(@struct
            #[doc = concat!("A part of [`", stringify!($name), "`].")]
            $(#[$part_meta])*
            $part { $($part_fields)* }
        ); )*
        impl $crate::codec::Message for $name {
            const NAME: &'static str = stringify!($name);
            const VERSIONS: ::std::ops::RangeInclusive<i16> = $from..=$to;
            const FLEXIBLE_FROM: i16 = $crate::codec::message!(@or i16::MAX $(, $flexible)?);
        }
    };

    (@struct $(#[$meta:meta])* $name:ident { $(
        $(#[$field_meta:meta])*
        $field:ident : $type:ty, $versions:expr
            $(, null $null:expr)?
            $(, default $default:expr)?
            $(, tag $tag:literal)?
            $(, else $ignored:ident)?;
    )* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)] // the fields are Kafka's, documented there
        pub struct $name { $( $(#[$field_meta])* pub $field: $type, )* }

        impl Default for $name {
            fn default() -> Self {
                $name { $( $field: $crate::codec::message!(
                    @or <$type as $crate::codec::Field>::initial() $(, $default)?
                ), )* }
            }
        }

        #[allow(unused_variables, unused_mut, clippy::bool_comparison)]
        impl $crate::codec::Struct for $name {
            const STRUCT_NAME: &'static str = stringify!($name);

            fn read_fields(
                reader: &mut $crate::codec::Reader<'_>,
                form: $crate::codec::Form,
            ) -> Result<Self, $crate::codec::WireError> {
                let mut read = Self::default();
                $( let $field = $crate::codec::message!(
                    @place form, $versions, [$($null)?], [$($tag)?]
                ); )*
                $( if $field.inline {
                    read.$field = $crate::codec::Field::read(reader, $field.form)?;
                } )*
                if form.flexible {
                    reader.tags(|tag, reader| {
                        $( if $field.tag == Some(tag) {
                            read.$field = $crate::codec::Field::read(reader, $field.form)?;
                        } )*
                        Ok(())
                    })?;
                }
                Ok(read)
            }

            fn write_fields(
                &self,
                writer: &mut $crate::codec::Writer,
                form: $crate::codec::Form,
            ) -> Result<(), $crate::codec::WireError> {
                $( let $field = $crate::codec::message!(
                    @place form, $versions, [$($null)?], [$($tag)?]
                ).holding(
                    stringify!($field),
                    $crate::codec::message!(@ignored $($ignored)?),
                    || self.$field == $crate::codec::message!(
                        @or <$type as $crate::codec::Field>::initial() $(, $default)?
                    ),
                )?; )*
                $( if $field.inline {
                    $crate::codec::Field::write(&self.$field, writer, $field.form)?;
                } )*
                if form.flexible {
                    writer.unsigned_varint(0 $( + u32::from($field.tag.is_some()) )*);
                    $( if let Some(tag) = $field.tag {
                        writer.tagged(tag, |writer| {
                            $crate::codec::Field::write(&self.$field, writer, $field.form)
                        })?;
                    } )*
                }
                Ok(())
            }

            fn least_fields(form: $crate::codec::Form) -> usize {
                usize::from(form.flexible) $( + {
                    let place = $crate::codec::message!(
                        @place form, $versions, [$($null)?], [$($tag)?]
                    );
                    if place.inline {
                        <$type as $crate::codec::Field>::least(place.form)
                    } else {
                        0
                    }
                } )*
            }

            fn fields() -> Vec<$crate::codec::FieldSchema> {
                let default = Self::default();
                vec![ $( $crate::codec::FieldSchema {
                    name: stringify!($field).trim_start_matches("r#"),
                    kind: <$type as $crate::codec::Field>::kind(),
                    versions: $crate::codec::Versions::of(&($versions)),
                    nullable: $crate::codec::message!(
                        @or $crate::codec::Versions::NONE
                        $(, $crate::codec::Versions::of(&($null)))?
                    ),
                    tag: $crate::codec::message!(@or None $(, Some($tag))?),
                    ignorable: $crate::codec::message!(@ignored $($ignored)?),
                    default: $crate::codec::Field::text(&default.$field),
                } ),* ]
            }
        }
    };

    (@place $form:ident, $versions:expr, [$($null:expr)?], [$($tag:literal)?]) => {
        $crate::codec::Place::new(
            $form,
            ($versions).contains(&$form.version),
            $crate::codec::message!(@or false $(, ($null).contains(&$form.version))?),
            $crate::codec::message!(@or None $(, Some($tag))?),
        )
    };
    (@or $otherwise:expr) => { $otherwise };
    (@or $otherwise:expr, $value:expr) => { $value };
    (@ignored) => { false };
    (@ignored ignored) => { true };
}
pub(crate) use message;
