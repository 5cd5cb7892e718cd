#!/bin/bash
# Count patent transfers of Hunan from the copied events, and compare each period with the published figure. Needs jq.
#
#     bash mirror.sh http://127.0.0.1:8080 FOLDER tongda.transfer.v1 tongda.statistic.v1
#     bash figure.sh FOLDER
#
# One transfer of one patent is one event. It counts where it is recorded and stands, passes by a deal and not by law, and a giver is of
# Hunan (docs/figures.md). Ends with 1 where a period differs.
set -euo pipefail
records() { jq --null-input --from-file "$(dirname "$0")/records.jq" "$1"; }

counted() {
    records "$1/tongda.transfer.v1.ndjson" | jq --compact-output '
        [.[].value
         | select(.state == "current" and .phase == "recorded")
         | select(.statement.cause | IN("merger", "inheritance", "court") | not)
         | select(any(.statement.transferor[]; .region // "" | startswith("43")))
         | .occurred_on | .[:4], (select(length >= 7) | .[:7])]
        | group_by(.) | map({key: .[0], value: length}) | from_entries'
}

published() {
    records "$1/tongda.statistic.v1.ndjson" | jq --compact-output '
        [.[].value
         | select(.indicator == "transfers" and .dimensions == {area: "430000"})
         | {key: .period, value: (.value | tonumber)}] | from_entries'
}

jq --null-input --raw-output --argjson counted "$(counted "$1")" --argjson published "$(published "$1")" '
    [$counted + $published | keys[] | [., $published[.] // 0, $counted[.] // 0]]
    | (.[] | map(tostring) | join(" ")), (if any(.[1] != .[2]) then "" | halt_error(1) else empty end)'
