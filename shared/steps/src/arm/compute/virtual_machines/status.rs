//! Whether virtual machines run.

use graph::Entity;

use super::VIRTUAL_MACHINE;
use crate::prelude::*;

fn power(vm: &Item<'_>, entity: &mut Entity) {
    let codes = vm.texts("/properties/instanceView/statuses/*/code");
    let state = codes.into_iter().find_map(|it| it.strip_prefix("PowerState/"));
    let state = match state.map(str::to_lowercase).as_deref() {
        // Azure knows of the machine, but not whether it runs.
        None | Some("unknown" | "") => return,
        // Whether a stopped machine still occupies hardware is a matter of its bill.
        Some("deallocated") => "stopped".to_owned(),
        Some(state) => state.to_owned(),
    };
    entity.set("active", Some(state == "running"));
    entity.set("state", Some(state));
}

/// Whether the machines run. The list says so in place of everything else, and for all of them at
/// once.
pub(crate) static STEP: Step = Step {
    id: "rm-compute-virtual-machine-status",
    name: "Virtual Machine Status",
    list: List::of(&VIRTUAL_MACHINE).query("statusOnly=true"),
    becomes: Becomes::patch(
        &VIRTUAL_MACHINE,
        &[
            text("state", COMPUTED, "`running`, `stopped`, or what is between them."),
            flag("active", COMPUTED, "Whether the machine runs."),
        ],
    )
    .refine(power),
    needs: Needs::subscription("compute"),
    ..Step::AZURE
};
