using System.Buffers;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>
/// The small arrays that the views of a batch need on the device (draws, filter taps, places), collected on the host and sent
/// in one piece: a copy for each would take longer than the work.
/// </summary>
internal sealed class PackedNumbers
{
    // Whole numbers up to this are exact in float32.
    private const long MaxWhole = 1 << 24;

    private readonly ArrayBufferWriter<float> values = new();
    private Tensor? floats;
    private Tensor? integers;

    /// <summary>Adds numbers.</summary>
    public Segment Add(ReadOnlySpan<float> numbers)
    {
        values.Write(numbers);
        return new Segment(values.WrittenCount - numbers.Length, numbers.Length);
    }

    /// <summary>Adds whole numbers from 0 to 2²⁴.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is larger.</exception>
    public Segment Add(ReadOnlySpan<long> numbers)
    {
        Span<float> into = values.GetSpan(numbers.Length);
        for (int i = 0; i < numbers.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(numbers[i], MaxWhole);
            into[i] = numbers[i];
        }

        values.Advance(numbers.Length);
        return new Segment(values.WrittenCount - numbers.Length, numbers.Length);
    }

    /// <summary>Sends what was added. The tensors belong to the dispose scope.</summary>
    public void Send(DeviceUploads uploads)
    {
        int count = values.WrittenCount;
        values.WrittenSpan.CopyTo(uploads.Fill<float>(count));
        floats = uploads.Send(count);
        integers = floats.to_type(ScalarType.Int64);
    }

    /// <summary>Numbers on the device, as float32 of a shape.</summary>
    public Tensor Floats(Segment place, params long[] shape) => floats!.narrow(0, place.Start, place.Count).reshape(shape);

    /// <summary>Numbers on the device, as int64 of a shape.</summary>
    public Tensor Integers(Segment place, params long[] shape) => integers!.narrow(0, place.Start, place.Count).reshape(shape);

    /// <summary>Where numbers are among all.</summary>
    internal readonly record struct Segment(int Start, int Count);
}
