using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>Where and in what precision a run computes, with every <c>auto</c> resolved for this machine.</summary>
/// <param name="Device">cpu, cuda or mps.</param>
/// <param name="Precision"><c>fp32</c> or <c>bf16</c>.</param>
/// <param name="Threads">Threads of the tensor library.</param>
internal sealed record ComputePlan(string Device, string Precision, int Threads)
{
    /// <summary>Images whose activations are held at once; null where that is still to be found out.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>Whether the run was started by an earlier version, with <see cref="Optimizers.LearningRateSchedule.OfEarlierRun"/>.</summary>
    public bool HasEarlierSchedule { get; init; }

    /// <summary>The weights that LARS does not adapt, by name; null at the start of a run: those that are zero.</summary>
    public string[]? NotAdapted { get; init; }

    public ScalarType InputType => Precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <param name="options">What was asked for.</param>
    /// <param name="ownEncoder">Whether the encoder is the user's own; only ours are known to compute in bfloat16.</param>
    /// <exception cref="ConfigurationException">The device is not there.</exception>
    public static ComputePlan Resolve(PretrainOptions options, bool ownEncoder)
    {
        string device = ResolveDevice(options.Device);
        bool fast = device switch
        {
            "cuda" => true,
            "cpu" => Processor.HasFastBFloat16,
            _ => false,
        };
        string precision = options.Precision != "auto" ? options.Precision : fast && !ownEncoder ? "bf16" : "fp32";
        return new ComputePlan(device, precision, options.Threads > 0 ? options.Threads : Environment.ProcessorCount)
        {
            MicroBatch = options.Batch.Micro is null ? options.Batch.Size : options.Batch.MicroIsAuto ? null : options.Batch.Micro,
        };
    }

    /// <summary>The device by name; <c>auto</c> takes a GPU when there is one.</summary>
    /// <exception cref="ConfigurationException">The device is not there.</exception>
    public static string ResolveDevice(string name) => name switch
    {
        "auto" => cuda.is_available() ? "cuda" : mps_is_available() ? "mps" : "cpu",
        "cuda" when !cuda.is_available() => throw Missing(name, "a CUDA build (-p:TorchBackend=cuda) and an NVIDIA driver"),
        "mps" when !mps_is_available() => throw Missing(name, "a Mac with Apple silicon"),
        _ => name,
    };

    private static ConfigurationException Missing(string device, string needs)
        => new($"device '{device}' is not available here; it needs {needs}. Use --device cpu or --device auto.");
}
