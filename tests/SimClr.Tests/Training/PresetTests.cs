using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Tests.Data;
using SimClr.Training;

namespace SimClr.Tests.Training;

public sealed class PresetTests
{
    public static TheoryData<string> Names => [.. Presets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_states_its_purpose_source_and_expected_results(string name)
    {
        string text = Presets.Text(name);
        foreach (string heading in new[] { "What:", "Paper:", "Time:", "Accuracy:" })
        {
            Assert.Contains(heading, text, StringComparison.Ordinal);
        }

        Assert.Equal(Presets.Load(name), RunConfiguration.FromJson(RunConfiguration.ToJson(Presets.Load(name))));
    }

    // Each preset unchanged except for its size: two images per step, and small forms of large encoders and views.
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_preset_trains_for_a_step(string name)
    {
        using var folder = new TemporaryFolder();
        PretrainOptions preset = Presets.Load(name);
        PretrainOptions small = preset with
        {
            Views = preset.Views with { Size = Math.Min(preset.Views.Size, 64) },
            Encoder = preset.Encoder with { Width = Math.Min(preset.Encoder.Width, 0.25) },
            Batch = preset.Batch with { Size = 4 },
            Schedule = preset.Schedule with { Epochs = 1, WarmupEpochs = 0 },
        };
        ImageDataSet images = TinyRun.Images(4);
        PretrainResult result = new Pretrainer(small).Run(images, folder.PathOf("run"));
        Assert.Equal(1, result.Steps);
        Assert.True(double.IsFinite(result.FinalLoss));
        using TrainedEncoder encoder = TrainedEncoder.Load(folder.PathOf("run"));
        Assert.Equal(small.Views, encoder.Views);
    }

    [Fact]
    public void The_defaults_are_the_papers_for_ImageNet()
    {
        PretrainOptions defaults = new();
        PretrainOptions paper = Presets.Load("imagenet");
        Assert.Empty(RunConfiguration.Differences(defaults with { Encoder = paper.Encoder }, paper));
    }
}
