// Adds a random step of one's own to those of the paper: dotnet run -- [RUN] [IMAGES]
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

    // A step of the paper is turned off or down in the options, as here the gray views.
    Views = preset.Views with { GrayProbability = 0 },
};

PretrainResult result = new Pretrainer(options) { CustomAugmentation = new RandomErasing() }.Run(images, run, resume: true);
Console.WriteLine($"{result.Steps} steps, loss {result.FinalLoss:F2}; {result.Health?.Describe()}");
