namespace SimClr.Encoders;

/// <summary>The computational cost of an encoder, without building it.</summary>
public static class EncoderCost
{
    /// <summary>
    /// Returns the multiply-adds of all convolutions in one forward pass of a square view: 4.09 · 10⁹ for ResNet-50 at
    /// 224 pixels. Training takes about three times as many.
    /// </summary>
    public static double MultiplyAdds(EncoderOptions options, int viewSize)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(viewSize);
        (bool bottleneck, int[] blocks) = EncoderCatalog.ShapeOf(options.Name);
        double stemChannels = ResNet.StemChannels(options.Width);
        (double total, int side) = Stem(EncoderCatalog.HasSmallStem(options, viewSize), stemChannels, viewSize);
        double inputs = stemChannels;
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            double channels = stemChannels * (1 << stage);
            double outputs = channels * (bottleneck ? Bottleneck.Expansion : BasicBlock.Expansion);
            for (int block = 0; block < blocks[stage]; block++)
            {
                int before = side;
                side = stage > 0 && block == 0 ? Halve(side) : side;
                double shortcut = inputs == outputs && side == before ? 0 : inputs * outputs * side * side;
                total += shortcut + (bottleneck
                    ? (inputs * channels * before * before)
                        + (((9 * channels * channels) + (channels * outputs)) * side * side)
                    : 9 * ((inputs * channels) + (channels * channels)) * side * side);
                inputs = outputs;
            }
        }

        return total;
    }

    /// <summary>
    /// Returns the number of weights, batch norm included: 23.5 million for ResNet-50 without the classification layer.
    /// </summary>
    public static long Parameters(EncoderOptions options, int viewSize)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(viewSize);
        (bool bottleneck, int[] blocks) = EncoderCatalog.ShapeOf(options.Name);
        long stemChannels = ResNet.StemChannels(options.Width);
        int kernel = EncoderCatalog.HasSmallStem(options, viewSize) ? 3 : 7;
        long total = Convolution(3, stemChannels, kernel);
        long inputs = stemChannels;
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            long channels = stemChannels * (1 << stage);
            long outputs = channels * (bottleneck ? Bottleneck.Expansion : BasicBlock.Expansion);
            for (int block = 0; block < blocks[stage]; block++)
            {
                bool projects = inputs != outputs || (stage > 0 && block == 0);
                total += projects ? Convolution(inputs, outputs, 1) : 0;
                total += bottleneck
                    ? Convolution(inputs, channels, 1) + Convolution(channels, channels, 3)
                        + Convolution(channels, outputs, 1)
                    : Convolution(inputs, channels, 3) + Convolution(channels, channels, 3);
                inputs = outputs;
            }
        }

        return total;
    }

    // A convolution without bias and the batch norm after it, with scale and shift.
    private static long Convolution(long inputs, long outputs, int kernel)
        => (inputs * outputs * kernel * kernel) + (2 * outputs);

    private static (double MultiplyAdds, int Side) Stem(bool small, double channels, int viewSize)
    {
        int side = small ? viewSize : Halve(viewSize);
        int kernel = small ? 3 : 7;
        return (3 * channels * kernel * kernel * side * side, small ? side : Halve(side));
    }

    /// <summary>The side after a convolution or pooling with stride 2 and a padding of half the kernel.</summary>
    private static int Halve(int side) => ((side - 1) / 2) + 1;
}
