namespace SimClr.Encoders;

/// <summary>The encoders by name.</summary>
public static class EncoderCatalog
{
    private static readonly Dictionary<string, (bool Bottleneck, int[] Blocks)> Family = new()
    {
        ["resnet18"] = (false, [2, 2, 2, 2]),
        ["resnet34"] = (false, [3, 4, 6, 3]),
        ["resnet50"] = (true, [3, 4, 6, 3]),
        ["resnet101"] = (true, [3, 4, 23, 3]),
        ["resnet152"] = (true, [3, 8, 36, 3]),
        ["resnet200"] = (true, [3, 24, 36, 3]),
    };

    /// <summary>The valid values of <see cref="EncoderOptions.Name"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Family.Keys];

    /// <summary>Builds an encoder for square views of the given side, with fresh random weights.</summary>
    /// <param name="options">Name, width and stem.</param>
    /// <param name="viewSize">Side of a view in pixels; selects the stem if it is <c>auto</c>.</param>
    /// <param name="seed">The seed of the weights. Default: 0.</param>
    public static ResNet Create(EncoderOptions options, int viewSize, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(viewSize);
        (bool bottleneck, int[] blocks) = ShapeOf(options.Name);
        return new ResNet(options.Name, bottleneck, blocks, options.Width, HasSmallStem(options, viewSize), seed);
    }

    /// <summary>The kind of block and the number of blocks in each stage.</summary>
    internal static (bool Bottleneck, int[] Blocks) ShapeOf(string name) => Family[name];

    /// <summary>Whether the stem is the one for small images.</summary>
    internal static bool HasSmallStem(EncoderOptions options, int viewSize)
        => options.Stem == EncoderStem.Small || (options.Stem == EncoderStem.Auto && viewSize <= 64);
}
