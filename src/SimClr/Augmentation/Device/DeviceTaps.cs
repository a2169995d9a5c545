using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>
/// Resampling taps of many views along one axis, sent in compact form and expanded to matrices on the device.
/// </summary>
/// <param name="views">The number of views.</param>
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
    /// <param name="view">The index of the view.</param>
    /// <param name="viewTaps">The taps within the crop.</param>
    /// <param name="offset">The position of the crop in the image.</param>
    /// <param name="mirror">Whether the result is mirrored.</param>
    public void Set(int view, ResampleTaps viewTaps, int offset, bool mirror)
        => (taps[view], offsets[view], mirrored[view]) = (viewTaps, offset, mirror);

    /// <summary>Adds the taps to the numbers to send.</summary>
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

    /// <summary>Returns matrices that map a line of the image to the result: [views, size, length].</summary>
    /// <param name="numbers">The numbers sent.</param>
    /// <param name="length">Pixels of the line.</param>
    /// <param name="device">The device that the numbers were sent to.</param>
    public Tensor Dense(PackedNumbers numbers, int length, Device device)
    {
        // The zero weights that pad a row may extend beyond the image: extra columns hold them and are then cut off.
        Tensor columns = numbers.Integers(starts, views, size, 1)
            .Plus(arange(RootedScalars.Zero, RootedScalars.From(maxTaps), RootedScalars.One, ScalarType.Int64, device));
        return zeros([views, size, length + maxTaps], ScalarType.Float32, device)
            .scatter_(2, columns, numbers.Floats(weights, views, size, maxTaps))
            .narrow(2, 0, length);
    }
}
