# What scripts/fault-suite disturbs: the calls of the program, how they may end, and what they are compared with. Sourced by
# it; only defines functions. It sets $moments, $work (scratch), $place (what calls write into) and $inputs.

# call_of JOB: sets `call`, the program's arguments. Everything that they write lies in $place. Each can be repeated, and then
# goes on.
call_of() {
    local samples=$inputs/samples.jsonl
    local features=("$inputs/features/slowfast_features" "$inputs/features/clip_features")
    local words=$inputs/features/clip_text_features
    case $1 in
    simulate) call=(simulate "$samples" --out "$place/features") ;;
    pack) call=(pack "$samples" --video "${features[@]}" --text "$words" --out "$place/all.pack") ;;
    train | train-pack)
        call=(train "$inputs/$1.yaml")
        [[ ! -e $place/run/last.safetensors ]] || call+=(--resume)
        ;;
    extract) call=(extract "$inputs"/videos/*.mp4 --encoder clip,slowfast "${weights[@]}" --out "$place/features") ;;
    index) call=(index "$inputs/videos" --library "$place/library" --encoder clip,slowfast "${weights[@]}") ;;
    cut) call=(find "$inputs/videos/first.mp4" "$sentence" "${weights[@]}" --threshold 0 --top 2 --no-cache --cut "$place/cuts") ;;
    convert) call=(convert "$inputs/model.safetensors" --half --to "$place/model.safetensors") ;;
    search) call=(search "$sentence" --library "$place/library" --encoder clip,slowfast "${weights[@]}" --json) ;;
    esac
}
weights=(--clip small-world --slowfast small-world)
sentence="The orange disc is colliding with the white pyramid."

# write_inputs: two short videos, sentences, simulated features, configurations and a model; all of it small.
write_inputs() {
    mkdir -p "$inputs/videos"
    local samples=(Samples/*.mp4)
    cp "${samples[0]}" "$inputs/videos/first.mp4"
    cp "${samples[1]}" "$inputs/videos/second.mp4"
    cp Samples/samples.jsonl "$inputs"
    cp Sources/EmbeddedModels/Resources/small-world/cdnet.safetensors "$inputs/model.safetensors"
    "$moments" simulate "$inputs/samples.jsonl" --out "$inputs/features" >"$log" 2>&1
    "$moments" pack "$inputs/samples.jsonl" --video "$inputs/features/"{slowfast,clip}_features \
        --text "$inputs/features/clip_text_features" --out "$inputs/all.pack" >"$log" 2>&1
    local kind
    for kind in train train-pack; do
        cat >"$inputs/$kind.yaml" <<END
name: $kind
seed: 3
threads: 1
model:
  cdnet: {hiddenSize: 32, feedForwardSize: 64, localizerLayers: 1}
data:
  train: $inputs/samples.jsonl
  val: $inputs/samples.jsonl
$(data_of "$kind")
  simulated: true
optimisation: {epochs: 6, batchSize: 4, learningRate: 1e-3}
evaluation: {every: 2}
output: {directory: $place/run, checkpointSteps: 2}
END
    done
}

data_of() {
    if [[ $1 == train ]]; then
        echo "  video: [$inputs/features/slowfast_features, $inputs/features/clip_features]"
        echo "  text: $inputs/features/clip_text_features"
    else
        echo "  pack: $inputs/all.pack"
    fi
}

# attempt: runs the call to its end, below what `under` holds; sets `code`. No call here needs minutes, unless the machine has
# other things to do: FAULTS_SECONDS gives it more.
attempt() {
    code=0
    timeout --signal KILL "${FAULTS_SECONDS:-240}" "${under[@]}" "$moments" "${call[@]}" >"$work/answer" 2>"$log" </dev/null || code=$?
}

# at_random MILLISECONDS COMMAND...: starts the call, and runs a command with its process at a random moment.
at_random() {
    local span=$1 moment
    shift
    "${under[@]}" "$moments" "${call[@]}" >"$work/answer" 2>"$log" </dev/null &
    local process=$!
    moment=$(((RANDOM * 32768 + RANDOM) % (span + 1)))
    sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
    "$@" "$process"
    code=0
    wait "$process" 2>/dev/null || code=$?
}

kill_it() { kill -KILL "$1" 2>/dev/null || true; }

# ends_clearly: success, or a message with an exit code of sysexits.h or of Ctrl-C; never a trap or a signal. Where memory ends,
# Swift says so in its own way before the program does.
ends_clearly() {
    if ((code != 71)) && grep -qE 'Fatal error|terminate called|Stack dump|\*\*\* Signal' "$log"; then return 1; fi
    ((code == 0)) || { { ((code >= 64 && code <= 78)) || ((code == 130)); } && [[ -s $log ]]; }
}

# finish: the disturbed call again, now undisturbed. It must succeed.
finish() {
    call_of "$1"
    under=()
    attempt
    ((code == 0))
}

# as_reference JOB: whether $place holds the same files as after an undisturbed call, byte for byte, and no others. Times in
# logs and in the library's database are not compared; of that, the answers are.
as_reference() {
    difference=$(
        cd "$place" || exit
        diff -r --brief --no-dereference --exclude 'library.sqlite' --exclude 'metrics.jsonl' . "$work/reference/$1"
    ) || return 1
    if [[ -e $place/run/metrics.jsonl ]]; then
        difference=$(diff <(without_times "$place/run") <(without_times "$work/reference/$1/run")) || return 1
    fi
    if [[ -e $place/library ]]; then
        difference=$(diff <(answers_of "$place/library") "$work/answers") || return 1
    fi
}

without_times() { sed -E 's/"(queriesPerSecond|trainingSeconds|evaluationSeconds)":[^,]*,//g' "$1/metrics.jsonl"; }

answers_of() {
    "$moments" search "$sentence" --library "$1" --encoder clip,slowfast "${weights[@]}" --json 2>&1
}

# clear: an empty $place.
clear_place() { rm -rf "${place:?}"/* "$place"/.[!.]*; }

# make_references JOB...: what undisturbed calls leave, and how many milliseconds they take.
make_references() {
    local job start
    for job; do
        [[ -z ${took[$job]:-} ]] || continue
        clear_place
        start=$(date +%s%N)
        finish "$job" || {
            cat "$log" >&2
            echo "fault-suite: moments ${call[*]} fails undisturbed" >&2
            exit 70
        }
        took[$job]=$((($(date +%s%N) - start) / 1000000))
        [[ $job != index ]] || answers_of "$place/library" >"$work/answers"
        mkdir -p "$work/reference"
        cp -a "$place" "$work/reference/$job"
    done
}

# count KIND JOB RESULT [DETAIL]: RESULT is error, resumed or failed.
count() {
    local key="$1 $2"
    [[ -n ${tried[$key]:-} ]] || order+=("$key")
    tried[$key]=$((${tried[$key]:-0} + 1))
    case $3 in
    error) errors[$key]=$((${errors[$key]:-0} + 1)) ;;
    resumed) resumed[$key]=$((${resumed[$key]:-0} + 1)) ;;
    failed)
        failed[$key]=$((${failed[$key]:-0} + 1))
        {
            echo "failed: $key, trial ${tried[$key]}, exit code $code: ${4:-}"
            echo "  moments ${call[*]}"
            head -n 4 "$log" | sed 's/^/  | /'
        } | tee -a "$work/failures" >&2
        ;;
    esac
}

# judge KIND JOB: after a disturbed call. It ended clearly, or was killed by us; then it goes on to the same as without.
judge() {
    local ended=error
    ((code != 0)) || ended=resumed
    if [[ $1 != kill ]] && ! ends_clearly; then
        count "$1" "$2" failed "no clear error"
        return
    fi
    if ! finish "$2"; then
        count "$1" "$2" failed "it does not go on"
    elif ! as_reference "$2"; then
        count "$1" "$2" failed "not as undisturbed: $(head -n 3 <<<"$difference" | paste -sd ';')"
    elif [[ $1 == kill ]]; then
        count "$1" "$2" resumed
    else
        count "$1" "$2" "$ended"
    fi
}

# table: what was tried, and what came.
table() {
    local key
    printf '%-9s %-11s %7s %12s %13s %7s\n' fault job trials "clear error" "as undisturbed" failed
    for key in "${order[@]}"; do
        printf '%-9s %-11s %7d %12d %14d %7d\n' "${key% *}" "${key#* }" "${tried[$key]}" \
            "${errors[$key]:-0}" "${resumed[$key]:-0}" "${failed[$key]:-0}"
    done
}
