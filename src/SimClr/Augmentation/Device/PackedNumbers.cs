using System.Buffers;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>
/// The small arrays that the views of a batch need on the device (draws, filter taps, indices), collected on the host
/// and sent in one copy: a separate copy for each would take longer than the work itself.
/// </summary>
internal sealed class PackedNumbers
{
    // Integers up to this value are exact in float32.
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

    /// <summary>Adds integers from 0 to 2²⁴.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is larger.</exception>
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

    /// <summary>Sends the added numbers. The tensors belong to the current dispose scope.</summary>
    public void Send(DeviceUploads uploads)
    {
        int count = values.WrittenCount;
        values.WrittenSpan.CopyTo(uploads.Fill<float>(count));
        floats = uploads.Send(count);
        integers = floats.to_type(ScalarType.Int64);
    }

    /// <summary>Returns numbers on the device as float32 in a given shape.</summary>
    public Tensor Floats(Segment place, params long[] shape)
        => floats!.narrow(0, place.Start, place.Count).reshape(shape);

    /// <summary>Returns numbers on the device as int64 in a given shape.</summary>
    public Tensor Integers(Segment place, params long[] shape)
        => integers!.narrow(0, place.Start, place.Count).reshape(shape);

    /// <summary>The position of some numbers among all.</summary>
    internal readonly record struct Segment(int Start, int Count);
}
