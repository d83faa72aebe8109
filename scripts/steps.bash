# Shows what a script of several steps does. Sourced by those scripts, which set $moments; it only defines functions.

step() { printf '\n\033[1m%s\033[0m\n' "$1" >&2; }

# call ARGUMENT...: shows the command as it can be typed, and runs it.
call() {
    local argument shown="\$ moments"
    for argument; do
        case $argument in
        *" "*) shown+=" \"$argument\"" ;;
        *) shown+=" $argument" ;;
        esac
    done
    echo "$shown" >&2
    "$moments" "$@"
}
