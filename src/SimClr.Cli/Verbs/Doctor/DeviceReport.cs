using System.Text.Json.Nodes;
using SimClr.Diagnostics;

namespace SimClr.Cli.Verbs;

/// <summary>Where tensors can live.</summary>
/// <param name="Name">cpu, cuda:N or mps.</param>
/// <param name="Driver">What the driver says of a CUDA device; null where there is nothing to say.</param>
internal sealed record DeviceReport(string Name, CudaDevice? Driver)
{
    /// <summary>The name, and what the device is.</summary>
    public string Text => Driver is null ? Name : $"{Name} ({Driver})";

    /// <summary>What is known of it.</summary>
    public JsonObject Json() => new()
    {
        ["device"] = Name,
        ["name"] = Driver?.Name,
        ["compute_capability"] = Driver?.ComputeCapability.ToString(),
    };
}
