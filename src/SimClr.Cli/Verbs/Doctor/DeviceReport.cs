using System.Text.Json.Nodes;
using SimClr.Diagnostics;

namespace SimClr.Cli.Verbs;

/// <summary>A device for tensors.</summary>
/// <param name="Name">cpu, cuda:N or mps.</param>
/// <param name="Driver">The driver's description of a CUDA device; null if there is none.</param>
internal sealed record DeviceReport(string Name, CudaDevice? Driver)
{
    /// <summary>The name with the description of the device.</summary>
    public string Text => Driver is null ? Name : $"{Name} ({Driver})";

    /// <summary>Returns the known properties of the device.</summary>
    public JsonObject Json() => new()
    {
        ["device"] = Name,
        ["name"] = Driver?.Name,
        ["compute_capability"] = Driver?.ComputeCapability.ToString(),
    };
}
