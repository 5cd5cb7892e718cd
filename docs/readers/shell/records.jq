# Every record that stands in a copy, as {key: {revision, value}}: a null takes one away, and a revision that is not higher says nothing
# new. Used as: jq --null-input --from-file records.jq FOLDER/tongda.transfer.v1.ndjson
reduce (inputs | if .items then .items[] else select(has("key")) end) as $one ({};
    if $one.value == null then del(.[$one.key])
    elif (.[$one.key].revision // 0) < $one.revision then .[$one.key] = ($one | {revision, value})
    else . end)
