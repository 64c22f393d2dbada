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
        flag("alwaysOn", "/properties/alwaysOn", "Whether it is kept running without calls."),
        each(
            "corsAllowedOrigins",
            "/properties/cors/allowedOrigins/*",
            "The web sites whose pages may call it.",
        ),
        flag(
            "detailedErrorLoggingEnabled",
            "/properties/detailedErrorLoggingEnabled",
            "Whether errors are logged at length.",
        ),
        text("ftpsState", "/properties/ftpsState", "`AllAllowed` if files may be put without TLS."),
        flag("http20Enabled", "/properties/http20Enabled", "Whether it speaks HTTP/2."),
        flag("httpLoggingEnabled", "/properties/httpLoggingEnabled", "Whether calls are logged."),
        each(
            "ipSecurityRestrictions",
            "/properties/ipSecurityRestrictions/*/ipAddress",
            "The networks that its rules name.",
        ),
        text(
            "ipSecurityRestrictionsDefaultAction",
            "/properties/ipSecurityRestrictionsDefaultAction",
            "`Deny` if it only answers to networks that its rules allow.",
        ),
        text("javaVersion", "/properties/javaVersion", "The version of Java, if it uses it."),
        text("linuxFxVersion", "/properties/linuxFxVersion", "What it runs, on Linux."),
        text("minTlsVersion", "/properties/minTlsVersion", "The oldest TLS that it speaks."),
        text(
            "netFrameworkVersion",
            "/properties/netFrameworkVersion",
            "The version of .NET, on Windows.",
        ),
        text("nodeVersion", "/properties/nodeVersion", "The version of Node.js, on Windows."),
        text("phpVersion", "/properties/phpVersion", "The version of PHP, on Windows."),
        text("pythonVersion", "/properties/pythonVersion", "The version of Python, on Windows."),
        flag(
            "remoteDebuggingEnabled",
            "/properties/remoteDebuggingEnabled",
            "Whether a debugger can be attached over the network.",
        ),
        text("scmMinTlsVersion", "/properties/scmMinTlsVersion", "The same for deployments."),
        flag("webSocketsEnabled", "/properties/webSocketsEnabled", "Whether it speaks WebSocket."),
        text("windowsFxVersion", "/properties/windowsFxVersion", "What it runs, on Windows."),
    ]),
    needs: Needs::subscription("app-service"),
    ..Step::AZURE
};
