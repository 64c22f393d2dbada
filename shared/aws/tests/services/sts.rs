//! How tokens of AWS are asked for, and what is said where there are none.

use std::sync::{Arc, Mutex};

use aws::StsIdentity;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Response;
use collector::ports::WebIdentity as _;

/// Starts a service that answers each request so. Returns its address, and the forms it has got.
async fn start(status: u16, answer: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let forms = Arc::new(Mutex::new(Vec::new()));
    let seen = forms.clone();
    let app = Router::new().fallback(async move |body: Bytes| {
        seen.lock().unwrap().push(String::from_utf8(body.to_vec()).unwrap());
        let mut response = Response::new(Body::from(answer));
        *response.status_mut() = status.try_into().unwrap();
        response
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, forms)
}

#[tokio::test]
async fn a_token_is_short_lived_and_for_one_audience() {
    let (address, forms) = start(
        200,
        "<GetWebIdentityTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetWebIdentityTokenResult><WebIdentityToken>a.b.c</WebIdentityToken>\
         <Expiration>2100-01-01T00:00:00Z</Expiration></GetWebIdentityTokenResult>\
         </GetWebIdentityTokenResponse>",
    )
    .await;
    let identity = StsIdentity::at(&address);
    let token = identity.token("api://AzureADTokenExchange").await.unwrap();
    assert_eq!(token.expose(), "a.b.c");
    let forms = forms.lock().unwrap();
    for part in [
        "Action=GetWebIdentityToken",
        "Audience.member.1=api%3A%2F%2FAzureADTokenExchange",
        "DurationSeconds=300",
        "SigningAlgorithm=RS256",
    ] {
        assert!(forms[0].contains(part), "{forms:?}");
    }
    assert!(!format!("{identity:?}").contains("a.b.c"));
}

#[tokio::test]
async fn what_is_refused_says_why() {
    let (address, _) = start(
        403,
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>OutboundWebIdentityFederationDisabled</Code>\
         <Message>It is not enabled.</Message></Error><RequestId>1</RequestId></ErrorResponse>",
    )
    .await;
    let error = StsIdentity::at(&address).token("a").await.unwrap_err();
    assert!(error.is_refused, "{error:?}");
    let text = error.to_string();
    let expected = "AWS issues no web identity token: OutboundWebIdentityFederationDisabled: It is";
    assert!(text.starts_with(expected), "{text}");
}
