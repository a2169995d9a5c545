
using SimClr.Cli.Outputs;

namespace SimClr.Cli.Verbs;

/// <summary>The options for output files in addition to the printed result.</summary>
internal static class OutputOptions
{
    public static OutputOption Csv(OutputKind kind, string description) => new("--csv", kind, description);

    public static OutputOption Html(string example, string description)
        => new("--html", OutputKinds.Page(example), description);
}
