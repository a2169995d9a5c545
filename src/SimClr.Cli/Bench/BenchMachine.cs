using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SimClr.Cli.Verbs;
using SimClr.Training;

namespace SimClr.Cli.Bench;

/// <summary>The machine and software behind the figures, without which they mean little.</summary>
internal sealed record BenchMachine(MachineReport Machine, LibraryReport Libraries, ComputePlan Plan)
{
    public static BenchMachine Detect(BenchSettings settings)
        => new(MachineReport.Detect(), LibraryReport.Detect(), ComputePlan.Resolve(
            settings.BaseOptions, customEncoder: false));

    public JsonObject Json() => new()
    {
        ["processor"] = Machine.Processor,
        ["vector_instructions"] = string.Join(", ", Machine.Vectors),
        ["cores"] = Machine.Cores,
        ["threads"] = Plan.Threads,
        ["device"] = Plan.Device,
        ["precision"] = Plan.Precision,
        ["libtorch"] = Libraries.Torch,
        ["torchsharp"] = Libraries.TorchSharp,
        ["version"] = typeof(Pretrainer).Assembly.GetName().Version!.ToString(3),
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
    };

    public string Text()
        => $"{Machine.Processor}, {Machine.Cores} core(s), {string.Join(", ", Machine.Vectors)}; {Plan.Threads} "
            + $"thread(s), {Plan.Precision} on {Plan.Device}; libtorch {Libraries.Torch}, "
            + $"{RuntimeInformation.FrameworkDescription}";
}
