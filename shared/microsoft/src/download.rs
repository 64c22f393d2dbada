//! Files that a service hands out for downloading: zip archives with one file in each, such as the
//! reports of Microsoft Intune. They are unpacked as they come, so that memory does not grow with
//! them.

use std::fmt;
use std::io;

use async_trait::async_trait;
use async_zip::base::read::WithoutEntry;
use async_zip::base::read::stream::{Reading, ZipFileReader};
use bytes::Bytes;
use collector::ports::{Download, Failure};
use futures_util::stream::BoxStream;
use futures_util::{AsyncReadExt as _, TryStreamExt as _};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::address::download;
use crate::attempts::Attempts;
use crate::cloud::Cloud;
use crate::transport::{Opened, Transport};

/// How many bytes are unpacked at a time.
const CHUNK: usize = 64 << 10;

type Body = futures_util::stream::IntoAsyncRead<BoxStream<'static, io::Result<Bytes>>>;

/// A file that is being unpacked.
struct Unpacked(ZipFileReader<Reading<'static, Body, WithoutEntry>>);

impl fmt::Debug for Unpacked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unpacked")
    }
}

/// Opens the only file of the archive at an address.
///
/// The address is what allows it, so no token is sent. It is not repeated in errors for the same
/// reason.
///
/// # Errors
///
/// If the address leads elsewhere than to storage, it has expired, or there is no such archive.
pub(crate) async fn open(
    cloud: &Cloud,
    transport: &dyn Transport,
    address: &str,
) -> Result<Box<dyn Download>, Failure> {
    let url = download(cloud, address)?;
    let mut attempts = Attempts::default();
    loop {
        let reason = match attempt(transport, url.clone()).await {
            Ok(opened) if opened.status == StatusCode::OK => {
                let archive = ZipFileReader::new(opened.body.into_async_read());
                match archive.next_without_entry().await {
                    Ok(Some(file)) => return Ok(Box::new(Unpacked(file))),
                    Ok(None) => "the archive is empty".to_owned(),
                    Err(error) => format!("it is no archive ({error})"),
                }
            }
            // Storage refuses an address whose time has passed.
            Ok(Opened { status: StatusCode::FORBIDDEN | StatusCode::NOT_FOUND, .. }) => {
                return Err(Failure::Gone("the file is not there any more".to_owned()));
            }
            Ok(opened) => format!("storage answers {}", opened.status),
            Err(reason) => reason,
        };
        let Some(wait) = attempts.failed() else { return Err(Failure::Failed(reason)) };
        tokio::time::sleep(wait).await;
    }
}

async fn attempt(transport: &dyn Transport, url: Url) -> Result<Opened, String> {
    let opened = transport.open(reqwest::Request::new(Method::GET, url)).await;
    opened.map_err(|broken| broken.to_string())
}

#[async_trait]
impl Download for Unpacked {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let mut chunk = vec![0; CHUNK];
        let read = self.0.reader_mut().read(&mut chunk).await;
        let read = read
            .map_err(|error| Failure::Failed(format!("the download was interrupted ({error})")))?;
        chunk.truncate(read);
        Ok((read > 0).then_some(chunk))
    }
}
