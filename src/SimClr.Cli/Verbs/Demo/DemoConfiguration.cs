using SimClr.Augmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Encoders;

namespace SimClr.Cli.Verbs;

/// <summary>The preset <c>demo</c>, adapted to the user's images so that it finishes in minutes.</summary>
internal static class DemoConfiguration
{
    private const int MaxSmallImage = 64;
    private const int MaxSmallView = 32;
    private const int PhotographView = 96;
    private const int MinEpochs = 2;
    private const int MaxEpochs = 200;

    // The cost of a photograph's view, relative to a view of the sample.
    private const double PhotographCost = 2.6;

    private const int MinBatches = 2;

    // With few images, 0.1 demands finer distinctions than they offer: the loss stays above chance (tried on
    // photographs).
    private const double Temperature = 0.5;

    /// <summary>Adapts the preset to the images; the embedded sample uses it unchanged.</summary>
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
        int epochs = (int)Math.Clamp(
            preset.Schedule.Epochs * sampleImages / (cost * images.Count), MinEpochs, MaxEpochs);
        PretrainOptions fitted = preset with
        {
            Batch = preset.Batch with { Size = batch },
            Loss = preset.Loss with { Temperature = Temperature },
            Optimizer = preset.Optimizer with { PeakRate = RateFor(batch, preset) },
            Schedule = preset.Schedule with
            {
                Epochs = epochs,
                WarmupEpochs = Math.Min(preset.Schedule.WarmupEpochs, epochs / 2.0),
            },
        };
        // The sample's crops suit centered clothes only.
        var paper = new ViewOptions();
        return side <= MaxSmallImage
            ? fitted with { Views = preset.Views with { Size = smallView, AreaMin = paper.AreaMin } }
            : fitted with
            {
                // The paper's views for photographs, and a stem that quickly reduces them to the sample's size.
                Views = paper with { Size = PhotographView },
                Encoder = preset.Encoder with { Stem = EncoderStem.ImageNet },
            };
    }

    /// <summary>Scales the preset's rate to a smaller batch by the square root (paper, Appendix B.1).</summary>
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
                // Reported by pre-training.
            }
        }

        return PhotographView;
    }

    private static int RoundDownToPowerOfTwo(int number) => number < 1 ? 1 : 1 << (int)Math.Log2(number);
}
