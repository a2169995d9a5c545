using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using SimClr.Diagnostics;

namespace SimClr.Cli;

/// <summary>The options of every verb, read by name in <see cref="CommandContext"/>.</summary>
internal static class GlobalOptions
{
    public const string Seed = "--seed";
    public const string Device = "--device";
    public const string Threads = "--threads";
    public const string Json = "--json";
    public const string Verbose = "--verbose";

    public static void AddTo(Command root)
    {
        root.Add(NumberOption.Integer(Seed, "Random seed", long.MinValue, recursive: true));
        root.Add(DeviceOption());
        root.Add(ThreadsOption());
        root.Add(new Option<bool>(Json) { Description = "Print one JSON object instead of text", Recursive = true });
        root.Add(new Option<bool>(Verbose) { Description = "Print details of errors", Recursive = true });

        var help = new HelpOption();
        help.Action = new ExampleHelpAction((HelpAction)help.Action!);
        root.Add(help);
        root.Add(new VersionOption());
    }

    private static Option<string?> DeviceOption()
    {
        var option = new Option<string?>(Device)
        {
            Description = $"Compute device: {ComputeEnvironment.DeviceNames}",
            HelpName = "name",
            Recursive = true,
        };
        option.CompletionSources.Add("auto", "cpu", "cuda", "mps");
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } typed && !ComputeEnvironment.IsDeviceName(typed))
            {
                result.AddError($"{Device}: {ComputeEnvironment.DescribeUnknownDevice(typed)}");
            }
        });
        return option;
    }

    private static Option<long?> ThreadsOption()
    {
        Option<long?> option = NumberOption.Integer(Threads, "Compute threads; 0 for one per core", 0, recursive: true);
        option.Validators.Add(result =>
        {
            // The token, not the value: text that is not a number has no value, and that error is already reported.
            if (result.Tokens is [.., var typed]
                && long.TryParse(typed.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out long asked)
                && asked > ComputeEnvironment.MaxThreads)
            {
                result.AddError(
                    $"{Threads}: got {asked}, expected at most {ComputeEnvironment.MaxThreads} on this machine "
                        + $"({ComputeEnvironment.Cores} core(s) available)");
            }
        });
        return option;
    }
}
