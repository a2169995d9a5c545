using SimClr.Internals;
using static TorchSharp.torch;

namespace SimClr.Layers;

/// <summary>Initial weights addressed by (seed, layer index): the same on every device and in any order.</summary>
internal static class WeightInitializer
{
    public static Tensor Normal(long[] shape, double deviation, long seed, int index)
    {
        using var generator = GeneratorFor(seed, index);
        using var standard = randn(shape, device: CPU, generator: generator);
        return standard.mul(RootedScalars.From(deviation));
    }

    public static Tensor Uniform(long[] shape, double bound, long seed, int index)
    {
        using var generator = GeneratorFor(seed, index);
        using var unit = rand(shape, device: CPU, generator: generator);
        return unit.mul(RootedScalars.From(2 * bound)).sub(RootedScalars.From(bound));
    }

    private static Generator GeneratorFor(long seed, int index)
        => new(new RandomStream(seed, Purpose.Weights, index).NextUInt64() >> 1, CPU);
}
