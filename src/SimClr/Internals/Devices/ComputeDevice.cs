using System.Globalization;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>Devices by the names used in options, <c>run.json</c> and libtorch: cpu, cuda:N, mps.</summary>
internal static class ComputeDevice
{
    public const string Expected = "auto, cpu, cuda, mps, or cuda:N such as cuda:1";

    private const string Cuda = "cuda";
    private const string Mps = "mps";
    private const string CudaIndex = "cuda:";

    private static readonly string[] KnownNames = ["auto", "cpu", Cuda, Mps];

    /// <summary>Whether the text is a valid device name in an option.</summary>
    public static bool IsName(string text) => KnownNames.Contains(text) || Index(text) is not null;

    /// <summary>Whether the device is a CUDA device, with or without a number.</summary>
    public static bool IsCuda(string device) => device == Cuda || Index(device) is not null;

    /// <summary>The device without its number: cpu, cuda or mps.</summary>
    public static string KindOf(string device) => IsCuda(device) ? Cuda : device;

    /// <summary>The number of a CUDA device; 0 if the name has none.</summary>
    public static int IndexOf(string device) => Index(device) ?? 0;

    /// <summary>The error message for an invalid device name.</summary>
    public static string UnknownNameMessage(string text)
        => $"got '{text}', expected one of {Expected}{DidYouMean.Hint(text, KnownNames)}";

    /// <summary>
    /// Resolves a device name on this machine. <c>auto</c> selects a GPU if there is one; <c>cuda</c> and <c>auto</c>
    /// select the CUDA device of this process's local rank. Float32 products on CUDA are initially not rounded.
    /// </summary>
    /// <param name="name">auto, cpu, cuda, cuda:N or mps.</param>
    /// <returns>cpu, cuda:N or mps.</returns>
    /// <exception cref="ConfigurationException">The name is invalid, or the device does not exist.</exception>
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

    /// <summary>Resolves a device name on the machine described by the other arguments.</summary>
    /// <param name="name">auto, cpu, cuda, cuda:N or mps.</param>
    /// <param name="cudaDevices">The number of CUDA devices that libtorch can use; called only if needed.</param>
    /// <param name="hasMps">Whether Apple's MPS is available.</param>
    /// <param name="localRank">The number of this process among those on its host.</param>
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
                $"device '{name}' does not exist: this process sees {devices} CUDA device{(devices == 1 ? "" : "s")}, "
                + (devices == 1 ? "cuda:0" : $"cuda:0 to cuda:{devices - 1}")
                + " (CUDA_VISIBLE_DEVICES may hide others).");
    }

    private static string Missing(bool knowsCuda) => knowsCuda
        ? "its libtorch can use CUDA, but finds no NVIDIA driver or no device (does nvidia-smi list one? does "
            + "CUDA_VISIBLE_DEVICES hide it?)."
        : $"the libtorch in use supports only the CPU. Set {CustomLibtorch.Variable} to the folder of a PyTorch "
            + $"or libtorch {CustomLibtorch.Release} with CUDA (python -c \"import torch; "
            + "print(torch.__path__[0])\" prints PyTorch's), or build with -p:TorchBackend=cuda.";

    private static int? Index(string device)
        => device.StartsWith(CudaIndex, StringComparison.Ordinal)
            && int.TryParse(
                device.AsSpan(CudaIndex.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && device == CudaIndex + Number(index)
            ? index
            : null;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
