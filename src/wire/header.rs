//! What stands before every message: who is meant, in which version, and which answer is whose.
//!
//! A request header has two forms (v1 and v2; v0 belonged to ControlledShutdown, which is gone),
//! a response header two (v0 and v1): the later ones end in tagged fields, and go with the
//! flexible versions of the API. ApiVersions replies keep the earlier form in every version, so
//! that a client can read them before it knows anything of the broker (protocol.md 1.2).

use super::ApiKey;
use crate::codec::{Field, Form, Reader, WireError, Writer};

/// The head of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestHeader {
    /// The API's number; it may be one we do not know, see [`ApiKey::from_i16`].
    pub api_key: i16,
    /// The version of the request and of its answer; it may be one we do not have.
    pub api_version: i16,
    /// What the answer repeats.
    pub correlation_id: i32,
    /// The name the client gives itself.
    pub client_id: Option<String>,
}

impl RequestHeader {
    /// Takes the header off the reader; the body is what is left. The form follows from key and
    /// version; with a key that we do not know it is read as v1, so that the log can name it.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are no header.
    pub fn read(reader: &mut Reader<'_>) -> Result<RequestHeader, WireError> {
        let (api_key, api_version) = (reader.i16()?, reader.i16()?);
        let correlation_id = reader.i32()?;
        // Any negative length is null, as in Kafka.
        let client_id = match usize::try_from(reader.i16()?) {
            Ok(length) => Some(String::from_utf8_lossy(reader.take(length)?).into_owned()),
            Err(_) => None,
        };
        let header = RequestHeader { api_key, api_version, correlation_id, client_id };
        if header.flexible() {
            reader.tags(|_, _| Ok(()))?;
        }
        Ok(header)
    }

    /// Writes the header.
    ///
    /// # Errors
    /// [`WireError::Long`] where the client id is.
    pub fn write(&self, writer: &mut Writer) -> Result<(), WireError> {
        writer.i16(self.api_key);
        writer.i16(self.api_version);
        writer.i32(self.correlation_id);
        // The client id has two bytes of length in both forms.
        let form = Form { version: 1, flexible: false, nullable: true };
        self.client_id.write(writer, form)?;
        if self.flexible() {
            writer.unsigned_varint(0);
        }
        Ok(())
    }

    fn flexible(&self) -> bool {
        ApiKey::from_i16(self.api_key).is_some_and(|key| self.api_version >= key.flexible_from())
    }
}

/// The head of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResponseHeader {
    /// The one of the request.
    pub correlation_id: i32,
}

impl ResponseHeader {
    /// Takes the header of a response to `key` in `version` off the reader.
    ///
    /// # Errors
    /// [`WireError`] where the bytes are no header.
    pub fn read(
        reader: &mut Reader<'_>,
        key: ApiKey,
        version: i16,
    ) -> Result<ResponseHeader, WireError> {
        let header = ResponseHeader { correlation_id: reader.i32()? };
        if response_flexible(key, version) {
            reader.tags(|_, _| Ok(()))?;
        }
        Ok(header)
    }

    /// Writes the header of a response to `key` in `version`.
    pub fn write(self, writer: &mut Writer, key: ApiKey, version: i16) {
        writer.i32(self.correlation_id);
        if response_flexible(key, version) {
            writer.unsigned_varint(0);
        }
    }
}

fn response_flexible(key: ApiKey, version: i16) -> bool {
    key != ApiKey::ApiVersions && version >= key.flexible_from()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(RequestHeader, usize), WireError> {
        let mut reader = Reader::new(bytes);
        RequestHeader::read(&mut reader).map(|header| (header, reader.remaining()))
    }

    #[test]
    fn the_form_of_a_request_header_follows_from_key_and_version() {
        let mut header = RequestHeader { api_key: 3, api_version: 8, ..Default::default() };
        assert_eq!(read(b"\0\x03\0\x08\0\0\0\0\xff\xff\0"), Ok((header.clone(), 1)));
        header.api_version = 9;
        assert_eq!(read(b"\0\x03\0\x09\0\0\0\0\xff\xff\x01\x07\x02ab"), Ok((header, 0)));
    }

    #[test]
    fn headers_round_trip() {
        for (api_key, api_version) in [(0, 3), (18, 4), (17, 1), (75, 0), (999, 1)] {
            let client_id = Some("kitty".into());
            let header = RequestHeader { api_key, api_version, correlation_id: -5, client_id };
            let mut writer = Writer::new();
            header.write(&mut writer).unwrap();
            assert_eq!(read(&writer.to_vec()), Ok((header, 0)));
        }
    }

    #[test]
    fn a_client_id_of_any_negative_length_is_null_and_a_cut_one_is_refused() {
        let header = RequestHeader { api_key: 3, api_version: 8, ..Default::default() };
        assert_eq!(read(b"\0\x03\0\x08\0\0\0\0\xff\xfe\0"), Ok((header, 1)));
        assert_eq!(read(b"\0\x03\0\x08\0\0\0\0\0\x05"), Err(WireError::Short));
    }

    #[test]
    fn api_versions_replies_have_no_tags_in_their_header() {
        for (key, version, size) in [
            (ApiKey::ApiVersions, 4, 4),
            (ApiKey::Metadata, 8, 4),
            (ApiKey::Metadata, 9, 5),
            (ApiKey::SaslHandshake, 1, 4),
        ] {
            let mut writer = Writer::new();
            ResponseHeader { correlation_id: 9 }.write(&mut writer, key, version);
            assert_eq!(writer.len(), size);
            let bytes = writer.to_vec();
            let read = ResponseHeader::read(&mut Reader::new(&bytes), key, version);
            assert_eq!(read, Ok(ResponseHeader { correlation_id: 9 }));
        }
    }
}
