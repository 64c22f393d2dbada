
say 'Done. Put these into the configuration of the instance:'
printf '"directoryId": "%s",\n"clientId": "%s"\n' "$tenant" "$application"
