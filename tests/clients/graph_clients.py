"""What Microsoft's own client of Graph finds, by the types of the entities that tenantgraph makes of it."""

import asyncio

from azure.identity.aio import ClientSecretCredential
from msgraph import GraphServiceClient
from msgraph_core.tasks.page_iterator import PageIterator

# Where each type of entity is listed.
LISTS = {
    "azure_ad_role_definition": lambda it: it.role_management.directory.role_definitions,
    "azure_administrative_unit": lambda it: it.directory.administrative_units,
    "azure_application": lambda it: it.applications,
    "azure_conditional_access_named_location": lambda it: it.identity.conditional_access.named_locations,
    "azure_conditional_access_policy": lambda it: it.identity.conditional_access.policies,
    "azure_delegated_permission_grant": lambda it: it.oauth2_permission_grants,
    "azure_device": lambda it: it.devices,
    "azure_domain": lambda it: it.domains,
    "azure_service_principal": lambda it: it.service_principals,
    "azure_subscribed_sku": lambda it: it.subscribed_skus,
    "azure_user": lambda it: it.users,
    "azure_user_group": lambda it: it.groups,
}


async def ids(client, builder):
    """The ids on all pages of a list."""
    found = set()

    def add(item):
        found.add(item.id)
        return True

    await PageIterator(await builder.get(), client.request_adapter).iterate(add)
    return found


async def read_all(config):
    credential = ClientSecretCredential(
        config["directoryId"], config["clientId"], config["clientSecret"]
    )
    async with credential:
        client = GraphServiceClient(credential)
        lists = (ids(client, builder(client)) for builder in LISTS.values())
        found = await asyncio.gather(*lists, return_exceptions=True)
    return dict(zip(LISTS, found))


def read(config):
    """The ids of what there is of each type, or the error that the client ended with."""
    return asyncio.run(read_all(config))
