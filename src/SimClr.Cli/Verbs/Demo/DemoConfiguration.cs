using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;

namespace SimClr.Cli.Verbs;

/// <summary>The preset <c>demo</c>, fitted to the user's images so that it still takes minutes.</summary>
internal static class DemoConfiguration
{
    private const int MaxSmallImage = 64;
    private const int MaxSmallView = 32;
    private const int PhotographView = 96;
    private const int MinEpochs = 2;
    private const int MaxEpochs = 200;

    // What a view of a photograph costs, in views of the sample.
    private const double PhotographCost = 2.6;

    private const int MinBatches = 2;

    // Among few images 0.1 asks for more than can be told apart: the loss stays above chance (tried on photographs).
    private const double Temperature = 0.5;

    /// <summary>The embedded set takes the preset as it is.</summary>
    public static PretrainOptions Fit(PretrainOptions preset, string argument, ImageDataSet images, int sampleImages)
    {
        if (argument == DemoData.Sample)
        {
            return preset;
        }

        int batch = Math.Clamp(RoundDownToPowerOfTwo(images.Count / MinBatches), 2, preset.Batch.Size);
        int side = FirstSide(images);
        int smallView = Math.Min(side, MaxSmallView);
        double cost = side <= MaxSmallImage ? Math.Pow((double)smallView / preset.Views.Size, 2) : PhotographCost;
        int epochs = (int)Math.Clamp(preset.Schedule.Epochs * sampleImages / (cost * images.Count), MinEpochs, MaxEpochs);
        PretrainOptions fitted = preset with
        {
            Batch = preset.Batch with { Size = batch },
            Loss = preset.Loss with { Temperature = Temperature },
            Optimizer = preset.Optimizer with { PeakRate = RateFor(batch, preset) },
            Schedule = preset.Schedule with { Epochs = epochs, WarmupEpochs = Math.Min(preset.Schedule.WarmupEpochs, epochs / 2.0) },
        };
        // The sample's crops are for centered clothes.
        var paper = new ViewOptions();
        return side <= MaxSmallImage
            ? fitted with { Views = preset.Views with { Size = smallView, AreaMin = paper.AreaMin } }
            : fitted with
            {
                // The paper's views for photographs, and a stem that makes them as small as the sample's quickly.
                Views = paper with { Size = PhotographView },
                Encoder = preset.Encoder with { Stem = EncoderStem.ImageNet },
            };
    }

    /// <summary>The preset's rate is for its own batch: a smaller one takes less, by the square root (paper, Appendix B.1).</summary>
    private static double RateFor(int batch, PretrainOptions preset)
        => preset.Optimizer.PeakRateFor(preset.Batch.Size) * Math.Sqrt((double)batch / preset.Batch.Size);

    private static int FirstSide(ImageDataSet images)
    {
        for (int i = 0; i < images.Count; i++)
        {
            try
            {
                RgbImage image = images.Read(i);
                return Math.Max(image.Width, image.Height);
            }
            catch (UnreadableImageException)
            {
                // Pre-training lists it.
            }
        }

        return PhotographView;
    }

    private static int RoundDownToPowerOfTwo(int number) => number < 1 ? 1 : 1 << (int)Math.Log2(number);
}
