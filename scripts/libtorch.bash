# Finds, checks and fetches libtorch. Sourced by scripts/setup; it only defines functions.

LIBTORCH_VERSION=2.13.0
LIBTORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu
LIBTORCH_ARCHIVES=https://download.pytorch.org/libtorch/cpu

# What the wheel holds and a Swift program never loads: the Python bindings and PyTorch's own tests.
LIBTORCH_UNWANTED=(libtorch_python.so libshm.so libjitbackend_test.so libbackend_with_compiler.so
    libtorchbind_test.so libaoti_custom_ops.so libshm libshm_windows)

# libtorch_version DIR: the version in the headers, or nothing.
libtorch_version() {
    local header
    for header in "$1"/include/torch/headeronly/version.h "$1"/include/torch/csrc/api/include/torch/version.h; do
        [[ -f $header ]] || continue
        # The number stands on the line of the define or on the next one.
        grep -A1 -E '^#define TORCH_VERSION( |$)' "$header" | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1 && return
    done
    return 0
}

# libtorch_problems DIR: prints one line for each thing that is missing; nothing where all is well.
libtorch_problems() {
    local dir=$1 path
    if [[ ! -d $dir ]]; then
        echo "there is no folder $dir"
        return
    fi
    # One file stands for its folder: some published CPU wheels have ATen and nothing else.
    for path in include/c10/core/ScalarType.h include/torch/csrc/autograd/autograd.h include/ATen/ATen.h \
        include/ATen/ops/matmul.h lib/libc10.so lib/libtorch.so lib/libtorch_cpu.so; do
        [[ -s $dir/$path ]] || echo "$path is missing"
    done
}

# libtorch_describe DIR: one line for people.
libtorch_describe() {
    local origin="origin not recorded"
    [[ -f $1/ORIGIN ]] && origin=$(head -n 1 "$1/ORIGIN")
    echo "$1 ($(libtorch_version "$1"), $origin)"
}

# pip_command: sets PIP to a pip that runs; false where there is none.
pip_command() {
    local candidate
    for candidate in "pip" "pip3" "python3 -m pip"; do
        read -ra PIP <<<"$candidate"
        "${PIP[@]}" --version >/dev/null 2>&1 && return
    done
    return 1
}

# pip_download DIR ARGUMENT...: pip download into DIR. Downloading installs nothing, so this also works where Python is
# "externally managed" (PEP 668). A slow mirror has a minute for each answer. The libraries are the same for every Python, so where the wheel for the Python at hand is not
# published, the one for another is taken.
pip_download() {
    local dir=$1 tag progress=/dev/null
    shift
    [[ ! -t 1 ]] || progress=/dev/stdout
    for tag in own 312 311 313; do
        local -a platform=()
        if [[ $tag != own ]]; then
            platform=(--implementation cp --python-version "$tag" --abi "cp$tag" --platform manylinux_2_28_x86_64)
        fi
        "${PIP[@]}" download --disable-pip-version-check --retries 4 --timeout 60 --only-binary=:all: "${platform[@]}" \
            --dest "$dir" "$@" >"$progress" 2>"$dir/pip.log" && return
        cat "$dir/pip.log" >&3
        # Where there is no way out, asking for another Python is no use.
        grep -q 'No matching distribution' "$dir/pip.log" || return 1
    done
    return 1
}

# unpack_wheel WHEEL DIR: only the headers and the libraries, without the unwanted ones.
unpack_wheel() {
    local wheel=$1 dir=$2 name
    local -a without=()
    for name in "${LIBTORCH_UNWANTED[@]}"; do without+=("torch/lib/$name" "torch/lib/$name/*"); done
    unzip -q "$wheel" 'torch/include/*' 'torch/lib/*' torch/version.py -x "${without[@]}" -d "$dir/wheel" 2>&3 ||
        damaged "$wheel" || return
    mv "$dir/wheel/torch/include" "$dir/wheel/torch/lib" "$dir/" || return
    sed -n "s/^__version__ = '\(.*\)'/\1/p" "$dir/wheel/torch/version.py" >"$dir/build-version"
    rm -rf "$dir/wheel"
}

# record_origin DIR WHAT FILE: what was taken, to be read by people and by `moments doctor`.
record_origin() {
    {
        echo "$2"
        echo "file: $(basename "$3")"
        echo "sha256: $(sha256sum "$3" | cut -d ' ' -f 1)"
    } >"$1/ORIGIN"
}

# Each source fills DIR with include, lib, build-version and ORIGIN, or returns false. DOWNLOAD is its scratch folder;
# what its tools complain about goes to file descriptor 3.

source_cpu_wheel() {
    local dir=$1 download=$2
    pip_command || { say "pip is missing"; return 1; }
    pip_download "$download" --no-deps "torch==$LIBTORCH_VERSION+cpu" ||
        pip_download "$download" --no-deps --index-url "$LIBTORCH_CPU_INDEX" "torch==$LIBTORCH_VERSION" || return 1
    local wheel
    wheel=$(find "$download" -name 'torch-*.whl' | head -n 1)
    unpack_wheel "$wheel" "$dir" && record_origin "$dir" "CPU wheel of torch" "$wheel"
}

source_archive() {
    local dir=$1 download=$2 name archive
    for name in libtorch-shared-with-deps libtorch-cxx11-abi-shared-with-deps; do
        archive=$download/$name-$LIBTORCH_VERSION+cpu.zip
        fetch_url "$LIBTORCH_ARCHIVES/$name-$LIBTORCH_VERSION%2Bcpu.zip" "$archive" || continue
        unzip -q "$archive" 'libtorch/include/*' 'libtorch/lib/*' libtorch/build-version -d "$dir/archive" 2>&3 ||
            damaged "$archive" || return
        mv "$dir/archive/libtorch/include" "$dir/archive/libtorch/lib" "$dir/archive/libtorch/build-version" "$dir/" || return
        rm -rf "$dir/archive" "$dir"/lib/*.a "${LIBTORCH_UNWANTED[@]/#/$dir/lib/}"
        record_origin "$dir" "official libtorch archive" "$archive"
        return
    done
    return 1
}

# enough_room DIR MEGABYTES
enough_room() {
    local free
    free=$(df --output=avail -BM "$1" | tail -n 1 | tr -dc 0-9)
    ((free > $2)) || { echo "only $free MB are free in $1, and $2 MB are needed" >&3 && return 1; }
}

damaged() { echo "$(basename "$1") is damaged" >&3 && return 1; }

# With CUDA the libraries also need NVIDIA's, which are wheels of their own: they go where the wheel looks for them.
source_cuda_wheel() {
    local dir=$1 download=$2 wheel
    pip_command || { say "pip is missing"; return 1; }
    enough_room "$download" 12000 || return 1
    # Three equal signs: exactly this version and not the CPU build, which is called $LIBTORCH_VERSION+cpu.
    pip_download "$download" "torch===$LIBTORCH_VERSION" || return 1
    wheel=$(find "$download" -name 'torch-*.whl' | head -n 1)
    unpack_wheel "$wheel" "$dir" && record_origin "$dir" "wheel of torch with CUDA" "$wheel" || return 1
    cuda_headers "$download" || say "  without the headers that recording a GPU's work, and NCCL, need"
    for wheel in "$download"/nvidia_*.whl; do
        [[ -f $wheel ]] || continue
        unzip -q -o "$wheel" 'nvidia/*' -d "$(dirname "$dir")" 2>&3 || damaged "$wheel" || return
    done
}

# cuda_headers DIR: beside the headers that torch brings, those that they include, of the runtime's version.
cuda_headers() {
    local runtime
    runtime=$(find "$1" -name 'nvidia_cuda_runtime*.whl' | head -n 1)
    runtime=${runtime##*/}
    [[ $runtime =~ -([0-9]+\.[0-9]+)\. ]] && pip_download "$1" --no-deps "nvidia-cuda-"{crt,cccl}"==${BASH_REMATCH[1]}.*"
}

# fetch_url URL FILE: a mirror may be slow, but one that sends next to nothing for two minutes is given up.
fetch_url() {
    if command -v curl >/dev/null; then
        curl --fail --location --silent --show-error --retry 2 --connect-timeout 20 --speed-limit 1000 --speed-time 120 \
            --output "$2" "$1" 2>&3
    else
        wget --quiet --tries 2 --timeout 120 --output-document "$2" "$1" 2>&3
    fi
}

# install_libtorch DIR: from the first source whose files are complete. Unpacks beside and renames at the end, so that
# DIR is never half there.
install_libtorch() {
    local target=$1 stage source problems
    stage=$(dirname "$target")/unpacking
    for source in ${LIBTORCH_SOURCES:-cpu_wheel archive cuda_wheel}; do
        rm -rf "$stage"
        mkdir -p "$stage/libtorch" "$stage/download"
        say "libtorch $LIBTORCH_VERSION: trying the $(source_name "$source")"
        if ! "source_$source" "$stage/libtorch" "$stage/download" 3>"$stage/log"; then
            say "  not to be had: $(grep -v '^$' "$stage/log" | tail -n 1)"
            continue
        fi
        problems=$(libtorch_problems "$stage/libtorch")
        if [[ -n $problems ]]; then
            say "  incomplete: $(head -n 1 <<<"$problems")$(more_lines "$problems")"
            continue
        fi
        rm -rf "$target"
        [[ ! -d $stage/nvidia ]] || { rm -rf "$(dirname "$target")/nvidia" && mv "$stage/nvidia" "$(dirname "$target")/"; }
        mv "$stage/libtorch" "$target"
        rm -rf "$stage"
        return
    done
    rm -rf "$stage"
    return 1
}

source_name() {
    case $1 in
    cpu_wheel) echo "CPU wheel of torch" ;;
    archive) echo "official libtorch archive" ;;
    cuda_wheel) echo "wheel of torch with CUDA (large)" ;;
    esac
}

more_lines() {
    local count
    count=$(wc -l <<<"$1")
    ((count < 2)) || echo " and $((count - 1)) more"
}
