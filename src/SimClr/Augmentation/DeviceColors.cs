using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Augmentation;

/// <summary>Color distortion and grayscale of many views at once, each in its own order.</summary>
internal static class DeviceColors
{
    private static readonly Scalar Red = Scalars.Of(0.2989f);
    private static readonly Scalar Green = Scalars.Of(0.587f);
    private static readonly Scalar Blue = Scalars.Of(0.114f);
    private static readonly Scalar Four = Scalars.Of(4);
    private static readonly Scalar Six = Scalars.Of(6);

    /// <param name="planes">[views, 3, S, S] in [0, 1], changed in place.</param>
    /// <param name="draws">One per view.</param>
    public static void Apply(Tensor planes, IReadOnlyList<ViewParameters> draws)
    {
        for (int turn = 0; turn < 4; turn++)
        {
            // The views that have the operation at this turn.
            Change(planes, draws, d => d.Jitter && d.JitterAt(turn) == 0, d => d.Brightness, (x, f) => (x * f).clamp_(Scalars.Zero, Scalars.One));
            Change(planes, draws, d => d.Jitter && d.JitterAt(turn) == 1, d => d.Contrast, Contrast);
            Change(planes, draws, d => d.Jitter && d.JitterAt(turn) == 2, d => d.Saturation, (x, f) => Mix(x, Luma(x), f));
            Change(planes, draws, d => d.Jitter && d.JitterAt(turn) == 3, d => d.Hue, Turn);
        }

        Change(planes, draws, d => d.Gray, _ => 0, (x, _) => Luma(x).expand_as(x));
    }

    /// <summary>Replaces the views that are chosen by what an operation with their own factor makes of them.</summary>
    internal static void Change(
        Tensor planes,
        IReadOnlyList<ViewParameters> draws,
        Func<ViewParameters, bool> chosen,
        Func<ViewParameters, float> factor,
        Func<Tensor, Tensor, Tensor> operation)
    {
        long[] rows = [.. draws.Index().Where(pair => chosen(pair.Item)).Select(pair => (long)pair.Index)];
        if (rows.Length == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        float[] factors = [.. rows.Select(row => factor(draws[(int)row]))];
        Tensor where = DeviceViews.Upload<long>(rows, ScalarType.Int64, planes.device, rows.Length);
        Tensor f = DeviceViews.Upload<float>(factors, ScalarType.Float32, planes.device, rows.Length, 1, 1, 1);
        planes.index_copy_(0, where, operation(planes.index_select(0, where), f));
    }

    private static Tensor Luma(Tensor x)
        => x.narrow(1, 0, 1).mul(Red).Plus(x.narrow(1, 1, 1).mul(Green)).Plus(x.narrow(1, 2, 1).mul(Blue));

    private static Tensor Contrast(Tensor x, Tensor factor) => Mix(x, Luma(x).mean([1, 2, 3], keepdim: true), factor);

    // f x + (1 − f) y, within [0, 1]
    private static Tensor Mix(Tensor x, Tensor y, Tensor factor)
        => (x * factor).Plus(y * factor.neg().Plus(Scalars.One)).clamp_(Scalars.Zero, Scalars.One);

    /// <summary>As <see cref="Hue"/>.</summary>
    private static Tensor Turn(Tensor x, Tensor shift)
    {
        (Tensor r, Tensor g, Tensor b) = (x.narrow(1, 0, 1), x.narrow(1, 1, 1), x.narrow(1, 2, 1));
        Tensor value = x.amax([1], keepdim: true);
        Tensor chroma = value - x.amin([1], keepdim: true);
        Tensor gray = chroma.eq(Scalars.Zero);
        Tensor divisor = chroma.masked_fill(gray, Scalars.One);
        Tensor sector = where(
            value.eq(r), (g - b) / divisor, where(value.eq(g), ((b - r) / divisor).Plus(Scalars.Two), ((r - g) / divisor).Plus(Four)));
        Tensor hue = sector.div(Six).Plus(shift);
        hue = (hue - hue.floor()).mul(Six);

        Tensor offsets = tensor([5f, 3f, 1f], device: x.device).reshape(1, 3, 1, 1);
        Tensor k = offsets.Plus(hue).fmod(Six);
        Tensor turned = value - (chroma * minimum(k, k.neg().Plus(Four)).clamp(Scalars.Zero, Scalars.One));
        return where(gray, x, turned);
    }
}
