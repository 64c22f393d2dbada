"""What the collecting functions of cartography find, by what tenantgraph makes of the same.

cartography collects Azure, Entra ID and Intune into a graph, as tenantgraph does. Others wrote it.
Its functions are called as they are. The database that it writes to takes no part.
"""

import ast
import asyncio
import importlib
import inspect
import logging
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from azure.core.exceptions import HttpResponseError
from azure.mgmt.datafactory import DataFactoryManagementClient
from azure.mgmt.eventhub import EventHubManagementClient
from azure.mgmt.security import SecurityCenter
from azure.mgmt.synapse import SynapseManagementClient
from azure_clients import REFUSALS, Subscription, attempt, group_of, ids
from cartography.intel import azure, microsoft
from cartography.intel.azure import (
    aks,
    app_service,
    application_gateways,
    compute,
    container_instances,
    cosmosdb,
    data_factory,
    data_lake,
    event_grid,
    event_hub,
    event_hub_namespace,
    firewall,
    functions,
    group_containers,
    key_vaults,
    load_balancers,
    logic_apps,
    management_groups,
    monitor,
    network,
    rbac,
    resource_groups,
    security_center,
    sql,
    storage,
    subscription,
    synapse,
)
from cartography.intel.azure.util.credentials import Authenticator
from cartography.intel.microsoft.client import create_graph_service_client
from cartography.intel.microsoft.credentials import make_credential
from cartography.intel.microsoft.entra import (
    app_role_assignments,
    applications,
    directory_roles,
    groups,
    ou,
    service_principals,
    users,
)
from cartography.intel.microsoft.intune import (
    compliance_policies,
    detected_apps,
    managed_devices,
)
from cartography.intel.microsoft.o365 import license_details, licenses


class Opened:
    """What its functions take of one subscription, and what several of them begin with."""

    def __init__(self, credentials, id):
        self.credentials = credentials
        self.id = id
        # Some functions take the credentials as cartography keeps them, some as Azure's clients do.
        self.whole = (credentials, id)
        self.bare = (credentials.credential, id)
        self.clients = Subscription(*self.bare)
        self.event_hubs = EventHubManagementClient(*self.bare)
        self.factories = DataFactoryManagementClient(*self.bare)
        self.security = SecurityCenter(*self.bare)
        self.synapse = SynapseManagementClient(*self.bare)

    @cached_property
    def accounts(self):
        return storage.get_storage_account_list(*self.bare)

    @cached_property
    def cosmos_accounts(self):
        return cosmosdb.get_database_account_list(*self.bare)

    @cached_property
    def databases(self):
        """The databases of SQL, with what cartography adds to them before it goes on."""
        return [
            {**it, "resource_group_name": server["resourceGroup"], "server_name": server["name"]}
            for server in self.servers
            for it in sql.get_databases(*self.bare, server)
        ]

    @cached_property
    def firewall_policies(self):
        return firewall.get_firewall_policies(self.clients.network)

    @cached_property
    def function_apps(self):
        apps = functions.get_function_apps(*self.whole)
        function_apps = ids(functions.transform_function_apps(apps))
        return [it for it in apps if it["id"].lower() in function_apps]

    @cached_property
    def namespaces(self):
        return event_hub_namespace.get_event_hub_namespaces(self.event_hubs)

    @cached_property
    def networks(self):
        return network.get_virtual_networks(self.clients.network)

    @cached_property
    def role_assignments(self):
        return rbac.get_role_assignments(*self.whole)

    @cached_property
    def servers(self):
        return sql.get_server_list(*self.bare)

    @cached_property
    def vaults(self):
        return key_vaults.get_key_vaults(*self.whole)

    @cached_property
    def workspaces(self):
        return synapse.get_synapse_workspaces(self.synapse)

    def of_each(self, parents, function):
        """What a function finds below several resources."""
        for parent in parents:
            yield from function(*self.bare, parent)

    def in_accounts(self, get_services, get_items):
        """What a service of the storage accounts holds."""
        for account in self.accounts:
            for service in get_services(*self.bare, account):
                service["storage_account_name"] = account["name"]
                service["resource_group_name"] = account["resourceGroup"]
                yield from get_items(*self.bare, service)

    def in_vaults(self, get_items, managed):
        """What the vaults hold, by Resource Manager where one refuses, as tenantgraph does."""
        for vault in self.vaults:
            try:
                yield from get_items(self.credentials, vault["properties"]["vaultUri"])
            except HttpResponseError as error:
                if error.status_code != 403:
                    raise
                yield from managed.list(group_of(vault), vault["name"])


def below(parents, list_children, client):
    """What lies below several resources, by a function that takes a client."""
    for parent in parents:
        yield from list_children(client, group_of(parent), parent["name"])


def event_hubs_of(it):
    for namespace in it.namespaces:
        yield from event_hub.get_event_hubs(it.event_hubs, group_of(namespace), namespace.name)


def rule_groups(it):
    for policy in it.firewall_policies:
        yield from firewall.get_firewall_policy_rule_groups(it.clients.network, policy["id"])


# What finds each type of entity, in one subscription.
LISTS = {
    "azure_application_gateway": lambda it: application_gateways.get_application_gateways(
        it.clients.network
    ),
    "azure_container": lambda it: container_instances.transform_container_instances(
        container_instances.get_container_instances(*it.whole)
    ),
    "azure_container_group": lambda it: group_containers.get_container_groups(*it.whole),
    "azure_cosmosdb_account": lambda it: it.cosmos_accounts,
    "azure_cosmosdb_cassandra_keyspace": lambda it: it.of_each(
        it.cosmos_accounts, cosmosdb.get_cassandra_keyspaces
    ),
    "azure_cosmosdb_mongodb_database": lambda it: it.of_each(
        it.cosmos_accounts, cosmosdb.get_mongodb_databases
    ),
    "azure_cosmosdb_sql_database": lambda it: it.of_each(
        it.cosmos_accounts, cosmosdb.get_sql_databases
    ),
    "azure_cosmosdb_table": lambda it: it.of_each(it.cosmos_accounts, cosmosdb.get_table_resources),
    "azure_data_factory": lambda it: data_factory.get_factories(it.factories),
    "azure_event_grid_topic": lambda it: event_grid.get_event_grid_topics(*it.whole),
    "azure_event_hub": event_hubs_of,
    "azure_event_hub_namespace": lambda it: it.namespaces,
    "azure_function_app": lambda it: it.function_apps,
    "azure_keyvault_key": lambda it: it.in_vaults(key_vaults.get_keys, it.clients.key_vault.keys),
    "azure_keyvault_secret": lambda it: it.in_vaults(
        key_vaults.get_secrets, it.clients.key_vault.secrets
    ),
    "azure_keyvault_service": lambda it: it.vaults,
    "azure_kubernetes_cluster": lambda it: aks.get_aks_clusters(it.clients.containers, it.id),
    "azure_lb": lambda it: load_balancers.get_load_balancers(it.clients.network),
    "azure_logic_app_workflow": lambda it: logic_apps.get_logic_apps(*it.whole),
    "azure_managed_disk": lambda it: compute.get_disks(*it.bare),
    "azure_monitor_metric_alert": lambda it: monitor.get_metric_alerts(it.clients.monitor),
    "azure_network_firewall": lambda it: firewall.get_firewalls(it.clients.network),
    "azure_network_firewall_policy": lambda it: it.firewall_policies,
    "azure_network_firewall_rule_collection_group": rule_groups,
    "azure_nic": lambda it: network.get_network_interfaces(it.clients.network),
    "azure_public_ip": lambda it: network.get_public_ip_addresses(it.clients.network),
    "azure_resource_group": lambda it: resource_groups.get_resource_groups(*it.whole),
    "azure_role_assignment": lambda it: it.role_assignments,
    "azure_security_assessment": lambda it: security_center.get_assessments(it.security, it.id),
    "azure_security_group": lambda it: network.get_network_security_groups(it.clients.network),
    "azure_snapshot": lambda it: compute.get_snapshots_list(*it.bare),
    "azure_sql_database": lambda it: it.databases,
    "azure_sql_elastic_pool": lambda it: it.of_each(it.servers, sql.get_elastic_pools),
    "azure_sql_failover_group": lambda it: it.of_each(it.servers, sql.get_failover_groups),
    "azure_sql_server": lambda it: it.servers,
    "azure_sql_server_active_directory_admin": lambda it: it.of_each(it.servers, sql.get_ad_admins),
    "azure_sql_server_firewall_rule": lambda it: it.of_each(it.servers, sql.get_firewall_rules),
    "azure_storage_account": lambda it: it.accounts,
    "azure_storage_container": lambda it: it.in_accounts(
        storage.get_blob_services, storage.get_blob_containers
    ),
    "azure_storage_file_share": lambda it: it.in_accounts(
        storage.get_file_services, storage.get_shares
    ),
    "azure_storage_queue": lambda it: it.in_accounts(
        storage.get_queue_services, storage.get_queues
    ),
    "azure_storage_table": lambda it: it.in_accounts(
        storage.get_table_services, storage.get_tables
    ),
    "azure_subnet": lambda it: below(it.networks, network.get_subnets, it.clients.network),
    "azure_synapse_sql_pool": lambda it: below(
        it.workspaces, synapse.get_dedicated_sql_pools, it.synapse
    ),
    "azure_synapse_workspace": lambda it: it.workspaces,
    "azure_vm": lambda it: compute.get_vm_list(*it.bare),
    "azure_vnet": lambda it: it.networks,
    "azure_web_app": lambda it: app_service.transform_app_services(
        app_service.get_app_services(*it.whole)
    ),
}


def configured(it):
    """The function apps, and those that a configuration is found of."""
    configurations = functions.fetch_function_app_configurations(it.clients.web, it.function_apps)
    return {id.lower() for id in configurations}, ids(it.function_apps)


def encrypted(it):
    """The databases of SQL, and those that it is found of whether they are encrypted."""
    function = sql.get_transparent_data_encryptions
    found = ids(function(*it.bare, database) or {"id": ""} for database in it.databases)
    return {id.rsplit("/", 2)[0] for id in found}, ids(it.databases)


def lakes(it):
    """The containers of storage accounts that are data lakes, by both ways to list them."""
    accounts = data_lake.get_datalake_accounts(*it.whole)
    names = [account["name"] for account in accounts]
    systems = [
        system
        for account in accounts
        for system in data_lake.get_filesystems_for_account(it.clients.storage, account)
    ]
    containers = LISTS["azure_storage_container"](it)
    return ids(systems), {id for id in ids(containers) if id.split("/")[8] in names}


def named_roles(it):
    """The roles that assignments name, and those that are found by these names."""
    named = rbac.extract_role_definition_ids(it.role_assignments)
    found = rbac.get_role_definitions_by_ids(*it.whole, named)
    return ids(found), {id.lower() for id in named}


# Ways to ask for the same, of one subscription. Both answers have to agree.
SAME = {
    "configurations of function apps": configured,
    "containers of data lakes": lakes,
    "encryption of databases": encrypted,
    "roles that assignments name": named_roles,
    "the subscription by its id": lambda it: (
        ids(subscription.get_current_azure_subscription(*it.whole)),
        {it.clients.scope},
    ),
}

# Why the other functions are not called.
NOT_COLLECTED = "tenantgraph does not collect it"
NOT_CALLED = {
    "azure.aks.get_agent_pools": NOT_COLLECTED,
    "azure.cosmosdb.get_cassandra_keyspace_details": "calls get_cassandra_tables for each keyspace",
    "azure.cosmosdb.get_cassandra_tables": NOT_COLLECTED,
    "azure.cosmosdb.get_database_account_details": "calls what is called here, for each account",
    "azure.cosmosdb.get_mongodb_collections": NOT_COLLECTED,
    "azure.cosmosdb.get_mongodb_databases_details": "calls get_mongodb_collections",
    "azure.cosmosdb.get_sql_containers": NOT_COLLECTED,
    "azure.cosmosdb.get_sql_database_details": "calls get_sql_containers for each database",
    "azure.data_factory_dataset.get_datasets": NOT_COLLECTED,
    "azure.data_factory_linked_service.get_linked_services": NOT_COLLECTED,
    "azure.data_factory_pipeline.get_pipelines": NOT_COLLECTED,
    "azure.firewall.get_ip_groups": NOT_COLLECTED,
    "azure.key_vaults.get_certificates": NOT_COLLECTED,
    "azure.permission_relationships.get_principals_for_subscription": "asks the database",
    "azure.permission_relationships.get_resource_ids": "asks the database",
    "azure.sql.get_database_details": "calls what is called here, for each database",
    "azure.sql.get_db_threat_detection_policies": NOT_COLLECTED,
    "azure.sql.get_dns_aliases": NOT_COLLECTED,
    "azure.sql.get_recoverable_databases": NOT_COLLECTED,
    "azure.sql.get_replication_links": NOT_COLLECTED,
    "azure.sql.get_restorable_dropped_databases": NOT_COLLECTED,
    "azure.sql.get_restore_points": NOT_COLLECTED,
    "azure.sql.get_server_details": "calls what is called here, for each server",
    "azure.storage.get_blob_services_details": "calls get_blob_containers for each service",
    "azure.storage.get_file_services_details": "calls get_shares for each service",
    "azure.storage.get_queue_services_details": "calls get_queues for each service",
    "azure.storage.get_storage_account_details": "calls what is called here, for each account",
    "azure.storage.get_table_services_details": "calls get_tables for each service",
    "azure.subscription.get_existing_subscription_parent_mappings": "asks the database",
    "azure.synapse.get_linked_services": NOT_COLLECTED,
    "azure.synapse.get_managed_private_endpoints": NOT_COLLECTED,
    "azure.synapse.get_pipelines": NOT_COLLECTED,
    "azure.synapse.get_spark_pools": NOT_COLLECTED,
    "microsoft.client.get_api_error_response_header": "reads an error",
    "microsoft.entra.utils.get_paginated_values_with_expired_page_retry": "is called by others",
}
# Helpers that several modules have under the same name.
HELPERS = {"get_client", "get_resource_group_from_id"}


def neither_called_nor_told():
    """Functions that collect something and are not called here, while nothing says why; and what is
    said of functions that are called, or that there are not."""
    there = set()
    for package in (azure, microsoft):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            loaded = importlib.import_module(module.name)
            for name, function in inspect.getmembers(loaded, inspect.isfunction):
                collects = name.startswith(("get_", "fetch_")) and name not in HELPERS
                if collects and function.__module__ == module.name:
                    there.add(f"{module.name.removeprefix('cartography.intel.')}.{name}")
    called = set()
    for node in ast.walk(ast.parse(Path(__file__).read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = globals().get(node.value.id)
            if inspect.ismodule(module) and module.__name__.startswith("cartography.intel."):
                called.add(f"{module.__name__.removeprefix('cartography.intel.')}.{node.attr}")
    return there - called - set(NOT_CALLED), (set(NOT_CALLED) - there) | (set(NOT_CALLED) & called)


async def all_of(generator):
    return [item async for item in generator]


class Found:
    """Stands for the database where cartography looks up what it has written there before."""

    def __init__(self, value):
        self.value = value

    def execute_read(self, *_, **__):
        return self.value


class Directory:
    """A client of Microsoft Graph, and the lists that several functions begin with."""

    def __init__(self, client):
        self.client = client

    async def read(self):
        pages = await all_of(users.get_users(self.client))
        self.users = [user for page, _ in pages for user in page]
        self.groups = await all_of(groups.get_entra_groups(self.client))
        self.principals = await all_of(service_principals.get_entra_service_principals(self.client))
        self.members, self.app_roles, self.roles = [], [], []
        for group in self.groups:
            async for of_users, of_groups in groups.get_group_member_pages(self.client, group.id):
                self.members += [(group.id, "User", id) for id in of_users]
                self.members += [(group.id, "Group", id) for id in of_groups]
        for principal in self.principals:
            assigned = app_role_assignments.get_app_role_assignments_for_app(
                self.client, Found(principal.id), "", principal.app_id
            )
            self.app_roles += [
                (principal.id, it["principal_type"], it["principal_id"]) async for it in assigned
            ]
        for it in await directory_roles.get_role_assignments(self.client):
            self.roles.append((it.role_definition_id, None, it.principal_id))
        return self

    def to(self, type, pairs):
        """Pairs whose second is of a type and still there. Assignments outlive whom they are to."""
        all_of_type = {
            "Group": self.groups,
            "ServicePrincipal": self.principals,
            "User": self.users,
        }
        there = {it.id for it in all_of_type[type]}
        return {(it, id) for it, of, id in pairs if of in (type, None) and str(id) in there}


async def one(item):
    return [await item]


async def owners(it):
    for group in it.groups:
        for owner in await groups.get_group_owners(it.client, group.id):
            yield owner, group.id


async def licences(it):
    assigned, has_failures = await license_details.get_users_with_assigned_licenses(it.client)
    if has_failures:
        raise RuntimeError("some users' licences could not be read")
    return [(user, it.sku_id) for user, of_user in assigned.items() for it in of_user]


async def rows(report, *columns):
    return [tuple(row[column] for column in columns) for row in (await report).rows]


# What finds each type of entity, and some types of relationship, by Microsoft Graph.
GRAPH = {
    "azure_account": lambda it: one(users.get_tenant(it.client)),
    "azure_ad_role_definition": lambda it: directory_roles.get_role_definitions(it.client),
    "azure_administrative_unit": lambda it: ou.get_entra_ous(it.client),
    "azure_application": lambda it: applications.get_entra_applications(it.client),
    "azure_service_principal": lambda it: it.principals,
    "azure_service_principal_assigned_principal": lambda it: it.to(
        "ServicePrincipal", it.app_roles
    ),
    "azure_service_principal_assigned_user": lambda it: it.to("User", it.app_roles),
    "azure_service_principal_assigned_user_group": lambda it: it.to("Group", it.app_roles),
    "azure_service_principal_has_ad_role_definition": lambda it: it.to(
        "ServicePrincipal", it.roles
    ),
    "azure_subscribed_sku": lambda it: licenses.get_subscribed_skus(it.client),
    "azure_user": lambda it: it.users,
    "azure_user_assigned_subscribed_sku": licences,
    "azure_user_group": lambda it: it.groups,
    "azure_user_group_has_ad_role_definition": lambda it: it.to("Group", it.roles),
    "azure_user_group_has_group": lambda it: it.to("Group", it.members),
    "azure_user_group_has_user": lambda it: it.to("User", it.members),
    "azure_user_has_ad_role_definition": lambda it: it.to("User", it.roles),
    "azure_user_manages_user": lambda it: [
        (user.manager.id, user.id) for user in it.users if user.manager
    ],
    "azure_user_owns_group": owners,
    "intune_compliance_policy": lambda it: compliance_policies.get_compliance_policies(it.client),
    "intune_detected_application": lambda it: rows(
        detected_apps.get_detected_app_aggregate_rows(it.client), "ApplicationKey"
    ),
    "intune_host_agent": lambda it: managed_devices.get_managed_devices(it.client),
    "installations of applications": lambda it: rows(
        detected_apps.get_detected_app_raw_rows(it.client), "ApplicationKey", "DeviceId"
    ),
}


async def found_by_graph(config):
    """What each entry of `GRAPH` finds: objects by their ids, and relationships by both ends."""
    credential = make_credential(config["directoryId"], config["clientId"], config["clientSecret"])
    directory = await Directory(create_graph_service_client(credential)).read()

    async def found(function):
        try:
            items = function(directory)
            if hasattr(items, "__aiter__"):
                items = await all_of(items)
            elif inspect.isawaitable(items):
                items = await items
        except Exception as error:  # noqa: BLE001 (whatever it is, the caller reports it)
            return error
        return {getattr(item, "id", item) for item in items}

    async def of_application(principal):
        function = service_principals.get_service_principal_by_app_id
        return (await function(directory.client, principal.app_id)).id

    by_application = [await of_application(principal) for principal in directory.principals]
    same = {
        "service principals by their application": (set(by_application), ids(directory.principals))
    }
    return dict(zip(GRAPH, await asyncio.gather(*map(found, GRAPH.values())))), same


def assigned_at(credentials, opened, groups):
    """The roles that are assigned at management groups, by both ways to list them."""
    for_scope = rbac.get_role_assignments_for_scope
    at_groups = [it for group in groups for it in for_scope(credentials, opened[0].id, group["id"])]
    of_subscriptions = [it for each in opened for it in each.role_assignments]
    at = {group["id"].lower() for group in groups}
    return ids(at_groups), ids(it for it in of_subscriptions if it["scope"].lower() in at)


class Warnings(logging.Handler):
    """Keeps what cartography warns of, which is often all that it does where it cannot read.

    It asks every account for everything, and is refused what an account does not have.
    """

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = set()

    def emit(self, record):
        error = record.exc_info and record.exc_info[1]
        text = f"{record.getMessage()}: {error}" if error else record.getMessage()
        if not any(refusal in text for refusal in REFUSALS):
            self.texts.add(text)


def read(config):
    """What there is of each type, and the two answers of each way to ask for the same.

    The error that a function ended with stands in the place of its answer.
    """
    kept = Warnings()
    logger = logging.getLogger("cartography")
    logger.addHandler(kept)
    logger.propagate = False
    # It warns of assessments that have `Source` in the place of `source`.
    logging.getLogger("azure.mgmt.security").setLevel(logging.ERROR)
    credentials = Authenticator().authenticate_sp(
        config["directoryId"], config["clientId"], config["clientSecret"]
    )
    subscriptions = subscription.get_all_azure_subscriptions(credentials)
    opened = [Opened(credentials, it["subscriptionId"]) for it in subscriptions]

    def of_type(name):
        return attempt(lambda: set().union(*(ids(LISTS[name](it)) for it in opened)))

    def of_both_ways(name):
        return attempt(lambda: [set().union(*sets) for sets in zip(*map(SAME[name], opened))])

    with ThreadPoolExecutor(5) as pool:
        by_graph = pool.submit(attempt, lambda: asyncio.run(found_by_graph(config)))
        found = dict(zip(LISTS, pool.map(of_type, LISTS)))
        same = dict(zip(SAME, pool.map(of_both_ways, SAME)))
        tree = management_groups.get_azure_management_groups(credentials)
        tree = management_groups.transform_azure_management_groups(tree)
        under, _ = subscription.get_azure_management_group_subscriptions(credentials)
        same["roles at management groups"] = attempt(lambda: assigned_at(credentials, opened, tree))
        graph = by_graph.result()
    found["azure_management_group"] = ids(tree)
    found["azure_subscription"] = ids(subscriptions)
    same["subscriptions under management groups"] = (
        {it["name"] for it in under},
        {it.id for it in opened},
    )
    if isinstance(graph, Exception):
        same["what Microsoft Graph has"] = graph
    else:
        found |= graph[0]
        same |= graph[1]
    same["functions that are not called"] = attempt(neither_called_nor_told)
    same["warnings"] = kept.texts, set()
    return found, same
