
# This module creates no client secret, because the state of Terraform would hold it in plain text.
# The output `create_secret` is the command that creates one, which prints it once.
