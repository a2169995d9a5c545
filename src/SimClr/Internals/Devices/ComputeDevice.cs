using System.Globalization;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>Devices by the names that options, <c>run.json</c> and libtorch use: cpu, cuda:N, mps.</summary>
internal static class ComputeDevice
{
    public const string Expected = "auto, cpu, cuda, mps, or cuda:N such as cuda:1";

    private const string Cuda = "cuda";
    private const string Mps = "mps";
    private const string CudaIndex = "cuda:";

    private static readonly string[] KnownNames = ["auto", "cpu", Cuda, Mps];

    /// <summary>Whether a user may write it.</summary>
    public static bool IsName(string text) => KnownNames.Contains(text) || Index(text) is not null;

    /// <summary>Whether it is a CUDA device, with or without a number.</summary>
    public static bool IsCuda(string device) => device == Cuda || Index(device) is not null;

    /// <summary>cpu, cuda or mps: the device without its number.</summary>
    public static string KindOf(string device) => IsCuda(device) ? Cuda : device;

    /// <summary>The number of a CUDA device; 0 without one.</summary>
    public static int IndexOf(string device) => Index(device) ?? 0;

    /// <summary>What is wrong with a name that is none, in words.</summary>
    public static string UnknownNameMessage(string text) => $"got '{text}', expected one of {Expected}{DidYouMean.Hint(text, KnownNames)}";

    /// <summary>
    /// The device that a name means on this machine. <c>auto</c> takes a graphics processor where there is one;
    /// <c>cuda</c> and <c>auto</c> take that of this process's local rank. A CUDA device starts with float32 products
    /// that are not rounded.
    /// </summary>
    /// <param name="name">auto, cpu, cuda, cuda:N or mps.</param>
    /// <returns>cpu, cuda:N or mps.</returns>
    /// <exception cref="ConfigurationException">It is no name, or the device is not there.</exception>
    public static string Resolve(string name)
    {
        if (CustomLibtorch.Failure is { } failure)
        {
            throw failure;
        }

        string device = Resolve(
            name,
            () => cuda.is_available() ? cuda.device_count() : 0,
            () => mps_is_available(),
            LocalRank.Find(Environment.GetEnvironmentVariable),
            () => CustomLibtorch.TryOpen("torch_cuda", out _));
        if (IsCuda(device))
        {
            Float32Products.StartExact();
        }

        return device;
    }

    /// <summary>The same on a machine described by these.</summary>
    /// <param name="name">See above.</param>
    /// <param name="cudaDevices">CUDA devices that libtorch can use; asked only where it matters.</param>
    /// <param name="hasMps">Whether there is Apple's.</param>
    /// <param name="localRank">This process among those of its host.</param>
    /// <param name="knowsCuda">Whether libtorch is built for CUDA.</param>
    internal static string Resolve(
        string name, Func<int> cudaDevices, Func<bool> hasMps, int localRank, Func<bool> knowsCuda)
    {
        if (!IsName(name))
        {
            throw new ConfigurationException($"device: {UnknownNameMessage(name)}");
        }

        if (name is "cpu" or Mps)
        {
            return name != Mps || hasMps() ? name : throw new ConfigurationException(
                $"device '{Mps}' is not available here; it needs a Mac with Apple silicon. "
                + "Use device cpu or auto.");
        }

        int devices = cudaDevices();
        if (name == "auto" && devices == 0)
        {
            return hasMps() ? Mps : "cpu";
        }

        if (devices == 0)
        {
            throw new ConfigurationException(
                $"device '{name}' is not available here: {Missing(knowsCuda())} Or use device cpu or auto.");
        }

        return Index(name) is not { } index ? CudaIndex + Number(localRank % devices)
            : index < devices ? CudaIndex + Number(index)
            : throw new ConfigurationException(
                $"device '{name}' is not here: this process sees {devices} CUDA device{(devices == 1 ? "" : "s")}, "
                + (devices == 1 ? "cuda:0" : $"cuda:0 to cuda:{devices - 1}")
                + " (CUDA_VISIBLE_DEVICES may hide others).");
    }

    private static string Missing(bool knowsCuda) => knowsCuda
        ? "its libtorch can use CUDA, but finds no NVIDIA driver or no device (does nvidia-smi list one? does "
            + "CUDA_VISIBLE_DEVICES hide it?)."
        : $"the libtorch in use computes on the processor only. Let {CustomLibtorch.Variable} name the folder of a PyTorch "
            + $"or libtorch {CustomLibtorch.Release} with CUDA (python -c \"import torch; print(torch.__path__[0])\" prints "
            + "PyTorch's), or build with -p:TorchBackend=cuda.";

    private static int? Index(string device)
        => device.StartsWith(CudaIndex, StringComparison.Ordinal)
            && int.TryParse(
                device.AsSpan(CudaIndex.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && device == CudaIndex + Number(index)
            ? index
            : null;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
