using System.Runtime.InteropServices;
using SimClr.Internals;

namespace SimClr.GpuChecks;

/// <summary>
/// <c>SimClr.GpuChecks SECTION [--device cpu|cuda] [--quick] [--python COMMAND]</c>: one section of bench/gpu.sh.
/// Prints one JSON object, described in bench/README.md, to standard output and its progress to standard error. Exit
/// codes: 0, or 1 if a check failed.
/// </summary>
internal static class Program
{
    private static readonly Dictionary<string, Action<Section>> Sections = new()
    {
        ["smoke"] = SmokeChecks.Run,
        ["golden"] = GoldenChecks.Run,
        ["step"] = StepChecks.AgainstProcessor,
        ["micro"] = StepChecks.InMicroBatches,
        ["resume"] = RunChecks.Resume,
        ["embed"] = RunChecks.Embed,
        ["memory"] = RunChecks.Memory,
        ["bare"] = SpeedChecks.Bare,
        ["pretrain"] = SpeedChecks.Pretrain,
        ["loss"] = SpeedChecks.Loss,
        ["cache"] = SpeedChecks.Cache,
        ["auto"] = RunChecks.MicroBatchAuto,
    };

    private static int Main(string[] arguments)
    {
        if (arguments is not [string name, ..] || !Sections.TryGetValue(name, out Action<Section>? run))
        {
            string known = string.Join(", ", Sections.Keys);
            Console.Error.WriteLine($"got '{string.Join(' ', arguments)}', expected one of {known}");
            return 2;
        }

        (string device, string python) = (Value("--device") ?? "cuda", Value("--python") ?? "python3");
        var section = new Section(name, device, arguments.Contains("--quick"), python);

        // Out of time: report the results so far. The main thread may be inside a native call.
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ =>
        {
            section.Fail("out of time");
            Environment.Exit(section.Print());
        });

        // The same settings as a run of the command line.
        PinnedThreads.Run(() =>
        {
            section.Try("section", () => Run(section));
            return 0;
        });
        return section.Print();

        void Run(Section section)
        {
            if (CustomLibtorch.Failure is { } failure)
            {
                throw failure;
            }

            run(section);
        }

        string? Value(string option)
        {
            int at = Array.IndexOf(arguments, option);
            return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
        }
    }
}
