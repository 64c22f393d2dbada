//! The Lambda function `consent`.

use consent::{Key, Site};
use lambda_runtime::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    service::log::init();
    let context = service::context().await?;
    let site = Site {
        key: Key::Stored(service::variable("CONSENT_KEY_ARN")?),
        address: service::consent_address(),
    };
    let handle = async |event| {
        consent::handle(&context, &site, event).await.map_err(|it| service::diagnostic(&it))
    };
    run(service_fn(handle)).await
}
