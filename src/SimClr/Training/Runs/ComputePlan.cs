using SimClr.Configuration;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>The device and precision of a run, with every <c>auto</c> resolved for this machine.</summary>
/// <param name="Device">cpu, cuda:N or mps.</param>
/// <param name="Precision"><c>fp32</c>, <c>tf32</c> or <c>bf16</c>.</param>
/// <param name="Threads">The number of threads of the tensor library.</param>
public sealed record ComputePlan(string Device, string Precision, int Threads)
{
    /// <summary>The number of images whose activations are held at once; null until it is determined.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>
    /// Whether an earlier version started the run, with <see cref="Optimizers.LearningRateSchedule.ForEarlierRun"/>.
    /// </summary>
    public bool HasEarlierSchedule { get; init; }

    /// <summary>
    /// The names of the weights that LARS does not adapt; null at the start of a run, for those that are zero.
    /// </summary>
    public string[]? NotAdapted { get; init; }

    /// <summary>The data type of the encoder's input.</summary>
    public ScalarType InputType => Precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Whether the device is a CUDA device.</summary>
    public bool IsCuda => ComputeDevice.IsCuda(Device);

    /// <summary>The precision, and its meaning on this device.</summary>
    public string PrecisionText => Precision == "tf32" && !IsCuda ? $"tf32 (which is fp32 on {Device})" : Precision;

    /// <param name="options">The requested options.</param>
    /// <param name="customEncoder">
    /// Whether the encoder is custom. Only SimClr's encoders are known to compute in bfloat16.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// The device does not exist, or the machine cannot use that many threads.
    /// </exception>
    public static ComputePlan Resolve(PretrainOptions options, bool customEncoder)
    {
        int threads = ComputeThreads.Resolve(options.Threads);
        _ = ComputeThreads.ResolveWorkers(options.Data.Workers);
        string device = ResolveDevice(options.Device);
        string precision = options.Precision != Configuration.Precision.Auto ? options.Precision.Text()
            : !customEncoder && HasFastBFloat16(device, CudaDriver.Query) ? "bf16" : "fp32";
        return new ComputePlan(device, precision, threads)
        {
            MicroBatch = options.Batch.Micro is null ? options.Batch.Size
                : options.Batch.MicroIsAuto ? null
                : options.Batch.Micro,
        };
    }

    /// <inheritdoc cref="ComputeDevice.Resolve(string)"/>
    public static string ResolveDevice(string name) => ComputeDevice.Resolve(name);

    /// <summary>Applies the plan to the tensor library.</summary>
    /// <param name="threads">The number of its threads, if it differs from the plan.</param>
    public void Begin(int? threads = null)
    {
        ComputeThreads.Use(threads ?? Threads);
        if (IsCuda)
        {
            Float32Products.Rounded = Precision == "tf32";
        }
    }

    /// <summary>Turns off the rounding of products.</summary>
    public void End()
    {
        if (IsCuda)
        {
            Float32Products.Rounded = false;
        }
    }

    /// <summary>Returns whether <c>auto</c> computes in bfloat16 on a device.</summary>
    /// <param name="device">cpu, cuda:N or mps.</param>
    /// <param name="driver">Returns the driver's description of a CUDA device; null if there is none.</param>
    internal static bool HasFastBFloat16(string device, Func<int, CudaDriver?> driver)
        => ComputeDevice.IsCuda(device) ? driver(ComputeDevice.IndexOf(device)) is { HasBFloat16: true }
            : device == "cpu" && Processor.HasFastBFloat16;
}
