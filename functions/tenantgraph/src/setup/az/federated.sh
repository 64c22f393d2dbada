
# The federated credential: tokens of an issuer, for one subject, are accepted instead of a secret.

issuer=${ISSUER:?is the address of the issuer, as its tokens say it; set it}
subject=${SUBJECT:?is the subject, as the tokens say it; set it}
# In Azure Government it is api://AzureADTokenExchangeUSGov, and in China
# api://AzureADTokenExchangeChina.
audience=${AUDIENCE:-api://AzureADTokenExchange}
known=$(az ad app federated-credential list --id "$application" \
  --query "[?issuer=='$issuer' && subject=='$subject'].name" --output tsv)
if [ -n "$known" ]; then
  say "Federated credential $known: is there."
else
  say "Federated credential $name: is created."
  attempt az ad app federated-credential create --id "$application" --output none --parameters \
    "{\"name\": \"$name\", \"issuer\": \"$issuer\", \"subject\": \"$subject\", \"audiences\": [\"$audience\"]}"
fi
