//! The Lambda function `finish`.

use lambda_runtime::{Error, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let context = service::context().await?;
    run(service_fn(|event| finish::handle(&context, event))).await
}
