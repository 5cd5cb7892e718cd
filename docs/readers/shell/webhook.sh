#!/bin/bash
# A receiver of webhooks that verifies each message by Standard Webhooks. It answers one request from standard input on standard output,
# as inetd, socat and systemd start it. Needs openssl and jq.
#
#     WEBHOOK_SECRET=whsec_… socat TCP-LISTEN:8090,bind=127.0.0.1,reuseaddr,fork EXEC:'bash webhook.sh'
#
# On standard error it prints a line for each message: its id, and the record with its revision and state. The same id comes again when
# an answer was lost: keep the ids with what you made of them. Put your web server with TLS before it. While openssl runs, the list of
# processes has the secret: for a machine that others use, take another language.
set -euo pipefail
most_bytes=65536 tolerance_seconds=300 # an older message may be somebody's recording
body=$(mktemp)
trap 'rm -f "$body"' EXIT

answer() {
    printf 'HTTP/1.1 %s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$1" "${#2}" "$2"
    exit 0
}

id='' sent='' given='' length=0
while IFS= read -r line && line=${line%$'\r'} && [ -n "$line" ]; do
    value=${line#*: }
    case ${line,,} in
        webhook-id:*) id=$value ;;
        webhook-timestamp:*) sent=$value ;;
        webhook-signature:*) given=$value ;;
        content-length:*) length=$value ;;
    esac
done
[[ $length =~ ^[0-9]{1,6}$ && $sent =~ ^[0-9]{1,12}$ ]] && ((length <= most_bytes)) || answer '401 Unauthorized' ''
head -c "$length" >"$body"

age=$(($(date +%s) - sent))
key=$(base64 --decode <<<"${WEBHOOK_SECRET#whsec_}" | od --address-radix=n --format=x1 | tr -d ' \n')
made=v1,$({ printf '%s.%s.' "$id" "$sent"; cat "$body"; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64 --wrap=0)
((age <= tolerance_seconds && age >= -tolerance_seconds)) && [[ " $given " == *" $made "* ]] || answer '401 Unauthorized' ''

challenge=$(jq --raw-output 'select(.type == "webhook.verification") | .challenge' "$body")
[ -z "$challenge" ] || answer '200 OK' "$challenge"
jq --raw-output --arg id "$id" '[$id, .data.id, .data.revision, .data.state] | map(tostring) | join(" ")' "$body" >&2
answer '204 No Content' ''
