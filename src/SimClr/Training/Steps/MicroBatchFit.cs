using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SimClr.Configuration;
using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Training;

/// <summary>
/// Finds the largest micro-batch that fits into memory: on the CPU by linear extrapolation of the growth of resident
/// memory over a few small passes, on other devices by trial, with part of the memory held in reserve. Weights and
/// statistics are left unchanged.
/// </summary>
internal static class MicroBatchFit
{
    // The rest is for the allocator and the optimizer, in addition to the memory of a pass.
    private const double UsableFraction = 0.85;
    private const long EnoughToMeasure = 256L << 20;

    // The share of a GPU's free memory for the loss, for batches loaded ahead, and for gaps left by tensors of other
    // sizes. No pass measures these.
    private const double ReservedFraction = 0.1;

    // Messages of cuBLAS and cuDNN when they run short of memory.
    private static readonly string[] MemoryErrors =
    [
        "ALLOC_FAILED",
        "unable to find an engine",
        "STATUS_NOT_INITIALIZED",
    ];

    /// <exception cref="ConfigurationException">Not even the smallest micro-batch fits.</exception>
    public static int Find(PretrainOptions options, ComputePlan plan, ITrainingTask task, ILogger logger)
    {
        int size = options.Batch.Size;
        int views = task.ViewsPerImage;
        nn.Module model = task.Model;
        if (plan.Device != "cpu" && options.Batch.Memory is not null)
        {
            logger.LogWarning(
                "Batch.Memory limits CPU memory and is ignored on {Device}, where the micro-batch is found by trial.",
                plan.Device);
        }

        using var scope = NewDisposeScope();
        (Tensor Buffer, Tensor Before)[] statistics = [.. model.named_buffers()
            .Select(b => (b.buffer, b.buffer.clone()))];
        model.train();
        if (plan.Device != "cpu")
        {
            // The first pass loads the device's libraries, which also take memory.
            _ = Tried(Math.Min(2, size));
        }

        int micro = plan.Device == "cpu"
            ? FitLine(size, Limit(options.Batch), Held(size), images => PeakOf(images) + Loaded(images))
            : FitByTrying(size, Reserve, Tried);
        foreach ((Tensor buffer, Tensor before) in statistics)
        {
            buffer.copy_(before);
        }

        logger.LogInformation("The largest micro-batch that fits is {Micro} images of a batch of {Size}.", micro, size);
        return micro;

        // The pixels of the batch, which are kept for the second pass, and the buffers they are loaded into: no pass
        // measures them.
        double Held(int images) => Floats(images) * (plan.InputType == ScalarType.BFloat16 ? 2 : sizeof(float));
        double Loaded(int images) => Floats(images) * sizeof(float) * MicroBatches.Buffers(plan.Device, size, images);
        double Floats(int images) => (double)views * images * 3 * options.Views.Size * options.Views.Size;

        double PeakOf(int images)
        {
            MallocTuning.TrimHeap();
            return ResidentPeak.Measure(() => Pass(images), device(plan.Device));
        }

        void Pass(int images)
        {
            using var pass = NewDisposeScope();
            int side = options.Views.Size;
            Tensor x = full(
                [views * images, side, side, 3],
                RootedScalars.From(0.5),
                dtype: plan.InputType,
                device: device(plan.Device));
            try
            {
                task.Output(x.permute(0, 3, 1, 2)).sum().backward();
            }
            finally
            {
                foreach (Tensor parameter in model.parameters())
                {
                    parameter.grad = null;
                }
            }
        }

        bool Tried(int images)
        {
            try
            {
                using var pixels = empty(
                    [views * size, 3, options.Views.Size, options.Views.Size], plan.InputType, device(plan.Device));
                Pass(images);
                return true;
            }
            catch (ExternalException error) when (IsOutOfMemory(error.Message))
            {
                return false;
            }
        }

        Tensor? Reserve() => DeviceMemory.Query(device(plan.Device)) is { } memory
            ? empty([(long)(memory.Free * ReservedFraction)], ScalarType.Byte, device(plan.Device))
            : null;
    }

    /// <summary>
    /// Returns the largest number of images, up to the batch size, whose peak memory stays below the limit.
    /// </summary>
    /// <param name="size">The batch size.</param>
    /// <param name="limit">The maximum memory of the process, in bytes.</param>
    /// <param name="rest">The part of it that is held for the whole batch, whatever the micro-batch, in bytes.</param>
    /// <param name="peak">The peak memory of the process over a pass of a number of images, in bytes.</param>
    internal static int FitLine(int size, double limit, double rest, Func<int, double> peak)
    {
        double room = (limit * UsableFraction) - rest;
        int first = Math.Min(2, size);
        int last = first;
        double least = peak(first);
        double now = least;
        while (now <= room && last < size && now - least < EnoughToMeasure && (2 * now) - least <= room)
        {
            last = Math.Min(2 * last, size);
            now = peak(last);
        }

        if (least > room)
        {
            throw new ConfigurationException(
                $"{ByteSize.Format(limit)} of memory is too little: a micro-batch of {first} images takes "
                    + $"{ByteSize.Format(least)}, and a batch of {size} holds {ByteSize.Format(rest)}. Raise "
                    + "Batch.Memory, or lower batch.size, views.size or encoder.width.");
        }

        double slope = Math.Max(1, last == first ? now / first : (now - least) / (last - first));
        return (int)Math.Clamp(last + ((room - now) / slope), first, size);
    }

    /// <summary>
    /// Returns the largest number of images that fits while part of the device's memory is held back, which is then
    /// available to training. If the device does not report its memory, the result is one step below the largest number
    /// that fits.
    /// </summary>
    /// <param name="size">The batch size.</param>
    /// <param name="reserve">Holds memory back until disposed; returns null if that is not possible.</param>
    /// <param name="fits">Whether a pass of a number of images fits.</param>
    internal static int FitByTrying(int size, Func<IDisposable?> reserve, Func<int, bool> fits)
    {
        using IDisposable? held = reserve();
        int most = Halve(size, fits);
        return held is null && most < size ? Math.Max(2, most - Math.Max(1, most / 8)) : most;
    }

    /// <summary>
    /// Returns whether a libtorch error is about memory: that of its own allocator, or of a library that it calls.
    /// </summary>
    internal static bool IsOutOfMemory(string message)
        => message.Contains("memory", StringComparison.OrdinalIgnoreCase)
            || MemoryErrors.Any(words => message.Contains(words, StringComparison.Ordinal));

    /// <summary>
    /// Returns the largest number that fits, within an eighth: halves it until it fits, then searches in between.
    /// </summary>
    internal static int Halve(int size, Func<int, bool> fits)
    {
        int low = size;
        int high = size;
        while (!fits(low))
        {
            high = low;
            low = low > 2 ? Math.Max(2, low / 2) : throw new ConfigurationException(
                "not even a micro-batch of 2 images fits into the device's memory; lower views.size or encoder.width");
        }

        while (high - low > Math.Max(1, low / 8))
        {
            int middle = (low + high) / 2;
            (low, high) = fits(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>
    /// Returns the configured limit, or else the memory of the process plus the free memory of the machine, in bytes.
    /// </summary>
    private static double Limit(BatchOptions batch)
    {
        if (batch.Memory is { } memory)
        {
            return ByteSize.Parse(memory)!.Value;
        }

        GC.Collect();
        GCMemoryInfo machine = GC.GetGCMemoryInfo();
        return Environment.WorkingSet + Math.Max(0, machine.TotalAvailableMemoryBytes - machine.MemoryLoadBytes);
    }
}
