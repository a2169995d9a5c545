#compdef simclr
# Completion of simclr for zsh, made by "simclr completion zsh".
_simclr() {
    local line="${(j: :)words[1,CURRENT]}"
    local -a found
    found=("${(@f)$(simclr "[suggest:${#line}]" "$line" 2> /dev/null)}")
    if [[ -n "$found" ]]; then
        compadd -- "${found[@]}"
    else
        _files
    fi
}
if [[ "$funcstack[1]" = _simclr ]]; then
    _simclr "$@"
else
    compdef _simclr simclr
fi
