//! The Lambda function `serve`.

use lambda_runtime::{Error, run, service_fn};
use serve::{Server, Settings};

// Reading tables takes a thread for itself.
#[tokio::main]
async fn main() -> Result<(), Error> {
    service::log::init();
    let server = Server::new(service::reader().await?, Settings::read()?)?;
    let handle =
        async |event| serve::handle(&server, event).await.map_err(|it| service::diagnostic(&it));
    run(service_fn(handle)).await
}
