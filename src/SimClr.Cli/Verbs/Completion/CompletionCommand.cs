using System.CommandLine;
using System.Text.Json.Nodes;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr completion</c>: the script that makes a shell complete command lines.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"One of {string.Join(", ", Shells)}" };
        shell.CompletionSources.Add(Shells);
        var verb = new Verb(
            "completion",
            "Print a script that completes verbs, options and their values in a shell.",
            "simclr completion bash",
            "simclr completion pwsh") { shell };
        verb.Details =
        [
            "bash: simclr completion bash > ~/.local/share/bash-completion/completions/simclr",
            "zsh:  simclr completion zsh > DIR/_simclr, where DIR is a folder in $fpath",
            "fish: simclr completion fish > ~/.config/fish/completions/simclr.fish",
            "pwsh: simclr completion pwsh >> $PROFILE",
        ];
        return verb.Handle(context =>
        {
            string name = context.Value(shell);
            if (!Shells.Contains(name))
            {
                throw new ConfigurationException(
                    $"SHELL: got '{name}', expected one of {string.Join(", ", Shells)}"
                        + Internals.DidYouMean.Hint(name, Shells));
            }

            string script = Script(name);
            context.Result(
                new JsonObject { ["shell"] = name, ["script"] = script }, script.TrimEnd('\n').Split('\n'));
        });
    }

    private static string Script(string shell)
    {
        string resource = $"completion/simclr.{shell}";
        using Stream stream = typeof(CompletionCommand).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the command was built without {resource}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
