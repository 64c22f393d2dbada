
# The certificate with which the application proves who it is. Only its public part is uploaded.

certificate=${CERTIFICATE:?is the file with the public certificate, in PEM; set it}
if grep -q 'PRIVATE KEY' "$certificate"; then
  fail "$certificate holds a private key; give a file with the certificate alone"
fi
fingerprint=$(openssl x509 -in "$certificate" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
known=$(az ad app credential list --id "$application" --cert \
  --query "[?displayName=='$name $fingerprint'].keyId" --output tsv)
if [ -n "$known" ]; then
  say "Certificate $fingerprint: is there."
else
  say "Certificate $fingerprint: is uploaded."
  attempt az ad app credential reset --id "$application" --append --cert "@$certificate" \
    --display-name "$name $fingerprint" --output none --only-show-errors
fi
