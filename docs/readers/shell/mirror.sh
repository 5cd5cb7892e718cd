#!/bin/bash
# A copy of topics, each in a file of its own: from a snapshot, then by its changes. Needs curl and jq.
#
#     bash mirror.sh http://127.0.0.1:8080 FOLDER tongda.transfer.v1 tongda.statistic.v1
#
# The copy of a topic is one file: its snapshot as the hub sends it, and after it one line for each page of changes. A line that was not
# written to its end does not count. Stop it at any moment, also with kill -9, and start it again. It ends when it has everything; run
# it again for what is new. The file grows with the changes; delete it, and the next run begins anew. HUB_KEY is your key, if any.
set -euo pipefail
hub=$1 folder=$2
shift 2
mkdir -p "$folder"

ask() { curl --silent --show-error --fail ${HUB_KEY:+--header "Authorization: Bearer $HUB_KEY"} "$hub$1"; }

# A snapshot takes the place of the file at once; one that was cut has no last line and replaces nothing.
begin() {
    local new=$file.$$ # of this process: a curl of one that was killed may still write into its own
    rm -f "$file".[0-9]*
    ask "/api/v1/snapshots/$topic" >"$new"
    if [ "$(tail -n 1 "$new" | jq '.end.records')" != "$(($(wc -l <"$new") - 2))" ]; then
        echo "the snapshot of $topic was cut" >&2
        exit 1
    fi
    sync "$new"
    mv "$new" "$file"
}

# From where the file goes on: epoch and sequence. What follows its last whole line is cut off.
place() {
    if [ -n "$(tail -c 1 "$file")" ]; then truncate --size="-$(tail -n 1 "$file" | wc -c)" "$file"; fi
    epoch=$(head -n 1 "$file" | jq --raw-output '.head.epoch')
    after=$(tail -n 1 "$file" | jq '.items[-1].sequence // empty')
    after=${after:-$(head -n 1 "$file" | jq '.head.sequence')}
}

mirror() {
    file=$folder/$topic.ndjson
    [ -e "$file" ] || begin
    place
    while true; do
        page=$(ask "/api/v1/changes?topic=$topic&after=$after")
        read -r there last more < <(jq --raw-output '[.epoch, (.items[-1].sequence // "none"), .next != null] | @tsv' <<<"$page")
        if [ "$there" != "$epoch" ]; then # the hub's database was restored, and its numbers mean other changes
            begin
            place
            continue
        fi
        if [ "$last" != none ]; then
            printf '%s\n' "$page" >>"$file"
            sync "$file"
            after=$last
        fi
        [ "$more" = true ] || return 0
    done
}

for topic in "$@"; do mirror; done
