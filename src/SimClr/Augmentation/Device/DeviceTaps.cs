using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>Resampling taps of many views along one axis, sent as they are and laid out as matrices on the device.</summary>
/// <param name="views">How many.</param>
/// <param name="size">Pixels of each result.</param>
internal sealed class DeviceTaps(int views, int size)
{
    private readonly ResampleTaps[] taps = new ResampleTaps[views];
    private readonly int[] offsets = new int[views];
    private readonly bool[] mirrored = new bool[views];
    private int maxTaps;
    private PackedNumbers.Segment starts;
    private PackedNumbers.Segment weights;

    /// <summary>Sets the taps of a view.</summary>
    /// <param name="view">Which.</param>
    /// <param name="viewTaps">Its taps within its crop.</param>
    /// <param name="offset">Where the crop begins in the image.</param>
    /// <param name="mirror">Whether the result is mirrored.</param>
    public void Set(int view, ResampleTaps viewTaps, int offset, bool mirror)
        => (taps[view], offsets[view], mirrored[view]) = (viewTaps, offset, mirror);

    /// <summary>Adds them to what is sent.</summary>
    public void Pack(PackedNumbers numbers)
    {
        maxTaps = taps.Max(own => own.Taps);
        long[] firsts = new long[views * size];
        float[] values = new float[views * size * maxTaps];
        for (int row = 0; row < firsts.Length; row++)
        {
            (int view, int i) = (row / size, row % size);
            ResampleTaps own = taps[view];
            int from = mirrored[view] ? size - 1 - i : i;
            own.Weights.Slice(from * own.Taps, own.Taps).CopyTo(values.AsSpan(row * maxTaps));
            firsts[row] = offsets[view] + own.Starts[from];
        }

        starts = numbers.Add(firsts);
        weights = numbers.Add(values);
    }

    /// <summary>Matrices that make the result of a line of the image: [views, size, length].</summary>
    /// <param name="numbers">What was sent.</param>
    /// <param name="length">Pixels of the line.</param>
    /// <param name="device">Where it was sent.</param>
    public Tensor Dense(PackedNumbers numbers, int length, Device device)
    {
        // Weights of zero behind a row's own may reach beyond the image: there is room for them, which is cut off.
        Tensor columns = numbers.Integers(starts, views, size, 1)
            .Plus(arange(RootedScalars.Zero, RootedScalars.From(maxTaps), RootedScalars.One, ScalarType.Int64, device));
        return zeros([views, size, length + maxTaps], ScalarType.Float32, device)
            .scatter_(2, columns, numbers.Floats(weights, views, size, maxTaps))
            .narrow(2, 0, length);
    }
}
