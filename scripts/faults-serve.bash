# The part `serve` of scripts/fault-suite: a server that is killed while videos are uploaded and encoded. Sourced by it; only
# defines functions.

# start_server: sets `server` and `address`; fails where it does not come up.
start_server() {
    : >"$work/answer"
    "$moments" serve --library "$place/library" --encoder clip,slowfast "${weights[@]}" --threads 1 --port 0 \
        >"$work/answer" 2>"$log" </dev/null &
    server=$!
    for ((try = 0; try < 300; try++)); do
        address=$(grep -m 1 -o 'http://[0-9.:]*' "$work/answer") && return
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

# upload NAME: the answer's status is in $work/NAME.status; 202 is a promise.
upload() {
    curl --silent --max-time 120 --output /dev/null --write-out '%{http_code}' --header 'Content-Type: video/mp4' \
        --limit-rate 2M --data-binary "@$inputs/videos/$1.mp4" "$address/v1/videos?name=$1.mp4" >"$work/$1.status" || true
}

# settle: waits until no job waits or runs.
settle() {
    for ((try = 0; try < 600; try++)); do
        if ! curl --silent "$address/v1/jobs" | grep -qE '"state": ?"(queued|running)"'; then return; fi
        sleep 0.1
    done
    return 1
}

stop_server() {
    kill -TERM "$server"
    code=0
    wait "$server" || code=$?
}

# videos_of_library: how many videos it holds, and what lies among its uploads, without the folders' names.
videos_of_library() {
    "$moments" library --library "$place/library" | head -n 1 | grep -oE '[0-9]+ videos.*'
    find "$place/library/uploads" -type f -printf '%f %s\n' | sort
    find "$place/library" -name '.*' -o -name '*.part'
    find "$place/library/uploads" -type d -empty
}

# serve_to_the_end: starts a server, uploads what was not promised, and waits until all is taken up.
serve_to_the_end() {
    local name
    start_server || return 1
    for name in first second; do
        [[ $(cat "$work/$name.status" 2>/dev/null) == 20[02] ]] || upload "$name"
    done
    settle || return 1
    stop_server
    ((code == 0))
}

try_serve() {
    local trial start
    command -v curl >/dev/null || {
        echo "fault-suite: serve is left out: curl is missing" >&2
        return
    }
    call=(serve)
    clear_place
    rm -f "$work"/*.status
    start=$(date +%s%N)
    serve_to_the_end || {
        cat "$log" >&2
        exit 70
    }
    took[serve]=$((($(date +%s%N) - start) / 1000000))
    videos_of_library >"$work/served"
    for ((trial = 0; trial < kills; trial++)); do
        clear_place
        rm -f "$work"/*.status
        if start_server; then
            (upload first && upload second) &
            local uploads=$!
            sleep "$(printf '0.%03d' $((RANDOM % 1000)))"
            sleep "$((RANDOM % (took[serve] / 2000 + 1)))"
            kill_it "$server"
            wait "$server" 2>/dev/null || true
            wait "$uploads" || true
            if serve_to_the_end && difference=$(diff <(videos_of_library) "$work/served"); then
                count kill serve resumed
                continue
            fi
        fi
        count kill serve failed "${difference:-it does not go on}"
        kill_it "$server"
    done
}
