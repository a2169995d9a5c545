using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SimClr.Cli.Progress;
using SimClr.Configuration;
using SimClr.Training;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr doctor</c>.</summary>
internal static class DoctorCommand
{
    private const string TestedPreset = "cifar10-small";
    private static readonly TimeSpan TestTime = TimeSpan.FromSeconds(2);

    /// <summary>The presets with the number of images that each is designed for (photos: a small folder).</summary>
    private static readonly (string Preset, int Images)[] Plans =
        [("demo", 8000), ("cifar10-small", 10_000), ("cifar10", 50_000), ("imagenet", 1_281_167), ("photos", 1000)];

    private static string Version => typeof(Pretrainer).Assembly.GetName().Version!.ToString(3);

    public static Verb Create()
    {
        var verb = new Verb(
            "doctor",
            "Report the capabilities of this machine, and estimate training times.",
            "simclr doctor",
            "simclr doctor --json")
        {
            SupportsRanks = true,   // each host has its own report
            Details =
            [
                "Trains on random pixels for two seconds, and estimates from that how long each preset would take.",
            ],
        };
        return verb.Handle(Examine);
    }

    private static void Examine(CommandContext context)
    {
        PretrainOptions tested = Presets.Load(TestedPreset);
        tested = tested with { Device = context.Device ?? tested.Device, Threads = context.Threads ?? tested.Threads };
        MachineReport machine = MachineReport.Detect();
        LibraryReport libraries = LibraryReport.Detect();
        context.WriteNote($"measuring the speed of training with {TestedPreset} …");
        SpeedMeasurement speed = SpeedTest.Run(tested, TestTime, context.Cancel);
        Estimate[] estimates = [.. Plans.Select(plan => EstimateFor(plan.Preset, plan.Images, speed, tested))];
        context.Result(Json(machine, libraries, speed, estimates), Lines(machine, libraries, speed, estimates));
    }

    private static Estimate EstimateFor(string preset, int images, SpeedMeasurement speed, PretrainOptions tested)
    {
        PretrainOptions planned = Presets.Load(preset);
        return new Estimate(
            preset, images, planned.Schedule.Epochs, SpeedTest.Estimate(speed, tested, planned, images));
    }

    private static JsonObject Json(
        MachineReport machine, LibraryReport libraries, SpeedMeasurement speed, IEnumerable<Estimate> estimates)
        => new()
        {
            ["version"] = Version,
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.OSDescription,
            ["architecture"] = $"{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant(),
            ["processor"] = machine.Processor,
            ["vector_instructions"] = Texts(machine.Vectors),
            ["cores"] = machine.Cores,
            ["memory_bytes"] = machine.TotalBytes,
            ["memory_available_bytes"] = machine.AvailableBytes,
            ["libtorch"] = libraries.Torch,
            ["torchsharp"] = libraries.TorchSharp,
            ["libtorch_folder"] = libraries.Libtorch,
            ["devices"] = Texts(libraries.Devices.Select(device => device.Name)),
            ["graphics"] = new JsonArray(
                [.. libraries.Devices.Where(device => device.Driver is not null).Select(device => device.Json())]),
            ["skiasharp"] = libraries.Skia,
            ["libturbojpeg"] = libraries.TurboJpeg,
            ["mpi"] = libraries.Mpi?.Json(),
            ["speed_test"] = new JsonObject
            {
                ["preset"] = TestedPreset,
                ["images_per_second"] = Math.Round(speed.ImagesPerSecond, 1),
                ["device"] = speed.Plan.Device,
                ["precision"] = speed.Plan.Precision,
                ["threads"] = speed.Plan.Threads,
                ["steps"] = speed.Steps,
                ["seconds"] = Math.Round(speed.Seconds, 2),
            },
            ["estimates"] = new JsonArray([.. estimates.Select(Json)]),
        };

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    private static JsonObject Json(Estimate estimate) => new()
    {
        ["preset"] = estimate.Preset,
        ["images"] = estimate.Images,
        ["epochs"] = estimate.Epochs,
        ["seconds"] = Math.Round(estimate.Time.TotalSeconds),
    };

    private static string[] Lines(
        MachineReport machine, LibraryReport libraries, SpeedMeasurement speed, IEnumerable<Estimate> estimates)
    {
        string available = machine.AvailableBytes is { } free ? $", {Gigabytes(free)} of it free" : "";
        string bfloat16 = Internals.Processor.HasFastBFloat16
            ? "; bfloat16 products are faster than float32, so 'precision: auto' means bf16"
            : "; bfloat16 products are not faster than float32, so 'precision: auto' means fp32";
        string advice = libraries.Libtorch is null
            ? "; to use one, set SIMCLR_LIBTORCH to a libtorch or PyTorch with CUDA"
            : "";
        string graphics = libraries.Devices.Count > 1 ? "" : $"; no GPU that libtorch can use{advice}";
        return
        [
            $"simclr       {Version} on {RuntimeInformation.FrameworkDescription}",
            $"system       {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
            $"processor    {machine.Processor}, {machine.Cores} core(s) available",
            $"vectors      {string.Join(", ", machine.Vectors)}{bfloat16}",
            $"memory       {Gigabytes(machine.TotalBytes)}{available}",
            $"libtorch     {libraries.Torch} (TorchSharp {libraries.TorchSharp})"
                + $"{(libraries.Libtorch is { } folder ? $" from {folder}" : "")}",
            $"devices      {string.Join(", ", libraries.Devices.Select(device => device.Text))}{graphics}",
            $"decoding     SkiaSharp {libraries.Skia}; libturbojpeg "
                + $"{(libraries.TurboJpeg ? "decodes JPEG" : "not found; it would decode JPEG faster")}",
            $"mpi          {MpiReport.Text(libraries.Mpi)}",
            "",
            $"Training speed with {TestedPreset}: {ProgressText.Speed(speed.ImagesPerSecond)} on {speed.Plan.Device} "
                + $"in {speed.Plan.Precision} with {speed.Plan.Threads} thread(s).",
            "Estimated pre-training times, by the number of multiplications:",
            .. estimates.Select(Line),
            "Reading and augmenting images takes additional time; larger encoders are often faster than estimated.",
        ];
    }

    private static string Line(Estimate estimate) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {estimate.Preset,-14} {ProgressText.Span(estimate.Time),10}   {estimate.Images:N0} "
            + $"images, {estimate.Epochs} epochs");

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB");

    private sealed record Estimate(string Preset, int Images, int Epochs, TimeSpan Time);
}
