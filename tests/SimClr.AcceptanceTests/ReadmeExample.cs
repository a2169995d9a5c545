using SimClr.Checkpoints;
using SimClr.Configuration;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Evaluation;
using SimClr.Training;

namespace SimClr.AcceptanceTests;

/// <summary>
/// The C# of the README, verbatim, between the two marks. <see cref="ReadmeTests"/> compares and runs it, on fewer
/// images than it names and with one thread.
/// </summary>
internal static class ReadmeExample
{
    public static void Run()
    {
        // <readme>
        using ImageDataSet images = DataSets.Open("sample:");                    // or your folder: "./photos"
        PretrainOptions options = Presets.Load("demo") with { Schedule = new() { Epochs = 1, WarmupEpochs = 0.5 } };
        new Pretrainer(options).Run(images, "runs/first");                       // resumable at any moment

        using TrainedEncoder encoder = TrainedEncoder.Load("runs/first");
        EmbeddingTable train = Embedder.Embed(encoder, images);                  // h, one row per image
        EmbeddingTable test = Embedder.Embed(encoder, DataSets.Open("sample:test"));
        Console.WriteLine($"kNN accuracy {KnnClassifier.Evaluate(train, test).Top1:P1}");

        foreach (var (query, rows, similarities) in NearestNeighbors.Find(train, test.Subset([0]), k: 5))
        {
            string neighbors = string.Join(", ", rows.Select(row => train.Paths[row]));
            Console.WriteLine($"most like {test.Paths[query]}: {neighbors}");
        }
        // </readme>
    }

    private static class DataSets
    {
        public static ImageDataSet Open(string data)
            => SimClr.Data.DataSets.Open(data).Subset([.. Enumerable.Range(0, 1024)]);
    }

    private static class Presets
    {
        public static PretrainOptions Load(string name) => SimClr.Configuration.Presets.Load(name) with { Threads = 1 };
    }
}
