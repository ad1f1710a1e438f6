//! How each type of Kafka's grammar stands on the wire.

use std::borrow::Cow;

use bytes::Bytes;

use super::{Kind, Reader, WireError, Writer};
use crate::base::Uuid;

/// In which form a value stands: what of its version matters to a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The message's version.
    pub version: i16,
    /// Whether that version has compact lengths and tagged fields (KIP-482).
    pub flexible: bool,
    /// Whether the value may be null.
    pub nullable: bool,
}

/// A type that can stand in a message.
pub trait Field: Sized {
    /// Takes a value off the reader.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are no such value.
    fn read(reader: &mut Reader<'_>, form: Form) -> Result<Self, WireError>;

    /// Writes the value.
    ///
    /// # Errors
    /// [`WireError`] where the form cannot carry it.
    fn write(&self, writer: &mut Writer, form: Form) -> Result<(), WireError>;

    /// The fewest bytes a value takes.
    fn least(form: Form) -> usize;

    /// Kafka's default where the schema gives none: zero, false, empty.
    fn initial() -> Self;

    /// The type, for the schema.
    fn kind() -> Kind;

    /// The value as the text of a schema's default.
    fn text(&self) -> String;
}

/// A type that has a null on the wire.
pub trait Nullable: Field {
    /// Takes a value or a null off the reader.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are neither.
    fn read_nullable(reader: &mut Reader<'_>, form: Form) -> Result<Option<Self>, WireError>;

    /// Writes a value or a null.
    ///
    /// # Errors
    /// [`WireError`] where the form cannot carry it.
    fn write_nullable(
        value: Option<&Self>,
        writer: &mut Writer,
        form: Form,
    ) -> Result<(), WireError>;
}

/// Record batches, or null. They are written by reference (see [`Writer::splice`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records(pub Option<Bytes>);

macro_rules! plain {
    ($($type:ty, $method:ident, $name:literal;)*) => { $(
        impl Field for $type {
            fn read(reader: &mut Reader<'_>, _: Form) -> Result<$type, WireError> {
                reader.$method()
            }
            fn write(&self, writer: &mut Writer, _: Form) -> Result<(), WireError> {
                writer.$method(*self);
                Ok(())
            }
            fn least(_: Form) -> usize {
                size_of::<$type>()
            }
            fn initial() -> $type {
                <$type>::default()
            }
            fn kind() -> Kind {
                Kind::Plain($name)
            }
            fn text(&self) -> String {
                self.to_string()
            }
        }
    )* };
}

plain! {
    bool, bool, "bool";
    i8, i8, "int8";
    i16, i16, "int16";
    u16, u16, "uint16";
    i32, i32, "int32";
    u32, u32, "uint32";
    i64, i64, "int64";
    f64, f64, "float64";
    Uuid, uuid, "uuid";
}

impl Form {
    /// The form of an item of a list, which is never null.
    fn item(self) -> Form {
        Form { nullable: false, ..self }
    }

    /// Bytes of the shortest prefix that a list or bytes have.
    fn count_size(self) -> usize {
        if self.flexible { 1 } else { size_of::<i32>() }
    }
}

/// What stands for a type with a length prefix: its null is a negative length, whether or not the
/// version allows it.
macro_rules! prefixed {
    () => {
        fn read(reader: &mut Reader<'_>, form: Form) -> Result<Self, WireError> {
            Self::read_nullable(reader, form)?.ok_or(WireError::Null)
        }
        fn write(&self, writer: &mut Writer, form: Form) -> Result<(), WireError> {
            Self::write_nullable(Some(self), writer, form)
        }
        fn initial() -> Self {
            Self::default()
        }
    };
}

impl Field for String {
    prefixed! {}

    fn least(form: Form) -> usize {
        if form.flexible { 1 } else { size_of::<i16>() }
    }

    fn kind() -> Kind {
        Kind::Plain("string")
    }

    fn text(&self) -> String {
        self.clone()
    }
}

impl Nullable for String {
    fn read_nullable(reader: &mut Reader<'_>, form: Form) -> Result<Option<String>, WireError> {
        Ok(reader.text(form.flexible)?.map(Cow::into_owned))
    }

    fn write_nullable(
        value: Option<&String>,
        writer: &mut Writer,
        form: Form,
    ) -> Result<(), WireError> {
        writer.text_length(form.flexible, value.map(String::len))?;
        writer.bytes(value.map_or(&[], |text| text.as_bytes()));
        Ok(())
    }
}

impl Field for Bytes {
    prefixed! {}

    fn least(form: Form) -> usize {
        form.count_size()
    }

    fn kind() -> Kind {
        Kind::Plain("bytes")
    }

    fn text(&self) -> String {
        String::new()
    }
}

impl Nullable for Bytes {
    fn read_nullable(reader: &mut Reader<'_>, form: Form) -> Result<Option<Bytes>, WireError> {
        let Some(length) = reader.count(form.flexible, 1)? else {
            return Ok(None);
        };
        Ok(Some(Bytes::copy_from_slice(reader.take(length)?)))
    }

    fn write_nullable(
        value: Option<&Bytes>,
        writer: &mut Writer,
        form: Form,
    ) -> Result<(), WireError> {
        writer.count(form.flexible, value.map(Bytes::len))?;
        writer.bytes(value.map_or(&[], |bytes| bytes));
        Ok(())
    }
}

impl Field for Records {
    fn read(reader: &mut Reader<'_>, form: Form) -> Result<Records, WireError> {
        let bytes = Bytes::read_nullable(reader, form)?;
        if bytes.is_none() && !form.nullable {
            return Err(WireError::Null);
        }
        Ok(Records(bytes))
    }

    fn write(&self, writer: &mut Writer, form: Form) -> Result<(), WireError> {
        if self.0.is_none() && !form.nullable {
            return Err(WireError::Null);
        }
        writer.count(form.flexible, self.0.as_ref().map(Bytes::len))?;
        self.0.iter().for_each(|bytes| writer.splice(bytes.clone()));
        Ok(())
    }

    fn least(form: Form) -> usize {
        form.count_size()
    }

    fn initial() -> Records {
        Records(None)
    }

    fn kind() -> Kind {
        Kind::Plain("records")
    }

    fn text(&self) -> String {
        String::new()
    }
}

impl<T: Field> Field for Vec<T> {
    prefixed! {}

    fn least(form: Form) -> usize {
        form.count_size()
    }

    fn kind() -> Kind {
        Kind::Array(Box::new(T::kind()))
    }

    fn text(&self) -> String {
        String::new()
    }
}

impl<T: Field> Nullable for Vec<T> {
    fn read_nullable(reader: &mut Reader<'_>, form: Form) -> Result<Option<Vec<T>>, WireError> {
        let item = form.item();
        let Some(count) = reader.count(form.flexible, T::least(item))? else {
            return Ok(None);
        };
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(T::read(reader, item)?);
        }
        Ok(Some(items))
    }

    fn write_nullable(
        value: Option<&Vec<T>>,
        writer: &mut Writer,
        form: Form,
    ) -> Result<(), WireError> {
        writer.count(form.flexible, value.map(Vec::len))?;
        let item = form.item();
        value.into_iter().flatten().try_for_each(|one| one.write(writer, item))
    }
}

impl<T: Nullable> Field for Option<T> {
    fn read(reader: &mut Reader<'_>, form: Form) -> Result<Option<T>, WireError> {
        if form.nullable { T::read_nullable(reader, form) } else { T::read(reader, form).map(Some) }
    }

    fn write(&self, writer: &mut Writer, form: Form) -> Result<(), WireError> {
        match self {
            value if form.nullable => T::write_nullable(value.as_ref(), writer, form),
            Some(value) => value.write(writer, form),
            None => Err(WireError::Null),
        }
    }

    fn least(form: Form) -> usize {
        if form.nullable { 1 } else { T::least(form) }
    }

    /// Kafka's default of a nullable field is empty, not null, unless its schema says so.
    fn initial() -> Option<T> {
        Some(T::initial())
    }

    fn kind() -> Kind {
        T::kind()
    }

    fn text(&self) -> String {
        self.as_ref().map_or_else(|| String::from("null"), T::text)
    }
}
