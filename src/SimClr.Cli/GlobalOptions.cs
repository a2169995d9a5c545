using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace SimClr.Cli;

/// <summary>The options that every verb takes. <see cref="CommandContext"/> reads them by name.</summary>
internal static class GlobalOptions
{
    public const string Seed = "--seed";
    public const string Device = "--device";
    public const string Threads = "--threads";
    public const string Json = "--json";
    public const string Verbose = "--verbose";

    private static readonly string[] Devices = ["auto", "cpu", "cuda", "mps"];

    public static void AddTo(Command root)
    {
        var device = new Option<string?>(Device)
        {
            Description = $"Where tensors live: {string.Join(", ", Devices)}",
            HelpName = "name",
            Recursive = true,
        };
        device.Validators.Add(CheckDevice);

        root.Add(NumberOption.Integer(Seed, "Fixes every random choice", long.MinValue, recursive: true));
        root.Add(device);
        root.Add(NumberOption.Integer(Threads, "Threads to compute with; 0 for one per core", 0, recursive: true));
        root.Add(new Option<bool>(Json) { Description = "Print one JSON object instead of words", Recursive = true });
        root.Add(new Option<bool>(Verbose) { Description = "Show the details of errors", Recursive = true });

        var help = new HelpOption();
        help.Action = new ExampleHelpAction((HelpAction)help.Action!);
        root.Add(help);
        root.Add(new VersionOption());
    }

    private static void CheckDevice(OptionResult result)
    {
        string? name = result.GetValueOrDefault<string?>();
        if (name is not null && !Devices.Contains(name))
        {
            result.AddError($"{Device}: got '{name}', expected one of {string.Join(", ", Devices)}");
        }
    }
}
