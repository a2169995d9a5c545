using SimClr.Cli.Verbs;
using SimClr.Configuration;
using SimClr.Data;

namespace SimClr.Tests.Cli;

public sealed class DemoConfigurationTests
{
    private const int SampleImages = 8000;
    private static readonly PretrainOptions Preset = Presets.Load("demo");

    [Fact]
    public void The_embedded_set_uses_the_preset_unchanged()
    {
        using ImageDataSet images = DataSets.Open("sample:");
        Assert.Equal(Preset, DemoConfiguration.Fit(Preset, "sample:", images, SampleImages));
    }

    [Theory]
    [InlineData(5, 2, 200)]
    [InlineData(143, 64, 200)]
    [InlineData(400, 128, 161)]
    [InlineData(3000, 256, 21)]
    public void The_rate_follows_the_batch_the_epochs_the_cost_and_few_images_get_the_higher_temperature(
        int count, int batch, int epochs)
    {
        PretrainOptions fitted = Fit(count, side: 200);

        Assert.Equal((batch, epochs), (fitted.Batch.Size, fitted.Schedule.Epochs));
        Assert.Equal(4.0 * Math.Sqrt(batch / 256.0), fitted.Optimizer.PeakRateFor(batch), 1e-12);
        Assert.Equal(0.5, fitted.Loss.Temperature);
        fitted.Validate();
    }

    [Fact]
    public void Photographs_get_the_papers_views_and_small_images_their_own_size()
    {
        PretrainOptions photographs = Fit(20, side: 200);
        Assert.Equal((96, 1.0, true), (photographs.Views.Size, photographs.Views.Strength, photographs.Views.Blur));
        PretrainOptions small = Fit(20, side: 24);
        Assert.Equal((24, 0.08, false), (small.Views.Size, small.Views.AreaMin, small.Views.Blur));
    }

    [Fact]
    public void Larger_small_images_take_fewer_epochs_by_their_number_of_pixels()
    {
        Assert.Equal(84, Fit(2000, side: 24).Schedule.Epochs);
        Assert.Equal(47, Fit(2000, side: 60).Schedule.Epochs);   // Views of 32 pixels.
    }

    private static PretrainOptions Fit(int count, int side)
    {
        var image = new RgbImage(side, side, new byte[3 * side * side]);
        return DemoConfiguration.Fit(
            Preset, "./photos", new InMemoryDataSet(Enumerable.Repeat(image, count)), SampleImages);
    }
}
