using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>Color distortion and grayscale of many views at once, with a separate order for each view.</summary>
internal static class DeviceColors
{
    private static readonly Scalar Red = RootedScalars.From(0.2989f);
    private static readonly Scalar Green = RootedScalars.From(0.587f);
    private static readonly Scalar Blue = RootedScalars.From(0.114f);
    private static readonly Scalar Four = RootedScalars.From(4);
    private static readonly Scalar Six = RootedScalars.From(6);

    /// <summary>Returns the operations in order and adds their parameters to the numbers to send.</summary>
    /// <param name="draws">One per view.</param>
    /// <param name="numbers">The numbers to send.</param>
    public static IReadOnlyList<DeviceChange> Plan(IReadOnlyList<ViewParameters> draws, PackedNumbers numbers)
    {
        var changes = new List<DeviceChange>();
        for (int turn = 0; turn < 4; turn++)
        {
            // The views that have the operation at this position of their order.
            Add(d => d.Jitter && d.JitterAt(turn) == 0, d => d.Brightness, (x, f) => (x * f)
                .clamp_(RootedScalars.Zero, RootedScalars.One));
            Add(d => d.Jitter && d.JitterAt(turn) == 1, d => d.Contrast, Contrast);
            Add(d => d.Jitter && d.JitterAt(turn) == 2, d => d.Saturation, (x, f) => Mix(x, Luma(x), f));
            Add(d => d.Jitter && d.JitterAt(turn) == 3, d => d.Hue, Turn);
        }

        Add(d => d.Gray, _ => 0, (x, _) => Luma(x).expand_as(x));
        return changes;

        void Add(
            Func<ViewParameters, bool> chosen,
            Func<ViewParameters, float> factor,
            Func<Tensor, Tensor, Tensor> operation)
        {
            float[] factors = [.. draws.Where(chosen).Select(factor)];
            if (DeviceChange.Plan(
                draws, chosen, factors, (x, f) => operation(x, f.reshape(-1, 1, 1, 1)), numbers) is { } change)
            {
                changes.Add(change);
            }
        }
    }

    private static Tensor Luma(Tensor x)
        => x.narrow(1, 0, 1).mul(Red).Plus(x.narrow(1, 1, 1).mul(Green)).Plus(x.narrow(1, 2, 1).mul(Blue));

    private static Tensor Contrast(Tensor x, Tensor factor) => Mix(x, Luma(x).mean([1, 2, 3], keepdim: true), factor);

    // f x + (1 − f) y, within [0, 1]
    private static Tensor Mix(Tensor x, Tensor y, Tensor factor)
        => (x * factor).Plus(y * factor.neg().Plus(RootedScalars.One)).clamp_(RootedScalars.Zero, RootedScalars.One);

    /// <summary>Rotates the hue, as <see cref="Hue"/> does.</summary>
    private static Tensor Turn(Tensor x, Tensor shift)
    {
        (Tensor r, Tensor g, Tensor b) = (x.narrow(1, 0, 1), x.narrow(1, 1, 1), x.narrow(1, 2, 1));
        Tensor value = x.amax([1], keepdim: true);
        Tensor chroma = value - x.amin([1], keepdim: true);
        Tensor gray = chroma.eq(RootedScalars.Zero);
        Tensor divisor = chroma.masked_fill(gray, RootedScalars.One);
        Tensor sector = where(
            value.eq(r),
            (g - b) / divisor,
            where(value.eq(g), ((b - r) / divisor).Plus(RootedScalars.Two), ((r - g) / divisor).Plus(Four)));
        Tensor hue = sector.div(Six).Plus(shift);
        hue = (hue - hue.floor()).mul(Six);

        // 5, 3, 1
        Tensor offsets =
            arange(RootedScalars.From(5), RootedScalars.Zero, RootedScalars.From(-2), ScalarType.Float32, x.device)
                .reshape(1, 3, 1, 1);
        Tensor k = offsets.Plus(hue).fmod(Six);
        Tensor turned = value - (chroma * minimum(k, k.neg().Plus(Four)).clamp(RootedScalars.Zero, RootedScalars.One));
        return where(gray, x, turned);
    }
}
