//! The Lambda function `ask`.

use lambda_runtime::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    service::log::init();
    let context = service::context().await?;
    let handle =
        async |event| ask::handle(&context, event).await.map_err(|it| service::diagnostic(&it));
    run(service_fn(handle)).await
}
