
using SimClr.Cli.Outputs;

namespace SimClr.Cli.Verbs;

/// <summary>The options that ask for files beside what is printed.</summary>
internal static class OutputOptions
{
    public static OutputOption Csv(OutputKind kind, string description) => new("--csv", kind, description);

    public static OutputOption Html(string example, string description) => new("--html", OutputKinds.Page(example), description);
}
