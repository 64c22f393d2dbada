
# The client secret. It is written to AWS Secrets Manager if AWS_SECRET_NAME is set, and printed to
# the terminal once if not. It is never written to a file, and never part of a command line.

now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
ends=$(az ad app credential list --id "$application" \
  --query "[?displayName=='$name'].endDateTime" --output tsv)
valid_until=''
while read -r -u 3 end; do
  if [[ "$end" > "$now" ]]; then valid_until=$end; fi
done 3<<ENDS
$ends
ENDS
if [ -n "$valid_until" ] && [ "${NEW_SECRET:-no}" != yes ]; then
  say "Client secret: is there, and valid until $valid_until. NEW_SECRET=yes adds another one."
else
  if [ -n "${AWS_SECRET_NAME:-}" ]; then
    aws sts get-caller-identity >/dev/null || fail 'sign in to AWS first, or unset AWS_SECRET_NAME'
  elif [ ! -t 1 ]; then
    fail 'the secret would go to a file or a pipe; set AWS_SECRET_NAME, or run this in a terminal'
  fi
  days=${SECRET_DAYS:-180}
  # The first form is that of macOS, and the second that of Linux.
  end=$(date -u -v "+${days}d" +%Y-%m-%d 2>/dev/null || date -u -d "+$days days" +%Y-%m-%d)
  say "Client secret: is created, and valid until $end."
  secret=$(attempt az ad app credential reset --id "$application" --append \
    --display-name "$name" --end-date "$end" --query password --output tsv --only-show-errors)
  if [ -z "${AWS_SECRET_NAME:-}" ]; then
    printf '\nThe client secret, which is not shown again:\n\n  %s\n\n' "$secret"
  else
    if aws secretsmanager describe-secret --secret-id "$AWS_SECRET_NAME" >/dev/null 2>&1; then
      set -- put-secret-value --secret-id "$AWS_SECRET_NAME"
    else
      set -- create-secret --name "$AWS_SECRET_NAME"
    fi
    printf '%s' "$secret" | aws secretsmanager "$@" --secret-string file:///dev/stdin >/dev/null ||
      fail 'the secret could not be stored and is lost; run this again with NEW_SECRET=yes'
    arn=$(aws secretsmanager describe-secret --secret-id "$AWS_SECRET_NAME" --query ARN \
      --output text)
    say "The client secret is stored as $arn"
  fi
  unset secret
fi
