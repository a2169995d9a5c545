// Adds a custom random transform to those of the paper: dotnet run -- [RUN] [IMAGES]
using CustomAugmentation;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Training;

string run = args.ElementAtOrDefault(0) ?? "run";
using ImageDataSet images = DataSets.Open(args.ElementAtOrDefault(1) ?? "sample:");

PretrainOptions preset = Presets.Load("demo");
PretrainOptions options = preset with
{
    Schedule = new() { Epochs = 1, WarmupEpochs = 0.1 },
    Batch = new() { Size = Math.Min(preset.Batch.Size, images.Count) },

    // The transforms of the paper are weakened or turned off in the options, as grayscale is here.
    Views = preset.Views with { GrayProbability = 0 },
};

PretrainResult result = new Pretrainer(options) { CustomAugmentation = new RandomErasing() }
    .Run(images, run, resume: true);
Console.WriteLine($"{result.Steps} steps, loss {result.FinalLoss:F2}; {result.Health?.Describe()}");
