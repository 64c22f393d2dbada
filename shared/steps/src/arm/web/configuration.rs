//! How apps are configured. Their settings and connection strings are never read.

use crate::arm::web::apps::APPS;
use crate::prelude::*;

pub(super) const CONFIGURATION: ResourceType =
    ResourceType::new("Microsoft.Web/sites/config", "2024-04-01");

pub(crate) static STEP: Step = Step {
    id: "rm-appservice-app-configuration",
    name: "App Service App Configuration",
    list: List::of_type(CONFIGURATION).of_each(&APPS).at("{id}/config/web").one(),
    becomes: Becomes::patch_of_parent(&[
        flag("alwaysOn", "/properties/", "Whether it is kept running without calls."),
        each("corsAllowedOrigins", "/properties/cors/allowedOrigins/*", "Which sites may call it."),
        flag("detailedErrorLoggingEnabled", "/properties/", "Whether errors are logged at length."),
        text("ftpsState", "/properties/", "`AllAllowed` if files may be put without TLS."),
        flag("http20Enabled", "/properties/", "Whether it speaks HTTP/2."),
        flag("httpLoggingEnabled", "/properties/", "Whether calls are logged."),
        each(
            "ipSecurityRestrictions",
            "/properties/ipSecurityRestrictions/*/ipAddress",
            "The networks that its rules name.",
        ),
        text(
            "ipSecurityRestrictionsDefaultAction",
            "/properties/",
            "`Deny` if it only answers to networks that its rules allow.",
        ),
        text("javaVersion", "/properties/", "The version of Java, if it uses it."),
        text("linuxFxVersion", "/properties/", "What it runs, on Linux."),
        text("minTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        text("netFrameworkVersion", "/properties/", "The version of .NET, on Windows."),
        text("nodeVersion", "/properties/", "The version of Node.js, on Windows."),
        text("phpVersion", "/properties/", "The version of PHP, on Windows."),
        text("pythonVersion", "/properties/", "The version of Python, on Windows."),
        flag("remoteDebuggingEnabled", "/properties/", "Whether a remote debugger can attach."),
        text("scmMinTlsVersion", "/properties/", "The same for deployments."),
        flag("webSocketsEnabled", "/properties/", "Whether it speaks WebSocket."),
        text("windowsFxVersion", "/properties/", "What it runs, on Windows."),
    ]),
    needs: Needs::subscription("app-service"),
    ..Step::AZURE
};
