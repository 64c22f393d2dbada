#!/usr/bin/env bash
# Grants tenantgraph read access to a Microsoft tenant. `tenantgraph setup` wrote this script from
# the declarations of the steps that are enabled.
#
# The script creates what is missing, and then sets the role to what the steps need. You can run it
# again at any time, and should after you have enabled other steps or updated tenantgraph.
#
# You need the Azure CLI, signed in to the tenant (az login --tenant ID) as somebody who is
#   - Application Administrator, to register the application;
#   - Privileged Role Administrator, to grant permissions of Microsoft Graph;
#   - Owner or User Access Administrator of each scope, to create the role and to assign it.
# A Global Administrator is the first two, but has no access to Azure resources by that.
#
# These variables change what the script does:
#   NAME              the name of the application, if it is not tenantgraph
#   APPLICATION_ID    the client id of an application that is there and has another name
