using System.CommandLine;
using System.Globalization;

namespace SimClr.Cli.Verbs;

/// <summary>The arguments of <c>simclr study run</c>.</summary>
internal sealed class StudyArguments
{
    public Argument<string> Name { get; } = new("NAME")
    {
        Description = "A study ('simclr study list'), a figure or table such as table-1, or a .yaml file",
    };

    public Option<string?> Scale { get; } = new("--scale")
    {
        Description = "Size: smoke (a minute), small (two cores, hours), medium (a GPU, a day), paper. Default: smoke.",
        HelpName = "name",
    };

    public Option<string?> Out { get; } = new("--out")
    {
        Description = "Directory of the study, new or the one to continue. Default: studies/NAME-SCALE.",
        HelpName = "DIR",
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Training images. Default: those of the scale.",
        HelpName = "DATA",
    };

    public Option<string?> Test { get; } = new("--test")
    {
        Description = "Labeled test images. Default: those of the scale.",
        HelpName = "DATA",
    };

    public Option<string?> Seeds { get; } = new("--seeds")
    {
        Description = "Number of seeds, such as 3, or a list, such as 0,4,7 or 7,. Default: those of the scale.",
        HelpName = "n",
    };

    public Option<string?> Cell { get; } = new("--cell")
    {
        Description = "Only the i-th of n parts of the cells, for array jobs",
        HelpName = "i/n",
    };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Override one configuration key in all runs. Repeatable",
        HelpName = "section.key=value",
    };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Print the plan and stop" };

    public void AddTo(Command command)
    {
        command.Add(Name);
        command.Add(Scale);
        command.Add(Out);
        command.Add(Data);
        command.Add(Test);
        command.Add(Seeds);
        command.Add(Cell);
        command.Add(Set);
        command.Add(DryRun);
    }

    /// <summary>Parses a number of seeds or a list; null if not given.</summary>
    /// <exception cref="ConfigurationException">The text is neither.</exception>
    public static IReadOnlyList<long>? ParseSeeds(string? text)
    {
        if (text is null)
        {
            return null;
        }

        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        long[] numbers = [.. parts.Select(part => long.TryParse(
            part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : long.MinValue)];
        bool isList = text.Contains(',');
        return numbers.Length == 0
            || numbers.Contains(long.MinValue)
            || numbers.Distinct().Count() != numbers.Length
            || (!isList && numbers[0] is < 1 or > 1000)
                ? throw new ConfigurationException(
                    $"--seeds: got '{text}', expected a number of seeds from 1 to 1000, or different seeds "
                        + "separated by commas, such as 0,1,2")
                : isList ? numbers : [.. Enumerable.Range(0, (int)numbers[0]).Select(seed => (long)seed)];
    }

    /// <summary>Parses <c>i/n</c>; null if not given.</summary>
    /// <exception cref="ConfigurationException">The text is something else, or i is not from 1 to n.</exception>
    public static (int Part, int Parts)? ParseCell(string? text)
    {
        if (text is null)
        {
            return null;
        }

        string[] sides = text.Split('/');
        return sides.Length == 2
            && int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out int part)
            && int.TryParse(sides[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parts)
            && part >= 1
            && part <= parts
                ? (part, parts)
                : throw new ConfigurationException(
                    $"--cell: got '{text}', expected i/n with i from 1 to n, such as 2/8");
    }
}
