# Completion of simclr for fish, made by "simclr completion fish".
function __simclr_complete
    set -l line (commandline --cut-at-cursor | string collect)
    simclr "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
end
complete --command simclr --arguments '(__simclr_complete)'
