using System.Globalization;
using SimClr.Configuration;
using SimClr.Internals;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary>A run on a page.</summary>
/// <param name="Name">The name, which differs from that of the other runs.</param>
/// <param name="Summary">The run.</param>
internal sealed record ReportedRun(string Name, RunSummary Summary)
{
    /// <summary>The nearest preset and the differences from it; null if the configuration is unknown.</summary>
    public (string Preset, IReadOnlyList<ConfigurationDifference> Differences)? Setting { get; }
        = Summary.Record is { } record ? Presets.Nearest(record.Configuration) : null;

    /// <summary>The state and progress in words.</summary>
    public string State
    {
        get
        {
            string steps = Summary.Steps is { } all
                ? string.Create(CultureInfo.InvariantCulture, $"step {Summary.Step:N0} of {all:N0}")
                : string.Create(CultureInfo.InvariantCulture, $"step {Summary.Step:N0}");
            return $"{Summary.Status.Text()}, {steps}";
        }
    }

    /// <summary>The message with which the run ended early; null if it did not.</summary>
    public string? Reason => Summary.State?.Reason is { Length: > 0 } why ? why : null;

    /// <summary>The preset and what differs from it, in one line.</summary>
    public string SettingText => Setting is not { } setting ? "unknown"
        : setting.Differences.Count == 0 ? setting.Preset
        : $"{setting.Preset} with {string.Join(", ", setting.Differences.Select(Assignment))}";

    /// <summary>
    /// The health at the last logged step, in words that complete "the run is …"; null if it is not logged.
    /// </summary>
    public string? Health => Summary is { Record: { } record, Metrics: [.., var last] }
        ? RunHealth.FromMetrics(last, record)?.Describe()
        : null;

    /// <summary>The command that trains the same run; null if its configuration is unknown.</summary>
    public string? Command
    {
        get
        {
            if (Summary.Record is not { } record || Setting is not { } setting)
            {
                return null;
            }

            string changes = string.Concat(setting.Differences
                .Where(difference => difference.Key != "seed")
                .Select(difference => $" --set {ShellText.Quote(Assignment(difference))}"));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"simclr {record.Task} {ShellText.Quote(record.Data.Name)} --preset {setting.Preset}{changes} "
                    + $"--seed {record.Configuration.Seed} --out {ShellText.Quote(Summary.Run.Root)}-again");
        }
    }

    /// <summary>
    /// Returns runs, named by the last parts of their paths, as many as are needed to tell them apart.
    /// </summary>
    public static ReportedRun[] From(IReadOnlyList<RunSummary> runs)
    {
        string[][] paths = [.. runs.Select(run => Path.GetFullPath(run.Run.Root)
            .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))];
        int parts = 1;
        while (parts < paths.Max(path => path.Length)
            && paths.Select(path => Last(path, parts)).Distinct().Count() < paths.Length)
        {
            parts++;
        }

        return [.. runs.Select((run, i) => new ReportedRun(Last(paths[i], parts), run))];
    }

    private static string Last(string[] path, int parts) => string.Join('/', path.TakeLast(parts));

    private static string Assignment(ConfigurationDifference difference)
        => $"{difference.Key}={difference.Second.Trim('"')}";
}
