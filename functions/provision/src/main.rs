//! The Lambda function `provision`.

use lambda_runtime::{Error, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let context = service::context().await?;
    let handle = async |event| {
        provision::handle(&context, event).await.map_err(|it| service::diagnostic(&it))
    };
    run(service_fn(handle)).await
}
