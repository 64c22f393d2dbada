"""What Microsoft's own clients of Azure find, by the types of the entities that tenantgraph makes of it."""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.keyvault.secrets import SecretClient
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.cosmosdb import CosmosDBManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.managementgroups import ManagementGroupsMgmtClient
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.sql import SqlManagementClient
from azure.mgmt.storage import StorageManagementClient
from azure.mgmt.web import WebSiteManagementClient


class Subscription:
    """The clients of one subscription, and what several lists begin with."""

    def __init__(self, credential, id):
        self.credential = credential
        self.id = id
        self.scope = f"/subscriptions/{id}"
        self.authorization = AuthorizationManagementClient(credential, id)
        self.compute = ComputeManagementClient(credential, id)
        self.containers = ContainerServiceClient(credential, id)
        self.cosmos = CosmosDBManagementClient(credential, id)
        self.identity = ManagedServiceIdentityClient(credential, id)
        self.key_vault = KeyVaultManagementClient(credential, id)
        self.monitor = MonitorManagementClient(credential, id)
        self.network = NetworkManagementClient(credential, id)
        self.resource = ResourceManagementClient(credential, id)
        self.sql = SqlManagementClient(credential, id)
        self.storage = StorageManagementClient(credential, id)
        self.web = WebSiteManagementClient(credential, id)

    @cached_property
    def accounts(self):
        return list(self.storage.storage_accounts.list())

    @cached_property
    def clusters(self):
        return list(self.containers.managed_clusters.list())

    @cached_property
    def cosmos_accounts(self):
        return list(self.cosmos.database_accounts.list())

    @cached_property
    def galleries(self):
        return list(self.compute.galleries.list())

    @cached_property
    def machines(self):
        return list(self.compute.virtual_machines.list_all())

    @cached_property
    def networks(self):
        return list(self.network.virtual_networks.list_all())

    @cached_property
    def scale_sets(self):
        return list(self.compute.virtual_machine_scale_sets.list_all())

    @cached_property
    def security_groups(self):
        return list(self.network.network_security_groups.list_all())

    @cached_property
    def servers(self):
        return list(self.sql.servers.list())

    @cached_property
    def vaults(self):
        return list(self.key_vault.vaults.list_by_subscription())

    @cached_property
    def sites(self):
        return list(self.web.web_apps.list())


def group_of(item):
    """The resource group in which something lies."""
    id = item["id"] if isinstance(item, dict) else item.id
    return id.split("/")[4]


# What Azure says where an account has no such thing: a storage account, and one of Cosmos DB.
REFUSALS = ("is not supported for the account.", "are not supported for this account.")


def below(parents, list_children):
    """All that lies below several resources, which do not all have it."""
    for parent in parents:
        try:
            yield from list_children(group_of(parent), parent.name)
        except HttpResponseError as error:
            if not error.message or not any(refusal in error.message for refusal in REFUSALS):
                raise


def in_vaults(subscription, client, list_items, managed):
    """What the vaults hold, by their data plane, or by Resource Manager where that refuses."""
    for vault in subscription.vaults:
        address = vault.properties.vault_uri
        try:
            yield from list(list_items(client(vault_url=address, credential=subscription.credential)))
        except HttpResponseError as error:
            if error.status_code != 403:
                raise
            yield from managed.list(group_of(vault), vault.name)


def images(subscription):
    definitions = subscription.compute.gallery_images
    return below(subscription.galleries, definitions.list_by_gallery)


def image_versions(subscription):
    versions = subscription.compute.gallery_image_versions
    for image in images(subscription):
        gallery = image.id.split("/")[8]
        yield from versions.list_by_gallery_image(group_of(image), gallery, image.name)


# What is listed for each type of entity, of one subscription.
LISTS = {
    # azure-mgmt-authorization
    "azure_role_assignment": lambda it: it.authorization.role_assignments.list_for_subscription(),
    "azure_role_definition": lambda it: it.authorization.role_definitions.list(it.scope),
    "azure_deny_assignment": lambda it: it.authorization.deny_assignments.list(),
    # azure-mgmt-compute
    "azure_disk_encryption_set": lambda it: it.compute.disk_encryption_sets.list(),
    "azure_gallery": lambda it: it.galleries,
    "azure_image": lambda it: it.compute.images.list(),
    "azure_managed_disk": lambda it: it.compute.disks.list(),
    "azure_shared_image": images,
    "azure_shared_image_version": image_versions,
    "azure_snapshot": lambda it: it.compute.snapshots.list(),
    "azure_vm": lambda it: it.machines,
    "azure_vm_extension": lambda it: below(
        it.machines, lambda *vm: it.compute.virtual_machine_extensions.list(*vm).value
    ),
    "azure_vm_scale_set": lambda it: it.scale_sets,
    "azure_vm_scale_set_instance": lambda it: below(
        it.scale_sets, it.compute.virtual_machine_scale_set_vms.list
    ),
    # azure-mgmt-containerservice
    "azure_kubernetes_cluster": lambda it: it.clusters,
    "azure_kube_maintenance_configuration": lambda it: below(
        it.clusters, it.containers.maintenance_configurations.list_by_managed_cluster
    ),
    # azure-mgmt-cosmosdb
    "azure_cosmosdb_account": lambda it: it.cosmos_accounts,
    "azure_cosmosdb_cassandra_keyspace": lambda it: below(
        it.cosmos_accounts, it.cosmos.cassandra_resources.list_cassandra_keyspaces
    ),
    "azure_cosmosdb_gremlin_database": lambda it: below(
        it.cosmos_accounts, it.cosmos.gremlin_resources.list_gremlin_databases
    ),
    "azure_cosmosdb_mongodb_database": lambda it: below(
        it.cosmos_accounts, it.cosmos.mongo_db_resources.list_mongo_db_databases
    ),
    "azure_cosmosdb_sql_database": lambda it: below(
        it.cosmos_accounts, it.cosmos.sql_resources.list_sql_databases
    ),
    "azure_cosmosdb_table": lambda it: below(
        it.cosmos_accounts, it.cosmos.table_resources.list_tables
    ),
    # azure-mgmt-keyvault, azure-keyvault-keys and azure-keyvault-secrets
    "azure_keyvault_service": lambda it: it.vaults,
    "azure_keyvault_key": lambda it: in_vaults(
        it, KeyClient, KeyClient.list_properties_of_keys, it.key_vault.keys
    ),
    "azure_keyvault_secret": lambda it: in_vaults(
        it, SecretClient, SecretClient.list_properties_of_secrets, it.key_vault.secrets
    ),
    # azure-mgmt-monitor
    "azure_monitor_activity_log_alert": lambda it: (
        it.monitor.activity_log_alerts.list_by_subscription_id()
    ),
    # azure-mgmt-msi
    "azure_user_assigned_identity": lambda it: (
        it.identity.user_assigned_identities.list_by_subscription()
    ),
    # azure-mgmt-network
    "azure_application_gateway": lambda it: it.network.application_gateways.list_all(),
    "azure_application_security_group": lambda it: it.network.application_security_groups.list_all(),
    "azure_bastion_host": lambda it: it.network.bastion_hosts.list(),
    "azure_ddos_protection_plan": lambda it: it.network.ddos_protection_plans.list(),
    "azure_expressroute_circuit": lambda it: it.network.express_route_circuits.list_all(),
    "azure_lb": lambda it: it.network.load_balancers.list_all(),
    "azure_nat_gateway": lambda it: it.network.nat_gateways.list_all(),
    "azure_network_firewall": lambda it: it.network.azure_firewalls.list_all(),
    "azure_network_firewall_policy": lambda it: it.network.firewall_policies.list_all(),
    "azure_network_watcher": lambda it: it.network.network_watchers.list_all(),
    "azure_nic": lambda it: it.network.network_interfaces.list_all(),
    "azure_private_endpoint": lambda it: it.network.private_endpoints.list_by_subscription(),
    "azure_private_link_service": lambda it: it.network.private_link_services.list_by_subscription(),
    "azure_public_ip": lambda it: it.network.public_ip_addresses.list_all(),
    "azure_public_ip_prefix": lambda it: it.network.public_ip_prefixes.list_all(),
    "azure_route_table": lambda it: it.network.route_tables.list_all(),
    "azure_security_group": lambda it: it.security_groups,
    "azure_subnet": lambda it: below(it.networks, it.network.subnets.list),
    "azure_vnet": lambda it: it.networks,
    # azure-mgmt-resource
    "azure_resource_group": lambda it: it.resource.resource_groups.list(),
    # azure-mgmt-sql
    "azure_sql_database": lambda it: below(it.servers, it.sql.databases.list_by_server),
    "azure_sql_elastic_pool": lambda it: below(it.servers, it.sql.elastic_pools.list_by_server),
    "azure_sql_managed_instance": lambda it: it.sql.managed_instances.list(),
    "azure_sql_server": lambda it: it.servers,
    "azure_sql_server_firewall_rule": lambda it: below(
        it.servers, it.sql.firewall_rules.list_by_server
    ),
    "azure_sql_server_active_directory_admin": lambda it: below(
        it.servers, it.sql.server_azure_ad_administrators.list_by_server
    ),
    # azure-mgmt-storage
    "azure_storage_account": lambda it: it.accounts,
    "azure_storage_container": lambda it: below(it.accounts, it.storage.blob_containers.list),
    "azure_storage_file_share": lambda it: below(it.accounts, it.storage.file_shares.list),
    "azure_storage_queue": lambda it: below(it.accounts, it.storage.queue.list),
    "azure_storage_table": lambda it: below(it.accounts, it.storage.table.list),
    # azure-mgmt-web
    "azure_app_service_plan": lambda it: it.web.app_service_plans.list(),
    "azure_web_app": lambda it: (site for site in it.sites if "functionapp" not in site.kind),
    "azure_function_app": lambda it: (site for site in it.sites if "functionapp" in site.kind),
}


def ids(items):
    """Their ids without regard to case, in which providers spell them as they like."""
    items = (item["id"] if isinstance(item, dict) else item.id for item in items)
    return {id.lower() for id in items}


def inner(resources, name):
    """What resources hold in a property that is a list."""
    return [item for resource in resources for item in getattr(resource.properties, name) or []]


def of_one_principal(it):
    assignments = list(it.authorization.role_assignments.list_for_subscription())
    principal = assignments[-1].principal_id
    only = f"principalId eq '{principal}'"
    return (
        ids(it.authorization.role_assignments.list_for_subscription(filter=only)),
        ids(assignment for assignment in assignments if assignment.principal_id == principal),
    )


def by_id(operations, items):
    items = list(items)
    return ids(operations.get_by_id(item.id) for item in items), ids(items)


def built_in_roles(it):
    roles = it.authorization.role_definitions
    return (
        ids(roles.list(it.scope, filter="type eq 'BuiltInRole'")),
        ids(role for role in roles.list(it.scope) if role.role_type == "BuiltInRole"),
    )


def running(it):
    """The machines that run, by two ways to ask for their state."""
    machines = it.compute.virtual_machines

    def runs(view):
        return any(status.code == "PowerState/running" for status in view.statuses)

    views = {vm.id.lower(): machines.instance_view(group_of(vm), vm.name) for vm in it.machines}
    expanded = (machines.get(group_of(vm), vm.name, expand="instanceView") for vm in it.machines)
    return (
        {id for id, view in views.items() if runs(view)},
        ids(vm for vm in expanded if runs(vm.properties.instance_view)),
    )


def of_any_type(it):
    """Resources that the list of all lacks, of the types that have lists of their own."""
    known = ids([*it.machines, *it.networks, *it.security_groups, *it.vaults, *it.accounts])
    return known - ids(it.resource.resources.list()), set()


# Ways to ask for the same, of one subscription. Both answers have to agree.
SAME = {
    "built-in roles, by a filter": built_in_roles,
    "default rules below their group": lambda it: (
        ids(below(it.security_groups, it.network.default_security_rules.list)),
        ids(inner(it.security_groups, "default_security_rules")),
    ),
    "peerings below their network": lambda it: (
        ids(below(it.networks, it.network.virtual_network_peerings.list)),
        ids(inner(it.networks, "virtual_network_peerings")),
    ),
    "resources of any type": of_any_type,
    "role assignments, by id": lambda it: by_id(
        it.authorization.role_assignments, it.authorization.role_assignments.list_for_subscription()
    ),
    "role assignments, by principal": of_one_principal,
    "roles, by id": lambda it: by_id(
        it.authorization.role_definitions, it.authorization.role_definitions.list(it.scope)
    ),
    "rules below their group": lambda it: (
        ids(below(it.security_groups, it.network.security_rules.list)),
        ids(inner(it.security_groups, "security_rules")),
    ),
    "running machines": running,
    "subnets below their network": lambda it: (
        ids(below(it.networks, it.network.subnets.list)),
        ids(inner(it.networks, "subnets")),
    ),
}


def attempt(work):
    """What some work gives, or the error that it ends with."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 (whatever it is, the caller reports it)
        return error


def read(config):
    """The ids of what there is of each type, and the two answers of each way to ask for the same.

    The error that a client ended with stands in the place of its answer.
    """
    credential = ClientSecretCredential(
        config["directoryId"], config["clientId"], config["clientSecret"]
    )
    client = SubscriptionClient(credential)
    subscriptions = list(client.subscriptions.list())
    groups = ManagementGroupsMgmtClient(credential)
    opened = [Subscription(credential, it.subscription_id) for it in subscriptions]

    def of_type(name):
        return attempt(lambda: set().union(*(ids(LISTS[name](it)) for it in opened)))

    def of_both_ways(name):
        return attempt(lambda: [set().union(*sets) for sets in zip(*map(SAME[name], opened))])

    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(LISTS, pool.map(of_type, LISTS)))
        same = dict(zip(SAME, pool.map(of_both_ways, SAME)))
    found["azure_subscription"] = ids(subscriptions)
    found["azure_management_group"] = ids(groups.management_groups.list())
    same["entities of management groups"] = attempt(
        lambda: [
            ids(groups.entities.list()),
            found["azure_subscription"] | found["azure_management_group"],
        ]
    )
    same["tenants"] = attempt(
        lambda: [{it.tenant_id for it in client.tenants.list()}, {config["directoryId"]}]
    )
    return found, same
