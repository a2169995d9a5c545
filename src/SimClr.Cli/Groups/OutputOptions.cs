using System.CommandLine;

namespace SimClr.Cli.Groups;

/// <summary>The options that ask for files beside what is printed.</summary>
internal static class OutputOptions
{
    public static Option<string?> Csv(string description) => new("--csv") { Description = description, HelpName = "FILE" };

    public static Option<string?> Html(string description) => new("--html") { Description = description, HelpName = "FILE" };

    /// <summary>The file that an option asks for, checked before anything is computed; null where it is not given.</summary>
    public static OutputFile? Open(CommandContext context, Option<string?> option, string example)
        => context.Value(option) is { } path ? new OutputFile(option.Name, path, example) : null;
}
