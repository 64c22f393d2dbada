//! What a correct client does to read Intune: lists, and reports that are prepared for it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::archive::unzip;
use super::reader::{GRAPH, Reader};

/// How often it is asked for a report that is in progress before it is taken for stuck.
const PATIENCE: u32 = 20;

impl Reader<'_> {
    /// Reads the lists of Intune, and some reports.
    pub(crate) async fn read_intune(&mut self) {
        let base = format!("{}/graph.microsoft.com/beta", self.cloud.base());
        for list in [
            "deviceManagement/managedDevices",
            "deviceManagement/detectedApps?$top=10",
            "deviceManagement/deviceCompliancePolicies",
            "deviceManagement/deviceConfigurations",
            "deviceManagement/configurationPolicies",
            "deviceAppManagement/mobileApps?$filter=isAssigned eq true",
        ] {
            self.read(&format!("{base}/{list}")).await;
        }
        let policies = self.found(&format!("{base}/deviceManagement/deviceConfigurations")).clone();
        for policy in policies.into_iter().take(3) {
            let list =
                format!("{base}/deviceManagement/deviceConfigurations/{policy}/deviceStatuses");
            self.read(&list).await;
        }
        for report in ["AppInvRawData", "AppInvAggregate", "DevicesWithInventory"] {
            self.read_report(report).await;
        }
    }

    /// Orders a report, again if nothing comes of it, and keeps what it says.
    async fn read_report(&mut self, name: &str) {
        let jobs = format!(
            "{}/graph.microsoft.com/beta/deviceManagement/reports/exportJobs",
            self.cloud.base()
        );
        for _ in 0..=self.at_most {
            let order = json!({ "reportName": name });
            let job = self.exchange(Method::POST, &jobs, Some(&order)).await;
            let id = job["id"].as_str().unwrap();
            let mut url = None;
            for _ in 0..PATIENCE {
                let job = self.exchange(Method::GET, &format!("{jobs}('{id}')"), None).await;
                if job["status"] != "inProgress" && job["status"] != "notStarted" {
                    url = job["url"].as_str().map(str::to_owned);
                    break;
                }
            }
            let Some(url) = url else { continue };
            if let Some(text) = self.download(&url).await {
                self.found(&format!("{jobs}/{name}")).insert(text);
                return;
            }
        }
        panic!("{name} is never prepared");
    }

    /// What a report says; nothing if its archive stays broken.
    async fn download(&self, url: &str) -> Option<String> {
        let address = url.replace("https://", &format!("{}/", self.cloud.base()));
        for _ in 0..self.at_most + 2 {
            let Ok(answer) = self.client.get(&address).send().await else { continue };
            if answer.status() == StatusCode::OK
                && let Ok(bytes) = answer.bytes().await
                && let Some((_, text)) = unzip(&bytes)
            {
                return Some(text);
            }
        }
        None
    }

    /// Sends a request until the answer is right.
    async fn exchange(&mut self, method: Method, address: &str, body: Option<&Value>) -> Value {
        // Whatever befalls it, each time counts at most once.
        for _ in 0..3 * self.at_most + 3 {
            let token = self.token(GRAPH).await;
            let mut request = self.client.request(method.clone(), address).bearer_auth(token);
            if let Some(body) = body {
                request = request.json(body);
            }
            let Ok(answer) = request.send().await else { continue };
            if answer.status() == StatusCode::UNAUTHORIZED {
                self.forget(GRAPH);
            }
            if answer.status().is_success()
                && let Ok(answer) = answer.json::<Value>().await
            {
                return answer;
            }
        }
        panic!("{address} is never answered rightly");
    }
}
