// Trains a custom network with SimCLR and evaluates it: dotnet run -- [RUN] [IMAGES] [TEST IMAGES]
using CustomEncoder;
using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Training;

string run = args.ElementAtOrDefault(0) ?? "run";
using ImageDataSet images = DataSets.Open(args.ElementAtOrDefault(1) ?? "sample:");
using ImageDataSet testImages = DataSets.Open(args.ElementAtOrDefault(2) ?? "sample:test");

PretrainOptions preset = Presets.Load("demo");
PretrainOptions options = preset with
{
    Schedule = new() { Epochs = 2, WarmupEpochs = 0.2 },
    Batch = new() { Size = Math.Min(preset.Batch.Size, images.Count) },
};

using (var network = new SmallNetwork())
{
    PretrainResult result = new Pretrainer(options, network).Run(images, run, resume: true);
    Console.WriteLine($"{result.Steps} steps, loss {result.FinalLoss:F2}");
}

// The file holds the weights and the input format. The network's code is not in it, so the network is passed again.
using TrainedEncoder encoder = TrainedEncoder.Load(run, customEncoder: new SmallNetwork());
KnnResult knn = KnnClassifier.Evaluate(Embedder.Embed(encoder, images), Embedder.Embed(encoder, testImages));
Console.WriteLine($"kNN accuracy {knn.Top1:P1} on {knn.TestImages} images");
