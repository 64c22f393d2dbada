//! The Lambda function `watch`.

use std::sync::Arc;

use lambda_runtime::{Error, run, service_fn};
use notify::Courier;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    service::log::init();
    let context = service::context().await?;
    let courier = Courier::from_environment(Arc::clone(&context.secrets));
    let handle = async |event| {
        watch::handle(&context, &courier, event).await.map_err(|it| service::diagnostic(&it))
    };
    run(service_fn(handle)).await
}
