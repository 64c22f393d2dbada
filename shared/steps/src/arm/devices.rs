//! Azure `IoT`.

pub(crate) mod iot_hubs;
