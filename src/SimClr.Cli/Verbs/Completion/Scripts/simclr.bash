# Completion of simclr for bash, made by "simclr completion bash".
_simclr() {
    local line=${COMP_LINE:0:COMP_POINT} word
    word=${line##* }
    local IFS=$'\n'
    COMPREPLY=($(simclr "[suggest:${#line}]" "$line" 2> /dev/null))
    # bash replaces the word from the last ':' or '=' on.
    case $word in
        *[:=]*)
            local kept=${word%"${word##*[:=]}"}
            COMPREPLY=("${COMPREPLY[@]#"$kept"}")
            ;;
    esac
}
complete -o default -o bashdefault -F _simclr simclr
