using SimClr.Data;

namespace SimClr.Extensions;

/// <summary>The encoder of a program, and how it computes.</summary>
public sealed class SimClrOptions
{
    /// <summary>A run directory, or a file with an encoder.</summary>
    public string Run { get; set; } = "";

    /// <summary>The device: auto, cpu, cuda, cuda:N or mps. Default: cpu.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>The number of threads; 0 for one per core. Default: 0.</summary>
    public int Threads { get; set; }

    /// <summary>The options for decoding images.</summary>
    public DataOptions Data { get; set; } = new();
}
