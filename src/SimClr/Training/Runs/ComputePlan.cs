using SimClr.Configuration;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>Where and in what precision a run computes, with every <c>auto</c> resolved for this machine.</summary>
/// <param name="Device">cpu, cuda:N or mps.</param>
/// <param name="Precision"><c>fp32</c>, <c>tf32</c> or <c>bf16</c>.</param>
/// <param name="Threads">Threads of the tensor library.</param>
public sealed record ComputePlan(string Device, string Precision, int Threads)
{
    /// <summary>Images whose activations are held at once; null where that is still to be found out.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>Whether the run was started by an earlier version, with <see cref="Optimizers.LearningRateSchedule.ForEarlierRun"/>.</summary>
    public bool HasEarlierSchedule { get; init; }

    /// <summary>The weights that LARS does not adapt, by name; null at the start of a run: those that are zero.</summary>
    public string[]? NotAdapted { get; init; }

    /// <summary>The type of the input of the encoder.</summary>
    public ScalarType InputType => Precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Whether it computes on a CUDA device.</summary>
    public bool IsCuda => ComputeDevice.IsCuda(Device);

    /// <summary>The precision, and what it is on this device.</summary>
    public string PrecisionText => Precision == "tf32" && !IsCuda ? $"tf32 (which is fp32 on {Device})" : Precision;

    /// <param name="options">What was asked for.</param>
    /// <param name="customEncoder">Whether the encoder is the user's own; only ours are known to compute in bfloat16.</param>
    /// <exception cref="ConfigurationException">The device is not there, or more threads are asked for than this machine can use.</exception>
    public static ComputePlan Resolve(PretrainOptions options, bool customEncoder)
    {
        int threads = ComputeThreads.Resolve(options.Threads);
        _ = ComputeThreads.ResolveWorkers(options.Data.Workers);
        string device = ResolveDevice(options.Device);
        string precision = options.Precision != Configuration.Precision.Auto ? options.Precision.Text()
            : !customEncoder && HasFastBFloat16(device, CudaDriver.Query) ? "bf16" : "fp32";
        return new ComputePlan(device, precision, threads)
        {
            MicroBatch = options.Batch.Micro is null ? options.Batch.Size : options.Batch.MicroIsAuto ? null : options.Batch.Micro,
        };
    }

    /// <inheritdoc cref="ComputeDevice.Resolve(string)"/>
    public static string ResolveDevice(string name) => ComputeDevice.Resolve(name);

    /// <summary>Lets the tensor library compute as planned, from now on.</summary>
    /// <param name="threads">Its threads, where they are others than those of the plan.</param>
    public void Begin(int? threads = null)
    {
        ComputeThreads.Use(threads ?? Threads);
        if (IsCuda)
        {
            Float32Products.Rounded = Precision == "tf32";
        }
    }

    /// <summary>Products are not rounded any more.</summary>
    public void End()
    {
        if (IsCuda)
        {
            Float32Products.Rounded = false;
        }
    }

    /// <summary>Whether <c>auto</c> computes in bfloat16 on a device.</summary>
    /// <param name="device">cpu, cuda:N or mps.</param>
    /// <param name="driver">What the driver says of a CUDA device; null where it does not tell.</param>
    internal static bool HasFastBFloat16(string device, Func<int, CudaDriver?> driver)
        => ComputeDevice.IsCuda(device) ? driver(ComputeDevice.IndexOf(device)) is { HasBFloat16: true }
            : device == "cpu" && Processor.HasFastBFloat16;
}
